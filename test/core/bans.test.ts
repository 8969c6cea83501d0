/** Whom we keep away, for how long, and what that means for accepting, dialling and gossip. Rules 59, 64. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addBan, banOn } from '../../src/core/bans.ts';
import { loadBans, readBanTarget, savedBans } from '../../src/core/bans-saved.ts';
import { addAddress, vouchAddress } from '../../src/core/book.ts';
import { findAddress } from '../../src/core/book-columns.ts';
import { BAN_LONGEST_US, BANS_MAX, MINUTE_US, SECOND_US } from '../../src/core/limits.ts';
import { whyNotDial } from '../../src/core/obstacles.ts';
import type { Settings } from '../../src/settings.ts';
import { addrLine, at, BareNode, helloLine, PONG } from '../helpers/bare-node.ts';

const HOUR_US = 60 * MINUTE_US;
const CALM: Partial<Settings> = {
  'ping.interval': 100 * HOUR_US,
  'ping.timeout': 100 * HOUR_US,
  'dial.feeler': 100 * HOUR_US,
  'dial.rotate': 100 * HOUR_US,
};
const open = (settings: Partial<Settings> = {}) =>
  new BareNode({ listen: '8.8.8.8:5999', settings: { ...CALM, ...settings } });

const ban = (bare: BareNode, target: number | string, forUs: number | null = null) =>
  bare.order({ kind: 'ban', target, forUs });
const closedBy = (bare: BareNode) => bare.happened('closed').map(({ n, reason }) => [n, reason]);
const kinds = (bare: BareNode) => [...bare.node.bans].map(([key, { by }]) => `${by} ${key}`);
const hand = (bare: BareNode, forUs = HOUR_US) => ({ until: bare.now + forUs, by: 'hand' }) as const;
const strikes = (bare: BareNode, forUs = HOUR_US) => ({ until: bare.now + forUs, by: 'strikes' }) as const;

/** Breaks rule 9 until the node has had enough. */
function misbehave(bare: BareNode, n: number): void {
  for (let i = 0; i < bare.node.settings['strike.max']; i += 1) bare.hear(n, '{"msgtype":"addr","peers":1}');
}

test('bans: a ban calls off the dials that are on their way to it, and no other', () => {
  const bare = open();
  const banned = bare.connect('20.1.0.1:6100');
  const other = bare.connect('20.2.0.1:6100');
  bare.take();
  ban(bare, '20.1.0.1');
  assert.deepEqual(bare.taken('cancel'), [`cancel ${banned}`]);
  assert.deepEqual(
    bare.happened('dial-failed').map(({ attempt, reason }) => [attempt, reason]),
    [[banned, 'banned']],
  );
  assert.deepEqual([...bare.node.dials.keys()], [other]);
});

test('bans: a ban by number is kept under the IP of a public peer and under the id of a local one', () => {
  const table: [what: string, peer: (bare: BareNode) => number, key: string][] = [
    ['public', (bare) => bare.inboundPeer('a', '20.1.0.1'), '20.1.0.1'],
    ['public, dialled', (bare) => bare.outboundPeer('a', '20.1.0.1:6100'), '20.1.0.1'],
    ['public of IPv6', (bare) => bare.inboundPeer('a', '2a00::1'), '2a00::/56'],
    ['private of IPv6', (bare) => bare.inboundPeer('a', 'fd00::1'), 'a'],
    ['private', (bare) => bare.inboundPeer('a', '10.0.0.7'), 'a'],
    ['loopback', (bare) => bare.inboundPeer('a', '127.0.0.1'), 'a'],
    ['local without a hello', (bare) => bare.accept('127.0.0.1', 40_000), '127.0.0.1:40000'],
    ['public without a hello', (bare) => bare.accept('20.1.0.1'), '20.1.0.1'],
  ];
  for (const [what, peer, key] of table) {
    const bare = open();
    const n = peer(bare);
    const isReady = bare.session(n).readyAt !== null;
    bare.take();
    assert.deepEqual(ban(bare, n), { ok: true, attempt: null, n });
    assert.deepEqual(kinds(bare), [`hand ${key}`], what);
    const bye = isReady ? [`> #${n} bye banned`] : [];
    assert.deepEqual(bare.taken('>', 'close'), [...bye, `close #${n}`, `closed #${n} banned`], what);
    assert.equal(bare.node.sessions.size, 0);
  }
});

