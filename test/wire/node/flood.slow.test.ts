/** Peers that say too much, and peers that read too little: they wait, the others do not. Rules 54, 56, 58. */
import assert from 'node:assert/strict';
import { until } from '../../helpers/until.ts';
import { PING, type WirePeer } from '../../helpers/wire-peer.ts';
import { type Scene, startScenes } from '../../helpers/wire-scene.ts';

const BURST = 100;
const BYTES_PER_S = 4 * 1_048_576;
const BYTES_BURST = 256 * 1_024;
/** What was on its way when the node stopped to read. */
const CHUNK_BYTES = 2 * 65_536;
const check = await startScenes({
  set: [
    'gossip.dial=off',
    'flood.messages=50',
    `flood.messages.burst=${BURST}`,
    'flood.bytes=4MiB',
    'flood.bytes.burst=256KiB',
    'queue.max=64KiB',
    'queue.drain=1s',
  ],
});

/** The witness waits for less than a second, in the best of a few rounds: one may fall on a moment of a busy machine. */
async function isServed(scene: Scene): Promise<void> {
  const waits: number[] = [];
  for (let i = 0; i < 5; i += 1) {
    const startMs = performance.now();
    await scene.witness.isAnswered();
    waits.push(performance.now() - startMs);
  }
  assert.ok(Math.min(...waits) < 1_000, `the witness waited ${waits.map(Math.round).join(', ')} ms`);
}

const numbered = (count: number) =>
  Array.from({ length: count }, (_, i) => `{"msgtype":"ping","nonce":${i}}\n`).join('');

check('rule 54: messages over the burst wait, are answered in order and late, and nobody else waits', async (scene) => {
  const peer = await scene.meet();
  const startMs = performance.now();
  const total = BURST + 100;
  peer.say(numbered(total));
  await peer.hears('pong', BURST / 2);
  await isServed(scene);
  assert.ok(peer.heard('pong').length < total);
  await peer.hears('pong', total);
  // A hundred over the burst, at fifty a second; the first of them were earned by the handshake's second.
  assert.ok(performance.now() - startMs >= 1_000);
  assert.deepEqual(
    peer.heard('pong').map(({ nonce }) => nonce),
    Array.from({ length: total }, (_, i) => i),
  );
  assert.equal(scene.node.notices('flood').filter(({ id }) => id === peer.id).length, 1);
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 54: no more bytes are read than the burst and what time has earned', async (scene) => {
  const startMs = performance.now();
  const peer = await scene.meet();
  const line = `${JSON.stringify({ msgtype: 'inv', pad: 'x'.repeat(60_000) })}\n`;
  // 24 MB, far more than the buffers of the system between us.
  for (let i = 0; i < 400; i += 1) peer.say(line);
  await until('the node to hold it back', () =>
    scene.node.notices('flood').some(({ id }) => id === peer.id) ? null : 'not yet',
  );
  await isServed(scene);
  const { n } = await scene.node.row(peer.id);
  const { bytes } = await scene.node.run<{ bytes: { received: number } }>(`peer #${n}`);
  const earned = BYTES_BURST + ((performance.now() - startMs) / 1_000) * BYTES_PER_S;
  assert.ok(bytes.received <= earned + CHUNK_BYTES, `${bytes.received} of ${earned}`);
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 54: who is held back may still leave, and is forgotten', async (scene) => {
  const peer = await scene.meet();
  peer.say(PING.repeat(2_000));
  await until('the node to hold it back', () =>
    scene.node.notices('flood').some(({ id }) => id === peer.id) ? null : 'not yet',
  );
  peer.socket.resetAndDestroy();
  await scene.isWell();
});

/** Says more and more pings whose pongs are long, and reads none of them, until the node stops reading. */
async function stuff(scene: Scene, peer: WirePeer): Promise<void> {
  peer.socket.pause();
  const text = `${JSON.stringify({ msgtype: 'ping', nonce: 'n'.repeat(64) })}\n`.repeat(500);
  let queued = 0;
  // What the node has stopped to read for good fills the buffers between us, and then waits in ours.
  while (!peer.socket.destroyed && queued < 80) {
    queued = peer.socket.write(text) ? 0 : queued + 1;
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  await isServed(scene);
}

const LIFTED = [
  'flood.messages 1000000',
  'flood.messages.burst 1000000',
  'flood.bytes 64MiB',
  'flood.bytes.burst 64MiB',
];

check('rule 56: a peer that never reads is not read either, and is cut off after queue.drain', async (scene) => {
  for (const setting of LIFTED) await scene.node.run(`set ${setting}`);
  const peer = await scene.meet();
  await stuff(scene, peer);
  await scene.counts({ 'write-failed': 1 });
  await scene.isWell();
});

check('rule 56: a slow peer that reads again in time is kept and gets every answer', async (scene) => {
  await scene.node.run('set queue.drain 60s');
  const peer = await scene.meet();
  await stuff(scene, peer);
  const { n } = await scene.node.row(peer.id);
  const read = (await scene.node.peer(n)).counts.received['ping'] ?? 0;
  assert.ok(read > 0);
  assert.ok(peer.socket.writableLength > 0);
  peer.socket.resume();
  await peer.sees('all to be said', () => peer.socket.writableLength === 0);
  await peer.isAnswered();
  const { counts } = await scene.node.peer(n);
  assert.ok((counts.received['ping'] ?? 0) > read);
  assert.equal(peer.heard('pong').length, counts.received['ping']);
  assert.deepEqual(await scene.reasons(), {});
});
