/** `listen`: where we listen, and what cannot be listened on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveWorld } from '../../../src/worlds.ts';
import { liveShell } from '../../helpers/live-shell.ts';
import { spawn } from '../../helpers/meet.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('listen: answers where this node listens', async () => {
  const { value, text } = await openShell({ peers: 0 });
  assert.deepEqual(await value('listen'), { listening: ['10.0.0.1:5999'] });
  assert.equal(await text('listen'), 'listening on 10.0.0.1:5999');
});

test('listen: one more port is listened on, one in use is named, and so is why another cannot be had', async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const node = await spawn(world, 'n1');
  const shell = liveShell(world, node);
  const [first] = node.views.status().listening;
  const more = await shell.run('listen 127.0.0.1:0');
  assert.match(more.kind === 'ok' ? more.text : '', new RegExp(`^listening on ${first}, 127\\.0\\.0\\.1:\\d+$`));
  const taken = await shell.run(`listen ${first}`);
  assert.equal(taken.kind === 'error' ? taken.text : '', `cannot listen on ${first}: the port is in use`);
  const nowhere = await shell.run('listen 192.0.2.1:5999');
  assert.equal(
    nowhere.kind === 'error' ? nowhere.text : '',
    'cannot listen on 192.0.2.1:5999: this machine has no such address',
  );
});

test('listen: what cannot be is one line', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.equal((await failure('listen nowhere')).code, 'bad-address');
  const refused = await failure('listen 127.0.0.1:0');
  assert.deepEqual([refused.code, refused.message.split(':')[0]], ['cannot-listen', 'cannot listen on 127.0.0.1']);
  assert.match((await failure('listen a:1 b:2')).message, /^usage: listen \[HOST:PORT\]$/);
});
