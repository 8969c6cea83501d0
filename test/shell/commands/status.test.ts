/** `status`: this node, as JSON and as lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

test('status: has every field of the reference', async () => {
  const { value, node } = await openShell();
  const status = await value<Record<string, Record<string, number>>>('status');
  assertFields(
    status,
    'nodeId agent listening advertised uptimeMs peers bans book messages bytes nextPingMs'.split(' '),
  );
  assert.equal(status['nodeId'], node.state.id);
  assert.deepEqual(status['peers'], { inbound: 2, outbound: 0, handshaking: 0, dialing: 0, visitors: 0 });
  assert.deepEqual(status['bans'], { hand: 0, strikes: 0 });
  assert.deepEqual(Object.keys(status['book'] ?? {}), ['new', 'tried']);
  assert.deepEqual(Object.keys(status['messages'] ?? {}), ['sent', 'received']);
  assert.deepEqual(Object.keys(status['bytes'] ?? {}), ['sent', 'received']);
});

test('status: a node alone knows no next ping', async () => {
  const { value, text } = await openShell({ peers: 0 });
  assert.equal((await value<Record<string, unknown>>('info'))['nextPingMs'], null);
  const lines = (await text('status')).split('\n');
  assert.ok(lines.includes('peers      0 in, 0 out, 0 handshaking, 0 being dialled'));
  assert.ok(lines.includes('next ping  -'));
});

test('status: who is kept away, held back or only visits is told when there is somebody', async () => {
  const { value, text, world, node } = await openShell({ peers: 1 });
  assert.doesNotMatch(await text('status'), /kept away|held back|visitor/);
  await value('ban 203.0.113.9');
  await value('ban 203.0.113.10');
  node.state.bans.set('203.0.113.11', { until: world.now() + 1e9, by: 'strikes' });
  const session = node.state.sessions.get(1);
  assert.ok(session !== undefined);
  session.pauses = { until: world.now() + 1_500_000, totalUs: 0, since: 0 };
  const lines = (await text('status')).split('\n');
  assert.ok(lines.includes('kept away  2 banned by hand, 1 discouraged; bans lists them'), lines.join('\n'));
  assert.ok(lines.includes('held back  1 peer that sent more than it may'));
  assert.deepEqual((await value<Record<string, unknown>>('status'))['bans'], { hand: 2, strikes: 1 });
  assert.match(await text('peer #1'), /^held back {2}it sent more than it may; read again in 1s$/m);
  assert.match(await text('peers'), / held back$/m);
  assert.match(await text('peers -v'), / held back +peersh\/test$/m);
  assert.equal((await value<{ pausedMs: number }>('peer #1')).pausedMs, 1_500);
});

test('status: bytes are told where they are counted; a simulated network counts none', async () => {
  const { text, node } = await openShell({ peers: 1 });
  assert.match(await text('status'), /^messages {3}[1-9]\d* sent, [1-9]\d* received$/m);
  Object.assign(node.state.bytes, { sent: 40, received: 2 });
  assert.match(await text('status'), /^messages {3}\d+ sent, \d+ received \(40 and 2 bytes\)$/m);
});
