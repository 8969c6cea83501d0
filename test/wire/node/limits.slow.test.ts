/** How many may come in, and what becomes of those for whom there is no place. Rules 49, 50, 52, 53, 65, 67. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { until } from '../../helpers/until.ts';
import { freshId, PING, WirePeer } from '../../helpers/wire-peer.ts';
import { startScenes, WireNode } from '../../helpers/wire-scene.ts';

// Half of the four places are kept for peers that the node dials; the witness has one of the others.
const check = await startScenes({ set: ['gossip.dial=off', 'peers.max=4', 'pending.max=4', 'visitors.max=3'] });

check('rule 49: peers.max is not passed, and a place that becomes free is given again', async (scene) => {
  const first = await scene.meet();
  const second = await scene.dial();
  second.say({ msgtype: 'hello', nodeid: freshId() });
  await second.closes();
  assert.equal((await scene.node.peers()).filter(({ state }) => state === 'ready').length, 2);
  first.leave();
  await until('the place to be free', async () => ((await scene.node.peers()).length === 1 ? null : 'not yet'));
  await (await scene.meet()).isAnswered();
});

check('rule 52: who comes to a full node gets hello, addresses and bye, and is no peer', async (scene) => {
  const first = await scene.meet({ listen: 27_001 });
  const visitor = await scene.dial();
  const nodeid = freshId();
  visitor.say({ msgtype: 'hello', nodeid }, PING);
  await visitor.closes();
  assert.deepEqual(
    visitor.messages.map(({ msgtype }) => msgtype),
    ['hello', 'addr', 'bye'],
  );
  assert.deepEqual(visitor.heard('addr')[0]?.['peers'], [['127.0.0.1:27001', first.id]]);
  assert.equal(visitor.heard('bye')[0]?.['reason'], 'full');
  await scene.counts({ full: 1 });
  await first.isAnswered();
  assert.ok(scene.node.notices('connect').every(({ id }) => id !== nodeid));
});

check('rule 52: a visitor that does not leave is cut off', async (scene) => {
  await scene.meet();
  const visitor = await scene.dial({ halfOpen: true });
  visitor.say({ msgtype: 'hello', nodeid: freshId() });
  await visitor.hears('bye');
  await scene.counts({ full: 1 });
  assert.equal((await scene.node.peers()).filter(({ state }) => state === 'visitor').length, 0);
});

check('rule 52: beyond visitors.max nobody is talked to', async (scene) => {
  await scene.meet();
  const visitors: WirePeer[] = [];
  for (let i = 0; i < 4; i += 1) visitors.push(await scene.dial({ halfOpen: true }));
  // A visitor has a second to leave: unless the machine stands still for that long, the fourth finds no place.
  for (const visitor of visitors) visitor.say({ msgtype: 'hello', nodeid: freshId() });
  await until('all to be seen off', async () => {
    const { full = 0, 'visitors-full': turned = 0 } = await scene.reasons();
    return full + turned === 4 ? null : `${full} and ${turned}`;
  });
  const { full = 0 } = await scene.reasons();
  assert.equal(full, 3);
  assert.equal(visitors.filter((visitor) => visitor.messages.length > 0).length, 3);
});

check('rule 50: when pending.max is reached the oldest silent connection makes room', async (scene) => {
  const silent: WirePeer[] = [];
  for (let i = 0; i < 6; i += 1) {
    const peer = await scene.dial();
    silent.push(peer);
    // Seen by the node before the next comes, so that their order is certain.
    await until('it to be seen', async () =>
      (await scene.node.peers()).some(({ address }) => address === `127.0.0.1:${peer.socket.localPort}`) ? null : 'no',
    );
  }
  await silent[0]?.closes();
  await silent[1]?.closes();
  await scene.counts({ 'pending-full': 2 });
  assert.deepEqual(
    silent.map(({ isClosed }) => isClosed),
    [true, true, false, false, false, false],
  );
  assert.ok(silent.every(({ messages }) => messages.length === 0));
  await silent[5]?.greet();
});

check('rule 50: a hundred silent connections hold no place of a peer', async (scene) => {
  const silent: WirePeer[] = [];
  for (let i = 0; i < 100; i += 1) silent.push(await scene.dial());
  await scene.counts({ 'pending-full': 96 });
  const peer = await scene.dial();
  await peer.greet();
  await peer.isAnswered();
});

check('rule 65: a hundred connections that are reset at once leave nothing behind', async (scene) => {
  const peers: WirePeer[] = [];
  for (let i = 0; i < 100; i += 1) {
    const peer = await scene.dial();
    if (i % 2 === 0) peer.say({ msgtype: 'hello', nodeid: freshId() }, PING);
    peer.socket.resetAndDestroy();
    peers.push(peer);
  }
  await until('all to be gone', async () => ((await scene.node.peers()).length === 1 ? null : 'not yet'));
  const status = await scene.node.run<{ peers: { handshaking: number; inbound: number } }>('status');
  assert.deepEqual([status.peers.handshaking, status.peers.inbound], [0, 1]);
});

check('rule 67: the end of a peer ends our side; a reset is named as one', async (scene) => {
  const polite = await scene.dial({ halfOpen: true });
  await polite.greet();
  polite.say({ msgtype: 'bye', reason: 'so long' });
  polite.socket.end();
  await polite.closes();
  await scene.counts({ bye: 1 });
  const silent = await scene.meet();
  silent.socket.end();
  await silent.closes();
  await scene.counts({ bye: 1, 'remote-closed': 1 });
  const rude = await scene.meet();
  rude.socket.resetAndDestroy();
  await scene.counts({ bye: 1, 'remote-closed': 1, reset: 1 });
});

check('rule 67: what a peer said before its end is still heard', async (scene) => {
  const peer = await scene.dial({ halfOpen: true });
  await peer.greet();
  peer.say({ msgtype: 'addr', peers: [['127.0.0.1:27777', 'x']] });
  peer.socket.end(PING);
  await peer.closes();
  assert.ok((await scene.node.addrs()).some(({ address }) => address === '127.0.0.1:27777'));
});

let node: WireNode;
before(async () => {
  node = await WireNode.start({ set: ['gossip.dial=off', 'peers.max=1'] });
});
after(() => node.kill());

test('rule 52: a node with one place sees a crowd off, and its one peer notices nothing', async () => {
  const first = await WirePeer.dial(node.address);
  await first.greet();
  const crowd = await Promise.all(Array.from({ length: 60 }, () => WirePeer.dial(node.address)));
  for (const peer of crowd) peer.say({ msgtype: 'hello', nodeid: freshId() });
  await first.isAnswered();
  await Promise.all(crowd.map((peer) => peer.closes()));
  assert.ok(crowd.every((peer) => peer.heard('bye')[0]?.['reason'] === 'full'));
  assert.ok(crowd.every((peer) => peer.heard('hello').length === 1 && peer.heard('addr').length >= 1));
  await until('all to be counted', async () => ((await node.reasons())['full'] === 60 ? null : 'fewer'));
  await first.isAnswered();
  first.leave();
});
