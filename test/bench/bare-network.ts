/**
 * What the simulated world is compared with: the same traffic in columns and nothing else. Nodes are numbers, connections are rows,
 * messages are objects; no rules, no books with shares, no counts, no hash. A seed and a size go in, events per second come out.
 */
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { createHeap, type Heap, pop, push } from './heap.ts';

const OUTBOUND = 8;
const BOOTSTRAPS = 3;
const ANSWER = 32;
const CONNECTIONS_OF_NODE = 160;
/** Places of a node's table of what it knows; a power of two. */
const TABLE = 1_024;
const KNOWN_MAX = 512;
const PING_US = 60_000_000;
const LATENCY_MIN_US = 1_000;
const LATENCY_SPREAD_US = 40_000;

type Kind = 'join' | 'dial' | 'accepted' | 'hello' | 'hello-back' | 'ping' | 'pong' | 'addr' | 'getaddr' | 'tick';

interface Message {
  readonly kind: Kind;
  readonly to: number;
  readonly connection: number;
  readonly peers: readonly { readonly node: number; readonly age: number }[] | null;
}

export class BareNetwork {
  events = 0;
  now = 0;
  readonly #heap: Heap<Message> = createHeap();
  readonly #random;
  readonly #nodes: number;
  readonly #outbound: Uint8Array;
  readonly #degree: Uint8Array;
  readonly #peers: Int32Array;
  readonly #table: Int32Array;
  readonly #known: Int32Array;
  readonly #knownCount: Uint16Array;
  readonly #seenAt: Float64Array;
  readonly #from: number[] = [];
  readonly #to: number[] = [];
  readonly #latency: number[] = [];
  readonly #pongAt: number[] = [];

  constructor(seed: number, nodes: number, joinUs: number) {
    this.#random = createRandom(seed, 0);
    this.#nodes = nodes;
    this.#outbound = new Uint8Array(nodes);
    this.#degree = new Uint8Array(nodes);
    this.#peers = new Int32Array(nodes * CONNECTIONS_OF_NODE);
    this.#table = new Int32Array(nodes * TABLE);
    this.#known = new Int32Array(nodes * KNOWN_MAX);
    this.#knownCount = new Uint16Array(nodes);
    this.#seenAt = new Float64Array(nodes * KNOWN_MAX);
    for (let i = 0; i < nodes; i += 1) this.#at(i * joinUs, 'join', i, -1, null);
  }

  /** Runs until a time, in microseconds. */
  run(until: number): void {
    const { times } = this.#heap;
    while (times.length > 0 && (times[0] as number) <= until) {
      this.now = times[0] as number;
      this.#handle(pop(this.#heap));
      this.events += 1;
    }
    this.now = until;
  }

  #at(at: number, kind: Kind, to: number, connection: number, peers: Message['peers']): void {
    push(this.#heap, at, { kind, to, connection, peers });
  }

  #draw(below: number): number {
    return Math.floor(nextRandom(this.#random) * below);
  }

  #other(connection: number, node: number): number {
    return (this.#from[connection] === node ? this.#to[connection] : this.#from[connection]) as number;
  }

  #send(node: number, connection: number, kind: Kind, peers: Message['peers']): void {
    this.#at(this.now + (this.#latency[connection] as number), kind, this.#other(connection, node), connection, peers);
  }

  #handle({ kind, to, connection, peers }: Message): void {
    switch (kind) {
      case 'join':
        for (let i = 0; i < Math.min(to, BOOTSTRAPS); i += 1) this.#dial(to, i);
        return;
      case 'dial':
        return this.#send(to, connection, 'accepted', null);
      case 'accepted':
        return this.#send(to, connection, 'hello', null);
      case 'hello':
        this.#send(to, connection, 'hello-back', null);
        return this.#greet(to, connection);
      case 'hello-back':
        return this.#greet(to, connection);
      case 'ping':
        return this.#send(to, connection, 'pong', null);
      case 'pong':
        this.#pongAt[connection] = this.now;
        return;
      case 'getaddr':
        return this.#send(to, connection, 'addr', this.#answer(to));
      case 'addr':
        for (const { node, age } of peers ?? []) this.#learn(to, node, this.now - age * 1_000_000);
        return this.#dialMore(to);
      case 'tick':
        this.#send(to, connection, 'ping', null);
        return this.#at(this.now + PING_US, 'tick', to, connection, null);
      default:
        kind satisfies never;
    }
  }

  #dial(node: number, target: number): void {
    const connection = this.#from.length;
    this.#from.push(node);
    this.#to.push(target);
    this.#latency.push(LATENCY_MIN_US + this.#draw(LATENCY_SPREAD_US));
    this.#pongAt.push(0);
    this.#outbound[node] = (this.#outbound[node] as number) + 1;
    this.#send(node, connection, 'dial', null);
  }

  #greet(node: number, connection: number): void {
    const degree = this.#degree[node] as number;
    if (degree < CONNECTIONS_OF_NODE) this.#peers[node * CONNECTIONS_OF_NODE + degree] = this.#other(connection, node);
    this.#degree[node] = Math.min(CONNECTIONS_OF_NODE, degree + 1);
    this.#learn(node, this.#other(connection, node), this.now);
    this.#send(node, connection, 'ping', null);
    this.#send(node, connection, 'addr', [{ node, age: 0 }]);
    this.#send(node, connection, 'getaddr', null);
    this.#at(this.now + PING_US - this.#draw(PING_US / 12), 'tick', node, connection, null);
  }

  #answer(node: number): Message['peers'] {
    const count = this.#knownCount[node] as number;
    const first = this.#draw(Math.max(1, count));
    const peers: { node: number; age: number }[] = [];
    for (let i = 0; i < Math.min(ANSWER, count); i += 1) {
      const slot = node * KNOWN_MAX + ((first + i) % count);
      const age = Math.floor((this.now - (this.#seenAt[slot] as number)) / 1_000_000);
      peers.push({ node: this.#known[slot] as number, age });
    }
    return peers;
  }

  #learn(node: number, other: number, seenAt: number): void {
    if (node === other) return;
    let place = Math.imul(other, 0x9e3779b1) & (TABLE - 1);
    for (;;) {
      const entry = this.#table[node * TABLE + place] as number;
      if (entry === 0) break;
      const slot = node * KNOWN_MAX + entry - 1;
      if (this.#known[slot] === other) {
        if ((this.#seenAt[slot] as number) < seenAt) this.#seenAt[slot] = seenAt;
        return;
      }
      place = (place + 1) & (TABLE - 1);
    }
    const count = this.#knownCount[node] as number;
    if (count >= KNOWN_MAX) return;
    this.#known[node * KNOWN_MAX + count] = other;
    this.#seenAt[node * KNOWN_MAX + count] = seenAt;
    this.#table[node * TABLE + place] = count + 1;
    this.#knownCount[node] = count + 1;
  }

  #dialMore(node: number): void {
    const count = this.#knownCount[node] as number;
    while ((this.#outbound[node] as number) < Math.min(OUTBOUND, this.#nodes - 1) && count > OUTBOUND) {
      const target = this.#known[node * KNOWN_MAX + this.#draw(count)] as number;
      if (this.#isConnected(node, target)) return;
      this.#dial(node, target);
    }
  }

  #isConnected(node: number, target: number): boolean {
    const first = node * CONNECTIONS_OF_NODE;
    return this.#peers.subarray(first, first + (this.#degree[node] as number)).includes(target);
  }
}
