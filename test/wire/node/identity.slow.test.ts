/** Who is who: the node itself, two connections of one peer, ids that are stolen or only heard of. Rules 18-23. */
import assert from 'node:assert/strict';
import { freePort } from '../../helpers/ports.ts';
import { until } from '../../helpers/until.ts';
import { freshId, type WireListener, type WirePeer } from '../../helpers/wire-peer.ts';
import { type Failed, type Scene, startScenes, WireNode } from '../../helpers/wire-scene.ts';

const PROBE_MS = 400;
const check = await startScenes({
  set: ['gossip.dial=off', 'collision.window=60s', `probe.timeout=${PROBE_MS}ms`, 'drop.hold=0s'],
});

const types = (peer: WirePeer) => peer.messages.map(({ msgtype }) => msgtype);
const rowsOf = async (scene: Scene, id: string) => (await scene.node.peers()).filter((row) => row.id === id);

check('rule 18: our own id from outside is answered and closed, and costs nobody anything', async (scene) => {
  for (let i = 0; i < 10; i += 1) {
    const peer = await scene.dial();
    peer.say({ msgtype: 'hello', nodeid: scene.node.id.toUpperCase() });
    await peer.closes();
    assert.deepEqual(types(peer), ['hello']);
  }
  await scene.counts({ self: 10 });
  await (await scene.meet()).isAnswered();
  assert.deepEqual(scene.node.notices('self'), []);
});

check('rule 19: a stranger that claims to be us at an address does not make it ours', async (scene) => {
  const listener = await scene.listen();
  listener.onPeer = (peer) => peer.say({ msgtype: 'hello', nodeid: 'honest' });
  const liar = await scene.dial();
  liar.say({ msgtype: 'hello', nodeid: scene.node.id, listen: listener.port });
  await liar.closes();
  const answer = await scene.node.run<{ id: string }>(`connect ${listener.address}`);
  assert.equal(answer.id, 'honest');
});

check(
  'rule 18: a dialled address that answers with our own id is ourselves: said, marked, never told',
  async (scene) => {
    const listener = await scene.listen();
    listener.onPeer = (peer) => peer.say({ msgtype: 'hello', nodeid: scene.node.id });
    const answer = await scene.node.run<Failed>(`connect ${listener.address}`);
    assert.equal(answer.error.code, 'self');
    await scene.counts({ self: 1 });
    assert.equal(scene.node.notices('self').length, 1);
    assert.equal((await scene.node.addrs()).find(({ address }) => address === listener.address)?.state, 'self');
    const peer = await scene.meet();
    peer.say({ msgtype: 'getaddr' }, { msgtype: 'addr', peers: [[listener.address, 'x']], ages: [1] });
    const told = (await peer.hears('addr', 2))['peers'] as [string, string][];
    assert.ok(told.every(([address]) => address !== listener.address));
    assert.equal(listener.accepted.length, 1);
    assert.equal((await scene.reasons())['is-self'], 1);
  },
);

check('rule 20: a second connect to an address in progress or connected is no second dial', async (scene) => {
  const listener = await scene.listen();
  const first = scene.node.run(`connect ${listener.address}`);
  const second = scene.node.run<{ steps: unknown[] }>(`connect ${listener.address}`);
  (await listener.accepts()).say({ msgtype: 'hello', nodeid: 'once' });
  await first;
  assert.deepEqual((await second).steps, []);
  assert.equal(listener.accepted.length, 1);
});

/** A peer that is connected to us, that we then dial at its listener; or the other way round. */
interface Collision {
  readonly inbound: WirePeer;
  readonly outbound: WirePeer;
  readonly listener: WireListener;
}

async function collide(scene: Scene, id: string, first: 'inbound' | 'outbound'): Promise<Collision> {
  const listener = await scene.listen();
  listener.onPeer = (peer) => peer.say({ msgtype: 'hello', nodeid: id });
  const dialUs = async () => {
    const peer = await scene.dial();
    peer.say({ msgtype: 'hello', nodeid: id });
    await peer.hears('hello');
    return peer;
  };
  const early = first === 'inbound' ? await dialUs() : null;
  if (early !== null) await early.hears('getaddr');
  const connecting = scene.node.run(`connect ${listener.address}`);
  const outbound = await listener.accepts();
  await outbound.hears('hello');
  await connecting;
  return { inbound: early ?? (await dialUs()), outbound, listener };
}