test('bans: a ban closes everybody that it names, and nobody else', () => {
  const table: [what: string, target: number | string, closed: readonly number[]][] = [
    ['by IP', '20.1.0.1', [1, 2]],
    ['by IP with nobody there', '20.1.0.9', []],
    ['by number, which means its IP', 2, [1, 2]],
    ['by number of a local one', 4, [4]],
    ['by id', 'a', [1]],
    ['by id of a local one', 'd', [4]],
    ['by IP that many share', '127.0.0.1', [4, 5]],
    ['by the address dialled', '10.0.0.6:6100', [6]],
    ['by another port of it', '10.0.0.6:6101', []],
  ];
  for (const [what, target, closed] of table) {
    const bare = open();
    bare.inboundPeer('a', '20.1.0.1');
    bare.inboundPeer('b', '20.1.0.1');
    bare.inboundPeer('c', '20.1.0.2');
    bare.inboundPeer('d', '127.0.0.1');
    bare.inboundPeer('e', '127.0.0.1');
    bare.outboundPeer('f', '10.0.0.6:6100');
    bare.take();
    assert.equal(ban(bare, target).ok, true);
    assert.deepEqual(
      closedBy(bare),
      closed.map((n) => [n, 'banned']),
      what,
    );
    assert.deepEqual(
      bare.taken('> '),
      closed.map((n) => `> #${n} bye banned`),
      what,
    );
    assert.equal(bare.node.peers.size, 6 - closed.length);
  }
});

test('bans: nobody bans himself, by id, by an IP or by an address of his own', () => {
  const bare = new BareNode({ id: 'm', listen: '8.8.8.8:5999', settings: { ...CALM, advertise: '9.9.9.9:5999' } });
  bare.accept('20.1.0.1', 40_000, '10.0.0.1:5999');
  bare.hear(bare.dialled(bare.connect('7.7.7.7:7000')), helloLine('m'));
  bare.inboundPeer('a', '20.2.0.1');
  for (const target of ['m', '8.8.8.8', '::ffff:8.8.8.8', '8.8.8.8:5999', '9.9.9.9', '10.0.0.1', '7.7.7.7:7000']) {
    const answer = ban(bare, target);
    const message = `${readBanTarget(target)} is this node itself`;
    assert.deepEqual(answer, { ok: false, reason: 'is-self', message });
  }
  assert.deepEqual([bare.node.bans.size, bare.node.sessions.size], [0, 2]);
  for (const target of ['8.8.8.8:6000', '10.0.0.2', 'n']) assert.ok(ban(bare, target).ok, `${target} is somebody else`);
});

test('bans: nobody bans his own /56, nor all of 127.0.0.1 when he listens there', () => {
  const six = new BareNode({ listen: '[2a00:1:2:3400::1]:5999', settings: CALM });
  assert.equal(ban(six, '2a00:1:2:34ff::9').ok, false);
  assert.ok(ban(six, '2a00:1:2:3500::9').ok);
  const lab = new BareNode({ listen: '127.0.0.1:5999', settings: CALM });
  assert.equal(ban(lab, '127.0.0.1').ok, false);
  assert.equal(ban(lab, '127.0.0.1:5999').ok, false);
  assert.ok(ban(lab, '127.0.0.1:6000').ok);
});

