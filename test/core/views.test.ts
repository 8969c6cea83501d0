/** What a node looks like from outside: every field of REFERENCE.md's answers is there, null when it is not known, sorted as said. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { GONE_MAX, MILLISECOND_US, SECOND_US } from '../../src/core/limits.ts';
import { addrLine, BareNode, BYE, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';

const PEER_FIELDS =
  `n id dir via address listen agent state pingMs pingMinMs lastSendMs lastReceiveMs lastPongMs addresses
  ageMs pausedMs`.split(/\s+/);
const DETAIL_FIELDS = [
  ...PEER_FIELDS,
  ...'counts bytes strikes outstandingPingMs lastError closed advertised notAdvertised observed ext'.split(' '),
];

/** Exactly these fields, none of them undefined. */
function hasFields(row: object, fields: readonly string[]): void {
  assert.deepEqual(new Set(Object.keys(row)), new Set(fields));
  for (const [field, value] of Object.entries(row)) assert.notEqual(value, undefined, field);
  assert.deepEqual(JSON.parse(JSON.stringify(row)), row, 'it is plain JSON');
}

/** A node with a connection in every state. */
function busy(): BareNode {
  const bare = new BareNode({ listen: '10.0.0.1:5999', bootstrap: [{ host: 'a.example', port: 6100 }] });
  bare.random = () => 0;
  bare.inboundPeer('b', '10.0.0.2', { listen: 6100, agent: 'x/1', observed: '10.0.0.1:5999', ext: ['nonce'] });
  bare.accept('10.0.0.3');
  const quiet = bare.dialled(bare.connect('10.0.0.4:6100'));
  bare.hear(quiet, PING);
  bare.advance(2 * SECOND_US);
  const rival = bare.accept('10.0.0.2');
  bare.hear(rival, helloLine('b'));
  bare.reportsCloses = false;
  const closing = bare.inboundPeer('d', '10.0.0.5');
  bare.order({ kind: 'drop', n: closing });
  return bare;
}

test('views: a row of peers has every field in every state, null when it is not known', () => {
  const bare = busy();
  const rows = bare.views.peers();
  for (const row of rows) hasFields(row, PEER_FIELDS);
  assert.deepEqual(
    new Map(rows.map(({ n, state }) => [n, state])),
    new Map([
      [1, 'ready'],
      [2, 'handshaking'],
      [3, 'hello-less'],
      [4, 'handshaking'],
      [5, 'closing'],
    ]),
  );
  assert.deepEqual(
    rows.find(({ n }) => n === 2),
    {
      n: 2,
      id: null,
      dir: 'inbound',
      via: 'peer',
      address: '10.0.0.3:40001',
      listen: null,
      agent: null,
      state: 'handshaking',
      pingMs: null,
      pingMinMs: null,
      lastSendMs: null,
      lastReceiveMs: null,
      lastPongMs: null,
      addresses: 0,
      ageMs: 2_000,
      pausedMs: null,
    },
  );
  assert.equal(bare.views.ready(), 2, 'ready and hello-less count');
});

test('views: peers are sorted inbound first, then by least ping, unknown last, then by number', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999' });
  const pings: [dir: 'inbound' | 'outbound', ms: number | null][] = [
    ['outbound', 3],
    ['inbound', null],
    ['inbound', 30],
    ['outbound', 1],
    ['inbound', null],
    ['inbound', 5],
    ['outbound', null],
  ];
  for (const [k, [dir, ms]] of pings.entries()) {
    const n = dir === 'inbound' ? bare.accept(`10.0.1.${k}`) : bare.dialled(bare.connect(`10.0.1.${k}:6100`));
    bare.hear(n, helloLine(`p${k}`));
    bare.advance((ms ?? 0) * MILLISECOND_US);
    if (ms !== null) bare.hear(n, PONG);
  }
  assert.deepEqual(
    bare.views.peers().map(({ dir, pingMinMs }) => [dir, pingMinMs]),
    [
      ['inbound', 5],
      ['inbound', 30],
      ['inbound', null],
      ['inbound', null],
      ['outbound', 1],
      ['outbound', 3],
      ['outbound', null],
    ],
  );
  const unknown = bare.views.peers().filter(({ dir, pingMinMs }) => dir === 'inbound' && pingMinMs === null);
  assert.deepEqual(
    unknown.map(({ n }) => n),
    [2, 5],
  );
});