for (const [id, kept, greater] of [
  ['zzz', 'inbound', 'the peer'],
  ['0', 'outbound', 'the node'],
] as const) {
  for (const first of ['inbound', 'outbound'] as const) {
    check(
      `rule 21: of two crossing dials, ${first} first, the ${kept} one stays: ${greater} has the greater id`,
      async (scene) => {
        const collision = await collide(scene, id, first);
        const [winner, loser] = [collision[kept], collision[kept === 'inbound' ? 'outbound' : 'inbound']];
        // Its dialler closes the loser: the node at once where it dialled, else whoever comes first after two seconds.
        await loser.hears('bye');
        await loser.closes();
        assert.equal(loser.heard('bye')[0]?.['reason'], 'duplicate');
        assert.equal(loser.heard('hello').length, 1);
        await winner.isAnswered();
        await scene.counts({ duplicate: 1 });
        const rows = await rowsOf(scene, id);
        assert.deepEqual(
          rows.map(({ dir, state }) => [dir, state]),
          [[kept, 'ready']],
        );
        assert.equal(winner.heard('bye').length, 0);
        const again = await scene.node.run<{ steps: unknown[] }>(`connect ${collision.listener.address}`);
        assert.deepEqual(again.steps, []);
        assert.equal(collision.listener.accepted.length, 1);
      },
    );
  }
}

check('rule 21: a loser whose dialler closes it is gone at once, and the winner stays', async (scene) => {
  const { inbound, outbound } = await collide(scene, '0', 'inbound');
  inbound.say({ msgtype: 'bye', reason: 'duplicate' });
  inbound.socket.end();
  await inbound.closes();
  assert.equal(inbound.heard('bye').length, 0);
  await outbound.isAnswered();
  await until('one row', async () => ((await rowsOf(scene, '0')).length === 1 ? null : 'more'));
});

check('rule 22: who steals the id of a peer that answers is sent away', async (scene) => {
  const owner = await scene.meet();
  owner.answers = true;
  const pinged = owner.heard('ping').length;
  owner.say({ msgtype: 'pong' });
  const { n } = await scene.node.row(owner.id);
  const thief = await scene.dial();
  thief.say({ msgtype: 'hello', nodeid: owner.id, listen: 4_444, agent: 'thief' }, { msgtype: 'ping' });
  await thief.closes();
  assert.deepEqual(types(thief), ['hello', 'bye']);
  assert.equal(owner.heard('ping').length, pinged + 1);
  await scene.counts({ duplicate: 1 });
  assert.deepEqual(
    (await rowsOf(scene, owner.id)).map((row) => [row.n, row.listen, row.agent]),
    [[n, null, null]],
  );
  await owner.isAnswered();
});

check('rule 22: a peer that came back takes the place of its dead connection', async (scene) => {
  const dead = await scene.meet();
  const { n } = await scene.node.row(dead.id);
  const alive = await scene.dial();
  alive.say({ msgtype: 'hello', nodeid: dead.id }, { msgtype: 'getaddr' });
  await alive.hears('getaddr');
  await dead.closes();
  assert.equal(alive.messages[0]?.msgtype, 'hello');
  assert.equal(alive.heard('addr').length, 1);
  const row = await scene.node.row(dead.id);
  assert.ok(row.n > n);
  await alive.isAnswered();
  await scene.counts({ 'ping-timeout': 1 });
});

check('rule 22: a waiting connection is let in at once when the old one leaves', async (scene) => {
  await scene.node.run('set probe.timeout 60s');
  const old = await scene.meet();
  const next = await scene.dial();
  next.say({ msgtype: 'hello', nodeid: old.id });
  await until('it to wait', async () => ((await rowsOf(scene, old.id)).length === 2 ? null : 'one row'));
  assert.deepEqual(next.messages, []);
  old.leave();
  await next.hears('getaddr');
  await scene.node.run(`set probe.timeout ${PROBE_MS}ms`);
  assert.equal((await rowsOf(scene, old.id)).length, 1);
});

check(
  'rule 22: a waiting connection that leaves takes nothing with it, though the old one is silent',
  async (scene) => {
    const old = await scene.meet();
    const next = await scene.dial();
    next.say({ msgtype: 'hello', nodeid: old.id });
    next.leave();
    await scene.counts({ 'remote-closed': 1 });
    // A second pair, begun later, is the clock: when its old connection has had its time, so has ours.
    const clock = await scene.meet();
    (await scene.dial()).say({ msgtype: 'hello', nodeid: clock.id });
    await clock.closes();
    await old.isAnswered();
    await scene.counts({ 'remote-closed': 1, 'ping-timeout': 1 });
  },
);

