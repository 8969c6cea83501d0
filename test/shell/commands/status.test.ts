/** `status`: this node, as JSON and as lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

test('status: has every field of the reference', async () => {
  const { value, node } = await openShell();
  const status = await value<Record<string, Record<string, number>>>('status');
  assertFields(status, 'nodeId agent listening advertised uptimeMs peers book messages bytes nextPingMs'.split(' '));
  assert.equal(status['nodeId'], node.state.id);
  assert.deepEqual(status['peers'], { inbound: 2, outbound: 0, handshaking: 0, dialing: 0 });
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