test('views: times are milliseconds ago with at most three decimals', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.advance(1_500);
  bare.hear(n, helloLine('b'));
  bare.advance(1_234);
  bare.hear(n, PONG);
  bare.advance(7);
  const row = bare.views.peer(n);
  assert.deepEqual(
    [row?.pingMs, row?.pingMinMs, row?.lastPongMs, row?.lastReceiveMs, row?.lastSendMs, row?.ageMs],
    [1.234, 1.234, 0.007, 0.007, 1.241, 2.741],
  );
});

test('views: the detail of a peer has every field, open or gone', () => {
  const bare = busy();
  for (const { n } of bare.views.peers()) hasFields(bare.views.peer(n) ?? {}, DETAIL_FIELDS);
  const detail = bare.views.peer(1);
  assert.deepEqual(detail?.counts, {
    sent: { hello: 1, ping: 2, addr: 1, getaddr: 1 },
    received: { hello: 1, pong: 1 },
  });
  assert.deepEqual(
    [
      detail?.observed,
      detail?.ext,
      detail?.advertised,
      detail?.notAdvertised,
      detail?.closed,
      detail?.outstandingPingMs,
    ],
    ['10.0.0.1:5999', ['nonce'], '10.0.0.1:5999', null, null, 0],
  );
  bare.hear(1, BYE);
  bare.hangUp(1);
  bare.advance(3 * SECOND_US);
  const gone = bare.views.peer(1);
  hasFields(gone ?? {}, DETAIL_FIELDS);
  assert.deepEqual(
    [gone?.state, gone?.closed, gone?.outstandingPingMs],
    ['closed', { reason: 'bye', by: 'them', said: 'test', agoMs: 3_000 }, null],
  );
  assert.equal(bare.views.peer(99), null);
});

test('views: the detail says why we tell a peer nothing of ourselves', () => {
  const bare = new BareNode({ listen: '127.0.0.1:5999' });
  const detail = bare.views.peer(bare.inboundPeer('b', '9.9.9.9'));
  assert.deepEqual([detail?.advertised, detail?.notAdvertised], [null, 'not advertised: loopback']);
  const deaf = new BareNode({ listen: '' });
  const other = deaf.views.peer(deaf.inboundPeer('b', '9.9.9.9'));
  assert.deepEqual([other?.advertised, other?.notAdvertised], [null, null]);
});

test('views: strikes and the last error are told', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.hear(n, 'x', '[]');
  const detail = bare.views.peer(n);
  assert.deepEqual([detail?.strikes, detail?.lastError], [2, 'JSON that is not an object']);
});

test('views: the last closed connections are kept, latest first, a bounded number of them', () => {
  const bare = new BareNode();
  for (let k = 0; k < GONE_MAX + 3; k += 1) bare.hangUp(bare.accept('127.0.0.1'));
  const gone = bare.views.gone();
  assert.equal(gone.length, GONE_MAX);
  assert.deepEqual([gone[0]?.n, gone.at(-1)?.n], [GONE_MAX + 3, 4]);
  assert.equal(bare.views.peer(1), null);
});

