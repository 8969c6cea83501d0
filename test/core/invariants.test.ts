/**
 * What holds of a node whatever happens to it: random facts, orders and clocks go to one to three nodes that may dial each other and
 * meet strangers; after every step everything they keep must agree. A failure prints the seed and the path that replay it.
 */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { banOn } from '../../src/core/bans.ts';
import {
  ACCEPT_PACES_MAX,
  ANCHORS_MAX,
  ANSWERS_KEPT_MAX,
  BANS_MAX,
  BOOTSTRAP_MAX,
  DIALBACKS_MAX,
  DIALLED_IPS_MAX,
  GONE_MAX,
  HELD_MAX,
  MILLISECOND_US,
  PINGS_OUT_MAX,
  SECOND_US,
  SELF_MAX,
  USER_PINGS_MAX,
} from '../../src/core/limits.ts';
import { leadsToPeer, whyNotDial } from '../../src/core/obstacles.ts';
import type { ReasonCode } from '../../src/core/reasons.ts';
import { sessionDeadline } from '../../src/core/session.ts';
import { mayDialMore } from '../../src/core/slots.ts';
import type { NodeState, Session } from '../../src/core/state.ts';
import type { Order } from '../../src/core/world.ts';
import { isLocal } from '../../src/wire/address.ts';
import { encodeMessage } from '../../src/wire/messages.ts';
import { addrLine, BareNode, BYE, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';
import { checkBook } from '../helpers/book-check.ts';

/** Small, so that every bound is reached within a few steps. */
const SETTINGS = {
  'peers.max': 6,
  'peers.inbound': 4,
  'peers.outbound': 2,
  'peers.outbound.max': 3,
  'dial.parallel': 3,
  'dial.rotate': 50 * SECOND_US,
  'dial.feeler': 20 * SECOND_US,
  'book.new': 12,
  'book.tried': 3,
  'addr.answer': 4,
  'strike.max': 3,
  'drop.hold': 30 * SECOND_US,
  'ban.time': 60 * SECOND_US,
  'evict.grace': SECOND_US,
  'pending.max': 4,
  'ip.public': 2,
  'flood.messages': 2,
  'flood.messages.burst': 10,
};

const NODES = [
  ['k', '10.0.0.1:5999'],
  ['m', '10.0.0.2:5999'],
  ['p', '9.9.9.9:5999'],
] as const;
const IPS = ['10.0.0.1', '10.0.0.2', '10.0.0.7', '9.9.9.9', '20.1.0.1', '20.1.0.2', '127.0.0.1'];
const PLACES = [
  ...NODES.map(([, place]) => place),
  '10.0.0.7:6100',
  '10.0.0.8:6100',
  '127.0.0.1:6100',
  '20.1.0.1:6100',
  '20.1.0.1:6101',
  '20.1.0.2:6100',
  '20.1.1.3:6100',
  '21.1.0.1:6100',
  '22.1.0.1:6100',
  '23.1.0.1:22',
  '0.0.0.0:6100',
];
const IDS = ['a', 'b', 'z', 'k', 'm', 'p'];
const WAITS_US = [1, 10 * MILLISECOND_US, SECOND_US, 5 * SECOND_US, 11 * SECOND_US, 61 * SECOND_US, 200 * SECOND_US];
const REASONS: readonly ReasonCode[] = ['remote-closed', 'reset', 'write-failed'];

/** An element chosen by a number, whatever the number is. */
function pick<Item>(items: readonly Item[], k: number): Item | undefined {
  return items[k % Math.max(1, items.length)];
}

/** What a stranger may say. */
function lineOf(k: number, more: number): string {
  const id = pick(IDS, more) as string;
  const place = pick(PLACES, more) as string;
  const lines = [
    () => helloLine(id),
    () => helloLine(id, { listen: 5999 + (more % 3), ext: ['nonce'] }),
    () => helloLine(id, { listen: 6100, ext: ['nonce', 'v6', 'visit'] }),
    () => PING,
    () => PONG,
    () => PONG,
    () => `{"msgtype":"pong","nonce":${more}}`,
    () => GETADDR,
    () => addrLine(`${place}=${id}@${more}`),
    () => addrLine(...PLACES.map((one, i) => `${one}=${pick(IDS, more + i)}`)),
    () => addrLine(...Array.from({ length: 12 }, (_, i) => `${30 + ((more + i) % 40)}.1.0.1:6100@${i}`)),
    () => BYE,
    () => '{"msgtype":"bye","reason":"duplicate"}',
    () => '{"msgtype":"new"}',
    () => 'x',
  ];
  return (pick(lines, k) as () => string)();
}

function orderOf(k: number, more: number, n: number): Order {
  const [host = '', port = ''] = (pick(PLACES, more) as string).split(':');
  const place = { host, port: Number(port) };
  const orders: readonly Order[] = [
    { kind: 'connect', ...place, keep: false },
    { kind: 'connect', ...place, keep: true },
    { kind: 'connect', host: 'a.example', port: 6100, keep: more % 2 === 0 },
    { kind: 'bootstrap-add', ...place },
    { kind: 'bootstrap-add', host: 'a.example', port: 6100 + (more % 2) },
    { kind: 'bootstrap-remove', ...place },
    { kind: 'ping', n },
    { kind: 'getaddr', n },
    { kind: 'drop', n },
    { kind: 'ban', target: more % 2 === 0 ? n : host, forUs: more % 3 === 0 ? null : SECOND_US },
    { kind: 'unban', target: host },
    { kind: 'set', key: 'ping.interval', value: more % 2 === 0 ? SECOND_US : 60 * SECOND_US },
    { kind: 'set', key: 'ping.timeout', value: more % 2 === 0 ? 5 * SECOND_US : 150 * SECOND_US },
    { kind: 'set', key: 'gossip.dial', value: more % 2 === 0 },
    { kind: 'set', key: 'peers.outbound', value: 1 + (more % 3) },
  ];
  return pick(orders, k) as Order;
}

/** A connection between two nodes. */
interface Link {
  readonly ends: readonly [BareNode, BareNode];
  readonly numbers: readonly [number, number];
}

type Step = readonly [kind: (typeof KINDS)[number], which: number, k: number, more: number];
const KINDS = [
  'hear',
  'accept',
  'greet',
  'answer',
  'talk',
  'advance',
  'hang up',
  'order',
  'refuse',
  'resolve',
  'sleep',
  'wake',
  'delay',
  'stop',
] as const;
/** How often each is chosen. */
const WEIGHTS = [24, 4, 10, 12, 14, 10, 5, 10, 4, 2, 1, 1, 2, 1];

class Lab {
  readonly bares: readonly BareNode[];
  readonly links: Link[] = [];
  readonly #read = new Map<BareNode, number>();

  constructor(count: number, seed: number) {
    this.bares = NODES.slice(0, count).map(
      ([id, listen], k) =>
        new BareNode({ id, listen, seed: seed + k, settings: SETTINGS, bootstrap: [{ host: '10.0.0.1', port: 5999 }] }),
    );
  }

  step([kind, which, k, more]: Step): void {
    const bare = pick(this.bares, which) as BareNode;
    const n = pick([...bare.node.sessions.keys()], k) ?? 0;
    const attempt = pick([...bare.dials.keys()], k);
    switch (kind) {
      case 'hear':
        return this.#isLinked(bare, n) ? undefined : bare.hear(n, lineOf(more, k));
      case 'accept':
        return bare.node.stopping ? undefined : void bare.accept(pick(IPS, k) as string);
      case 'greet':
        return bare.node.stopping ? undefined : this.#greet(bare, k, more);
      case 'answer':
        return attempt === undefined ? undefined : this.#answer(bare, attempt);
      case 'refuse':
        return attempt === undefined ? undefined : bare.refuse(attempt, more % 2 === 0 ? 'refused' : 'timeout');
      case 'talk':
        return this.#talk(bare);
      case 'advance':
        for (const one of this.bares) one.advance(pick(WAITS_US, k) as number);
        return;
      case 'sleep':
        return bare.sleep(pick(WAITS_US, k) as number);
      case 'wake':
        return bare.wake();
      case 'hang up':
        return n === 0 ? undefined : bare.hangUp(n, pick(REASONS, more));
      case 'order':
        return void bare.order(orderOf(k, more, n));
      case 'resolve':
        return bare.resolved(
          'a.example',
          [[], ['10.0.0.7'], ['10.0.0.2', '20.1.0.1'], ['10.0.0.7', 'bad']][more % 4] ?? [],
        );
      case 'delay':
        if (more % 2 === 1) return report(bare);
        bare.reportsCloses = false;
        return;
      case 'stop':
        return more % 4 === 0 ? bare.stop() : undefined;
      default:
        kind satisfies never;
    }
  }

  /** A stranger comes with one of few ids, so that connections of one peer meet. */
  #greet(bare: BareNode, k: number, more: number): void {
    const n = bare.accept(pick(IPS, k) as string);
    bare.hear(n, helloLine(pick(IDS, more) as string, k % 2 === 0 ? { listen: 6100 } : {}));
  }

  #isLinked(bare: BareNode, n: number): boolean {
    return this.links.some(({ ends, numbers }) => ends.some((end, i) => end === bare && numbers[i] === n));
  }

  /** A dial reaches the node that lives there, or a stranger. */
  #answer(bare: BareNode, attempt: number): void {
    const address = bare.dials.get(attempt);
    const other = this.bares.find(({ node }) => node.listening[0]?.text === address?.text);
    const ip = bare.node.listening[0]?.ip as string;
    if (other === undefined || other.node.stopping) return void bare.dialled(attempt);
    const far = other.accept(ip);
    const near = bare.dialled(attempt);
    if (near === 0) other.hangUp(far);
    else this.links.push({ ends: [bare, other], numbers: [near, far] });
  }

  /** What a node has said to others arrives, and after it what has closed. */
  #talk(bare: BareNode): void {
    for (let at = this.#read.get(bare) ?? 0; at < bare.sent.length; at += 1) {
      const { n, message } = bare.sent[at] as BareNode['sent'][number];
      this.#read.set(bare, at + 1);
      for (const { ends, numbers } of this.links)
        for (const i of [0, 1] as const)
          if (ends[i] === bare && numbers[i] === n) ends[1 - i]?.hear(numbers[1 - i] as number, encodeMessage(message));
    }
    for (const { ends, numbers } of this.links)
      for (const i of [0, 1] as const) {
        const [here, there] = [ends[i] as BareNode, ends[1 - i] as BareNode];
        const [near, far] = [numbers[i], numbers[1 - i] as number];
        if (here === bare && !here.node.sessions.has(near) && there.node.sessions.has(far)) there.hangUp(far);
      }
  }
}

