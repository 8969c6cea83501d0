/** Which inbound connections may stay before they say a word, and how many at all. Rules 49-53, 59. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isFull } from '../../src/core/admission.ts';
import { addBan } from '../../src/core/bans.ts';
import {
  ACCEPT_BURST,
  ACCEPT_EVERY_US,
  ACCEPT_PACES_MAX,
  MINUTE_US,
  REFUSALS_SAID_FIRST,
  REFUSALS_SAY_EVERY_US,
  SECOND_US,
} from '../../src/core/limits.ts';
import type { ReasonCode } from '../../src/core/reasons.ts';
import type { Settings } from '../../src/settings.ts';
import { BareNode, helloLine, PONG } from '../helpers/bare-node.ts';

/** Nobody falls silent or is seen out while the clock moves. */
const CALM: Partial<Settings> = {
  'ping.interval': 60 * MINUTE_US,
  'ping.timeout': 60 * MINUTE_US,
  'hello.timeout': 60 * MINUTE_US,
};
const open = (settings: Partial<Settings> = {}) =>
  new BareNode({ listen: '8.8.8.8:5999', settings: { ...CALM, ...settings } });

/** Why a connection from this IP is refused; null when it is accepted. */
function knock(bare: BareNode, ip: string): ReasonCode | null {
  const before = new Map(bare.node.reasons);
  const sessions = bare.node.sessions.size;
  if (bare.accept(ip) > 0) return null;
  assert.equal(bare.node.sessions.size, sessions, 'nothing is kept of a refused connection');
  const counted = [...bare.node.reasons].filter(([reason, count]) => count !== before.get(reason));
  assert.equal(counted.length, 1, 'a refusal is counted under one reason');
  return counted[0]?.[0] ?? null;
}

const many = (count: number, ip: string) => Array.from({ length: count }, () => ip);

test('admission: one IP holds no more connections than its class allows', () => {
  const two = { 'ip.public': 2, 'ip.private': 3 };
  const table: [what: string, held: readonly string[], newcomer: string, refused: ReasonCode | null][] = [
    ['the last of a public IP', ['20.1.0.1'], '20.1.0.1', null],
    ['one too many of a public IP', many(2, '20.1.0.1'), '20.1.0.1', 'ip-full'],
    ['its neighbour', many(2, '20.1.0.1'), '20.1.0.2', null],
    ['a public IP in the dress of IPv6', many(2, '20.1.0.1'), '::ffff:20.1.0.1', 'ip-full'],
    ['the same /56', ['2a00:1:2:3400::1', '2a00:1:2:3401::1'], '2a00:1:2:34ff:5:6:7:8', 'ip-full'],
    ['the /56 beside it', ['2a00:1:2:3400::1', '2a00:1:2:34ff::1'], '2a00:1:2:3500::1', null],
    ['a /56 of zeros', ['2a00::1', '2a00:0:0:ff::'], '2a00::2:0:0:1', 'ip-full'],
    ['the /56 beside that', ['2a00::1', '2a00:0:0:ff::'], '2a00:0:0:100::1', null],
    ['the last of a private IP', many(2, '10.0.0.7'), '10.0.0.7', null],
    ['one too many of a private IP', many(3, '10.0.0.7'), '10.0.0.7', 'ip-full'],
    ['another private IP', many(3, '10.0.0.7'), '10.0.0.8', null],
    ['one too many of a private IPv6', many(3, 'fd00::7'), 'fd00::7', 'ip-full'],
    ['another private IPv6 of that site', many(3, 'fd00::7'), 'fd00::8', null],
    ['loopback', many(40, '127.0.0.1'), '127.0.0.1', null],
    ['loopback of IPv6', many(40, '::1'), '::1', null],
    ['behind a carrier', many(2, '100.64.0.1'), '100.64.0.1', 'ip-full'],
    ['a tunnel', many(2, '2002:1401:1::1'), '2002:1401:1::2', 'ip-full'],
  ];
  for (const [what, held, newcomer, refused] of table) {
    const bare = open(two);
    for (const ip of held) assert.equal(knock(bare, ip), null, `${what}: those before are accepted`);
    assert.equal(knock(bare, newcomer), refused, what);
    assert.equal(bare.happened('connected').length, held.length + (refused === null ? 1 : 0), what);
  }
});

