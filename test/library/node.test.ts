/** A node in a program of one's own: two of them on loopback meet, talk and part; what goes wrong is an error with a code. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import {
  createNode,
  type NodeEvent,
  type NodeOptions,
  type PeerNode,
  PeershError,
  type SettingTexts,
} from '../../src/index.ts';

const isCode = (code: string) => (error: unknown) =>
  error instanceof PeershError && error.name === 'PeershError' && error.code === code;

/** Runs with nodes that are stopped afterwards, whatever happens. */
async function withNodes(run: (start: (options?: NodeOptions) => Promise<PeerNode>) => Promise<void>): Promise<void> {
  const nodes: PeerNode[] = [];
  try {
    await run(async (options) => {
      const node = createNode(options);
      nodes.push(node);
      return node.start();
    });
  } finally {
    await Promise.all(nodes.map((node) => node.stop()));
  }
}

test('library node: does nothing before it is started, and nothing after it is stopped', async () => {
  const node = createNode();
  assert.equal(node.isRunning, false);
  assert.throws(() => node.peers(), isCode('not-running'));
  await assert.rejects(node.connect('127.0.0.1:1'), isCode('not-running'));
  await node.stop();
  await node.start();
  assert.match(node.id, /^[0-9a-f-]{36}$/);
  assert.match(node.address, /^127\.0\.0\.1:\d+$/);
  const first = node.id;
  await node.stop();
  assert.equal(node.isRunning, false);
  assert.throws(() => node.id, isCode('not-running'));
  await node.start();
  assert.notEqual(node.id, first);
  await node.stop();
});

test('library node: connects, pings, tells its events, and drops', () =>
  withNodes(async (start) => {
    const a = await start();
    const b = await start();
    const heard: NodeEvent['kind'][] = [];
    b.on('event', ({ kind }) => heard.push(kind));
    const met = once(b, 'ready');
    const peer = await a.connect(b.address);
    assert.equal(peer.id, b.id);
    assert.equal(peer.state, 'ready');
    await met;
    assert.ok(heard.indexOf('connected') >= 0 && heard.indexOf('connected') < heard.indexOf('ready'));
    assert.deepEqual(
      b.peers().map(({ id, dir }) => [id, dir]),
      [[a.id, 'inbound']],
    );
    assert.ok((await a.ping(b.id)) > 0);
    assert.ok((await a.ping(peer)) > 0);
    assert.ok((await a.ping(peer.n)) > 0);
    assert.ok((await a.ping(b.address)) > 0);
    assert.equal((await a.connect(b.address)).n, peer.n);
    assert.ok((a.traffic(b.id).sent['ping']?.messages ?? 0) >= 3);
    assert.ok(a.known().some(({ address }) => address === b.address));
    const closed = once(b, 'closed');
    a.drop(b.id);
    const [event] = (await closed) as [Extract<NodeEvent, { kind: 'closed' }>];
    assert.equal(event.reason, 'bye');
    await assert.rejects(a.ping(b.id), isCode('no-such-peer'));
    await assert.rejects(a.ping(peer), isCode('no-such-peer'));
  }));

test('library node: finds others by its bootstrap list', () =>
  withNodes(async (start) => {
    const a = await start();
    const node = createNode({ bootstrap: [a.address], settings: { 'ping.interval': '30s', 'gossip.dial': false } });
    const ready = once(node, 'ready');
    await node.start();
    await ready;
    assert.equal(node.peers()[0]?.id, a.id);
    assert.equal(node.bootstrap()[0]?.address, a.address);
    await node.stop();
  }));

test('library node: a ban of what is no peer, no IP and no node id throws what the shell says', () =>
  withNodes(async (start) => {
    const node = await start();
    const message = 'no peer and no IP "garbage"; no peers; try connect HOST:PORT';
    assert.throws(() => node.ban('garbage'), { name: 'PeershError', code: 'no-such-peer', message });
    assert.throws(() => node.ban('192.0.2.7:99999'), isCode('no-such-peer'));
    assert.throws(() => node.ban(99), isCode('no-such-peer'));
    assert.throws(() => node.ban(undefined as never), isCode('usage'));
    assert.deepEqual(node.bans(), []);
    const id = '5f0c2a9e-0000-4000-8000-000000000001';
    node.ban('192.0.2.7');
    node.ban(id.toUpperCase(), '1h');
    assert.deepEqual(
      node.bans().map(({ target }) => target),
      ['192.0.2.7', id],
    );
  }));