test('bans: a public peer that shares our IP is banned by its id', () => {
  for (const [listen, ip] of [
    ['8.8.8.8:5999', '8.8.8.8'],
    ['[2a00:1:2:3400::1]:5999', '2a00:1:2:3401::1'],
  ] as const) {
    const bare = new BareNode({ listen, settings: CALM });
    const n = bare.inboundPeer('a', ip);
    bare.inboundPeer('b', ip);
    assert.ok(ban(bare, n).ok);
    assert.deepEqual(kinds(bare), ['hand a']);
    assert.deepEqual([...bare.node.peers.keys()], ['b']);
  }
});

test('bans: a number that is gone bans nobody', () => {
  const bare = open();
  const n = bare.inboundPeer('a');
  bare.hangUp(n);
  const answer = ban(bare, n);
  assert.equal(answer.ok ? null : answer.reason, 'no-such-connection');
  assert.equal(bare.node.bans.size, 0);
});

test('bans: a banned id is turned away at its hello without an answer, whichever side dialled', () => {
  const bare = open();
  ban(bare, 'a');
  const accepted = bare.accept('127.0.0.1');
  bare.take();
  bare.hear(accepted, helloLine('a'));
  assert.deepEqual(bare.taken('>', 'close'), [`close #${accepted} abrupt`, `closed #${accepted} banned`]);
  const dialled = bare.dialled(bare.connect('10.0.0.7:6100'));
  bare.take();
  bare.hear(dialled, helloLine('a'));
  assert.deepEqual(bare.taken('>', 'close'), [`close #${dialled} abrupt`, `closed #${dialled} banned`]);
  assert.deepEqual(bare.happened('ready'), []);
  bare.inboundPeer('b');
  assert.equal(bare.views.ready(), 1, 'others come in');
});

test('bans: a ban holds until its time is over, to the microsecond', () => {
  for (const [forUs, lastsUs] of [
    [null, 2 * HOUR_US],
    [SECOND_US, SECOND_US],
  ] as const) {
    const bare = open({ 'ban.time': 2 * HOUR_US });
    ban(bare, '20.1.0.1', forUs);
    bare.sleep(lastsUs - 1);
    assert.equal(bare.accept('20.1.0.1'), 0);
    assert.equal(bare.views.bans().length, 1);
    bare.sleep(1);
    assert.notEqual(bare.accept('20.1.0.1'), 0);
    assert.deepEqual(bare.views.bans(), []);
  }
});

test('bans: what is over is forgotten at the next rotation', () => {
  const bare = open({ 'dial.rotate': MINUTE_US });
  ban(bare, '20.1.0.1', SECOND_US);
  ban(bare, '20.1.0.2', HOUR_US);
  bare.advance(2 * MINUTE_US);
  assert.deepEqual(kinds(bare), ['hand 20.1.0.2']);
});

test('bans: unban lets in again, and what is not banned is named', () => {
  const bare = open();
  ban(bare, '20.1.0.1');
  addBan(bare.node, '20.1.0.2', strikes(bare));
  for (const target of ['20.1.0.1', '20.1.0.2']) assert.equal(bare.order({ kind: 'unban', target }).ok, true);
  assert.equal(bare.node.bans.size, 0);
  assert.notEqual(bare.accept('20.1.0.1'), 0);
  const answer = bare.order({ kind: 'unban', target: '20.1.0.1' });
  assert.deepEqual(answer.ok ? null : [answer.reason, answer.message], ['not-listed', '20.1.0.1 is not banned']);
});

