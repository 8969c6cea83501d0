/** Messages in hand on real sockets keep the contract; a peer with too much in hand is not read, and what nobody deals with goes by itself. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { LANE_MESSAGES_MAX, PATIENCE_US } from '../../src/tap/limits.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { tapContract } from '../contract/tap.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { WirePeer } from '../helpers/wire-peer.ts';

tapContract('tcp', () => createTcpWorld('peersh/test'));

test('tcp in hand: a peer with too much in hand is not read until that went on', async () => {
  const world = createTcpWorld('peersh/test');
  const node = await spawn(world, 'n1');
  const { host, port } = placeOf(node);
  const peer = await WirePeer.dial(`${host}:${port}`);
  try {
    await peer.greet();
    const received = () => node.views.peer(node.views.peers()[0]?.n ?? 0)?.bytes.received ?? 0;
    world.tap.order({ kind: 'break', text: 'unknown at recv once', node: null });
    peer.say({ msgtype: 'first' });
    for (let i = 0; i < LANE_MESSAGES_MAX; i += 1) peer.say({ msgtype: 'ping', nonce: `held ${i}` });
    for (let i = 0; i < 50 && world.tap.held().length < LANE_MESSAGES_MAX; i += 1)
      await world.until(() => false, { limitMs: 20 });
    await world.until(() => false, { limitMs: 100 });
    const before = received();
    const { length } = world.tap.held();
    assert.ok(length < 2 * LANE_MESSAGES_MAX);
    for (let i = 0; i < 2 * LANE_MESSAGES_MAX; i += 1) peer.say({ msgtype: 'ping', nonce: `unread ${i}` });
    await world.until(() => false, { limitMs: 200 });
    assert.equal(received(), before);
    assert.equal(world.tap.held().length, length);
    assert.equal(peer.heard('pong').length, 0);
    world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
    await peer.isAnswered();
    assert.equal(peer.heard('pong').length, 3 * LANE_MESSAGES_MAX + 1);
    assert.deepEqual(world.tap.held(), []);
  } finally {
    peer.leave();
    await world.close();
  }
});

test('tcp in hand: what nobody deals with goes on after a minute, and is told of', async () => {
  const world = createTcpWorld('peersh/test');
  const node = await spawn(world, 'n1');
  const { host, port } = placeOf(node);
  const peer = await WirePeer.dial(`${host}:${port}`);
  try {
    await peer.greet();
    const changes: string[] = [];
    const isHeld = new Promise<void>((resolve) => {
      world.tap.onChange(({ kind }) => {
        changes.push(kind);
        resolve();
      });
    });
    world.tap.order({ kind: 'break', text: 'unknown at recv once', node: null });
    mock.timers.enable({ apis: ['setTimeout'] });
    peer.say({ msgtype: 'first' });
    await isHeld;
    mock.timers.tick(PATIENCE_US / 1_000 - 1);
    const [held, ...others] = world.tap.held();
    assert.deepEqual(others, []);
    const now = performance.now();
    mock.method(performance, 'now', () => now + PATIENCE_US / 1_000);
    mock.timers.tick(1);
    assert.deepEqual(changes, ['held', 'released']);
    assert.deepEqual(world.tap.held(), []);
    assert.equal(world.tap.message(held?.id ?? '')?.fate, 'delivered');
  } finally {
    mock.timers.reset();
    mock.restoreAll();
    peer.leave();
    await world.close();
  }
});