test('admission: connections that we dialled and those that are gone do not count against an IP', () => {
  const bare = open({ 'ip.public': 1 });
  bare.outboundPeer('a', '20.1.0.1:6100');
  assert.equal(knock(bare, '20.1.0.1'), null);
  assert.equal(knock(bare, '20.1.0.1'), 'ip-full');
  bare.hangUp(2);
  assert.equal(knock(bare, '20.1.0.1'), null);
});

test('admission: more connections per IP count at once when the setting is changed', () => {
  const bare = open({ 'ip.public': 1 });
  bare.accept('20.1.0.1');
  assert.equal(knock(bare, '20.1.0.1'), 'ip-full');
  bare.order({ kind: 'set', key: 'ip.public', value: 2 });
  assert.equal(knock(bare, '20.1.0.1'), null);
});

test('admission: a public IP connects 16 times at once and then once per 5 s', () => {
  for (const [what, ip, sibling] of [
    ['IPv4', '20.1.0.1', '20.1.0.1'],
    ['a /56', '2a00:1:2:3400::1', '2a00:1:2:34ff::2'],
    ['behind a carrier', '100.64.0.1', '100.64.0.1'],
  ] as const) {
    const bare = open({ 'ip.public': 1_000 });
    for (let i = 0; i < ACCEPT_BURST; i += 1)
      assert.equal(knock(bare, i % 2 === 0 ? ip : sibling), null, `${what} ${i}`);
    const rounds: [waitUs: number, refused: ReasonCode | null, why: string][] = [
      [0, 'ip-pace', 'the burst is spent'],
      [ACCEPT_EVERY_US - 1, 'ip-pace', 'a moment too early'],
      [1, null, 'one more is earned, whoever knocked in vain meanwhile'],
      [0, 'ip-pace', 'and only one'],
      [3 * ACCEPT_EVERY_US, null, 'three are earned'],
      [0, null, 'the second'],
      [0, null, 'the third'],
      [0, 'ip-pace', 'no fourth'],
    ];
    for (const [waitUs, refused, why] of rounds) {
      bare.advance(waitUs);
      assert.equal(knock(bare, ip), refused, `${what}: ${why}`);
    }
    assert.equal(knock(bare, '20.1.0.2'), null, 'another IP has a pace of its own');
  }
});

test('admission: local connections have no pace', () => {
  const bare = open({ 'ip.private': 1_000 });
  for (let i = 0; i < 3 * ACCEPT_BURST; i += 1)
    for (const ip of ['127.0.0.1', '10.0.0.7']) assert.equal(knock(bare, ip), null);
  assert.equal(bare.node.accepts.size, 0);
});

test('admission: a connection refused for another reason spends none of the pace', () => {
  const bare = open({ 'ip.public': 1 });
  bare.accept('20.1.0.1');
  for (let i = 0; i < 2 * ACCEPT_BURST; i += 1) assert.equal(knock(bare, '20.1.0.1'), 'ip-full');
  bare.order({ kind: 'set', key: 'ip.public', value: 1_000 });
  for (let i = 1; i < ACCEPT_BURST; i += 1) assert.equal(knock(bare, '20.1.0.1'), null);
  assert.equal(knock(bare, '20.1.0.1'), 'ip-pace');
});

test('admission: the pace of an IP is forgotten when it must be full again, and not before', () => {
  const bare = open({ 'ip.public': 1_000 });
  for (let i = 0; i < ACCEPT_BURST; i += 1) bare.accept('20.1.0.1');
  bare.sleep(ACCEPT_BURST * ACCEPT_EVERY_US - 1);
  bare.accept('20.1.0.2');
  assert.deepEqual([...bare.node.accepts.keys()], ['20.1.0.1', '20.1.0.2']);
  bare.sleep(1);
  bare.accept('20.1.0.2');
  assert.deepEqual([...bare.node.accepts.keys()], ['20.1.0.2']);
  for (let i = 0; i < ACCEPT_BURST; i += 1) assert.equal(knock(bare, '20.1.0.1'), null);
  assert.equal(knock(bare, '20.1.0.1'), 'ip-pace', 'what is forgotten is no more than full');
});