test('bans: over BANS_MAX the oldest discouragement goes, and the oldest ban only when there is none', () => {
  const bare = open();
  const fill = (count: number, by: typeof hand | typeof strikes, from: number) => {
    for (let k = from; k < from + count; k += 1) addBan(bare.node, `20.${k >> 8}.${k & 0xff}.1`, by(bare));
  };
  fill(1, hand, 0);
  fill(2, strikes, 1);
  fill(BANS_MAX - 3, hand, 3);
  assert.equal(bare.node.bans.size, BANS_MAX);
  const rounds: [what: string, add: string, by: typeof hand | typeof strikes, goes: string][] = [
    ['the oldest discouragement', '30.0.0.1', hand, '20.0.1.1'],
    ['the next discouragement', '30.0.0.2', hand, '20.0.2.1'],
    ['a discouragement never drives a ban out', '30.0.0.3', strikes, '30.0.0.3'],
    ['the oldest ban', '30.0.0.4', hand, '20.0.0.1'],
  ];
  for (const [what, add, by, goes] of rounds) {
    const before = [...bare.node.bans.keys(), add];
    addBan(bare.node, add, by(bare));
    assert.deepEqual(
      before.filter((key) => !bare.node.bans.has(key)),
      [goes],
      what,
    );
    assert.equal(bare.node.bans.size, BANS_MAX);
  }
  addBan(bare.node, '20.0.3.1', hand(bare));
  addBan(bare.node, '30.0.0.5', hand(bare));
  assert.equal(bare.node.bans.has('20.0.3.1'), true, 'a ban that is given again is as new');
  assert.equal(bare.node.bans.has('20.0.4.1'), false);
});

test('bans: a ban by hand counts before a discouragement, whichever names the peer by what', () => {
  const bare = open();
  addBan(bare.node, '20.1.0.1', strikes(bare));
  assert.equal(banOn(bare.node, bare.now, at('20.1.0.1:6100'), 'a')?.by, 'strikes');
  addBan(bare.node, 'a', hand(bare));
  assert.equal(banOn(bare.node, bare.now, at('20.1.0.1:6100'), 'a')?.by, 'hand');
  assert.equal(banOn(bare.node, bare.now, at('20.1.0.1:6100'), 'b')?.by, 'strikes');
  assert.equal(banOn(bare.node, bare.now, at('20.1.0.2:6100'), null), null);
  assert.equal(banOn(bare.node, bare.now + HOUR_US, at('20.1.0.1:6100'), 'a'), null);
});

test('bans: strikes discourage the IP of strangers, not local peers and not those of commands', () => {
  const table: [what: string, peer: (bare: BareNode) => number, kept: readonly string[]][] = [
    ['public', (bare) => bare.inboundPeer('a', '20.1.0.1'), ['strikes 20.1.0.1']],
    ['public of IPv6', (bare) => bare.inboundPeer('a', '2a00:1:2:34ff::1'), ['strikes 2a00:1:2:3400::/56']],
    ['behind a carrier', (bare) => bare.inboundPeer('a', '100.64.0.1'), ['strikes 100.64.0.1']],
    ['private', (bare) => bare.inboundPeer('a', '10.0.0.7'), []],
    ['loopback', (bare) => bare.inboundPeer('a'), []],
    ['dialled by hand', (bare) => bare.outboundPeer('a', '20.1.0.1:6100'), []],
  ];
  for (const [what, peer, kept] of table) {
    const bare = open({ 'ban.time': 2 * HOUR_US });
    const n = peer(bare);
    misbehave(bare, n);
    assert.deepEqual(closedBy(bare), [[n, 'strikes']], what);
    assert.deepEqual(kinds(bare), kept, what);
    for (const { until } of bare.node.bans.values()) assert.equal(until, bare.now + 2 * HOUR_US);
  }
});

test('bans: a discouraged IPv6 peer does not come back from the next address of its /56 when places are few', () => {
  const bare = open({ 'peers.max': 20, 'peers.inbound': 10 });
  misbehave(bare, bare.inboundPeer('a', '2a00:1:2:3400::1'));
  for (let k = 0; k < 9; k += 1) bare.inboundPeer(`in${k}`);
  for (const [ip, isIn] of [
    ['2a00:1:2:3400::1', false],
    ['2a00:1:2:3400::2', false],
    ['2a00:1:2:34ff:a:b:c:d', false],
    ['2a00:1:2:3500::1', true],
  ] as const)
    assert.equal(bare.accept(ip) > 0, isIn, ip);
  const told = bare.inboundPeer('t', '2a00:1:2:3500::1');
  bare.hear(told, addrLine('[2a00:1:2:3401::9]:6100'));
  assert.deepEqual(bare.happened('addr').at(-1)?.refused, [
    { address: '[2a00:1:2:3401::9]:6100', reason: 'discouraged' },
  ]);
});