/** Every close that was ordered is reported. */
function report(bare: BareNode): void {
  bare.reportsCloses = true;
  const [first] = bare.closing;
  if (first !== undefined) bare.hangUp(first);
}

/** The same things, each once; `deepEqual` of sets of sessions compares their contents, which takes most of the time. */
function sameMembers<Item>(some: readonly Item[], others: readonly Item[], what: string): void {
  const all = new Set(some);
  assert.ok(all.size === some.length && some.length === others.length && others.every((one) => all.has(one)), what);
}

function checkTables({ node, now }: BareNode): void {
  const live = [...node.sessions.values()].filter(({ stage }) => stage !== 'closing');
  for (const [id, peer] of node.peers) {
    assert.equal(node.sessions.get(peer.n), peer, 'a peer is a connection that is there');
    assert.ok(peer.stage === 'ready' && peer.id === id);
    assert.notEqual(id, node.id, 'we are no peer of ours');
  }
  const ready = live.filter(({ stage }) => stage === 'ready');
  sameMembers(ready, [...node.peers.values()], 'one ready session for each id');
  for (const [text, n] of node.places) {
    const session = node.sessions.get(n);
    assert.ok(session !== undefined && session.stage !== 'closing', `who has the place ${text} lives`);
    assert.equal(session.listen?.text, text);
  }
  for (const { listen } of live)
    if (listen !== null) assert.ok(node.places.has(listen.text), `${listen.text} is a place`);
  for (const session of node.sessions.values()) checkSession(node, session, now);
}