test('library node: a dial that fails rejects with the reason, one that is aborted with its signal', () =>
  withNodes(async (start) => {
    const a = await start();
    await assert.rejects(a.connect('127.0.0.1:1'), isCode('refused'));
    await assert.rejects(a.connect(a.address), (error: unknown) => isCode('is-self')(error) || isCode('self')(error));
    await assert.rejects(a.connect('nowhere'), isCode('usage'));
    const silent = createServer().listen(0, '127.0.0.1');
    await once(silent, 'listening');
    const { port } = silent.address() as { port: number };
    await assert.rejects(a.connect(`127.0.0.1:${port}`, { timeout: '50ms' }), isCode('timeout'));
    const signal = AbortSignal.abort(new Error('enough'));
    await assert.rejects(a.connect(`127.0.0.1:${port}`, { signal }), /enough/);
    silent.close();
  }));

test('library node: wrong options are refused before anything starts', () => {
  assert.throws(() => createNode({ listen: 'nowhere' }), isCode('usage'));
  assert.throws(() => createNode({ bootstrap: ['127.0.0.1:0'] }), isCode('usage'));
  assert.throws(() => createNode({ settings: { 'ping.interval': 5 } }), /ping\.interval: "5" is not a duration/);
  assert.throws(
    () => createNode({ settings: { 'ping.intervall': '5s' } as SettingTexts }),
    /did you mean ping\.interval/,
  );
});

/** As plain JavaScript calls it, where no compiler looks. */
const untyped = (value: unknown) => value as never;

test('library node: an option that there is not, or of another form, is one error that says what is meant', () =>
  withNodes(async (start) => {
    const table: [options: unknown, message: string][] = [
      [{ lisen: '127.0.0.1:0' }, 'createNode has no option "lisen"; did you mean listen?'],
      [{ seed: 1 }, 'createNode has no option "seed"; it takes listen, bootstrap, settings, data, name'],
      [null, 'createNode takes an object of options, not null'],
      ['x', 'createNode takes an object of options, not "x"'],
      [{ listen: 5_999 }, 'createNode: listen is a text, a list of texts, or null, not 5999'],
      [{ bootstrap: '127.0.0.1:1' }, 'createNode: bootstrap is a list of texts, not "127.0.0.1:1"'],
      [{ bootstrap: [1] }, 'createNode: bootstrap is a list of texts, not a list'],
      [{ settings: null }, "createNode: settings is an object such as { 'ping.interval': '5s' }, not null"],
      [{ data: 5 }, 'createNode: data is a text, or null, not 5'],
      [
        { 'li\u001b[2Jsten': 1 },
        'createNode has no option "li\\u{1b}[2Jsten"; it takes listen, bootstrap, settings, data, name',
      ],
    ];
    for (const [options, message] of table)
      assert.throws(() => createNode(untyped(options)), { name: 'PeershError', code: 'usage', message });
    assert.equal(createNode({ listen: undefined } as never).isRunning, false);
    const node = await start();
    await assert.rejects(node.connect('127.0.0.1:1', untyped({ timout: 5 })), {
      message: 'connect has no option "timout"; did you mean timeout?',
    });
    await assert.rejects(node.connect(untyped(5)), { message: 'connect takes an address as a text, not 5' });
    await assert.rejects(node.ping(1, untyped({ signal: 5 })), { message: 'ping: signal is an AbortSignal, not 5' });
    assert.throws(() => node.addBootstrap(untyped(undefined)), {
      message: 'addBootstrap takes an address as a text, not undefined',
    });
    node.set('peers.max', 50);
    node.set('gossip.dial', false);
    assert.deepEqual(
      [node.at().port.state.settings['peers.max'], node.at().port.state.settings['gossip.dial']],
      [50, false],
    );
  }));

test('library node: a port that is taken rejects the start, which may be tried again', () =>
  withNodes(async (start) => {
    const a = await start();
    const b = createNode({ listen: a.address });
    await assert.rejects(b.start(), { code: 'EADDRINUSE' });
    assert.equal(b.isRunning, false);
    await a.stop();
    await b.start();
    await b.stop();
  }));

test('library node: a listener may give orders, and a warning that nobody hears throws nothing', () =>
  withNodes(async (start) => {
    const a = await start();
    const b = await start();
    b.on('ready', ({ n }) => b.drop(n));
    const closed = once(b, 'closed');
    await a.connect(b.address).catch(() => undefined);
    await closed;
    a.tell({ kind: 'error', message: 'a disk is full' });
    const warned = once(a, 'warning');
    a.tell({ kind: 'error', message: 'a disk is full' });
    assert.equal(((await warned) as [{ message: string }])[0].message, 'a disk is full');
  }));