test('bans: a public IPv6 address is banned, shown and unbanned with its /56, a private one alone', () => {
  const bare = open();
  bare.inboundPeer('a', '2a00:1:2:3400::1');
  bare.inboundPeer('b', '2a00:1:2:3401::1');
  bare.inboundPeer('c', '2a00:1:2:3500::1');
  bare.inboundPeer('d', 'fd00::1');
  bare.inboundPeer('e', 'fd00::2');
  ban(bare, '2a00:1:2:3477::9');
  ban(bare, 'fd00::1');
  assert.deepEqual([...bare.node.peers.keys()], ['c', 'e']);
  assert.deepEqual(
    bare.views.bans().map(({ target }) => target),
    ['2a00:1:2:3400::/56', 'fd00::1'],
  );
  assert.equal(whyNotDial(bare.node, bare.now, at('[2a00:1:2:34aa::1]:6100'), 'boot'), 'banned');
  assert.equal(bare.accept('2a00:1:2:3402::1'), 0);
  assert.ok(bare.order({ kind: 'unban', target: '2a00:1:2:3405::5' }).ok, 'any address of it ends the ban');
  assert.ok(bare.accept('2a00:1:2:3402::1') > 0);
  assert.deepEqual(kinds(bare), ['hand fd00::1']);
});

test('bans: a saved ban of one public IPv6 address is read as one of its /56', () => {
  const bare = open();
  loadBans(bare.node, bare.now, [{ target: '2a00:1:2:34ff::1', leftS: 60 }], 0);
  assert.deepEqual(savedBans(bare.node, bare.now), [{ target: '2a00:1:2:3400::/56', leftS: 60 }]);
});

test('bans: a ban by hand outlives a discouragement of the same IP, and one that is over does not prevent it', () => {
  const bare = open();
  const [first, second] = [bare.inboundPeer('a', '20.1.0.1'), bare.inboundPeer('b', '20.1.0.1')];
  addBan(bare.node, '20.1.0.1', hand(bare, 2 * SECOND_US));
  misbehave(bare, first);
  assert.deepEqual(kinds(bare), ['hand 20.1.0.1']);
  assert.deepEqual(closedBy(bare), [[first, 'strikes']]);
  bare.sleep(2 * SECOND_US);
  misbehave(bare, second);
  assert.deepEqual(kinds(bare), ['strikes 20.1.0.1']);
  ban(bare, '20.1.0.1');
  assert.deepEqual(kinds(bare), ['hand 20.1.0.1'], 'a user has the last word');
});

test('bans: gossip about banned and discouraged addresses is not taken', () => {
  const bare = open();
  const n = bare.inboundPeer('a', '20.9.0.1');
  addBan(bare.node, '20.1.0.1', hand(bare));
  addBan(bare.node, '20.2.0.1', strikes(bare));
  addBan(bare.node, 'z', hand(bare));
  addBan(bare.node, '20.5.0.1:6100', hand(bare));
  const told = ['20.1.0.1:6100=x', '20.2.0.1:6100=y', '20.3.0.1:6100=z', '20.4.0.1:6100=w', '20.5.0.1:6101=v'];
  bare.hear(n, addrLine(...told, '20.5.0.1:6100=u'));
  const [taken] = bare.happened('addr');
  assert.deepEqual(taken?.fresh.map(({ address }) => address.text).sort(), ['20.4.0.1:6100', '20.5.0.1:6101']);
  assert.deepEqual(taken?.refused.map(({ address, reason }) => `${address} ${reason}`).sort(), [
    '20.1.0.1:6100 banned',
    '20.2.0.1:6100 discouraged',
    '20.3.0.1:6100 banned',
    '20.5.0.1:6100 banned',
  ]);
  assert.equal(findAddress(bare.node.book, at('20.1.0.1:6100')), -1);
});

