/** Who is let in, who is ourselves, which of two connections of one peer survives. Rules 18-23, 47, 52. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { hasRoomForGuest } from '../../src/core/admission.ts';
import { forgetAddress } from '../../src/core/book.ts';
import { findText } from '../../src/core/book-columns.ts';
import { chooseEvicted } from '../../src/core/eviction.ts';
import { SECOND_US, SELF_MAX } from '../../src/core/limits.ts';
import { loadBook, saveBook } from '../../src/core/node.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { at, BareNode, BYE, converse, helloLine, PING, PONG } from '../helpers/bare-node.ts';

const lan = (settings = {}) => new BareNode({ listen: '10.0.0.1:5999', settings });
const open = (settings = {}) => new BareNode({ listen: '8.8.8.8:5999', settings });

test('peers: a dialler that reaches itself says so, closes and marks the address', () => {
  const bare = lan();
  const n = bare.dialled(bare.connect('10.0.0.9:6100'));
  bare.take();
  bare.hear(n, helloLine('m'));
  assert.deepEqual(bare.take(), ['< #1 hello nodeid=m', 'close #1', 'closed #1 self']);
  assert.deepEqual([...bare.node.selves.keys()], ['10.0.0.9:6100']);
  assert.equal(bare.happened('self')[0]?.address, '10.0.0.9:6100');
  assert.deepEqual(bare.happened('ready', 'hello-received'), []);
  assert.equal(bare.node.book.outcomes[0]?.failures, 0, 'no penalty');
});

test('peers: who is dialled by itself answers hello, closes and marks nothing', () => {
  const bare = lan();
  const n = bare.accept('10.0.0.9');
  bare.hear(n, helloLine('m', { listen: 6100 }));
  assert.deepEqual(bare.take(), [
    '< #1 hello nodeid=m listen=6100',
    '> #1 hello nodeid=m listen=5999',
    'close #1',
    'closed #1 self',
  ]);
  assert.equal(bare.node.selves.size, 0);
  assert.deepEqual(bare.happened('self', 'ready'), []);
});

test('peers: meeting oneself is said at most once a second', () => {
  const bare = lan();
  for (const [waitUs, said] of [
    [0, 1],
    [0, 1],
    [SECOND_US - 1, 1],
    [1, 2],
  ] as const) {
    bare.advance(waitUs);
    bare.hear(bare.dialled(bare.connect('10.0.0.9:6100')), helloLine('m'));
    assert.equal(bare.happened('self').length, said);
  }
  assert.equal(bare.happened('closed').length, 4, 'it is closed each time');
});

test('peers: own addresses that are remembered are bounded', () => {
  const bare = lan();
  for (let port = 6100; port < 6100 + SELF_MAX + 3; port += 1)
    bare.hear(bare.dialled(bare.connect(`10.0.0.9:${port}`)), helloLine('m'));
  assert.equal(bare.node.selves.size, SELF_MAX);
  assert.equal(bare.node.selves.has('10.0.0.9:6100'), false, 'the oldest goes');
});

/** Two nodes that dial each other at once; `order` says whose hello arrives first. */
function collide(idA: string, idB: string, order: 'a' | 'b'): { a: BareNode; b: BareNode } {
  const a = new BareNode({ id: idA, listen: '10.0.0.1:5999' });
  const b = new BareNode({ id: idB, listen: '10.0.0.2:5999', seed: 2 });
  const attemptA = a.connect('10.0.0.2:5999');
  const attemptB = b.connect('10.0.0.1:5999');
  const acceptedB = b.accept('10.0.0.1');
  const acceptedA = a.accept('10.0.0.2');
  const dialledA = a.dialled(attemptA);
  const dialledB = b.dialled(attemptB);
  const ends = [
    [dialledA, acceptedB],
    [acceptedA, dialledB],
  ] as const;
  // Whose hello is read first differs by which side is read first.
  if (order === 'a') converse(a, b, ends);
  else
    converse(
      b,
      a,
      ends.map(([forA, forB]) => [forB, forA] as const),
    );
  return { a, b };
}

