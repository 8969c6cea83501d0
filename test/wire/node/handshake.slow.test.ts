/** How a connection begins: hello in time, ids of every kind, what comes too early, what optional fields may do. Rules 12-17. */
import assert from 'node:assert/strict';
import { setTimeout as delay } from 'node:timers/promises';
import { freshId, PING } from '../../helpers/wire-peer.ts';
import { type Failed, startScenes } from '../../helpers/wire-scene.ts';

const HELLO_TIMEOUT_MS = 600;
const check = await startScenes({
  set: ['gossip.dial=off', `hello.timeout=${HELLO_TIMEOUT_MS}ms`, 'hello.quiet=200ms'],
});

check('rule 12: a listener says nothing until it has heard hello, then hello first', async (scene) => {
  const peer = await scene.dial();
  await scene.isWell();
  assert.deepEqual(peer.messages, []);
  await peer.greet();
  assert.deepEqual(
    peer.messages.map(({ msgtype }) => msgtype),
    ['hello', 'ping', 'addr', 'getaddr'],
  );
});

check('rule 12: hello says who and where the node is and where it sees the peer', async (scene) => {
  const peer = await scene.dial();
  const hello = await peer.greet();
  assert.match(String(hello['nodeid']), /^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  assert.equal(hello['nodeid'], scene.node.id);
  assert.equal(hello['listen'], scene.node.port);
  assert.equal(hello['observed'], `127.0.0.1:${peer.socket.localPort}`);
  assert.match(String(hello['agent']), /^peersh\//);
});

check('rule 12: a bare hello makes a peer that gets no extension', async (scene) => {
  const peer = await scene.meet();
  assert.deepEqual(peer.heard('ping'), [{ msgtype: 'ping' }]);
  assert.deepEqual(peer.heard('addr'), [{ msgtype: 'addr', peers: [[scene.node.address, scene.node.id]] }]);
  const row = await scene.node.row(peer.id);
  assert.deepEqual([row.listen, row.agent, row.dir], [null, null, 'inbound']);
});

check('rule 13: silence is closed at hello.timeout, not before, without a word', async (scene) => {
  const startMs = performance.now();
  const peer = await scene.dial();
  await peer.closes();
  assert.ok(performance.now() - startMs >= HELLO_TIMEOUT_MS - 5);
  assert.deepEqual(peer.messages, []);
  await scene.counts({ 'hello-timeout': 1 });
});

for (const [what, byte] of [
  ['blanks', ' '],
  ['letters of a hello that never ends', '{'],
] as const) {
  check(`rule 13: one byte at a time does not move hello.timeout: ${what}`, async (scene) => {
    const startMs = performance.now();
    const peer = await scene.dial();
    let said = 0;
    for (; !peer.isClosed && said < 1_000; said += 1) {
      peer.say(byte);
      await delay(20);
    }
    assert.ok(peer.isClosed && said < 1_000);
    assert.ok(performance.now() - startMs >= HELLO_TIMEOUT_MS - 5);
    assert.deepEqual(peer.messages, []);
    await scene.counts({ 'hello-timeout': 1 });
  });
}

check('rule 13: a dialled listener that says nothing is given up, and connect says so', async (scene) => {
  const listener = await scene.listen();
  const answer = await scene.node.run<Failed>(`connect ${listener.address}`);
  assert.equal(answer.error.reason, 'hello-timeout');
  const peer = await listener.accepts();
  await peer.closes();
  assert.deepEqual(
    peer.messages.map(({ msgtype }) => msgtype),
    ['hello'],
  );
  await scene.counts({ 'hello-timeout': 1 });
});

const BAD_IDS: readonly unknown[] = [
  '',
  'x'.repeat(65),
  '-a',
  'a b',
  'a\n',
  'a\0',
  '\u001b[2J',
  'peer_1',
  'a.b',
  'é',
  '__proto__',
  ' a',
  5,
  0,
  null,
  true,
  {},
  ['a'],
  undefined,
];
for (const nodeid of BAD_IDS) {
  check(`rule 14: a nodeid of ${JSON.stringify(nodeid) ?? 'nothing'} closes the connection`, async (scene) => {
    const peer = await scene.dial();
    peer.say({ msgtype: 'hello', nodeid, listen: 4_000 }, PING);
    await peer.closes();
    assert.deepEqual(peer.messages, []);
    await scene.counts({ malformed: 1 });
  });
}

check('rule 14: ids of one letter and of 64 are good', async (scene) => {
  for (const nodeid of ['a', '9', `Z-${'z'.repeat(62)}`]) {
    const peer = await scene.meet({ nodeid });
    await peer.isAnswered();
    await scene.node.row(nodeid);
  }
});

check('rule 14: an upper-case UUID is the same peer as its lower-case form', async (scene) => {
  const upper = 'A46DE8D6-177E-4644-A711-63D182FDBADE';
  const peer = await scene.meet({ nodeid: upper });
  peer.say({ msgtype: 'hello', nodeid: upper.toLowerCase() }, { msgtype: 'hello', nodeid: upper });
  await peer.isAnswered();
  await scene.node.row(upper.toLowerCase());
  assert.equal(peer.heard('hello').length, 1);
});

check('rule 14: other ids keep their letters: ABC and abc are two peers', async (scene) => {
  const peers = [await scene.meet({ nodeid: 'ABC' }), await scene.meet({ nodeid: 'abc' })];
  for (const peer of peers) {
    await peer.isAnswered();
    await scene.node.row(peer.id);
  }
});

const EARLY = ['ping', 'pong', 'getaddr', 'bye', 'nonsense'];
for (const msgtype of EARLY) {
  check(`rule 15: a ${msgtype} before hello is a strike, never answered, and hello still works`, async (scene) => {
    const peer = await scene.dial();
    peer.say({ msgtype }, { msgtype: 'addr', peers: [['127.0.0.1:4001', 'early']] });
    await peer.greet();
    assert.equal(await scene.strikesOf(peer), 2);
    assert.equal(peer.messages[0]?.msgtype, 'hello');
    assert.equal(peer.heard('pong').length, 1);
    assert.ok((await scene.node.addrs()).every(({ address }) => address !== '127.0.0.1:4001'));
  });
}

check('rule 15: five messages before hello close the connection', async (scene) => {
  const peer = await scene.dial();
  peer.say(PING.repeat(5), { msgtype: 'hello', nodeid: freshId() });
  await peer.closes();
  assert.deepEqual(peer.messages, []);
  await scene.counts({ strikes: 1 });
});

check('rule 15: a listener that pings but never says hello is answered and kept, and told to nobody', async (scene) => {
  const listener = await scene.listen();
  listener.onPeer = (peer) => peer.say(PING, PING);
  const answer = await scene.node.run<{ id: null; n: number }>(`connect ${listener.address}`);
  assert.equal(answer.id, null);
  const peer = await listener.accepts();
  await peer.hears('pong', 2);
  assert.equal(peer.messages[0]?.msgtype, 'hello');
  await peer.hears('getaddr');
  const { state, id, dir } = await scene.node.peer(answer.n);
  assert.deepEqual([state, id, dir], ['hello-less', null, 'outbound']);
  const asker = await scene.meet();
  asker.say({ msgtype: 'getaddr' });
  assert.deepEqual((await asker.hears('addr', 2))['peers'], []);
  peer.say(PING);
  await peer.hears('pong', 3);
});

check('rule 15: a late hello of such a listener makes it a peer like others', async (scene) => {
  const listener = await scene.listen();
  listener.onPeer = (peer) => peer.say(PING);
  await scene.node.run(`connect ${listener.address}`);
  const peer = await listener.accepts();
  peer.say({ msgtype: 'hello', nodeid: 'late' });
  const row = await scene.node.row('late');
  assert.deepEqual([row.dir, row.listen], ['outbound', listener.address]);
  assert.equal(listener.accepted.length, 1);
  assert.equal(peer.heard('hello').length, 1);
});

for (const [what, bytes, reason] of [
  ['an SSH banner', 'SSH-2.0-OpenSSH_9.6\r\n', 'not-json'],
  ['HTTP', 'HTTP/1.1 400 Bad Request\r\n\r\n', 'not-json'],
  ['broken JSON', '{\n', 'malformed'],
  ['a line that never ends', `{"a":"${'x'.repeat(5_000)}`, 'line-too-long'],
] as const) {
  check(`rule 15: a listener that says ${what} is left, and connect names ${reason}`, async (scene) => {
    const listener = await scene.listen();
    listener.onPeer = (peer) => peer.say(bytes);
    const answer = await scene.node.run<Failed>(`connect ${listener.address}`);
    assert.equal(answer.error.reason, reason);
    await (await listener.accepts()).closes();
    await scene.counts({ [reason]: 1 });
  });
}

check('rule 16: a second hello of the same id is not answered and changes nothing', async (scene) => {
  const peer = await scene.meet({ nodeid: 'same', listen: 4_000, agent: 'first' });
  peer.say({ msgtype: 'hello', nodeid: 'same', listen: 4_001, agent: 'second' });
  assert.equal(await scene.strikesOf(peer), 0);
  const row = await scene.node.row('same');
  assert.deepEqual([row.listen, row.agent], ['127.0.0.1:4000', 'first']);
  assert.equal(peer.heard('hello').length, 1);
});

check('rule 16: a second hello with another id closes and names id-changed', async (scene) => {
  const peer = await scene.meet();
  peer.say({ msgtype: 'hello', nodeid: 'another' }, PING);
  await peer.closes();
  await scene.counts({ 'id-changed': 1 });
  assert.equal(peer.heard('hello').length, 1);
  assert.equal(peer.heard('pong').length, 0);
  assert.ok((await scene.node.peers()).every(({ id }) => id !== 'another'));
});

check('rule 16: a second hello cannot take the id of a live peer or of the node', async (scene) => {
  for (const nodeid of [scene.witness.id, scene.node.id]) {
    const peer = await scene.meet();
    peer.say({ msgtype: 'hello', nodeid });
    await peer.closes();
  }
  await scene.counts({ 'id-changed': 2 });
});

check('rule 17: a claimed address is the IP of the socket with the claimed port', async (scene) => {
  const peer = await scene.meet({ listen: 4_321, host: '10.1.2.3', address: '10.1.2.3:9' });
  assert.equal((await scene.node.row(peer.id)).listen, '127.0.0.1:4321');
});

const HOSTILE_FIELDS: readonly Readonly<Record<string, unknown>>[] = [
  { listen: 0 },
  { listen: 65_536 },
  { listen: -1 },
  { listen: 1.5 },
  { listen: 1e308 },
  { listen: '5999' },
  { listen: '0x10' },
  { listen: '/var/run/docker.sock' },
  { listen: null },
  { listen: {} },
  { listen: [4_000] },
  { agent: 'x'.repeat(65) },
  { agent: 5 },
  { agent: { toString: 'x' } },
  { observed: 'x:/var/run/docker.sock' },
  { observed: 5 },
  { observed: ['1.2.3.4:5'] },
  { ext: 'nonce' },
  { ext: { length: 1e9 } },
  { ext: [5, null, {}, ['v6'], 'x'.repeat(33)] },
  { ext: Array.from({ length: 900 }, () => 'x') },
];
for (const fields of HOSTILE_FIELDS) {
  check(`rule 12: a hello with ${JSON.stringify(fields).slice(0, 60)} counts as one without`, async (scene) => {
    const peer = await scene.meet(fields);
    await peer.isAnswered();
    const { n, listen, agent } = await scene.node.row(peer.id);
    const { observed, ext } = await scene.node.peer(n);
    assert.deepEqual([listen, agent, observed], [null, null, null]);
    assert.ok(ext.length <= 16 && ext.every((one) => one === 'x'));
    assert.deepEqual(await scene.reasons(), {});
  });
}