check('rule 22: a place to wait is free again when the one who waited has left', async (scene) => {
  await scene.node.run('set probe.timeout 60s');
  const old = await scene.meet();
  const next = await scene.dial();
  next.say({ msgtype: 'hello', nodeid: old.id });
  next.leave();
  await scene.counts({ 'remote-closed': 1 });
  const last = await scene.dial();
  last.say({ msgtype: 'hello', nodeid: old.id });
  await until('it to wait', async () => ((await rowsOf(scene, old.id)).length === 2 ? null : 'one row'));
  old.leave();
  await last.hears('getaddr');
  await scene.node.run(`set probe.timeout ${PROBE_MS}ms`);
  await scene.counts({ 'remote-closed': 2 });
});

check('rule 22: who waits behind the loser of a collision is sent away, not forgotten', async (scene) => {
  await scene.node.run('set probe.timeout 60s');
  const listener = await scene.listen();
  listener.onPeer = (peer) => peer.say({ msgtype: 'hello', nodeid: '0' });
  const old = await scene.meet({ nodeid: '0' });
  const next = await scene.dial();
  next.say({ msgtype: 'hello', nodeid: '0' });
  await until('it to wait', async () => ((await rowsOf(scene, '0')).length === 2 ? null : 'one row'));
  await scene.node.run(`connect ${listener.address}`);
  await old.closes();
  await next.closes();
  assert.deepEqual(types(next), ['hello', 'bye']);
  await (await listener.accepts()).isAnswered();
  await scene.node.run(`set probe.timeout ${PROBE_MS}ms`);
  await scene.counts({ duplicate: 2 });
  assert.equal((await rowsOf(scene, '0')).length, 1);
});

check(
  'rule 22: of twenty connections with one id one is a peer, one waits, the others are sent away',
  async (scene) => {
    await scene.node.run('set probe.timeout 60s');
    const id = freshId();
    const peers: WirePeer[] = [];
    for (let i = 0; i < 20; i += 1) peers.push(await scene.dial());
    for (const peer of peers) peer.say({ msgtype: 'hello', nodeid: id });
    await scene.counts({ 'id-pending': 18 });
    const rows = await rowsOf(scene, id);
    assert.deepEqual(rows.map(({ state }) => state).sort(), ['handshaking', 'ready']);
    const [first] = peers.filter((peer) => peer.heard('getaddr').length > 0);
    assert.ok(first !== undefined);
    await Promise.all(peers.filter((peer) => peer.heard('bye').length > 0).map((peer) => peer.closes()));
    assert.equal(peers.filter((peer) => peer.isClosed).length, 18);
    first.say({ msgtype: 'pong' });
    await scene.counts({ 'id-pending': 18, duplicate: 1 });
    await first.isAnswered();
    assert.equal((await rowsOf(scene, id)).length, 1);
    await scene.node.run(`set probe.timeout ${PROBE_MS}ms`);
  },
);

check('rule 23: an id that was only heard of binds nobody', async (scene) => {
  const listener = await scene.listen();
  listener.onPeer = (peer) => peer.say({ msgtype: 'hello', nodeid: 'its-own' });
  const liar = await scene.meet();
  liar.say({ msgtype: 'addr', peers: [[listener.address, 'victim']] });
  await liar.isAnswered();
  const victim = await scene.meet({ nodeid: 'victim' });
  await victim.isAnswered();
  assert.equal((await scene.node.row('victim')).listen, null);
  const answer = await scene.node.run<{ id: string }>(`connect ${listener.address}`);
  assert.equal(answer.id, 'its-own');
  await victim.isAnswered();
  assert.equal((await scene.node.addrs()).find(({ address }) => address === listener.address)?.id, 'its-own');
});

check('rule 48: a bootstrap entry that is the node itself is dialled once and then skipped', async () => {
  const port = await freePort();
  const node = await WireNode.start({
    listen: `127.0.0.1:${port}`,
    bootstrap: [`127.0.0.1:${port}`],
    set: ['bootstrap.retry=100ms', 'bootstrap.retry.max=100ms'],
  });
  try {
    const entries = () => node.run<readonly { self: boolean; nextDialMs: number | null }[]>('bootstrap');
    await until('the entry to be self', async () => ((await entries())[0]?.self === true ? null : 'not yet'));
    await node.run('wait peers>=1 --timeout 500ms');
    assert.equal((await node.reasons())['self'], 2);
    assert.equal(node.notices('self').length, 1);
    assert.equal(node.notices('dial').length, 1);
    assert.deepEqual(await node.peers(), []);
  } finally {
    node.kill();
  }
});
