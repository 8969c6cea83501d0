/** Whether a peer is alive: pings, pongs that answer and pongs that do not, suspicion and the end. Rules 24-27. */
import assert from 'node:assert/strict';
import { until } from '../../helpers/until.ts';
import { PING, type WirePeer } from '../../helpers/wire-peer.ts';
import { type Scene, startScenes } from '../../helpers/wire-scene.ts';

const INTERVAL_MS = 200;
const TIMEOUT_MS = 1_500;
const check = await startScenes({
  set: ['gossip.dial=off', `ping.interval=${INTERVAL_MS}ms`, `ping.timeout=${TIMEOUT_MS}ms`],
});

const PONG = '{"msgtype":"pong"}\n';
const detailOf = async (scene: Scene, peer: WirePeer) => {
  const row = (await scene.node.peers()).find(({ id }) => id === peer.id);
  assert.ok(row !== undefined, 'the peer is gone');
  return scene.node.peer(row.n);
};

/** It was closed for its silence, with a bye, no earlier than ping.timeout after `startMs`. */
async function isTimedOut(scene: Scene, peer: WirePeer, startMs: number): Promise<void> {
  await peer.closes();
  assert.ok(performance.now() - startMs >= TIMEOUT_MS - 5);
  assert.equal(peer.heard('bye')[0]?.['reason'], 'ping timeout');
  await scene.counts({ 'ping-timeout': 1 });
}

check(
  'rule 24: the first ping comes with the handshake, and has a nonce only for peers that know it',
  async (scene) => {
    const plain = await scene.meet();
    assert.deepEqual(plain.heard('ping'), [{ msgtype: 'ping' }]);
    const modern = await scene.meet({ ext: ['nonce'] });
    assert.equal(typeof modern.heard('ping')[0]?.['nonce'], 'number');
  },
);

check('rule 24: who answers is pinged again and again, and stays', async (scene) => {
  const peer = await scene.dial();
  peer.answers = true;
  await peer.greet({ ext: ['nonce'] });
  await peer.hears('ping', Math.ceil((2 * TIMEOUT_MS) / INTERVAL_MS));
  const nonces = peer.heard('ping').map(({ nonce }) => nonce);
  assert.equal(new Set(nonces).size, nonces.length);
  await peer.isAnswered();
  assert.equal((await detailOf(scene, peer)).state, 'ready');
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 24: a pong without a nonce answers the ping that has none', async (scene) => {
  const peer = await scene.meet();
  peer.say(PONG);
  await peer.isAnswered();
  assert.notEqual((await detailOf(scene, peer)).pingMs, null);
});

check('rule 24: one ping is outstanding at a time', async (scene) => {
  const startMs = performance.now();
  const peer = await scene.meet();
  await isTimedOut(scene, peer, startMs);
  assert.equal(peer.heard('ping').length, 1);
});

for (const [what, line] of [
  ['without the nonce of the ping', PONG],
  ['with the nonce of nobody', '{"msgtype":"pong","nonce":"no"}\n'],
  ['with the nonce as text', '{"msgtype":"pong","nonce":"1"}\n'],
] as const) {
  check(`rule 25: a pong ${what} answers nothing`, async (scene) => {
    const startMs = performance.now();
    const peer = await scene.meet({ ext: ['nonce'] });
    peer.say(line.repeat(100));
    await peer.isAnswered();
    const { pingMs, lastPongMs, counts, strikes } = await detailOf(scene, peer);
    assert.deepEqual([pingMs, lastPongMs, counts.received['pong'], strikes], [null, null, 100, 0]);
    await isTimedOut(scene, peer, startMs);
  });
}

check('rule 25: of two pongs to one ping the second is ignored', async (scene) => {
  const peer = await scene.meet({ ext: ['nonce'] });
  const nonce = peer.heard('ping')[0]?.['nonce'];
  peer.say({ msgtype: 'pong', nonce }, { msgtype: 'pong', nonce }, PONG);
  await peer.isAnswered();
  const { counts, state } = await detailOf(scene, peer);
  assert.deepEqual([counts.received['pong'], state], [3, 'ready']);
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 25: a flood of pongs nobody asked for disturbs nobody', async (scene) => {
  const peer = await scene.meet();
  peer.say(PONG.repeat(1_500));
  await scene.witness.isAnswered();
  await peer.isAnswered();
  assert.equal((await detailOf(scene, peer)).counts.received['pong'], 1_500);
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 26: who never pongs is closed at ping.timeout though it talks all the time', async (scene) => {
  const startMs = performance.now();
  const peer = await scene.meet();
  let answered = 0;
  while (!peer.isClosed && answered < 10_000) {
    const { length } = peer.heard('pong');
    peer.say(PING);
    await peer
      .sees('a pong or the end', () => peer.heard('pong').length > length || peer.isClosed)
      .catch(() => undefined);
    answered += 1;
  }
  assert.ok(peer.heard('pong').length > 1);
  await isTimedOut(scene, peer, startMs);
});

check('rule 26: the time counts from the last pong, not from the hello', async (scene) => {
  const peer = await scene.meet();
  await until('half of the time to pass', async () =>
    Number((await detailOf(scene, peer)).outstandingPingMs) > TIMEOUT_MS / 2 ? null : 'not yet',
  );
  const pongMs = performance.now();
  peer.say(PONG);
  await isTimedOut(scene, peer, pongMs);
});

check('rule 27: a missed pong makes a suspect, a late one clears it', async (scene) => {
  const peer = await scene.meet();
  await until('suspicion', async () => {
    const { state } = await detailOf(scene, peer);
    return state === 'suspect' ? null : state;
  });
  peer.say(PONG);
  peer.answers = true;
  await peer.isAnswered();
  assert.equal((await detailOf(scene, peer)).state, 'ready');
  await peer.hears('ping', 2);
  assert.deepEqual(await scene.reasons(), {});
});
