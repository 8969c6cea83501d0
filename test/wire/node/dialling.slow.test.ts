/** Whom the node dials and when: discovery, victims of gossip, refusals, time, drop, and lists that are tried for ever. Rules 19, 20, 41-46. */
import assert from 'node:assert/strict';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { connect } from 'node:net';
import { test } from 'node:test';
import { freePort } from '../../helpers/ports.ts';
import { PROGRAM } from '../../helpers/program.ts';
import { until } from '../../helpers/until.ts';
import { freshId, PING, WireListener, type WirePeer } from '../../helpers/wire-peer.ts';
import { type Failed, type Scene, startScenes, WireNode } from '../../helpers/wire-scene.ts';

const SLOTS = 6;
const check = await startScenes({
  set: [
    `peers.outbound.local=${SLOTS}`,
    'addr.burst=1000',
    'book.new=65536',
    'book.source.local=65536',
    'dial.timeout=500ms',
    'dial.retry=100ms',
    'dial.retry.max=100ms',
    'hello.timeout=10s',
  ],
});

/** A listener that answers a hello with its own, as a node does. */
async function host(scene: Scene, id = freshId()): Promise<WireListener> {
  const listener = await scene.listen();
  listener.onPeer = (peer) => {
    peer.answers = true;
    peer.say({ msgtype: 'hello', nodeid: id });
  };
  return listener;
}

async function teach(scene: Scene, peers: unknown): Promise<WirePeer> {
  const peer = await scene.meet();
  peer.say({ msgtype: 'addr', peers });
  await peer.isAnswered();
  return peer;
}

const knownAt = async (scene: Scene, address: string) =>
  (await scene.node.addrs()).find((row) => row.address === address);

check('rule 41: an address that a peer tells is dialled, with hello first', async (scene) => {
  const listener = await host(scene);
  await teach(scene, [[listener.address, 'x']]);
  const peer = await listener.accepts();
  await peer.hears('getaddr');
  assert.deepEqual(
    peer.messages.slice(0, 4).map(({ msgtype }) => msgtype),
    ['hello', 'ping', 'addr', 'getaddr'],
  );
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 20: an address told five hundred times with five hundred ids is dialled once', async (scene) => {
  const victim = await scene.listen();
  const other = await host(scene);
  const entries = Array.from({ length: 500 }, () => [victim.address, freshId()]);
  for (let i = 0; i < 5; i += 1) await teach(scene, entries);
  await teach(scene, [[other.address, 'x']]);
  await other.accepts();
  assert.equal(victim.accepted.length, 1);
});

check('rule 41: five hundred spellings of one victim are dialled within the slots, no more', async (scene) => {
  const victim = await scene.listen(0, '0.0.0.0');
  const entries = Array.from({ length: 500 }, (_, i) => [`127.1.${i >> 8}.${i & 255}:${victim.port}`, freshId()]);
  for (let i = 0; i < 500; i += 100) await teach(scene, entries.slice(i, i + 100));
  await victim.accepts(SLOTS);
  await scene.isWell();
  assert.equal(victim.accepted.length, SLOTS);
  assert.equal((await scene.node.peers()).filter(({ dir }) => dir === 'outbound').length, SLOTS);
});

check(
  'rule 45: an address that fails is not dialled again for dial.history, however often it is told',
  async (scene) => {
    const victim = await scene.listen();
    victim.onPeer = (peer) => peer.leave();
    await teach(scene, [[victim.address, 'x']]);
    await until('the connection to end', async () =>
      (await knownAt(scene, victim.address))?.lastError == null ? 'no' : null,
    );
    for (let i = 0; i < 5; i += 1) await teach(scene, [[victim.address, freshId()]]);
    const other = await host(scene);
    await teach(scene, [[other.address, 'x']]);
    await other.accepts();
    assert.equal(victim.accepted.length, 1);
  },
);

check('rule 46: three handshakes that fail make the wait long, and a command dials all the same', async (scene) => {
  const victim = await scene.listen();
  victim.onPeer = (peer) => peer.leave();
  for (let i = 1; i <= 3; i += 1) {
    const answer = await scene.node.run<Failed>(`connect ${victim.address}`);
    assert.equal(answer.error.code.length > 0, true);
    assert.equal(victim.accepted.length, i);
    await until('its row', async () => ((await knownAt(scene, victim.address))?.lastError == null ? 'no' : null));
  }
  const known = await knownAt(scene, victim.address);
  // After three failures an address that never worked may as well be forgotten (rule 37).
  assert.ok(known === undefined || Number(known.nextDialMs) > 15_000, JSON.stringify(known));
});

check('rule 43: a dial that nobody answers ends at dial.timeout', async (scene) => {
  const { child, address, fill } = await startDeafListener();
  try {
    const startMs = performance.now();
    const answer = await scene.node.run<Failed>(`connect ${address}`);
    assert.equal(answer.error.reason, 'timeout');
    assert.ok(performance.now() - startMs >= 495);
    assert.equal((await scene.reasons())['timeout'], 1);
  } finally {
    for (const socket of fill) socket.destroy();
    child.kill('SIGKILL');
  }
});