function checkSession(node: NodeState, session: Session, now: number): void {
  const { stage, n } = session;
  if (stage === 'rival') {
    const olds = [...node.sessions.values()].filter((old) => old.rival === n && old.id === session.id);
    assert.equal(olds.length, 1, `rival #${n} waits for one old connection`);
    assert.ok(
      olds.every((old) => old.stage === 'closing' || old.probeUntil !== null),
      'and not for ever',
    );
  } else if (stage !== 'closing')
    assert.ok(sessionDeadline(node, session) < Infinity, `#${n} in ${stage} has a deadline`);
  if (stage === 'quiet') assert.ok(session.dir === 'outbound' && session.id === null);
  assert.ok(session.userPings >= 0 && session.userPings <= USER_PINGS_MAX);
  assert.ok(session.pings.length <= PINGS_OUT_MAX);
  for (const { level, at } of [session.addrBucket, session.getaddrBucket]) assert.ok(level >= 0 && at <= now);
  for (const { level } of [session.addrBucket, session.getaddrBucket])
    assert.ok(Number.isSafeInteger(level) || level === Infinity, 'a bucket holds whole parts');
  assert.ok(session.strikeTimes.length <= node.settings['strike.max']);
  for (const time of [
    session.readyAt,
    session.lastPongAt,
    session.spokeAt,
    session.pings.at(-1)?.at ?? null,
    session.openedAt,
  ])
    assert.ok(time === null || time <= now, 'nothing has happened in the future');
  assert.ok(session.rttUs === null || session.rttUs >= 0);
  for (const count of session.counts) assert.ok(count >= 0);
}

