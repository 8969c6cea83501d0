/** Messages in hand on real sockets keep the contract; a peer with too much in hand is not read, and what nobody deals with goes by itself. */
import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import type { World } from '../../src/core/world.ts';
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

/** A node and a peer that has said hello, with a rule. */
async function withPeer(rule: string, run: (scene: PeerScene) => Promise<void>): Promise<void> {
  const world = createTcpWorld('peersh/test');
  const node = await spawn(world, 'n1');
  const { host, port } = placeOf(node);
  const peer = await WirePeer.dial(`${host}:${port}`);
  const strikes: string[] = [];
  world.onEvent((_, event) => {
    if (event.kind === 'strike') strikes.push(event.reason);
  });
  try {
    await peer.greet();
    await peer.isAnswered();
    world.tap.order({ kind: 'break', text: rule, node: null });
    await run({
      world,
      peer,
      strikes,
      types: () => world.tap.held().map(({ type, fate }) => `${type} ${fate}`),
      pass: () => world.until(() => false, { limitMs: 200 }),
      closed: () => node.views.gone()[0]?.closed?.reason ?? null,
    });
  } finally {
    peer.leave();
    await world.close();
  }
}

interface PeerScene {
  readonly world: World;
  readonly peer: WirePeer;
  readonly strikes: readonly string[];
  readonly types: () => readonly string[];
  readonly pass: () => Promise<unknown>;
  readonly closed: () => string | null;
}

const BAD_UTF8 = Uint8Array.from([...Buffer.from('{"msgtype":"'), 0xff, ...Buffer.from('"}\n')]);
const TOO_DEEP = `${'{"a":'.repeat(40)}1${'}'.repeat(40)}\n`;

for (const [what, line, strike] of [
  ['bad JSON', '{"msgtype":\n', /JSON/],
  ['bad UTF-8', BAD_UTF8, /UTF-8/],
  ['a line that is nested too deep', TOO_DEEP, /deep/],
  ['a byte order mark', '\ufeff{"msgtype":"ping"}\n', /byte order/],
] as const)
  test(`tcp in hand: ${what} is held like any line, and is a strike only when it goes on`, () =>
    withPeer('in once', async ({ world, peer, strikes, types, pass }) => {
      peer.say(line);
      await pass();
      assert.deepEqual([types().length, strikes], [1, []]);
      assert.match(types()[0] ?? '', / held$/);
      assert.ok((world.tap.held()[0]?.line.length ?? 0) > 0);
      world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
      assert.equal(strikes.length, 1);
      assert.match(strikes[0] ?? '', strike);
      await peer.isAnswered();
    }));

test('tcp in hand: a line that is no message can be dropped or edited into one', () =>
  withPeer('in', async ({ world, peer, strikes, pass }) => {
    peer.say(BAD_UTF8, BAD_UTF8);
    await pass();
    const [first, second] = world.tap.held();
    world.tap.order({ kind: 'drop', id: first?.id ?? '' });
    world.tap.order({ kind: 'edit', id: second?.id ?? '', line: '{"msgtype":"ping","nonce":"edited"}' });
    world.tap.order({ kind: 'unbreak', id: 'all' });
    world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
    await peer.sees('the pong', () => peer.heard('pong').some((pong) => pong['nonce'] === 'edited'));
    assert.deepEqual(strikes, []);
  }));

test('tcp in hand: a line that is too long ends its connection, but not before what is held before it', () =>
  withPeer('unknown at recv once', async ({ world, peer, types, pass, closed }) => {
    const heard: string[] = [];
    world.onLine((_, __, direction, line) => {
      if (direction === 'received') heard.push(line);
    });
    peer.say({ msgtype: 'first' }, `{"msgtype":"${'x'.repeat(80_000)}"}\n`, { msgtype: 'ping' });
    await pass();
    assert.deepEqual([types(), closed(), heard], [['first held'], null, []]);
    world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
    await peer.closes();
    assert.deepEqual(heard, ['{"msgtype":"first"}']);
    await pass();
    assert.equal(closed(), 'line-too-long');
  }));

test('tcp in hand: an end that waits comes when its time has come', () =>
  withPeer('unknown at recv once do delay 400ms', async ({ world, peer, pass, closed }) => {
    peer.say({ msgtype: 'first' });
    peer.socket.end();
    await pass();
    assert.deepEqual([world.tap.held().length, closed()], [1, null]);
    await pass();
    await pass();
    assert.deepEqual([world.tap.held().length, closed()], [0, 'remote-closed']);
  }));