for (const [idA, idB] of [
  ['a', 'b'],
  ['b', 'a'],
  ['Z', 'a'],
  ['10', '9'],
] as const)
  for (const order of ['a', 'b'] as const)
    test(`peers: of two dials that crossed, ${idA} and ${idB} keep the one of the greater id, ${order} first`, () => {
      const { a, b } = collide(idA, idB, order);
      const [greater, lesser] = idA.toLowerCase() > idB.toLowerCase() ? [a, b] : [b, a];
      assert.equal(greater.node.peers.get(lesser.node.id)?.dir, 'outbound');
      assert.equal(lesser.node.peers.get(greater.node.id)?.dir, 'inbound');
      for (const node of [a, b]) {
        assert.equal(node.node.sessions.size, 1, 'one connection is left');
        assert.equal(node.views.ready(), 1);
        node.advance(10 * SECOND_US);
        assert.equal(node.node.sessions.size, 1);
        const closed = node.happened('closed');
        assert.equal(closed.length, 1);
        // Who accepted the loser may learn of its end before it hears of the other connection.
        const reasons = node === lesser ? ['duplicate'] : ['duplicate', 'remote-closed'];
        assert.ok(reasons.includes(closed[0]?.reason ?? ''));
        const failures = node.node.book.outcomes.map((outcome) => outcome?.failures ?? 0);
        assert.deepEqual(failures, [0], 'a closed duplicate is a success');
      }
      assert.equal(lesser.node.peers.get(greater.node.id)?.confirmed, true, 'the address was proven by the loser');
    });

test('peers: the dialler of the loser says bye duplicate, its accepter answers hello and waits two seconds', () => {
  const lesser = new BareNode({ id: 'a', listen: '10.0.0.1:5999' });
  const dialled = lesser.dialled(lesser.connect('10.0.0.2:5999'));
  const accepted = lesser.accept('10.0.0.2');
  lesser.hear(accepted, helloLine('b', { listen: 5999 }));
  lesser.take();
  lesser.hear(dialled, helloLine('b', { listen: 5999 }));
  assert.deepEqual(lesser.taken('>', 'close'), ['> #1 bye duplicate', 'close #1', 'closed #1 duplicate']);

  const greater = new BareNode({ id: 'c', listen: '10.0.0.1:5999' });
  const winner = greater.dialled(greater.connect('10.0.0.2:5999'));
  greater.hear(winner, helloLine('b', { listen: 5999 }));
  const loser = greater.accept('10.0.0.2');
  greater.take();
  greater.hear(loser, helloLine('b', { listen: 5999 }), PING);
  assert.deepEqual(greater.taken('>', 'close'), ['> #2 hello nodeid=c listen=5999']);
  greater.advance(2 * SECOND_US - 1);
  assert.equal(greater.node.sessions.size, 2);
  greater.advance(1);
  assert.deepEqual(greater.taken('>', 'close'), ['> #2 bye duplicate', 'close #2', 'closed #2 duplicate']);
  assert.equal(greater.views.ready(), 1);
});

test('peers: a peer that a user asked for stays one when its own dial of us is the one that is kept', () => {
  for (const keep of [false, true]) {
    const bare = lan({ 'peers.max': 1 });
    bare.inboundPeer('b', '10.0.0.3');
    const out = bare.dialled(bare.connect('10.0.0.2:6100', keep));
    const inbound = bare.accept('10.0.0.2');
    bare.hear(out, helloLine('z'), PONG);
    bare.hear(inbound, helloLine('z', { listen: 6100 }), PONG);
    assert.equal(bare.node.peers.get('z')?.n, inbound, 'z is greater, so its dial is kept');
    assert.equal(bare.session(inbound).via, keep ? 'keep' : 'manual');
    assert.deepEqual(brokenInvariants(bare.node), []);
    assert.equal(chooseEvicted(bare.node, bare.now + 60 * SECOND_US, at('30.1.0.1:1')), null);
  }
  const bare = lan();
  const inbound = bare.accept('10.0.0.2');
  bare.hear(inbound, helloLine('z'), PONG);
  assert.equal(bare.session(inbound).via, 'peer');
});