test('bans: the dialler passes banned and discouraged addresses by until the time is over', () => {
  const bare = open();
  addBan(bare.node, '20.1.0.1', hand(bare));
  addBan(bare.node, '20.2.0.1', strikes(bare));
  addBan(bare.node, 'z', hand(bare));
  const { node, context } = bare;
  const source = { name: 't', group: 't', via: 'gossip' } as const;
  for (const [place, id] of [
    ['20.1.0.1:6100', 'x'],
    ['20.2.0.1:6100', 'y'],
    ['20.3.0.1:6100', 'z'],
    ['20.4.0.1:6100', 'w'],
  ] as const)
    addAddress(node.book, node.settings, context, at(place), id, source, -Infinity);
  // Only an id that a hello proved there counts (rule 23).
  vouchAddress(node.book, node.settings, context, findAddress(node.book, at('20.3.0.1:6100')), 'z');
  assert.deepEqual(
    ['20.1.0.1:6100', '20.2.0.1:6100', '20.3.0.1:6100', '20.4.0.1:6100'].map((place) =>
      whyNotDial(node, bare.now, at(place), 'gossip'),
    ),
    ['banned', 'discouraged', 'banned', null],
  );
  assert.equal(whyNotDial(node, bare.now, at('20.1.0.1:6100'), 'boot'), 'banned');
  assert.equal(whyNotDial(node, bare.now, at('20.2.0.1:6100'), 'boot'), null, 'the list is trusted');
  node.dialDue = true;
  bare.wake();
  const dialsOf = () => bare.taken('dial ').map((line) => line.split(' ')[2]);
  assert.deepEqual(dialsOf(), ['20.4.0.1:6100']);
  bare.advance(HOUR_US - 1);
  assert.deepEqual(dialsOf(), []);
  bare.advance(1);
  assert.deepEqual(new Set(dialsOf()), new Set(['20.1.0.1:6100', '20.2.0.1:6100', '20.3.0.1:6100']));
});

test('bans: an address that turns out to be of a banned or dropped id is dialled once, and again when it may be', () => {
  for (const how of ['ban', 'drop'] as const)
    for (const end of ['over', 'lifted'] as const) {
      const bare = new BareNode({ listen: '10.0.0.1:5999', settings: { ...CALM, 'drop.hold': 2 * HOUR_US } });
      const n = bare.inboundPeer('b', '10.0.1.9', { listen: 6100 });
      const t = bare.inboundPeer('t', '10.0.1.8');
      bare.order(how === 'ban' ? { kind: 'ban', target: n, forUs: 2 * HOUR_US } : { kind: 'drop', n });
      // It listens at another place, too, which only a hello there can tell.
      bare.hear(t, addrLine('10.0.2.9:6100'));
      for (let k = 0; k < 60; k += 1) {
        for (const attempt of [...bare.dials.keys()]) bare.hear(bare.dialled(attempt), helloLine('b'));
        bare.advance(MINUTE_US);
      }
      const dialled = () => bare.taken('dial ').map((line) => line.split(' ')[2]);
      assert.deepEqual(dialled(), ['10.0.2.9:6100'], how);
      const row = bare.views.addrs().find(({ address }) => address === '10.0.2.9:6100');
      assert.deepEqual([row?.state, row?.reason], ['waiting', how === 'ban' ? 'banned' : 'held']);
      assert.equal(bare.node.peers.has('b'), false);
      if (end === 'over') bare.advance(2 * HOUR_US);
      else if (how === 'ban') bare.order({ kind: 'unban', target: 'b' });
      else bare.connect('10.0.2.9:6100');
      assert.ok(dialled().includes('10.0.2.9:6100'), `${how} ${end}`);
    }
});