function checkAgenda({ node, wakeAt, now, closing }: BareNode): void {
  const { agenda } = node;
  sameMembers(agenda.sessions, [...node.sessions.values()], 'every connection has a row');
  for (const [row, session] of agenda.sessions.entries()) {
    assert.equal(session.row, row);
    const dueAt = Math.max(now, sessionDeadline(node, session));
    assert.ok((agenda.dueAt[row] as number) <= dueAt, `#${session.n} is not looked at too late`);
  }
  assert.ok(agenda.earliest <= Math.min(...agenda.dueAt));
  if (node.stopping) return assert.equal(wakeAt, Infinity, 'a node that stops sleeps');
  const sessions = [...node.sessions.values()].map((session) => sessionDeadline(node, session));
  const dueAt = Math.min(
    ...sessions,
    node.nextAskAt,
    node.nextRotateAt,
    node.nextFeelerAt,
    closing.length === 0 ? dialDueAt(node, now) : Infinity,
  );
  assert.ok(
    wakeAt <= Math.max(now, dueAt),
    `the wake-up is not later than what is due: ${wakeAt - now} after ${dueAt - now}`,
  );
}

/** When the first of all that is to be dialled is due; public hearsay also waits for tokens and slots and is left out. */
function dialDueAt(node: NodeState, now: number): number {
  if (!mayDialMore(node)) return Infinity;
  let dueAt = Infinity;
  for (const target of node.targets) {
    if (target.self || target.resolving) continue;
    const open = target.resolved.filter((address) => whyNotDial(node, now, address, target.via) === null);
    const isConnected = target.resolved.some((one) => node.places.has(one.text) || leadsToPeer(node, one));
    if (!isConnected && (open.length > 0 || target.resolved.length === 0) && target.nextAt > now)
      dueAt = Math.min(dueAt, target.nextAt);
  }
  if (!node.settings['gossip.dial']) return dueAt;
  for (const [slot, address] of node.book.addresses.entries()) {
    const id = node.book.ids[slot] ?? null;
    if (!isLocal(address) || id === node.id) continue;
    const why = whyNotDial(node, now, address, 'gossip');
    assert.notEqual(why, null, `${address.text} could be dialled and is not`);
    const outcome = node.book.outcomes[slot];
    const waits =
      why === 'banned' || why === 'discouraged' || why === 'backoff' || why === 'just-dialled' || why === 'held';
    if (!waits || node.peers.has(id ?? '')) continue;
    const tried = outcome?.triedAt == null ? 0 : outcome.triedAt + node.settings['dial.history'];
    const held = Math.max(node.held.get(address.text) ?? 0, node.held.get(id ?? '') ?? 0);
    const banned = banOn(node, now, address, id)?.until ?? 0;
    dueAt = Math.min(dueAt, Math.max(outcome?.nextDialAt ?? 0, tried, held, banned));
  }
  return dueAt;
}