test('peers: who loses a collision waits to be closed only where there is room for a visitor', () => {
  for (const isRoom of [true, false]) {
    const bare = lan({ 'visitors.max': isRoom ? 2 : 1 });
    bare.hear(bare.accept('10.0.0.9'), helloLine('v', { ext: ['visit'] }));
    const old = bare.inboundPeer('b', '10.0.0.2');
    const n = bare.dialled(bare.connect('10.0.0.2:6100'));
    bare.take();
    bare.hear(n, helloLine('b'));
    assert.equal(bare.node.peers.get('b')?.n, n, 'm is greater, so our dial is kept');
    assert.deepEqual(
      bare.taken(`> #${old}`, 'close'),
      isRoom ? [] : [`> #${old} bye duplicate`, `close #${old}`, `closed #${old} duplicate`],
    );
    assert.equal(bare.node.sessions.get(old)?.stage, isRoom ? 'leaving' : undefined);
  }
});

test('peers: two connections of one id are a collision only within 10 s, from one place, dialled by both', () => {
  /** What becomes of a second connection: null of the old one means that it is the same direction. */
  const table: [second: string, ip: string, waitUs: number, dir: 'inbound' | 'outbound', stage: string][] = [
    ['crossed', '10.0.0.2', 0, 'inbound', 'leaving'],
    ['crossed in the last moment', '10.0.0.2', 10 * SECOND_US - 1, 'inbound', 'leaving'],
    ['another local address', '10.0.0.3', 0, 'inbound', 'leaving'],
    ['too late', '10.0.0.2', 10 * SECOND_US, 'inbound', 'rival'],
    ['another public IP', '9.9.9.9', 0, 'inbound', 'rival'],
    ['dialled by us again', '10.0.0.3', 0, 'outbound', 'rival'],
  ];
  for (const [name, ip, waitUs, dir, stage] of table) {
    const bare = new BareNode({ id: 'z', listen: '10.0.0.1:5999' });
    const old = bare.dialled(bare.connect('10.0.0.2:5999'));
    bare.hear(old, helloLine('b'));
    bare.advance(waitUs);
    const n = dir === 'inbound' ? bare.accept(ip) : bare.dialled(bare.connect(`${ip}:5999`));
    bare.hear(n, helloLine('b'));
    assert.equal(bare.session(n).stage, stage, name);
    assert.equal(bare.node.peers.get('b')?.n, old, name);
  }
});

test('peers: the first of two connections is not counted from its handshake but from its beginning', () => {
  const bare = new BareNode({ id: 'z', listen: '10.0.0.1:5999' });
  const old = bare.dialled(bare.connect('10.0.0.2:5999'));
  bare.advance(9 * SECOND_US);
  bare.hear(old, helloLine('b'));
  bare.advance(SECOND_US);
  const n = bare.accept('10.0.0.2');
  bare.hear(n, helloLine('b'));
  assert.equal(bare.session(n).stage, 'rival');
});

/** An old inbound peer b on #1 and a second connection of b on #2, which waits. */
function rivalry(): BareNode {
  const bare = lan();
  bare.inboundPeer('b', '10.0.0.2', { listen: 6100 });
  bare.accept('10.0.0.2');
  bare.take();
  bare.hear(2, helloLine('b', { listen: 6100 }));
  return bare;
}

test('peers: a second connection of a live id waits, unanswered, while the old one is pinged', () => {
  const bare = rivalry();
  assert.deepEqual(bare.take(), ['< #2 hello nodeid=b listen=6100', '> #1 ping']);
  bare.hear(2, PING, '{"msgtype":"getaddr"}', PONG);
  assert.deepEqual(bare.taken('>'), []);
  assert.equal(bare.views.ready(), 1);
  assert.equal(bare.views.peer(2)?.state, 'handshaking');
});

test('peers: an old connection that answers keeps its place, and the new one is told', () => {
  const bare = rivalry();
  bare.take();
  bare.advance(5 * SECOND_US - 1);
  bare.hear(1, PONG);
  assert.deepEqual(bare.take(), [
    '< #1 pong',
    '> #2 hello nodeid=m listen=5999',
    '> #2 bye duplicate',
    'close #2',
    'closed #2 duplicate',
  ]);
  bare.advance(20 * SECOND_US);
  assert.equal(bare.node.peers.get('b')?.n, 1);
  assert.deepEqual(bare.taken('close'), []);
});