test('bans: a local peer that told where it listens is not dialled there while it is banned', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: CALM });
  const n = bare.inboundPeer('b', '10.0.1.9', { listen: 6100 });
  ban(bare, n);
  bare.advance(MINUTE_US);
  assert.deepEqual(bare.taken('dial '), []);
  const row = bare.views.addrs().find(({ address }) => address === '10.0.1.9:6100');
  assert.deepEqual([row?.state, row?.reason, row?.source], ['waiting', 'banned', '10.0.1.9:6100']);
  const asked = bare.order({ kind: 'connect', host: '10.0.1.9', port: 6100, keep: false });
  assert.equal(asked.ok, false, 'a command is told so at once');
  bare.order({ kind: 'unban', target: 'b' });
  assert.deepEqual(bare.taken('dial ').length, 1);
});

test('bans: what a hello proved at an address counts more than what was claimed of it', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: CALM });
  bare.hangUp(bare.inboundPeer('b', '10.0.1.9', { listen: 6100 }));
  // Somebody else has come to listen there.
  bare.hear(bare.dialled([...bare.dials.keys()][0] as number), helloLine('c'));
  ban(bare, 'b');
  assert.equal(bare.node.peers.has('c'), true);
  bare.hangUp(bare.node.peers.get('c')?.n as number);
  assert.notEqual(whyNotDial(bare.node, bare.now, at('10.0.1.9:6100'), 'boot'), 'banned');
});

test('bans: what others say of an id, or a stranger from outside of his own, keeps no address from being dialled', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: { ...CALM, 'gossip.dial': false } });
  bare.hear(bare.inboundPeer('t', '10.0.1.8', { listen: 6108 }), addrLine('10.0.2.9:6100=b'));
  assert.ok(findAddress(bare.node.book, at('10.0.2.9:6100')) >= 0);
  ban(bare, 'b');
  assert.equal(whyNotDial(bare.node, bare.now, at('10.0.2.9:6100'), 'boot'), null);
  const outside = open({ 'gossip.dial': false });
  outside.hangUp(outside.inboundPeer('b', '20.1.0.1', { listen: 6100 }));
  ban(outside, 'b');
  assert.equal(whyNotDial(outside.node, outside.now, at('20.1.0.1:6100'), 'boot'), 'dialing', 'to confirm it');
});

test('bans: connect by hand refuses what a user banned and dials what is only discouraged', () => {
  const bare = open();
  addBan(bare.node, '20.1.0.1', hand(bare));
  addBan(bare.node, '20.2.0.1', strikes(bare));
  const answer = bare.order({ kind: 'connect', host: '20.1.0.1', port: 6100, keep: false });
  assert.deepEqual(answer, {
    ok: false,
    reason: 'banned',
    message: '20.1.0.1:6100 is banned; type unban 20.1.0.1 first',
  });
  assert.equal(bare.happened('dial-failed')[0]?.reason, 'banned');
  assert.deepEqual(bare.taken('dial'), []);
  bare.connect('20.2.0.1:6100');
  assert.equal(bare.taken('dial').length, 1);
});

test('bans: those by hand are saved and restored with the time that is left, discouragements are not', () => {
  const bare = open();
  addBan(bare.node, '20.1.0.1', hand(bare, 100 * SECOND_US));
  addBan(bare.node, 'a', hand(bare, 50 * SECOND_US + 999_999));
  addBan(bare.node, '20.2.0.1', strikes(bare));
  addBan(bare.node, '20.3.0.1', hand(bare, SECOND_US));
  bare.now += 10 * SECOND_US;
  const saved = savedBans(bare.node, bare.now);
  assert.deepEqual(saved, [
    { target: '20.1.0.1', leftS: 90 },
    { target: 'a', leftS: 40 },
  ]);
  const agedUs = 40 * SECOND_US;
  const later = open();
  loadBans(later.node, later.now, JSON.parse(JSON.stringify(saved)), agedUs);
  assert.deepEqual([...later.node.bans], [['20.1.0.1', { until: later.now + 50 * SECOND_US, by: 'hand' }]]);
  assert.equal(later.accept('20.1.0.1'), 0);
  later.sleep(50 * SECOND_US);
  assert.notEqual(later.accept('20.1.0.1'), 0);
});