test('admission: no more than ACCEPT_PACES_MAX paces are remembered, the latest ones', () => {
  const bare = open({ 'pending.max': 2, 'ip.public': 1_000 });
  const ip = (k: number) => `20.${k >> 8}.${k & 0xff}.1`;
  for (let k = 0; k < ACCEPT_PACES_MAX; k += 1) {
    bare.accept(ip(k));
    bare.events.length = 0;
  }
  bare.accept(ip(0));
  bare.accept(ip(ACCEPT_PACES_MAX));
  assert.equal(bare.node.accepts.size, ACCEPT_PACES_MAX);
  assert.equal(bare.node.accepts.has(ip(0)), true, 'it came again');
  assert.equal(bare.node.accepts.has(ip(1)), false, 'the one that was silent for longest');
  assert.equal(bare.node.accepts.has(ip(ACCEPT_PACES_MAX)), true);
});

const forAnHour = (bare: BareNode) => bare.now + 60 * MINUTE_US;

test('admission: a banned IP is refused, its neighbours and others are not', () => {
  const bare = open();
  for (const key of ['20.1.0.1', '10.0.0.7', '2a00::/56', 'fd00::1'])
    addBan(bare.node, key, { until: forAnHour(bare), by: 'hand' });
  for (const [ip, refused] of [
    ['20.1.0.1', 'banned'],
    ['::ffff:20.1.0.1', 'banned'],
    ['10.0.0.7', 'banned'],
    ['2a00::1', 'banned'],
    ['2a00:0:0:ff::2', 'banned'],
    ['fd00::1', 'banned'],
    ['20.1.0.2', null],
    ['10.0.0.8', null],
    ['2a00:0:0:100::1', null],
    ['fd00::2', null],
  ] as const)
    assert.equal(knock(bare, ip), refused, ip);
});

test('admission: a discouraged IP is accepted while places are free and refused when only one is left', () => {
  const table: [what: string, settings: Partial<Settings>, inbound: number, outbound: number, isIn: boolean][] = [
    ['places are free', { 'peers.max': 20, 'peers.inbound': 10 }, 8, 0, true],
    ['one is left', { 'peers.max': 20, 'peers.inbound': 10 }, 9, 0, false],
    ['none is left', { 'peers.max': 20, 'peers.inbound': 10 }, 10, 0, false],
    ['few places in all, many free', { 'peers.max': 20 }, 10, 0, true],
    ['few places in all, one free', { 'peers.max': 20 }, 11, 0, false],
    ['few places in all, none free', { 'peers.max': 20 }, 12, 0, false],
    ['places are free beside many that we dialled', { 'peers.max': 40, 'peers.inbound': 30 }, 18, 20, true],
    ['one is left beside many that we dialled', { 'peers.max': 40, 'peers.inbound': 30 }, 19, 20, false],
  ];
  for (const [what, settings, inbound, outbound, isIn] of table) {
    const bare = open(settings);
    for (let i = 0; i < outbound; i += 1) bare.outboundPeer(`out${i}`, `10.0.1.${i + 1}:6100`);
    for (let i = 0; i < inbound; i += 1) bare.inboundPeer(`in${i}`);
    addBan(bare.node, '20.1.0.1', { until: forAnHour(bare), by: 'strikes' });
    assert.equal(knock(bare, '20.1.0.1'), isIn ? null : 'discouraged', what);
    assert.equal(knock(bare, '20.1.0.2'), null, `${what}: others come in`);
    bare.sleep(60 * MINUTE_US);
    assert.equal(knock(bare, '20.1.0.1'), null, `${what}: until the time is over`);
  }
});