test('peers: a ping that was out already is asked for no second time, and its pong proves the old one', () => {
  const bare = lan();
  const old = bare.accept('10.0.0.2');
  bare.hear(old, helloLine('b'));
  bare.accept('10.0.0.2');
  bare.take();
  bare.hear(2, helloLine('b'));
  assert.deepEqual(bare.taken('>'), []);
  bare.hear(old, PONG);
  assert.deepEqual(bare.taken('closed'), ['closed #2 duplicate']);
});

test('peers: an old connection that does not answer within 5 s gives way', () => {
  const bare = rivalry();
  bare.take();
  bare.advance(5 * SECOND_US);
  assert.deepEqual(bare.take(), [
    'close #1 abrupt',
    '> #2 hello nodeid=m listen=5999',
    '> #2 ping',
    '> #2 addr 10.0.0.1:5999=m',
    '> #2 getaddr',
    'closed #1 ping-timeout',
  ]);
  assert.equal(bare.node.peers.get('b')?.n, 2);
  assert.equal(bare.node.places.get('10.0.0.2:6100'), 2);
  assert.equal(bare.views.ready(), 1);
});

test('peers: an old connection that closes meanwhile gives way', () => {
  const bare = rivalry();
  bare.hangUp(1);
  assert.equal(bare.node.peers.get('b')?.n, 2);
  assert.equal(bare.session(2).stage, 'ready');
});

test('peers: a rival whose place somebody took before the old connection was gone is a visitor', () => {
  const bare = lan({ 'peers.max': 1, 'peers.inbound': 1 });
  bare.inboundPeer('b', '10.0.0.2', { listen: 6100 });
  bare.accept('10.0.0.2');
  bare.hear(2, helloLine('b', { listen: 6100 }));
  bare.reportsCloses = false;
  bare.hear(1, helloLine('another'));
  const other = bare.inboundPeer('c', '10.0.0.3');
  bare.take();
  bare.hangUp(1);
  assert.deepEqual(bare.taken('> #2', 'close'), [
    '> #2 hello nodeid=m listen=5999',
    '> #2 addr',
    '> #2 bye full',
    'close #2',
    'closed #1 id-changed',
  ]);
  assert.deepEqual(
    [...bare.node.peers.values()].map(({ n }) => n),
    [other],
  );
});

test('peers: one new connection waits, the next is turned away', () => {
  const bare = rivalry();
  bare.accept('10.0.0.2');
  bare.take();
  bare.hear(3, helloLine('b'));
  assert.deepEqual(bare.take(), [
    '< #3 hello nodeid=b',
    '> #3 hello nodeid=m listen=5999',
    '> #3 bye duplicate',
    'close #3',
    'closed #3 id-pending',
  ]);
  assert.equal(bare.session(2).stage, 'rival');
});

test('peers: an old connection is not closed for a rival that has gone', () => {
  for (const leave of ['hang up', 'another id', 'strikes'] as const) {
    const bare = rivalry();
    if (leave === 'hang up') bare.hangUp(2);
    else if (leave === 'another id') bare.hear(2, helloLine('c'));
    else bare.hear(2, 'x', 'x', 'x', 'x', 'x');
    bare.take();
    bare.advance(20 * SECOND_US);
    assert.deepEqual(bare.taken('close'), [], leave);
    assert.equal(bare.node.peers.get('b')?.n, 1);
  }
});

test('peers: a rival that has gone makes room for the next', () => {
  const bare = rivalry();
  bare.hangUp(2);
  bare.accept('10.0.0.2');
  bare.hear(3, helloLine('b'));
  assert.equal(bare.session(3).stage, 'rival');
  bare.advance(5 * SECOND_US);
  assert.equal(bare.node.peers.get('b')?.n, 3);
});