test('bans: saved bans that no user could have given are ignored, one by one', () => {
  const bare = open();
  const target = '20.1.0.1';
  const hostile: readonly unknown[] = [
    null,
    undefined,
    7,
    'x',
    [],
    {},
    { target },
    { leftS: 60 },
    { target, leftS: '60' },
    { target, leftS: Number.NaN },
    { target, leftS: 0 },
    { target, leftS: -1 },
    { target, leftS: null },
    { target: '', leftS: 60 },
    { target: 'a b', leftS: 60 },
    { target: '\u001b[31m', leftS: 60 },
    { target: 'x'.repeat(10_000), leftS: 60 },
    { target: ['20.1.0.1'], leftS: 60 },
    { target: { toString: () => '20.1.0.1' }, leftS: 60 },
  ];
  loadBans(bare.node, bare.now, hostile, 0);
  assert.deepEqual(kinds(bare), []);
  loadBans(bare.node, bare.now, [...hostile, { target: '::FFFF:20.1.0.1', leftS: 1e300 }], 0);
  loadBans(bare.node, bare.now, [{ target: '20.1.0.2', leftS: Infinity }], 0);
  assert.deepEqual(
    [...bare.node.bans],
    ['20.1.0.1', '20.1.0.2'].map((ip) => [ip, { until: bare.now + BAN_LONGEST_US, by: 'hand' }]),
  );
});

test('bans: no more than BANS_MAX saved bans are read', () => {
  const bare = open();
  const saved = Array.from({ length: BANS_MAX + 10 }, (_, k) => ({ target: `20.${k >> 8}.${k & 0xff}.1`, leftS: 60 }));
  loadBans(bare.node, bare.now, saved, 0);
  assert.equal(bare.node.bans.size, BANS_MAX);
  assert.equal(bare.node.bans.has('20.0.0.1'), true, 'the first are kept, the rest of a forged file is not looked at');
});

test('bans: a target has one spelling', () => {
  for (const [text, target] of [
    ['20.1.0.1', '20.1.0.1'],
    ['::ffff:20.1.0.1', '20.1.0.1'],
    ['2A00:0:0::1', '2a00::/56'],
    ['2a00:0:1:ff::1', '2a00:0:1::/56'],
    ['2a00:1:2:34ff:5:6:7:8', '2a00:1:2:3400::/56'],
    ['2a00:1:2:3400::/56', '2a00:1:2:3400::/56'],
    ['2a00:1:2:34ff::1/56', '2a00:1:2:3400::/56'],
    ['2a00:1:2:3400::/64', null],
    ['20.1.0.1/56', null],
    ['/56', null],
    ['fd00::1', 'fd00::1'],
    ['fd00::/56', null],
    ['::1', '::1'],
    ['20.1.0.1:6100', '20.1.0.1:6100'],
    ['[2A00:0::1]:6100', '[2a00::1]:6100'],
    ['5F0C2A9E-1111-4222-8333-444455556666', '5f0c2a9e-1111-4222-8333-444455556666'],
    ['a b', null],
    ['', null],
  ] as const)
    assert.equal(readBanTarget(text), target, text);
});

test('bans: a peer that came back after an unban is a peer like any other', () => {
  const bare = open();
  const n = bare.inboundPeer('a', '20.1.0.1');
  ban(bare, n);
  bare.order({ kind: 'unban', target: '20.1.0.1' });
  const again = bare.accept('20.1.0.1');
  bare.hear(again, helloLine('a'), PONG);
  assert.equal(bare.node.peers.get('a')?.n, again);
});
