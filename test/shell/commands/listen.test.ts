/** `listen`: where we listen, and what cannot be listened on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('listen: answers where this node listens', async () => {
  const { value, text } = await openShell({ peers: 0 });
  assert.deepEqual(await value('listen'), { listening: ['10.0.0.1:5999'] });
  assert.equal(await text('listen'), 'listening on 10.0.0.1:5999');
});

test('listen: what cannot be is one line', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.equal((await failure('listen nowhere')).code, 'bad-address');
  const refused = await failure('listen 127.0.0.1:0');
  assert.deepEqual([refused.code, refused.message.split(':')[0]], ['cannot-listen', 'cannot listen on 127.0.0.1']);
  assert.match((await failure('listen a:1 b:2')).message, /^usage: listen \[HOST:PORT\]$/);
});