test('peers: a rival whose place another connection took meanwhile is closed, not forgotten', () => {
  const bare = rivalry();
  bare.reportsCloses = false;
  bare.advance(5 * SECOND_US);
  bare.accept('10.0.0.2');
  bare.hear(3, helloLine('b'));
  bare.reportsCloses = true;
  bare.hangUp(1);
  bare.advance(SECOND_US);
  assert.equal(bare.node.peers.get('b')?.n, 3);
  assert.equal(bare.node.sessions.has(2), false);
});

test('peers: a rival goes when the old connection loses to a dial of ours', () => {
  const bare = new BareNode({ id: 'z', listen: '10.0.0.1:5999' });
  const attempt = bare.connect('10.0.0.2:6100');
  const old = bare.accept('10.0.0.2');
  bare.hear(old, helloLine('b'), PONG);
  const rival = bare.accept('10.0.0.2');
  bare.hear(rival, helloLine('b'));
  bare.advance(SECOND_US);
  const winner = bare.dialled(attempt);
  bare.hear(winner, helloLine('b'), PONG);
  bare.advance(20 * SECOND_US);
  assert.deepEqual([...bare.node.sessions.keys()], [winner]);
  assert.deepEqual(
    bare.happened('closed').map(({ n, reason }) => [n, reason]),
    [
      [rival, 'duplicate'],
      [old, 'duplicate'],
    ],
  );
});

/** Numbers of the connections that were told as ready, and of those that were told as gone after it. */
const told = (bare: BareNode) => ({
  ready: bare.happened('ready').map(({ n }) => n),
  gone: bare.happened('closed').flatMap(({ n, wasReady }) => (wasReady ? [n] : [])),
});

/** A listener that we dialled and that spoke without a hello. */
function quietPeer(bare: BareNode, place: string): number {
  const n = bare.dialled(bare.connect(place));
  bare.hear(n, PING);
  bare.advance(2 * SECOND_US);
  bare.answer(n);
  assert.equal(bare.session(n).stage, 'quiet');
  return n;
}

test('peers: a hello-less peer that says hello and wins a collision is told as ready once, as is the loser', () => {
  const bare = new BareNode({ id: 'z', listen: '10.0.0.1:5999' });
  const winner = quietPeer(bare, '10.0.0.2:6100');
  const loser = bare.inboundPeer('b', '10.0.0.2');
  bare.take();
  bare.hear(winner, helloLine('b'));
  assert.equal(bare.node.peers.get('b')?.n, winner);
  assert.deepEqual(bare.taken('> #1'), [], 'it was greeted when it began to count');
  assert.deepEqual(told(bare), { ready: [winner, loser], gone: [] });
  bare.advance(2 * SECOND_US);
  assert.deepEqual(told(bare), { ready: [winner, loser], gone: [loser] });
  for (let i = 0; i < 10; i += 1) {
    bare.advance(30 * SECOND_US);
    if (bare.session(winner).pings.length > 0) bare.answer(winner);
  }
  assert.deepEqual(bare.happened('suspect'), []);
});

test('peers: a hello-less peer that waits as a rival and is let in is told as ready once, and lives on', () => {
  const bare = new BareNode({ settings: { 'ping.interval': 3 * SECOND_US, 'ping.timeout': 10 * SECOND_US } });
  const old = bare.outboundPeer('b', '10.0.0.2:5999');
  const rival = quietPeer(bare, '10.0.0.3:5999');
  bare.hear(rival, helloLine('b'));
  assert.equal(bare.session(rival).stage, 'rival');
  for (let i = 0; i < 30; i += 1) {
    bare.advance(SECOND_US);
    if (bare.session(rival).pings.length > 0) bare.answer(rival);
  }
  assert.equal(bare.node.peers.get('b')?.n, rival);
  assert.deepEqual(told(bare), { ready: [old, rival], gone: [old] });
  assert.deepEqual(
    bare.happened('suspect').map(({ n }) => n),
    [old],
  );
  assert.ok(bare.session(rival).pongs > 5);
});

