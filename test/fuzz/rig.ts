/**
 * The core without a world: facts and orders go in one by one, what it asks for is kept to be answered later. It keeps the driver's
 * contract (core/context.ts) and fails on a core that breaks its own side of it; it has no network and no clock of its own.
 */
import assert from 'node:assert/strict';
import type { Context } from '../../src/core/context.ts';
import type { NodeEvent } from '../../src/core/events.ts';
import {
  connectionAccepted,
  connectionClosed,
  createNode,
  dialFailed,
  dialSucceeded,
  giveOrder,
  lineRefused,
  messageReceived,
  type NodeState,
  nameResolved,
  startNode,
  stopNode,
  wakeNode,
} from '../../src/core/node.ts';
import type { LineFault, ReasonCode } from '../../src/core/reasons.ts';
import type { HostPort, Order, OrderAnswer } from '../../src/core/world.ts';
import { defaultSettings, type Settings } from '../../src/settings.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { type Address, addressOf, parseAddress } from '../../src/wire/address.ts';
import { encodeMessage, type Message } from '../../src/wire/messages.ts';

export const OUR_ID = '88888888-0000-4000-8000-000000000000';
const LISTEN = '10.0.0.1:5999';
const EVENTS_KEPT_MAX = 64;
const SENT_KEPT_MAX = 256;
/** Rule 11. */
const LINE_SENT_BYTES_MAX = 1_400;

export interface RigOptions {
  readonly settings?: Partial<Settings>;
  readonly bootstrap?: readonly HostPort[];
  /** `ip:port` of the node itself. */
  readonly listen?: string;
  readonly seed?: number;
}

export class Rig {
  wakeAt = Infinity;
  readonly node: NodeState;
  readonly context: Context & { now: number };
  /** Connections whose close fact is still to come, those we closed too. */
  readonly open = new Set<number>();
  /** Of those, the ones that the core closed. */
  readonly ended = new Set<number>();
  readonly dials = new Map<number, Address>();
  readonly names = new Set<string>();
  /** The latest of what it said and sent. */
  readonly events: NodeEvent[] = [];
  readonly sent: { readonly n: number; readonly message: Message }[] = [];

  constructor(options: RigOptions = {}) {
    const random = createRandom(options.seed ?? 1, 1);
    this.context = {
      now: 0,
      random: () => nextRandom(random),
      resolve: (host) => void this.names.add(host),
      dial: (attempt, address) => void this.dials.set(attempt, address),
      cancel: (attempt) => void this.dials.delete(attempt),
      send: (n, message) => this.#send(n, message),
      sendLine: (n) => assert.ok(this.#mayHave(n), `a line is sent on #${n}, which is gone`),
      pause: (n) => assert.ok(this.#mayHave(n), `#${n} is held back, which is gone`),
      close: (n) => {
        assert.ok(this.#mayHave(n), `#${n} is closed, which is gone`);
        this.ended.add(n);
      },
      wake: (at) => {
        this.wakeAt = at;
      },
      emit: (event) => keep(this.events, event, EVENTS_KEPT_MAX),
    };
    this.node = createNode({
      id: OUR_ID,
      agent: 'rig',
      settings: { ...defaultSettings(), ...options.settings },
      bootstrap: options.bootstrap ?? [],
    });
    const listen = parseAddress(options.listen ?? LISTEN);
    startNode(this.node, this.context, listen === null ? [] : [listen]);
  }

  get now(): number {
    return this.context.now;
  }

  set now(at: number) {
    this.context.now = at;
  }

  /** The core may act on a connection within the very fact that gives it its number. */
  #mayHave(n: number): boolean {
    return (this.open.has(n) || n === this.node.connections) && !this.ended.has(n);
  }

  #send(n: number, message: Message): number {
    assert.ok(this.#mayHave(n), `a ${message.type} is sent on #${n}, which is gone`);
    const line = encodeMessage(message);
    assert.ok(line.length < LINE_SENT_BYTES_MAX, `a line of ${line.length} bytes is sent`);
    keep(this.sent, { n, message }, SENT_KEPT_MAX);
    return line.length + 1;
  }

  /** 0 when it was refused. */
  accept(remote: Address): number {
    const n = connectionAccepted(this.node, this.context, remote, this.node.listening[0] ?? null);
    if (n > 0) this.open.add(n);
    return n;
  }

  answerDial(attempt: number): number {
    const address = this.dials.get(attempt);
    if (address === undefined) return 0;
    this.dials.delete(attempt);
    const local = addressOf(address.family === 4 ? '10.0.0.1' : 'fd00::1', 40_000 + (attempt % 20_000));
    const n = dialSucceeded(this.node, this.context, attempt, address, local);
    if (n > 0) this.open.add(n);
    return n;
  }

  failDial(attempt: number, reason: ReasonCode): void {
    if (this.dials.delete(attempt)) dialFailed(this.node, this.context, attempt, reason, 'test');
  }

  resolve(host: string, ips: readonly string[]): void {
    if (this.names.delete(host)) nameResolved(this.node, this.context, host, ips, ips.length > 0 ? null : 'ENOTFOUND');
  }

  /** What comes on a connection that we ended is not read any more. */
  receive(n: number, message: Message): void {
    if (this.open.has(n) && !this.ended.has(n))
      messageReceived(this.node, this.context, n, message, encodeMessage(message).length + 1);
  }

  refuseLine(n: number, reason: LineFault): void {
    if (this.open.has(n) && !this.ended.has(n)) lineRefused(this.node, this.context, n, reason, 'a bad line');
  }

  close(n: number, reason: ReasonCode): void {
    if (!this.open.delete(n)) return;
    this.ended.delete(n);
    connectionClosed(this.node, this.context, n, reason);
  }

  /** The sockets that the core closed are gone. */
  closeEnded(): void {
    for (const n of [...this.ended]) this.close(n, 'remote-closed');
  }

  order(order: Order): OrderAnswer {
    return giveOrder(this.node, this.context, order);
  }

  /** Time passes with every wake-up in between, at most so many; a driver that sleeps wakes once, late. */
  pass(us: number, wakesMax = Infinity): void {
    const end = this.now + us;
    for (let wakes = 0; this.wakeAt <= end && wakes < wakesMax; wakes += 1) {
      this.now = Math.max(this.now, this.wakeAt);
      this.wakeAt = Infinity;
      wakeNode(this.node, this.context);
    }
    this.now = end;
    if (this.wakeAt > end) return;
    this.wakeAt = Infinity;
    wakeNode(this.node, this.context);
  }

  stop(): void {
    stopNode(this.node, this.context);
  }
}

function keep<Item>(items: Item[], item: Item, most: number): void {
  items.push(item);
  if (items.length > most) items.shift();
}

export function address(text: string): Address {
  const parsed = parseAddress(text);
  if (parsed === null) throw new Error(`${text} is no address`);
  return parsed;
}

export function hello(nodeid: string, listen: number | null, ext: readonly string[] = ['nonce', 'v6']): Message {
  return { type: 'hello', nodeid, listen, agent: 'rig', observed: null, ext };
}
