/** `peer`: everything about one peer, live or gone. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

const FIELDS =
  'n id dir via address listen agent state pingMs counts bytes strikes outstandingPingMs lastError lines'.split(' ');

interface Peer {
  readonly state: string;
  readonly counts: { readonly sent: Record<string, number>; readonly received: Record<string, number> };
  readonly lines: readonly { readonly agoMs: number; readonly dir: string; readonly line: string }[];
  readonly closed: { readonly reason: string; readonly agoMs: number } | null;
}

test('peer: the row with counters by type and the last lines of this connection only', async () => {
  const { value } = await openShell();
  const peer = await value<Peer>('peer #1');
  assertFields(peer, FIELDS);
  assert.equal(peer.counts.sent['hello'], 1);
  assert.equal(peer.counts.received['hello'], 1);
  assert.equal(peer.closed, null);
  assert.ok(peer.lines.length > 0 && peer.lines.length <= 12);
  for (const line of peer.lines) assert.deepEqual(Object.keys(line), ['agoMs', 'dir', 'line']);
  const ids = peer.lines.filter(({ line }) => line.includes('"hello"')).map(({ line }) => line);
  assert.equal(new Set(ids).size, ids.length);
});

test('peer: one that has gone is still told about, with why it closed', async () => {
  const { value, text, others, pass } = await openShell();
  const id = others[0]?.state.id ?? '';
  await others[0]?.stop();
  await pass(500);
  const gone = await value<Peer>(`getpeerinfo ${id.slice(0, 8)}`);
  assert.deepEqual([gone.state, gone.closed?.reason], ['closed', 'bye']);
  assert.equal(gone.closed?.agoMs, Math.round((gone.closed?.agoMs ?? 0) * 1_000) / 1_000);
  const lines = (await text('peer #1')).split('\n');
  assert.ok(
    lines.some((line) => /^state {6}closed, inbound \([a-z]+\)$/.test(line)),
    'said once',
  );
  assert.ok(lines.some((line) => /^closed {5}\d+m?s ago by them: the peer said bye \[bye\] "stopping"$/.test(line)));
  assert.ok(lines.at(-1)?.startsWith('< '), lines.at(-1));
});

test('peer: without an id, with two or a wrong one it is one line', async () => {
  const { failure } = await openShell({ peers: 1 });
  assert.match((await failure('peer')).message, /^usage: peer ID; the live ones are /);
  assert.match((await failure('peer #1 #1')).message, /^usage: peer ID$/);
  assert.match((await failure('peer #9')).message, /^no peer "#9"; the live ones are /);
});
