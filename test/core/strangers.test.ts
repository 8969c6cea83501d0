/** Faults that a reader found: each as the facts that showed it, by the rule that it broke. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { learnAddress } from '../../src/core/book.ts';
import { MINUTE_US, SECOND_US } from '../../src/core/limits.ts';
import { loadBook, saveBook } from '../../src/core/node.ts';
import type { Settings } from '../../src/settings.ts';
import { addrLine, at, BareNode, type BareOptions, helloLine, PING, PONG } from '../helpers/bare-node.ts';

const HOUR_US = 60 * MINUTE_US;
const CALM: Partial<Settings> = {
  'dial.feeler': 24 * HOUR_US,
  'dial.rotate': 24 * HOUR_US,
  'getaddr.ask': 24 * HOUR_US,
  'ping.timeout': 24 * HOUR_US,
  'ping.interval': HOUR_US,
};
function calm(settings: Partial<Settings> = {}, options: BareOptions = {}): BareNode {
  return new BareNode({ listen: '8.8.8.8:5999', ...options, settings: { ...CALM, ...settings } });
}

test('rule 23: an id told by gossip does not keep an address from being dialled', () => {
  const bare = calm({ 'drop.hold': 0 });
  const evil = bare.inboundPeer('evil', '9.9.1.1');
  const good = bare.inboundPeer('good', '9.8.1.1');
  bare.take();
  bare.hear(evil, addrLine('20.1.1.1:5999=evil'));
  bare.hear(good, addrLine('20.1.1.1:5999=victim@1'));
  bare.advance(10 * MINUTE_US);
  assert.deepEqual(
    [...bare.dials.values()].map(({ text }) => text),
    ['20.1.1.1:5999'],
  );
});

test('rule 23: an id told by gossip does not make a command of the user refused', () => {
  const bare = calm();
  const evil = bare.inboundPeer('evil', '9.9.1.1');
  bare.order({ kind: 'set', key: 'gossip.dial', value: false });
  bare.hear(evil, addrLine('20.1.1.1:5999=evil'));
  bare.order({ kind: 'ban', target: 'evil', forUs: null });
  const answer = bare.order({ kind: 'connect', host: '20.1.1.1', port: 5999, keep: false });
  assert.equal(answer.ok, true, JSON.stringify(answer));
});

test('rule 36: dial-backs respect the share of a network', () => {
  const bare = calm({ 'drop.hold': 0, 'peers.outbound': 1 });
  for (let i = 1; i <= 60; i += 1) {
    const n = bare.accept(`20.1.0.${i}`);
    bare.hear(n, helloLine(`p${i}`, { listen: 6100 }), PONG);
    for (const attempt of [...bare.dials.keys()]) bare.refuse(attempt);
    bare.hangUp(n);
  }
  bare.advance(10 * SECOND_US);
  for (const attempt of [...bare.dials.keys()]) bare.refuse(attempt);
  const vias: Record<string, number> = {};
  for (const s of bare.node.book.sources) vias[s.via] = (vias[s.via] ?? 0) + 1;
  assert.ok(bare.node.book.addresses.filter(({ group }) => group === 'v4:20.1').length <= 16);
});

test('rule 37: an address that was only dialled back is forgotten after its failures', () => {
  const bare = calm({ 'drop.hold': 0 });
  for (let i = 1; i <= 20; i += 1) {
    const n = bare.accept(`20.1.0.${i}`);
    bare.hear(n, helloLine(`p${i}`, { listen: 6100 }), PONG);
    for (const attempt of [...bare.dials.keys()]) bare.refuse(attempt);
    bare.hangUp(n);
  }
  for (let i = 0; i < 200; i += 1) {
    for (const attempt of [...bare.dials.keys()]) bare.refuse(attempt);
    bare.advance(5 * MINUTE_US);
  }
  const left = bare.node.book.sources.map((s, i) => [
    bare.node.book.addresses[i]?.text,
    s.via,
    bare.node.book.outcomes[i]?.failures,
  ]);
  assert.equal(left.length, 0);
});

test('rule 64: a restart loses no proven address to hearsay of its network', () => {
  const bare = calm({ 'gossip.dial': false });
  const { book, settings } = bare.node;
  const g = { name: '9.9.9.9:1', group: 'v4:9.9', via: 'gossip' } as const;
  // first proven ones become tried but sit behind in slot order: fill new
  for (let i = 1; i <= 16; i += 1)
    learnAddress(book, settings, bare.context, at(`20.1.0.${i}:6100`), null, g, -Infinity);
  // one that was dialled by hand and proven
  const n = bare.outboundPeer('good', '20.1.9.9:6100');
  assert.ok(n > 0);
  assert.equal(book.tried, 1);
  bare.stop();
  const saved = saveBook(bare.node, bare.now);
  const next = calm({ 'gossip.dial': false }, { before: (b) => loadBook(b.node, b.context, saved, 0) });
  assert.equal(next.node.book.tried, 1);
});

test('drop: a held id is no peer by another address either', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: CALM });
  const p = bare.inboundPeer('p', '10.0.0.2', { listen: 6100 });
  const q = bare.inboundPeer('q', '10.0.0.3', {});
  bare.hear(q, addrLine('10.0.0.4:6001'));
  for (const a of [...bare.dials.keys()]) bare.refuse(a);
  bare.order({ kind: 'drop', n: p });
  bare.advance(MINUTE_US);
  const attempt = [...bare.dials.entries()].find(([, { text }]) => text === '10.0.0.4:6001')?.[0];
  assert.ok(attempt !== undefined, 'dialled');
  const n = bare.dialled(attempt);
  bare.hear(n, helloLine('p'));
  assert.equal(bare.node.peers.has('p'), false, 'held id is no peer');
});

test('drop: the rival of a dropped peer is not let in', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: CALM });
  const p = bare.inboundPeer('p', '10.0.0.2', { listen: 6100 });
  const r = bare.accept('10.0.0.2');
  bare.advance(20 * SECOND_US);
  bare.hear(r, helloLine('p', { listen: 6100 }));
  assert.equal(bare.session(r).stage, 'rival');
  bare.order({ kind: 'drop', n: p });
  assert.equal(bare.node.peers.has('p'), false);
});

test('rule 44: connect by hand while a feeler dials the same address gives a connection that stays', () => {
  const bare = calm({ 'dial.feeler': MINUTE_US, 'peers.outbound': 1 });
  bare.outboundPeer('x', '30.1.1.1:6100');
  const t = bare.inboundPeer('t', '9.9.1.1');
  bare.hear(t, addrLine('20.1.1.1:5999'));
  bare.advance(2 * MINUTE_US);
  const feeler = [...bare.node.dials.values()].find(({ via }) => via === 'feeler');
  assert.ok(feeler, 'feeler on its way');
  bare.order({ kind: 'connect', host: '20.1.1.1', port: 5999, keep: false });
  for (const a of [...bare.dials.keys()]) {
    const m = bare.dialled(a);
    if (bare.node.sessions.has(m)) bare.hear(m, helloLine('y'), PONG);
  }
  assert.ok(bare.node.peers.has('y'));
});

test('rule 44: connect by hand while a visit waits for its hello gives a connection that stays', () => {
  const bare = calm({ 'dial.feeler': MINUTE_US, 'peers.outbound': 1 });
  bare.outboundPeer('x', '30.1.1.1:6100');
  const t = bare.inboundPeer('t', '9.9.1.1');
  bare.hear(t, addrLine('20.1.1.1:5999'));
  bare.advance(2 * MINUTE_US);
  const feeler = [...bare.node.dials.values()].find(({ via }) => via === 'feeler');
  assert.ok(feeler);
  const m = bare.dialled(feeler.attempt);
  bare.order({ kind: 'connect', host: '20.1.1.1', port: 5999, keep: false });
  bare.hear(m, helloLine('y'), PONG);
  for (const a of [...bare.dials.keys()]) {
    const k = bare.dialled(a);
    bare.hear(k, helloLine('y'), PONG);
  }
  assert.ok(bare.node.peers.has('y'));
});

test('rule 32: a special address is not kept, however it was asked for', () => {
  const bare = calm();
  const answer = bare.order({ kind: 'connect', host: '0.0.0.0', port: 6100, keep: true });
  assert.equal(answer.ok, false);
  bare.advance(MINUTE_US);
  bare.accept('9.9.9.9');
  bare.advance(MINUTE_US);
  assert.equal(bare.dials.size, 0);
});

test('rule 52: hellos with our own id are bounded like other guests', () => {
  const bare = calm();
  bare.reportsCloses = false;
  for (let i = 0; i < 1000; i += 1) {
    const n = bare.accept(`20.${Math.floor(i / 250)}.0.${1 + (i % 250)}`);
    bare.hear(n, helloLine('m'));
  }
  const lingering = bare.taken('close #').filter((line) => !line.includes('abrupt'));
  assert.ok(lingering.length <= 202, `${lingering.length} linger`);
});

test('rule 52: hellos of a dropped peer are bounded like other guests', () => {
  const bare = calm();
  bare.order({ kind: 'drop', n: bare.inboundPeer('h', '9.9.9.9') });
  bare.reportsCloses = false;
  for (let i = 0; i < 1000; i += 1) {
    const n = bare.accept(`20.${Math.floor(i / 250)}.0.${1 + (i % 250)}`);
    bare.hear(n, helloLine('h'));
  }
  const lingering = bare.taken('close #').filter((line) => !line.includes('abrupt'));
  assert.ok(lingering.length <= 202, `${lingering.length} linger`);
});

test('rule 59: gossip of a discouraged IP is refused as discouraged', () => {
  const bare = calm({ 'gossip.dial': false });
  const bad = bare.inboundPeer('bad', '20.1.1.1');
  for (let i = 0; i < 5; i += 1) bare.refuseLine(bad, 'malformed');
  const t = bare.inboundPeer('t', '9.9.1.1');
  bare.hear(t, addrLine('20.1.1.1:5999'));
  assert.deepEqual(bare.happened('addr').at(-1)?.refused, [{ address: '20.1.1.1:5999', reason: 'discouraged' }]);
});

test('rule 32: a claimed special address is neither learnt nor dialled', () => {
  const bare = calm();
  bare.inboundPeer('s', '100.64.0.5', { listen: 6100 });
  assert.equal(bare.dials.size, 0);
});

/** Ten minutes in which nobody answers, so that every dial runs out after 5 s; the places that were dialled. */
function dialledInSilence(bare: BareNode): ReadonlySet<string> {
  const born = new Map<number, number>();
  const seen = new Set<string>();
  for (let s = 0; s < 600; s += 1) {
    for (const [attempt, { text }] of [...bare.dials]) {
      const bornAt = born.get(attempt) ?? bare.now;
      born.set(attempt, bornAt);
      seen.add(text);
      if (bare.now - bornAt >= 5 * SECOND_US) bare.refuse(attempt, 'timeout');
    }
    bare.advance(SECOND_US);
  }
  return seen;
}

