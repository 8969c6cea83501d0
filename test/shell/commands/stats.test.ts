/** `stats`: messages and bytes by type, of the node and of one peer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLiveWorld } from '../../../src/worlds.ts';
import { liveShell } from '../../helpers/live-shell.ts';
import { placeOf, reach, spawn } from '../../helpers/meet.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('stats: of the node, messages and bytes by type and how often each reason came up', async () => {
  const { value, text, pass } = await openShell();
  await value('drop #1');
  await pass(500);
  const all = await value<Record<string, Record<string, { messages: number; bytes: number }>>>('stats');
  assert.deepEqual(Object.keys(all), ['sent', 'received', 'reasons']);
  assert.equal(all['received']?.['hello']?.messages, 2);
  assert.deepEqual(Object.keys(all['sent']?.['hello'] ?? {}), ['messages', 'bytes']);
  assert.equal(Number(all['reasons']?.['dropped']), 1);
  const lines = (await text('getnettotals')).split('\n');
  assert.match(lines[0] ?? '', /^type +sent +bytes +received +bytes$/);
  assert.match(lines.at(-2) ?? '', /^times +reason +which means$/);
  assert.match(lines.at(-1) ?? '', /^ +1 +dropped +dropped by hand$/);
});

test('stats: where nobody counts bytes by type they are not known, the totals are', async () => {
  const { value, text } = await openShell();
  const one = await value<Record<string, Record<string, unknown>>>('stats #1');
  assert.deepEqual(one['received']?.['hello'], { messages: 1, bytes: null });
  assert.match(await text('stats #1'), /\nbytes in all: \d+ sent, \d+ received$/);
});

test('stats: nothing yet and a wrong id are one line', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.equal(await text('stats'), 'no messages yet');
  assert.equal((await failure('stats zz')).code, 'no-such-peer');
  assert.match((await failure('stats a b')).message, /^usage: stats \[ID\]$/);
});

test('stats: of one peer on TCP bytes are counted by type, too', async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const node = await spawn(world, 'n1');
  const shell = liveShell(world, node);
  await spawn(world, 'n2', { bootstrap: [placeOf(node)] });
  await reach(world, 'a pong', () => (node.views.peers()[0]?.pingMs ?? null) !== null);
  const result = await shell.run('stats #1');
  assert.ok(result.kind === 'ok');
  const { received } = result.value as { received: Record<string, { messages: number; bytes: number }> };
  assert.equal(received['hello']?.messages, 1);
  assert.ok((received['hello']?.bytes ?? 0) > 60);
  assert.match(result.text, /^type +sent +bytes +received +bytes\n/);
});
