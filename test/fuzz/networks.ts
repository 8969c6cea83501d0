/**
 * Random facts, orders and clocks for one to three nodes that may dial each other and meet strangers; after every step everything that
 * they keep must agree.
 */
import assert from 'node:assert/strict';
import { MILLISECOND_US, SECOND_US } from '../../src/core/limits.ts';
import type { ReasonCode } from '../../src/core/reasons.ts';
import type { Order } from '../../src/core/world.ts';
import { encodeMessage } from '../../src/wire/messages.ts';
import { addrLine, BareNode, BYE, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';
import { fc } from '../helpers/random-cases.ts';
import { checkEvents, checkNode } from './node-checks.ts';

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

const step: fc.Arbitrary<Step> = fc.tuple(
  fc.oneof(...KINDS.map((kind, i) => ({ weight: WEIGHTS[i] as number, arbitrary: fc.constant(kind) }))),
  fc.nat(2),
  fc.nat(60),
  fc.nat(60),
);

export interface Networks {
  readonly nodes: number;
  readonly seed: number;
  readonly steps: readonly Step[];
}

export const networks: fc.Arbitrary<Networks> = fc.record({
  nodes: fc.integer({ min: 1, max: 3 }),
  seed: fc.nat(1_000),
  steps: fc.array(step, { minLength: 20, maxLength: 120, size: 'max' }),
});

export function checkNetwork({ nodes, seed, steps }: Networks): void {
  const lab = new Lab(nodes, seed);
  for (const one of steps) {
    lab.step(one);
    for (const bare of lab.bares) checkNode(bare);
  }
  for (const bare of lab.bares) {
    checkEvents(bare);
    report(bare);
    for (const n of [...bare.node.sessions.keys()]) bare.hangUp(n);
    checkNode(bare);
    checkEvents(bare);
    const { sessions, places, peers, agenda } = bare.node;
    assert.deepEqual([sessions.size, places.size, peers.size, agenda.sessions.length], [0, 0, 0, 0]);
  }
}