test('views: status has every field and counts who is there', () => {
  const bare = busy();
  bare.connect('10.0.0.9:6100');
  const status = bare.views.status();
  hasFields(status, 'nodeId agent listening advertised uptimeMs peers bans book messages bytes nextPingMs'.split(' '));
  assert.deepEqual(
    [status.nodeId, status.agent, status.listening, status.advertised, status.uptimeMs],
    ['m', 'bare/1', ['10.0.0.1:5999'], '10.0.0.1:5999', 2_000],
  );
  assert.deepEqual(status.peers, { inbound: 1, outbound: 1, handshaking: 2, dialing: 1, visitors: 0 });
  assert.deepEqual(status.bans, { hand: 0, strikes: 0 });
  assert.deepEqual(status.book, { new: 3, tried: 0 });
  assert.equal(status.messages.sent, bare.sent.length);
  assert.equal(status.nextPingMs, 58_000, 'the first of all pings that are planned');
});

test('views: status of a node without peers and without a listener has nulls', () => {
  const status = new BareNode({ listen: '' }).views.status();
  assert.deepEqual([status.listening, status.advertised, status.nextPingMs], [[], null, null]);
  assert.equal(
    new BareNode({ listen: '', settings: { advertise: '8.8.8.8:5999' } }).views.status().advertised,
    '8.8.8.8:5999',
  );
});

test('views: a row of addrs has every field, its state and why it is not dialled', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: { 'dial.parallel': 1 } });
  bare.random = () => 0.5;
  bare.hear(bare.dialled(bare.connect('10.0.0.9:6100')), helloLine('m'));
  const peer = bare.outboundPeer('b', '10.0.0.2:6100');
  bare.hear(peer, addrLine('10.0.0.3:6100=c@5'));
  bare.refuse(3);
  bare.hear(peer, addrLine('10.0.0.4:6100=d', '10.0.0.5:6100'));
  bare.order({ kind: 'set', key: 'gossip.dial', value: false });
  bare.advance(SECOND_US);
  const dialled = bare.dials.get(4)?.text;
  assert.ok(dialled !== undefined);
  const rows = bare.views.addrs();
  const fields = 'address id table source via heardMs triedMs tries state reason lastError nextDialMs'.split(' ');
  for (const row of rows) hasFields(row, fields);
  assert.deepEqual(
    rows.map(({ address, state, reason }) => [address, state, reason]),
    [
      ['10.0.0.9:6100', 'self', 'is-self'],
      ['10.0.0.2:6100', 'connected', null],
      ['10.0.0.3:6100', 'waiting', 'gossip-off'],
      ...['10.0.0.4:6100', '10.0.0.5:6100'].map((place) =>
        place === dialled ? [place, 'dialing', 'dialing'] : [place, 'waiting', 'gossip-off'],
      ),
    ],
  );
  bare.order({ kind: 'set', key: 'gossip.dial', value: true });
  assert.deepEqual(bare.views.addrs()[2], {
    address: '10.0.0.3:6100',
    id: 'c',
    table: 'new',
    source: '10.0.0.2:6100',
    via: 'gossip',
    heardMs: 1_000,
    triedMs: 1_000,
    tries: 1,
    state: 'waiting',
    reason: 'backoff',
    lastError: 'refused',
    nextDialMs: 5_000,
  });
  const [, known] = bare.views.addrs();
  assert.deepEqual([known?.table, known?.source, known?.via, known?.id], ['tried', 'manual', 'manual', 'b']);
});

test('views: a held address says until when', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: { 'drop.hold': 60 * SECOND_US } });
  bare.order({ kind: 'drop', n: bare.outboundPeer('b', '10.0.0.2:6100') });
  bare.advance(20 * SECOND_US);
  const [row] = bare.views.addrs();
  assert.deepEqual([row?.state, row?.reason, row?.nextDialMs], ['waiting', 'held', 40_000]);
});