test('rule 44: every entry of a long silent list is dialled', () => {
  const bootstrap = Array.from({ length: 40 }, (_, i) => ({ host: `10.0.0.${i + 2}`, port: 6100 }));
  const bare = new BareNode({ listen: '10.0.0.1:5999', bootstrap, settings: CALM });
  const seen = dialledInSilence(bare);
  assert.equal(seen.size, 40);
});

test('rule 42: gossip is dialled although a part of the list is silent', () => {
  const bootstrap = Array.from({ length: 17 }, (_, i) => ({ host: `10.0.0.${i + 2}`, port: 6100 }));
  const bare = new BareNode({ listen: '10.0.0.1:5999', bootstrap, settings: CALM });
  const t = bare.inboundPeer('t', '10.0.9.9');
  bare.hear(t, addrLine('10.0.8.8:6100'));
  const seen = dialledInSilence(bare);
  assert.ok(seen.has('10.0.8.8:6100'));
});

test('rule 15: hello-less listeners do not keep all outbound places for ever', () => {
  const bare = calm({
    'dial.rotate': MINUTE_US,
    'dial.feeler': MINUTE_US,
    'peers.outbound': 2,
    'peers.outbound.max': 4,
    'drop.hold': 0,
  });
  const t = bare.inboundPeer('t', '9.9.1.1');
  bare.hear(
    t,
    addrLine(
      '20.1.1.1:5999',
      '21.1.1.1:5999',
      '22.1.1.1:5999',
      '23.1.1.1:5999',
      '24.1.1.1:5999',
      '25.1.1.1:5999',
      '26.1.1.1:5999',
      '27.1.1.1:5999',
    ),
  );
  const quiet = () => {
    for (const [k] of [...bare.dials]) {
      const m = bare.dialled(k);
      bare.hear(m, PING);
    }
  };
  for (let i = 0; i < 60; i += 1) {
    quiet();
    bare.advance(30 * SECOND_US);
    for (const s of [...bare.node.sessions.values()]) if (s.stage === 'quiet') bare.hear(s.n, PONG);
  }
  bare.hear(t, addrLine('30.1.1.1:5999', '31.1.1.1:5999'));
  const seen = new Set<string>();
  let peers = 0;
  for (let i = 0; i < 24 * 60; i += 1) {
    for (const [k, { text }] of [...bare.dials]) {
      seen.add(`${text} ${bare.node.dials.get(k)?.via}`);
      const m = bare.dialled(k);
      bare.hear(m, helloLine(text.replace(/[^0-9]/g, '')), PONG);
    }
    bare.advance(MINUTE_US);
    for (const s of [...bare.node.sessions.values()]) if (s.stage === 'quiet') bare.hear(s.n, PONG);
    peers = Math.max(peers, [...bare.node.peers.values()].filter(({ dir }) => dir === 'outbound').length);
  }
  assert.ok(peers > 0);
});

test('rule 21: ids compare as lower-case', () => {
  const bare = new BareNode({ listen: '10.0.0.1:5999', settings: CALM, id: 'a0' });
  const out = bare.dialled(bare.connect('10.0.0.2:6100'));
  const inbound = bare.accept('10.0.0.2');
  bare.hear(inbound, helloLine('B0'));
  bare.hear(out, helloLine('B0'));
  assert.equal(bare.node.peers.get('B0')?.dir, 'inbound', 'b0 is greater, so its dial is kept');
});