/** A listener whose process stands still with its queue full: the system drops what else would connect. */
async function startDeafListener() {
  const script =
    "const s=require('net').createServer().listen({host:'127.0.0.1',port:0,backlog:1},()=>console.log(s.address().port))";
  const child: ChildProcess = spawn(process.execPath, ['-e', script], { stdio: ['ignore', 'pipe', 'ignore'] });
  const port = await new Promise<number>((resolve) => {
    child.stdout?.once('data', (chunk: Buffer) => resolve(Number(chunk.toString())));
  });
  child.kill('SIGSTOP');
  const fill = Array.from({ length: 8 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await until('the queue to be full', () =>
    fill.filter((one) => one.readyState === 'open').length >= 2 ? null : 'no',
  );
  return { child, address: `127.0.0.1:${port}`, fill };
}

check('rule 43: a closed port is refused at once and counted', async (scene) => {
  const address = `127.0.0.1:${await freePort()}`;
  const answer = await scene.node.run<Failed>(`connect ${address}`);
  assert.equal(answer.error.reason, 'refused');
  assert.equal((await scene.reasons())['refused'], 1);
});

for (const address of ['255.255.255.255:4000', '0.0.0.0:4000', '224.0.0.1:4000', '[ff02::1]:4000']) {
  check(`rule 32: connect ${address} is refused without a dial`, async (scene) => {
    const answer = await scene.node.run<Failed>(`connect ${address}`);
    assert.equal(answer.error.code, 'bad-address');
    assert.equal(await knownAt(scene, address), undefined);
  });
}

check('drop: says bye, keeps both directions away, and connect ends that', async (scene) => {
  const listener = await host(scene, 'dropped-one');
  await scene.node.run(`connect ${listener.address}`);
  const peer = await listener.accepts();
  await scene.node.run('drop dropped-one');
  await peer.closes();
  assert.equal(peer.heard('bye')[0]?.['reason'], 'dropped');
  const caller = await scene.dial();
  caller.say({ msgtype: 'hello', nodeid: 'dropped-one' }, PING);
  await caller.closes();
  assert.deepEqual(
    caller.messages.map(({ msgtype, reason }) => [msgtype, reason]),
    [['bye', 'dropped']],
  );
  await teach(scene, [[listener.address, 'dropped-one']]);
  const other = await host(scene);
  await teach(scene, [[other.address, 'x']]);
  await other.accepts();
  assert.equal(listener.accepted.length, 1);
  assert.equal((await knownAt(scene, listener.address))?.reason, 'held');
  assert.equal((await scene.reasons())['held'], 1);
  const answer = await scene.node.run<{ id: string }>(`connect ${listener.address}`);
  assert.equal(answer.id, 'dropped-one');
  assert.equal(listener.accepted.length, 2);
});

check('drop: with drop.hold 0 a peer may come back at once', async (scene) => {
  await scene.node.run('set drop.hold 0s');
  const peer = await scene.meet();
  await scene.node.run(`drop ${peer.id}`);
  await peer.closes();
  await (await scene.meet({ nodeid: peer.id })).isAnswered();
  await scene.node.run('set drop.hold 10m');
});

check('rule 41: gossip.dial off learns addresses and dials none; on dials them', async (scene) => {
  await scene.node.run('set gossip.dial off');
  const listener = await host(scene);
  await teach(scene, [[listener.address, 'x']]);
  await scene.isWell();
  const known = await knownAt(scene, listener.address);
  assert.deepEqual([known?.state, known?.reason], ['waiting', 'gossip-off']);
  assert.equal(listener.accepted.length, 0);
  await scene.node.run('set gossip.dial on');
  await listener.accepts();
});

test('rule 44: a bootstrap entry is tried again until somebody listens, and again after its end', async () => {
  const port = await freePort();
  const node = await WireNode.start({
    bootstrap: [`127.0.0.1:${port}`],
    set: ['bootstrap.retry=100ms', 'bootstrap.retry.max=200ms'],
  });
  try {
    await until('three refusals', async () => (((await node.reasons())['refused'] ?? 0) >= 3 ? null : 'fewer'));
    const listener = await WireListener.open(port);
    listener.onPeer = (peer) => peer.say({ msgtype: 'hello', nodeid: 'boot' });
    const first = await listener.accepts();
    assert.equal((await node.row('boot')).via, 'boot');
    first.leave();
    await listener.accepts(2);
    await node.row('boot');
    await listener.close();
    await until('a refusal again', async () => (((await node.reasons())['refused'] ?? 0) >= 4 ? null : 'none'));
  } finally {
    node.kill();
  }
});

/** A network of our own, where a setting of the system disturbs nobody. */
const OWN_NETWORK = { tool: 'unshare', flags: ['-rn', 'sh', '-c'] } as const;
const canUnshare = spawnSync(OWN_NETWORK.tool, [...OWN_NETWORK.flags, 'ip link set lo up']).status === 0;

test('rule 19: a dial that connects to itself is cut off and counts as refused', {
  skip: canUnshare ? false : 'needs a network namespace',
}, async () => {
  // With one port for outgoing connections, a dial to that port where nobody listens meets itself for certain.
  const prepare = 'ip link set lo up; echo "40000 40000" > /proc/sys/net/ipv4/ip_local_port_range';
  const node = `${process.execPath} ${PROGRAM} --json -k --no-rc --no-data --no-bootstrap --listen 127.0.0.1:5999`;
  const { stdout } = spawnSync(OWN_NETWORK.tool, [...OWN_NETWORK.flags, `${prepare}; exec ${node}`], {
    input: 'connect 127.0.0.1:40000\npeers\nstats\naddrs\nquit\n',
    encoding: 'utf8',
    timeout: 20_000,
  });
  const [connected, peers, stats, addrs] = stdout.split('\n').map((line) => (line === '' ? null : JSON.parse(line)));
  assert.equal((connected as Failed).error.reason, 'self-connect');
  assert.deepEqual(peers, []);
  assert.deepEqual((stats as { reasons: unknown }).reasons, { 'self-connect': 1 });
  assert.deepEqual((stats as { sent: unknown }).sent, {});
  assert.equal((addrs as { state: string }[])[0]?.state === 'self', false);
});
