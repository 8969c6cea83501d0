/** Random facts and orders on the pure core: after every one the invariants hold, and after a stop nothing is left. */
import assert from 'node:assert/strict';
import { createBook } from '../../src/core/book-columns.ts';
import { loadEntries } from '../../src/core/book-saved.ts';
import { listeningOn, saveBook, wakeNode } from '../../src/core/node.ts';
import type { ReasonCode } from '../../src/core/reasons.ts';
import type { Order } from '../../src/core/world.ts';
import type { SettingKey, Settings, SettingValue } from '../../src/settings.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { fc } from '../helpers/random-cases.ts';
import { ADDRESSES, IDS, messageOf, pick } from './material.ts';
import { Rig } from './rig.ts';

/** [kind, what, details]. */
type Step = readonly [number, number, number];

export interface Life {
  readonly seed: number;
  readonly size: number;
  readonly home: number;
  readonly steps: readonly Step[];
}

export const lives: fc.Arbitrary<Life> = fc.record({
  seed: fc.nat(1_000_000),
  size: fc.nat(5),
  home: fc.nat(3),
  steps: fc.array(fc.tuple(fc.nat(31), fc.nat(65_535), fc.nat(65_535)), { maxLength: 60, size: 'max' }),
});

/** Few places, so that every limit is met within a short life. */
const SIZES: readonly Partial<Settings>[] = [
  {},
  { 'peers.max': 4, 'peers.inbound': 3, 'pending.max': 2, 'visitors.max': 2, 'book.new': 8, 'book.tried': 3 },
  { 'peers.max': 12, 'peers.inbound': 8, 'book.source': 4, 'book.source.local': 4, 'peers.outbound': 2 },
  {
    'book.tried': 1,
    'book.new': 30,
    'book.source': 8,
    'peers.outbound': 1,
    'peers.outbound.max': 2,
    'dial.feeler': 1_000_000,
    'dial.rotate': 2_000_000,
    'dial.history': 100_000,
    'addr.answer': 4,
  },
  { 'flood.messages': 1, 'flood.messages.burst': 3, 'strike.max': 2, 'ip.public': 2, 'ip.private': 2 },
  { 'peers.max': 1, 'peers.inbound': 1, 'peers.outbound.group': 1, 'visitors.max': 1 },
];
const HOMES = ['127.0.0.1:5999', '10.0.0.1:5999', '60.1.0.1:5999', '[2a00:1::1]:5999'];
const HOSTS = ['10.0.0.2', '60.1.0.2', 'example.test', 'localhost', '224.0.0.1', '2a00:1::2'];
const PASSES_US = [0, 1_000, 50_000, 1_000_000, 5_000_000, 10_000_000, 61_000_000, 160_000_000, 400_000_000];
const ENDS: readonly ReasonCode[] = ['remote-closed', 'reset', 'write-failed', 'internal'];
/** None that makes fewer of what is there already: who has a place keeps it. */
const SET: readonly (readonly [SettingKey, SettingValue])[] = [
  ['peers.max', 125],
  ['peers.inbound', 2],
  ['ping.interval', 100_000],
  ['ping.interval', 60_000_000],
  ['ping.timeout', 200_000],
  ['ping.timeout', 150_000_000],
  ['peers.outbound', 16],
  ['peers.outbound.group', 3],
  ['gossip.dial', false],
  ['gossip.dial', true],
  ['strike.max', 1],
  ['addr.answer', 1],
  ['hello.timeout', 100_000],
  ['late.tick', 100_000],
  ['drop.hold', 0],
  ['advertise', '60.9.9.9:5999'],
];
/** Pool of connections a step may mean: the latest are the most interesting. */
const RECENT = 12;

export function checkLife({ seed, size, home, steps }: Life): void {
  const bootstrap =
    (seed & 1) === 0
      ? []
      : [
          { host: '10.0.0.3', port: 5_999 },
          { host: 'example.test', port: 5_999 },
        ];
  const rig = new Rig({ settings: pick(SIZES, size), listen: pick(HOMES, home), seed, bootstrap });
  for (const step of steps) {
    take(rig, step);
    assert.deepEqual(brokenInvariants(rig.node), []);
    assert.ok(!Number.isNaN(rig.wakeAt) && !Number.isNaN(rig.node.wakeAt), 'times are numbers');
    for (const n of rig.node.sessions.keys()) assert.ok(rig.open.has(n), `#${n} has no connection`);
    assert.equal(rig.node.sessions.size, rig.open.size);
  }
  rig.stop();
  for (const n of [...rig.open]) rig.close(n, 'remote-closed');
  const { sessions, peers, places, dials, names, agenda } = rig.node;
  assert.deepEqual(
    [sessions.size, peers.size, places.size, dials.size, names.size, agenda.dueAt.length],
    [0, 0, 0, 0, 0, 0],
  );
  assert.equal(rig.wakeAt, Infinity, 'a stopped node wants no timer');
  assert.equal(rig.dials.size, 0, 'and no dial');
}