test('peers: a peer that loses a collision was ready, and is a duplicate whoever closes it', () => {
  for (const end of ['dialler', 'nobody', 'dialler without bye'] as const) {
    const bare = new BareNode({ id: 'z', listen: '10.0.0.1:5999' });
    const attempt = bare.connect('10.0.0.2:6100');
    const loser = bare.inboundPeer('b', '10.0.0.2');
    const winner = bare.dialled(attempt);
    bare.hear(winner, helloLine('b'));
    bare.take();
    const answer = bare.order({ kind: 'ping', n: loser });
    assert.equal(answer.ok ? null : answer.reason, 'not-ready', 'it counts no more');
    bare.sleep(60 * SECOND_US);
    assert.deepEqual(bare.taken(`> #${loser}`), [], 'and is asked nothing');
    if (end === 'dialler') bare.hear(loser, BYE);
    if (end === 'nobody') bare.advance(10 * SECOND_US);
    else bare.hangUp(loser);
    assert.deepEqual(
      bare.happened('closed').map(({ n, reason, wasReady }) => [n, reason, wasReady]),
      [[loser, 'duplicate', true]],
      end,
    );
    assert.deepEqual(told(bare).ready, [loser, winner]);
  }
});

test('peers: a peer that loses a collision takes the place of a guest until it is gone', () => {
  const bare = new BareNode({ id: 'z', listen: '10.0.0.1:5999', settings: { 'visitors.max': 1 } });
  const attempt = bare.connect('10.0.0.2:6100');
  bare.inboundPeer('b', '10.0.0.2');
  bare.hear(bare.dialled(attempt), helloLine('b'));
  assert.equal(hasRoomForGuest(bare.node), false);
  bare.advance(2 * SECOND_US);
  assert.equal(hasRoomForGuest(bare.node), true);
});

test('peers: the entry of an id goes only with its own connection', () => {
  const bare = rivalry();
  bare.hear(1, PONG);
  assert.equal(bare.node.peers.get('b')?.n, 1, 'the duplicate has closed');
  const visit = bare.accept('10.0.0.2');
  bare.hear(visit, helloLine('b', { ext: ['visit'] }));
  bare.hangUp(visit);
  assert.equal(bare.node.peers.get('b')?.n, 1);
  bare.hangUp(1);
  assert.equal(bare.node.peers.size, 0);
});

test('peers: an id that gossip told binds to nothing until a hello comes on a connection we dialled', () => {
  const bare = lan({ 'gossip.dial': false });
  const teller = bare.inboundPeer('t', '10.0.0.9');
  bare.hear(teller, '{"msgtype":"addr","peers":[["10.0.0.2:6100","b"]]}');
  assert.equal(bare.node.peers.has('b'), false);
  const other = bare.inboundPeer('b', '10.0.0.3', { listen: 7000 });
  assert.equal(bare.session(other).listen?.text, '10.0.0.3:7000');
  const dialled = bare.outboundPeer('c', '10.0.0.2:6100');
  assert.equal(bare.node.book.ids[findText(bare.node.book, '10.0.0.2:6100')], 'c');
  assert.equal(bare.session(dialled).id, 'c');
});

test('peers: a dropped peer is held away by id and by address until the time is over', () => {
  const bare = lan({ 'drop.hold': 60 * SECOND_US });
  const n = bare.inboundPeer('b', '10.0.0.2', { listen: 6100 });
  bare.order({ kind: 'drop', n });
  bare.take();
  for (const [id, ip, listen, reason] of [
    ['b', '10.0.0.2', 6100, 'held'],
    ['b', '10.0.0.7', 7000, 'held'],
    ['c', '10.0.0.2', 6100, 'held'],
    ['c', '10.0.0.2', 6001, null],
  ] as const) {
    const next = bare.accept(ip);
    bare.hear(next, helloLine(id, { listen }));
    assert.equal(bare.node.sessions.get(next)?.stage, reason === null ? 'ready' : undefined);
    if (reason !== null) {
      assert.equal(bare.happened('closed').at(-1)?.reason, reason);
      assert.deepEqual(bare.taken('>'), [`> #${next} bye dropped`], 'it is not answered');
    }
  }
  bare.advance(60 * SECOND_US);
  const again = bare.inboundPeer('b', '10.0.0.2', { listen: 6100 });
  assert.equal(bare.session(again).stage, 'ready');
});