test('admission: a node is full when places for those it dials would be taken', () => {
  const table: [what: string, settings: Partial<Settings>, outbound: number, places: number][] = [
    ['as set', {}, 0, 117],
    ['inbound peers are fewer than all', { 'peers.max': 40, 'peers.inbound': 10 }, 0, 10],
    ['eight places are kept', { 'peers.max': 30 }, 0, 22],
    ['eight places are kept, used or not', { 'peers.max': 30 }, 8, 22],
    ['those that we have dialled stay', { 'peers.max': 30 }, 12, 18],
    ['half of the places are inbound at least', { 'peers.max': 30 }, 15, 15],
    ['more than half are outbound', { 'peers.max': 30 }, 20, 10],
    ['half of few places', { 'peers.max': 5 }, 0, 3],
    ['half of two places', { 'peers.max': 2 }, 0, 1],
    ['one place', { 'peers.max': 1 }, 0, 1],
  ];
  for (const [what, settings, outbound, places] of table) {
    const bare = open(settings);
    for (let i = 0; i < outbound; i += 1) bare.outboundPeer(`out${i}`, `10.0.1.${i + 1}:6100`);
    for (let i = 0; i < places; i += 1) {
      assert.equal(isFull(bare.node), false, `${what}: ${i} are inbound`);
      bare.inboundPeer(`in${i}`);
    }
    assert.equal(isFull(bare.node), true, what);
    bare.hear(bare.accept('127.0.0.1'), helloLine('late'));
    assert.equal(bare.happened('closed').at(-1)?.reason, 'full', what);
    assert.equal(bare.node.peers.size, outbound + places, `${what}: nobody goes`);
  }
});

test('admission: a place that a dial or a handshake of ours may still want is not given away', () => {
  const settings = { 'peers.max': 20, 'dial.parallel': 12, 'gossip.dial': false };
  for (const how of ['dials in flight', 'handshakes', 'both'] as const) {
    const bootstrap = Array.from({ length: 14 }, (_, k) => ({ host: `10.0.1.${k + 1}`, port: 6100 }));
    const bare = new BareNode({ listen: '8.8.8.8:5999', bootstrap, settings: { ...CALM, ...settings } });
    const begun = [...bare.dials.keys()];
    assert.equal(begun.length, 10);
    const answered = begun.filter((_, k) => how === 'handshakes' || (how === 'both' && k % 2 === 0));
    if (how === 'dials in flight') bare.order({ kind: 'set', key: 'dial.parallel', value: 1 });
    const shaking = answered.map((attempt) => bare.dialled(attempt));
    for (let k = 0; k < 15; k += 1) bare.inboundPeer(`in${k}`);
    const [inbound, coming] = [bare.node.peers.size, bare.dials.size + shaking.length];
    assert.ok(inbound + coming <= 20, `${how}: ${inbound} inbound and ${coming} of ours`);
    assert.ok(inbound >= 6, `${how}: ${inbound} of the places left are given`);
    for (const attempt of [...bare.dials.keys()]) shaking.push(bare.dialled(attempt));
    for (const n of shaking) bare.hear(n, helloLine(`out${n}`), PONG);
    assert.equal(bare.node.peers.size, inbound + coming, `${how}: nobody goes, nobody is turned away`);
  }
});

test('admission: a visit of ours takes no place from those who dial us', () => {
  const bare = open({ 'peers.max': 4 });
  bare.inboundPeer('a', '20.1.0.1', { listen: 6100 });
  assert.equal(bare.dials.size, 1, 'it is dialled back');
  bare.dialled([...bare.dials.keys()][0] as number);
  bare.inboundPeer('b', '20.2.0.1');
  assert.deepEqual([...bare.node.peers.keys()], ['a', 'b']);
});

test('admission: too many before hello: the oldest of the IP that holds most makes room', () => {
  const table: [what: string, pending: readonly string[], goes: number][] = [
    ['one IP holds most', ['10.0.0.1', '10.0.0.2', '10.0.0.2', '10.0.0.3'], 2],
    ['the last IP holds most', ['10.0.0.1', '10.0.0.3', '10.0.0.2', '10.0.0.2'], 3],
    ['all hold as many', ['10.0.0.1', '10.0.0.2', '10.0.0.3', '10.0.0.4'], 1],
    ['one /56 holds most', ['20.1.0.1', '2a00:1:2:3401::1', '2a00:1:2:3402::1', '10.0.0.3'], 2],
    ['no /56 holds most', ['20.1.0.1', '2a00:1:2:3400::1', '2a00:1:2:3500::1', '10.0.0.3'], 1],
  ];
  for (const [what, pending, goes] of table) {
    const bare = open({ 'pending.max': 4 });
    for (const ip of pending) bare.accept(ip);
    bare.take();
    const n = bare.accept('10.0.9.9');
    assert.equal(n, 5, `${what}: the newcomer is in`);
    assert.deepEqual(bare.take(), [`close #${goes} abrupt`, `closed #${goes} pending-full`], what);
    assert.equal(bare.node.sessions.size, 4);
    assert.equal(bare.node.reasons.get('pending-full'), 1);
  }
});