function take(rig: Rig, [kind, a, b]: Step): void {
  const open = [...rig.open].slice(-RECENT);
  const n = open.length === 0 ? 0 : pick(open, a);
  const attempts = [...rig.dials.keys()];
  switch (kind) {
    case 0:
    case 1:
    case 2:
      return void rig.accept(pick(ADDRESSES, a));
    case 3:
    case 4:
      return greet(rig, pick(ADDRESSES, a), b);
    case 5:
    case 6:
      return attempts.length > 0 ? void rig.answerDial(pick(attempts, a)) : undefined;
    case 7:
      return attempts.length > 0 ? rig.failDial(pick(attempts, a), b % 2 === 0 ? 'refused' : 'timeout') : undefined;
    case 8:
      return rig.refuseLine(n, pick(['malformed', 'malformed', 'line-too-long', 'not-json'] as const, b));
    case 9:
      return rig.close(n, pick(ENDS, b));
    case 10:
    case 11:
      return rig.closeEnded();
    case 12:
    case 13:
    case 14:
      return rig.pass(pick(PASSES_US, b));
    case 15:
      // A laptop lid was closed.
      rig.now += pick(PASSES_US, b);
      return rig.now >= rig.wakeAt ? rig.pass(0) : undefined;
    case 16:
      return wakeNode(rig.node, rig.context);
    case 17:
      return rig.resolve(pick([...rig.names, 'none'], a), b % 3 === 0 ? [] : [pick(HOSTS, b), '10.0.0.9', 'bad']);
    case 18:
    case 19:
    case 20:
      return order(rig, n, a, b);
    case 21:
      return restart(rig);
    case 22:
      return listeningOn(rig.node, rig.context, pick(ADDRESSES, a));
    default:
      return rig.receive(n, messageOf(a >> 4, b));
  }
}

/** Somebody connects and says hello, which most lives need often. */
function greet(rig: Rig, remote: (typeof ADDRESSES)[number], b: number): void {
  const n = rig.accept(remote);
  if (n > 0) rig.receive(n, messageOf(0, b));
}

function order(rig: Rig, n: number, a: number, b: number): void {
  const host = pick(HOSTS, b);
  const orders: readonly Order[] = [
    { kind: 'connect', host, port: 5_999, keep: (b & 256) !== 0 },
    { kind: 'ping', n },
    { kind: 'getaddr', n },
    { kind: 'drop', n },
    { kind: 'send', n, message: messageOf(b % 6, a) },
    { kind: 'send-line', n, line: 'x' },
    { kind: 'bootstrap-add', host, port: 5_999 },
    { kind: 'bootstrap-remove', host, port: 5_999 },
    { kind: 'ban', target: n, forUs: null },
    { kind: 'ban', target: pick([...HOSTS, ...IDS], b), forUs: pick(PASSES_US, b) },
    { kind: 'unban', target: pick([...HOSTS, ...IDS], b) },
    { kind: 'set', key: pick(SET, b)[0], value: pick(SET, b)[1] },
  ];
  rig.order(pick(orders, a >> 4));
  // A shorter limit may be over by now: the wake-up that the core then asks for comes at once.
  if (rig.now >= rig.wakeAt) rig.pass(0);
}

/** What is saved can be loaded, and gives a book of the same size where nothing was over a share. */
function restart(rig: Rig): void {
  const saved = saveBook(rig.node, rig.now);
  const entries: unknown = JSON.parse(JSON.stringify(saved));
  assert.ok(Array.isArray(entries));
  const book = createBook();
  loadEntries(book, rig.node.settings, rig.context, [...entries, null, 7, { address: 'x' }], 1_000_000);
  assert.ok(book.addresses.length <= saved.length);
  assert.deepEqual(
    brokenInvariants({ ...rig.node, book }).filter((what) => what.includes('book')),
    [],
  );
}