const pendingCount = (node: NodeState) =>
  [...node.sessions.values()].filter(({ dir, stage }) => dir === 'inbound' && stage === 'hello').length;

function checkBounds(bare: BareNode): void {
  const { node } = bare;
  checkBook(node.book, node.settings, bare.now);
  for (const [what, size, most] of [
    ['gone', node.gone.length, GONE_MAX],
    ['bans', node.bans.size, BANS_MAX],
    ['paces', node.accepts.size, ACCEPT_PACES_MAX],
    ['pending', pendingCount(node), node.settings['pending.max']],
    ['selves', node.selves.size, SELF_MAX],
    ['held', node.held.size, HELD_MAX],
    ['kept answers', node.keptAnswers.size, ANSWERS_KEPT_MAX],
    ['dialled IPs', node.dialledIps.size, DIALLED_IPS_MAX],
    ['dialbacks', node.dialbacks.length, DIALBACKS_MAX],
    ['targets', node.targets.length, BOOTSTRAP_MAX],
    ['anchors', node.anchors.length, ANCHORS_MAX],
    ['peers', [...node.peers.values()].filter(({ dir }) => dir === 'inbound').length, node.settings['peers.max']],
  ] as const)
    assert.ok(size <= most, `${what}: ${size} of at most ${most}`);
  sameMembers([...node.dials.keys()], [...bare.dials.keys()], 'every dial is one that the driver makes');
  const texts = [...node.dials.values()].map(({ address }) => address.text);
  assert.equal(new Set(texts).size, texts.length, 'no address is dialled twice at once');
  assert.ok(node.publicDialBucket.level >= 0);
}

function checkEvents(bare: BareNode): void {
  const connected = bare.happened('connected').map(({ n }) => n);
  const closed = bare.happened('closed').map(({ n }) => n);
  assert.equal(new Set(closed).size, closed.length, 'a connection closes once');
  assert.deepEqual(
    new Set(connected.filter((n) => !closed.includes(n))),
    new Set(bare.node.sessions.keys()),
    'what has not closed is there, and nothing else',
  );
  const ready = bare.happened('ready').map(({ n }) => n);
  assert.equal(new Set(ready).size, ready.length, 'a connection becomes ready once');
  for (const { n, wasReady } of bare.happened('closed'))
    assert.equal(wasReady, ready.includes(n), 'and only what did is told as gone');
  const ended = new Set([...bare.happened('dial-failed', 'connected', 'dial-merged')].map(({ attempt }) => attempt));
  for (const attempt of bare.dials.keys()) assert.ok(!ended.has(attempt));
}

function check(bare: BareNode): void {
  checkTables(bare);
  checkAgenda(bare);
  checkBounds(bare);
}

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(...KINDS.map((kind, i) => ({ weight: WEIGHTS[i] as number, arbitrary: fc.constant(kind) }))),
  fc.nat(2),
  fc.nat(60),
  fc.nat(60),
);

test('invariants: whatever happens, everything that a node keeps agrees', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 3 }),
      fc.nat(1_000),
      fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
      (count, seed, steps) => {
        const lab = new Lab(count, seed);
        for (const one of steps) {
          lab.step(one);
          for (const bare of lab.bares) check(bare);
        }
        for (const bare of lab.bares) {
          checkEvents(bare);
          report(bare);
          for (const n of [...bare.node.sessions.keys()]) bare.hangUp(n);
          check(bare);
          checkEvents(bare);
          const { sessions, places, peers, agenda } = bare.node;
          assert.deepEqual([sessions.size, places.size, peers.size, agenda.sessions.length], [0, 0, 0, 0]);
        }
      },
    ),
    { numRuns: 2_000 },
  );
});