test('peers: with drop.hold 0 a dropped peer may come back at once', () => {
  const bare = lan({ 'drop.hold': 0 });
  bare.order({ kind: 'drop', n: bare.inboundPeer('b', '10.0.0.2', { listen: 6100 }) });
  assert.equal(bare.session(bare.inboundPeer('b', '10.0.0.2', { listen: 6100 })).stage, 'ready');
});

test('peers: a full node tells a newcomer hello and addresses, says bye, and keeps who it has', () => {
  for (const settings of [{ 'peers.max': 1 }, { 'peers.inbound': 1 }]) {
    const bare = lan(settings);
    bare.inboundPeer('b', '10.0.0.2', { listen: 6100 });
    const n = bare.accept('10.0.0.3');
    bare.take();
    bare.hear(n, helloLine('c', { listen: 6100 }));
    assert.deepEqual(bare.take(), [
      '< #2 hello nodeid=c listen=6100',
      '> #2 hello nodeid=m listen=5999',
      '> #2 addr 10.0.0.2:6100=b@0',
      '> #2 bye full',
      'close #2',
      'closed #2 full',
    ]);
    assert.equal(bare.views.ready(), 1);
    assert.equal(bare.happened('ready').length, 1);
  }
});

test('peers: a full node still answers a peer it has, and still dials out on command', () => {
  const bare = lan({ 'peers.max': 1 });
  bare.inboundPeer('b', '10.0.0.2');
  bare.outboundPeer('c', '10.0.0.3:6100');
  assert.deepEqual([...bare.node.peers.keys()], ['b', 'c']);
  const second = bare.accept('10.0.0.2');
  bare.hear(second, helloLine('b'));
  assert.equal(bare.session(second).stage, 'rival', 'a restart of a peer is no newcomer');
});

test('peers: an inbound public peer is dialled back once, as a visit that confirms its address and goes', () => {
  const bare = open();
  const n = bare.inboundPeer('b', '9.9.9.9', { listen: 6100 });
  assert.deepEqual(bare.taken('dial'), ['dial 1 9.9.9.9:6100']);
  assert.equal(bare.session(n).confirmed, false);
  const visit = bare.dialled(1);
  assert.deepEqual(bare.taken('>'), ['> #2 hello nodeid=m listen=5999 visit']);
  bare.hear(visit, helloLine('b'));
  assert.deepEqual(bare.take(), ['< #2 hello nodeid=b', '> #2 bye visit', 'close #2', 'closed #2 visit']);
  assert.equal(bare.session(n).confirmed, true);
  assert.equal(bare.node.peers.get('b')?.n, n);
  assert.deepEqual(
    bare.happened('ready').map((event) => event.n),
    [n],
    'the visit never is a peer',
  );
  assert.equal(bare.node.places.get('9.9.9.9:6100'), n);
  bare.advance(20 * SECOND_US);
  assert.deepEqual(bare.taken('dial', 'close'), []);
});

test('peers: a dial-back has a name of its own, in events, rows and the book; who dials us is a peer', () => {
  const bare = open();
  const n = bare.inboundPeer('b', '9.9.9.9', { listen: 6100 });
  // Else the source is whoever told it first.
  forgetAddress(bare.node.book, 0);
  const visit = bare.dialled(1);
  assert.deepEqual(
    bare.happened('dialing', 'connected').map(({ kind, via }) => [kind, via]),
    [
      ['connected', 'peer'],
      ['dialing', 'dialback'],
      ['connected', 'dialback'],
    ],
  );
  assert.deepEqual([bare.views.peer(n)?.via, bare.views.peer(visit)?.via], ['peer', 'dialback']);
  bare.hear(visit, helloLine('b'));
  assert.deepEqual(
    bare.views.addrs().map(({ address, via, source, table }) => [address, via, source, table]),
    [['9.9.9.9:6100', 'dialback', 'dialback', 'tried']],
  );
  const saved = saveBook(bare.node, bare.now);
  const restarted = new BareNode({ before: ({ node, context }) => loadBook(node, context, saved, 0) });
  assert.deepEqual(
    restarted.views.addrs().map(({ via, source, table }) => [via, source, table]),
    [['gossip', 'file', 'tried']],
  );
});