test('views: a row of bootstrap has every field in every state', () => {
  const bare = new BareNode({
    listen: '10.0.0.1:5999',
    bootstrap: [
      { host: 'a.example', port: 6100 },
      { host: '10.0.0.2', port: 6100 },
      { host: '10.0.0.3', port: 6100 },
      { host: '10.0.0.1', port: 5999 },
      { host: '::1', port: 6100 },
      { host: '10.0.0.6', port: 6100 },
    ],
  });
  bare.random = () => 0.5;
  const attemptOf = (place: string) => [...bare.dials].find(([, { text }]) => text === place)?.[0] as number;
  const peer = bare.dialled(attemptOf('10.0.0.2:6100'));
  bare.hear(peer, helloLine('b'), PONG);
  bare.hear(bare.dialled(attemptOf('10.0.0.1:5999')), helloLine('m'));
  bare.refuse(attemptOf('[::1]:6100'), 'timeout');
  const dropped = bare.dialled(attemptOf('10.0.0.6:6100'));
  bare.hear(dropped, helloLine('d'), PONG);
  bare.order({ kind: 'drop', n: dropped });
  const rows = bare.views.bootstrap();
  for (const row of rows) hasFields(row, 'address from resolved self state nextDialMs lastError'.split(' '));
  assert.deepEqual(
    rows.map(({ address, state, nextDialMs, lastError }) => [address, state, nextDialMs, lastError]),
    [
      ['a.example:6100', 'resolving', 0, null],
      ['10.0.0.2:6100', 'connected', null, null],
      ['10.0.0.3:6100', 'dialing', 0, null],
      ['10.0.0.1:5999', 'self', null, null],
      ['[::1]:6100', 'waiting', 1_000, 'timeout'],
      ['10.0.0.6:6100', 'held', 1_000, null],
    ],
  );
});

test('views: traffic tells types that passed, of the node and of one connection, and every reason given', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999' });
  const n = bare.inboundPeer('b', '10.0.0.2');
  const other = bare.inboundPeer('c', '10.0.0.3');
  bare.hear(n, GETADDR, addrLine('127.0.0.1:6100'));
  bare.hangUp(other);
  const traffic = bare.views.traffic(null);
  hasFields(traffic, ['sent', 'received', 'reasons']);
  assert.equal(traffic.received['hello']?.messages, 2);
  assert.equal(traffic.received['bye'], undefined);
  assert.deepEqual(traffic.reasons, { 'not-for-us': 1, 'remote-closed': 1 });
  assert.equal(bare.views.traffic(n).received['hello']?.messages, 1);
  assert.equal(bare.views.traffic(other).received['pong']?.messages, 1, 'of one that is gone too');
  assert.deepEqual(bare.views.traffic(99), { ...traffic, sent: {}, received: {} });
});

test('views: looking changes nothing', () => {
  const bare = busy();
  const before = JSON.stringify(bare.views.peers());
  const random = bare.random;
  bare.random = () => assert.fail('looking draws no number');
  bare.take();
  const sent = bare.sent.length;
  bare.views.status();
  bare.views.addrs();
  bare.views.bootstrap();
  bare.views.gone();
  bare.views.traffic(null);
  bare.views.peer(1);
  bare.random = random;
  assert.equal(JSON.stringify(bare.views.peers()), before);
  assert.deepEqual([bare.take(), bare.sent.length], [[], sent]);
});

test('views: an address shows the id of the peer that is connected there now, not the one that was there before', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999' });
  const first = bare.dialled(bare.connect('10.0.0.2:6100'));
  bare.hear(first, helloLine('before'));
  const idShown = () => bare.views.addrs().find(({ address }) => address === '10.0.0.2:6100')?.id;
  assert.equal(idShown(), 'before');
  bare.hangUp(first);
  bare.inboundPeer('after', '10.0.0.2', { listen: 6100 });
  assert.deepEqual(
    bare.views.peers().map(({ id, listen }) => [id, listen]),
    [['after', '10.0.0.2:6100']],
  );
  assert.equal(idShown(), 'after');
  // Only a dial binds an id (rule 23), so that the book itself keeps what it has proven.
  assert.deepEqual(bare.node.book.ids, ['before']);
});