test('admission: neither peers nor those that we dialled count as pending', () => {
  const bare = open({ 'pending.max': 2 });
  for (let i = 0; i < 5; i += 1) bare.inboundPeer(`in${i}`);
  bare.outboundPeer('out', '10.0.1.1:6100');
  bare.dialled(bare.connect('10.0.1.2:6100'));
  bare.accept('10.0.0.1');
  bare.accept('10.0.0.2');
  assert.deepEqual(bare.happened('closed'), []);
  bare.accept('10.0.0.3');
  assert.deepEqual(
    bare.happened('closed').map(({ n, reason }) => [n, reason]),
    [[8, 'pending-full']],
  );
});

test('admission: visitors of a full node are no more than visitors.max at a time', () => {
  const bare = open({ 'peers.max': 2, 'visitors.max': 2 });
  bare.inboundPeer('a');
  bare.reportsCloses = false;
  const visit = (id: string) => {
    bare.take();
    bare.hear(bare.accept('127.0.0.1'), helloLine(id));
    return bare.taken('>', 'close');
  };
  assert.deepEqual(visit('b'), ['> #2 hello nodeid=m listen=5999', '> #2 addr', '> #2 bye full', 'close #2']);
  assert.deepEqual(visit('c'), ['> #3 hello nodeid=m listen=5999', '> #3 addr', '> #3 bye full', 'close #3']);
  assert.deepEqual(visit('d'), ['close #4 abrupt'], 'nothing is said to one too many');
  bare.hangUp(2);
  bare.hangUp(4);
  assert.deepEqual([bare.node.reasons.get('full'), bare.node.reasons.get('visitors-full')], [1, 1]);
  assert.deepEqual(visit('e').at(-1), 'close #5', 'who has gone makes room');
  assert.deepEqual([...bare.node.peers.keys()], ['a']);
});

test('admission: the first three refusals are said one by one, then one per 30 s with the count', () => {
  const bare = open({ 'ip.private': 1 });
  bare.accept('10.0.0.7');
  const rounds: [waitUs: number, knocks: number, said: readonly number[], why: string][] = [
    [0, 5, [1, 1, 1], 'the first three'],
    [REFUSALS_SAY_EVERY_US - 1, 1, [], 'a moment too early'],
    [1, 3, [4], 'the three before and this one; the other two wait'],
    [SECOND_US, 10, [], 'within 30 s'],
    [REFUSALS_SAY_EVERY_US - SECOND_US, 1, [13], 'all that came since'],
    [2 * REFUSALS_SAY_EVERY_US, 5, [1, 1, 1], 'after a silence of 30 s one by one again'],
  ];
  let refusals = 0;
  for (const [waitUs, knocks, said, why] of rounds) {
    bare.sleep(waitUs);
    const before = bare.happened('refused').length;
    for (let i = 0; i < knocks; i += 1) assert.equal(bare.accept('10.0.0.7'), 0);
    refusals += knocks;
    const events = bare.happened('refused').slice(before);
    assert.deepEqual(
      events.map(({ count }) => count),
      said,
      why,
    );
    for (const event of events) assert.equal(event.reason, 'ip-full');
    assert.equal(bare.node.reasons.get('ip-full'), refusals, 'said or not, all are counted');
  }
  assert.equal(REFUSALS_SAID_FIRST, 3);
  assert.deepEqual(bare.happened('closed'), []);
});

test('admission: a node that is stopping refuses and counts it', () => {
  const bare = open();
  bare.stop();
  assert.equal(knock(bare, '127.0.0.1'), 'stopping');
});