test('peers: a dial-back that finds another id, or nobody, confirms nothing', () => {
  for (const end of ['another id', 'refused'] as const) {
    const bare = open();
    const n = bare.inboundPeer('b', '9.9.9.9', { listen: 6100 });
    if (end === 'refused') bare.refuse(1);
    else bare.hear(bare.dialled(1), helloLine('c'));
    assert.equal(bare.session(n).confirmed, false, end);
    assert.equal(bare.node.peers.get('b')?.n, n);
    assert.equal(bare.node.peers.has('c'), false);
    assert.equal(bare.node.sessions.size, 1);
  }
});

test('peers: a local peer is confirmed by what it claims and never dialled back', () => {
  for (const ip of ['127.0.0.1', '10.0.0.2', '169.254.1.1']) {
    const bare = lan();
    const n = bare.inboundPeer('b', ip, { listen: 6100 });
    assert.equal(bare.session(n).confirmed, true, ip);
    assert.deepEqual(bare.taken('dial'), [], ip);
  }
});

test('peers: an address that we dialled before and found the same id at needs no dial-back', () => {
  const bare = open();
  bare.hangUp(bare.outboundPeer('b', '9.9.9.9:6100'));
  bare.take();
  assert.equal(bare.session(bare.inboundPeer('b', '9.9.9.9', { listen: 6100 })).confirmed, true);
  assert.equal(bare.session(bare.inboundPeer('c', '9.9.9.9', { listen: 6100 })).confirmed, false);
  assert.deepEqual(bare.taken('dial'), []);
});

test('peers: a visitor is answered, disturbs nobody and is closed when it does not leave', () => {
  const bare = open();
  const n = bare.outboundPeer('b', '9.9.9.9:6100');
  const visit = bare.accept('9.9.9.9');
  bare.take();
  bare.hear(visit, helloLine('b', { ext: ['nonce', 'visit'], listen: 6100 }), PING, BYE);
  assert.deepEqual(bare.taken('>', 'close'), ['> #2 hello nodeid=m listen=5999']);
  assert.equal(bare.node.peers.get('b')?.n, n);
  assert.equal(bare.session(n).rival, null);
  assert.equal(bare.views.ready(), 1);
  bare.advance(2 * SECOND_US);
  assert.deepEqual(bare.taken('>', 'close'), ['> #2 bye visit', 'close #2', 'closed #2 visit']);
});

test('peers: a visit of a stranger leaves no trace', () => {
  const bare = open();
  const n = bare.accept('9.9.9.9');
  bare.hear(n, helloLine('b', { ext: ['visit'], listen: 6100 }));
  assert.deepEqual(bare.taken('dial', '> #1 ping', '> #1 getaddr'), []);
  bare.hangUp(n);
  const { peers, places, book, dialbacks } = bare.node;
  assert.deepEqual([peers.size, places.size, book.addresses.length, dialbacks.length], [0, 0, 0, 0]);
  assert.deepEqual(bare.views.gone(), [], 'not even among the gone');
  assert.deepEqual(
    bare.happened('closed').map(({ reason, by }) => [reason, by]),
    [['visit', 'them']],
  );
});

test('peers: two nodes confirm each other by a visit over the very connection they keep', () => {
  const a = new BareNode({ id: 'a', listen: '8.8.8.8:5999' });
  const b = new BareNode({ id: 'b', listen: '9.9.9.9:5999', seed: 2 });
  const forA = a.dialled(a.connect('9.9.9.9:5999'));
  const forB = b.accept('8.8.8.8');
  converse(a, b, [[forA, forB]]);
  const [attempt] = [...b.dials.keys()];
  assert.ok(attempt !== undefined, 'b dials a back');
  const visitB = b.dialled(attempt);
  const visitA = a.accept('9.9.9.9');
  converse(a, b, [
    [forA, forB],
    [visitA, visitB],
  ]);
  for (const [bare, n] of [
    [a, forA],
    [b, forB],
  ] as const) {
    assert.deepEqual([...bare.node.sessions.keys()], [n]);
    assert.equal(bare.session(n).confirmed, true);
  }
  assert.equal(at('8.8.8.8:5999').text, b.session(forB).listen?.text);
});
