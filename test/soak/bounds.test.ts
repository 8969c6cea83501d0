/** Every kind of connection is bounded in number, whatever strangers do: without that no sum of memory holds (rule 57). */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetAddress, learnAddress, vouchAddress } from '../../src/core/book.ts';
import { bookSize, createBook, findAddress, isTried } from '../../src/core/book-columns.ts';
import { BOOTSTRAP_MAX, MINUTE_US, SECOND_US, VISITS_MAX } from '../../src/core/limits.ts';
import { defaultSettings } from '../../src/settings.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { address, hello, Rig } from '../fuzz/rig.ts';

const idOf = (index: number) => `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;

test('bounds: visitors of a node that is not full are no more than visitors.max at a time', () => {
  const rig = new Rig();
  for (let i = 0; i < 1_000; i += 1) {
    const n = rig.accept(address(`127.0.0.1:${20_000 + i}`));
    rig.receive(n, hello(idOf(i), 5_999, ['nonce', 'visit']));
    assert.deepEqual(brokenInvariants(rig.node), []);
  }
  const stays = [...rig.open].filter((n) => !rig.ended.has(n));
  assert.equal(stays.length, rig.node.settings['visitors.max']);
  rig.pass(3 * SECOND_US);
  rig.closeEnded();
  assert.equal(rig.node.sessions.size, 0);
});

test('bounds: second connections of live peers count as visitors', () => {
  const rig = new Rig({ settings: { 'visitors.max': 10 } });
  for (let i = 0; i < 40; i += 1) rig.receive(rig.accept(address(`127.0.0.1:${20_000 + i}`)), hello(idOf(i), 5_999));
  assert.equal(rig.node.peers.size, 40);
  rig.pass(20 * SECOND_US);
  for (let i = 0; i < 40; i += 1) rig.receive(rig.accept(address(`127.0.0.1:${30_000 + i}`)), hello(idOf(i), 5_999));
  const rivals = [...rig.node.sessions.values()].filter(({ stage }) => stage === 'rival');
  assert.equal(rivals.length, 10);
  assert.equal(rig.node.peers.size, 40, 'and no peer is lost by it');
});

test('bounds: a visit that meets somebody without a hello ends, so that visits do not pile up', () => {
  const rig = new Rig({ listen: '60.1.0.1:5999' });
  let visits = 0;
  for (let i = 0; i < 300; i += 1) {
    const inbound = rig.accept(address(`60.${2 + (i % 200)}.${i % 250}.9:40000`));
    rig.receive(inbound, hello(idOf(i), 5_999));
    for (const attempt of [...rig.dials.keys()]) {
      const n = rig.answerDial(attempt);
      // It speaks, as the listener of rule 15 does, and answers pings, but never says hello.
      rig.receive(n, { type: 'ping', nonce: null });
      visits += 1;
    }
    rig.close(inbound, 'remote-closed');
    rig.pass(5 * SECOND_US);
    rig.closeEnded();
  }
  assert.ok(visits >= 300, `${visits} visits`);
  const outbound = [...rig.node.sessions.values()].filter(({ dir }) => dir === 'outbound');
  assert.deepEqual(
    outbound.filter(({ stage, via }) => stage === 'quiet' && via !== 'gossip').map(({ via }) => via),
    [],
  );
});

test('bounds: visits to places that accept and say nothing are no more than VISITS_MAX at a time', () => {
  const rig = new Rig({ listen: '60.1.0.1:5999' });
  for (let i = 0; i < 200; i += 1) {
    const inbound = rig.accept(address(`60.${2 + (i % 200)}.${i % 250}.9:40000`));
    rig.receive(inbound, hello(idOf(i), 5_999));
    for (const attempt of [...rig.dials.keys()]) rig.answerDial(attempt);
    rig.closeEnded();
    const visits = [...rig.node.sessions.values()].filter(({ via }) => via === 'dialback');
    assert.ok(visits.length <= VISITS_MAX, `${visits.length} visits`);
  }
});

test('bounds: handshakes we dialled count towards peers.max', () => {
  const bootstrap = Array.from({ length: 60 }, (_, i) => ({ host: `10.0.1.${i + 1}`, port: 5_999 }));
  const rig = new Rig({ bootstrap, settings: { 'peers.max': 20, 'peers.inbound': 10 } });
  for (let round = 0; round < 20; round += 1) {
    for (const attempt of [...rig.dials.keys()]) rig.answerDial(attempt);
    rig.pass(SECOND_US);
  }
  for (const n of [...rig.open]) rig.receive(n, hello(idOf(n), null));
  assert.ok(rig.node.peers.size <= 20, `${rig.node.peers.size} peers`);
  rig.pass(MINUTE_US);
  assert.deepEqual(brokenInvariants(rig.node), []);
});

test('bounds: kept peers and the bootstrap list are one list with one maximum', () => {
  const rig = new Rig();
  for (let i = 0; i < 400; i += 1)
    rig.order({ kind: 'connect', host: `10.1.${i % 250}.${1 + Math.floor(i / 250)}`, port: 5_999, keep: true });
  assert.equal(rig.node.targets.length, BOOTSTRAP_MAX);
});

test('bounds: nothing is learnt from the message that closed its connection', () => {
  const rig = new Rig({ settings: { 'strike.max': 1 } });
  const n = rig.accept(address('10.0.0.9:40000'));
  rig.receive(n, hello(idOf(1), null));
  const own = { address: address('10.0.0.9:6000'), nodeid: idOf(1), age: null };
  rig.receive(n, { type: 'addr', peers: [own], skipped: 1_000, listed: 1_001 });
  assert.ok(rig.ended.has(n));
  assert.equal(rig.node.places.size, 0, 'a connection that is closing has no place');
  assert.equal(rig.node.book.addresses.length, 0);
});

test('bounds: one public network has no more than its share of the proven addresses, and may renew it', () => {
  const settings = defaultSettings();
  const book = createBook();
  const moment = { now: 1, random: () => 0.3 };
  const prove = (text: string) => {
    const source = { name: 'x', group: `v4:${text}`, via: 'gossip' } as const;
    const slot = learnAddress(book, settings, moment, address(text), null, source, 1);
    if (slot < 0) return false;
    vouchAddress(book, settings, moment, slot, null);
    return isTried(book, slot);
  };
  const proven = Array.from({ length: 40 }, (_, i) => prove(`80.10.${i}.1:5999`));
  assert.equal(proven.filter(Boolean).length, 8);
  assert.ok(prove('81.20.0.1:5999'), 'others find room');
  const [collision] = book.collisions;
  assert.equal(book.collisions.length, 10);
  assert.match(collision?.incumbent ?? '', /^80\.10\./, 'only of its own network a newcomer may take a place');
  const local = Array.from({ length: 40 }, (_, i) => prove(`10.0.0.${i + 1}:5999`));
  assert.deepEqual(
    local.filter((one) => !one),
    [],
    'a LAN is one network by nature',
  );
});

test('bounds: one public network has no more than its share of hearsay, whoever tells of it', () => {
  const settings = defaultSettings();
  const book = createBook();
  const moment = { now: 1, random: () => 0.3 };
  const hear = (text: string, teller: number) => {
    const source = { name: 'x', group: `v4:60.${teller}`, via: 'gossip' } as const;
    return learnAddress(book, settings, moment, address(text), null, source, 1) >= 0;
  };
  const taken = Array.from({ length: 200 }, (_, i) => hear(`80.10.${i}.1:5999`, i));
  assert.equal(taken.filter(Boolean).length, 16);
  assert.ok(hear('81.20.0.1:5999', 1), 'others find room');
  forgetAddress(book, findAddress(book, address('80.10.0.1:5999')));
  assert.ok(hear('80.10.250.1:5999', 1), 'and so does it when one is forgotten');
  assert.ok(!hear('80.10.251.1:5999', 1));
  const local = Array.from({ length: 200 }, (_, i) => hear(`10.0.0.${i + 1}:5999`, i));
  assert.deepEqual(
    local.filter((one) => !one),
    [],
  );
  while (bookSize(book) > 0) forgetAddress(book, 0);
  assert.deepEqual([book.perSource.size, book.newByGroup.reduce((a, b) => a + b, 0)], [0, 0]);
});
