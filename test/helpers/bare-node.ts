/**
 * A node of the pure core with no world around it: facts go in by hand, orders and events come out as a transcript. The clock moves
 * only when a test moves it. It carries no bytes and decides nothing.
 *
 * A transcript line is what passed: `> #1 ping` sent, `< #1 ping` heard, `dial 1 10.0.0.2:6100`, `cancel 1`, `resolve localhost`,
 * `close #1` or `close #1 abrupt`, `closed #1 duplicate` once the driver would have reported it.
 */
import assert from 'node:assert/strict';
import type { Context } from '../../src/core/context.ts';
import type { NodeEvent } from '../../src/core/events.ts';
import { MINUTE_US } from '../../src/core/limits.ts';
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
import type { Session } from '../../src/core/state.ts';
import type { NodeViews } from '../../src/core/view-rows.ts';
import { createViews } from '../../src/core/views.ts';
import type { HostPort, Order, OrderAnswer } from '../../src/core/world.ts';
import { defaultSettings, type Settings } from '../../src/settings.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { type Address, addressOf, parseAddress } from '../../src/wire/address.ts';
import { encodeMessage, type Message, parseMessage } from '../../src/wire/messages.ts';

/** When every bare node begins: far from zero, so that a time that was never set is seen. */
export const START_US = 10 * MINUTE_US;
/** Asks for a wake-up at one and the same time, beyond which a node is taken to spin. */
const WAKES_MAX = 1_000;
/** Closes, each caused by the one before, that one fact may lead to. */
const CLOSES_MAX = 1_000;

export interface BareOptions {
  readonly id?: string;
  readonly settings?: Partial<Settings>;
  readonly bootstrap?: readonly HostPort[];
  /** `ip:port` where it listens; none when empty. */
  readonly listen?: string;
  readonly seed?: number;
  /** Done before the node starts. */
  readonly before?: (bare: BareNode) => void;
}

export const at = (text: string): Address => {
  const address = parseAddress(text);
  assert.ok(address !== null, `${text} is an address`);
  return address;
};

export const PING = '{"msgtype":"ping"}';
export const PONG = '{"msgtype":"pong"}';
export const GETADDR = '{"msgtype":"getaddr"}';
export const BYE = '{"msgtype":"bye","reason":"test"}';

/** The line of a hello; without fields as the seed says it. */
export const helloLine = (nodeid: string, fields: Readonly<Record<string, unknown>> = {}): string =>
  JSON.stringify({ msgtype: 'hello', nodeid, ...fields });

/** The line of an addr: `10.0.0.2:6100` or `10.0.0.2:6100=id`, with `@seconds` for its age. */
export function addrLine(...entries: readonly string[]): string {
  const parts = entries.map(
    (entry) => /^(?<place>[^=@]+)(?:=(?<id>[^@]*))?(?:@(?<age>.+))?$/.exec(entry)?.groups ?? {},
  );
  const ages = parts.some(({ age }) => age !== undefined) ? { ages: parts.map(({ age }) => Number(age ?? 'NaN')) } : {};
  return JSON.stringify({ msgtype: 'addr', peers: parts.map(({ place, id }) => [place, id ?? '']), ...ages });
}

export class BareNode {
  readonly node: NodeState;
  readonly views: NodeViews;
  readonly events: NodeEvent[] = [];
  /** Every message sent, with the number of its connection. */
  readonly sent: { readonly n: number; readonly message: Message }[] = [];
  /** Dials that wait for an answer. */
  readonly dials = new Map<number, Address>();
  wakeAt = Infinity;
  /** Whether a close that the core ordered is reported after the fact, as a driver does. */
  reportsCloses = true;
  /** Closes ordered and not yet reported. */
  readonly closing: number[] = [];
  random: () => number;
  readonly context: Omit<Context, 'now'> & { now: number };
  #transcript: string[] = [];

  constructor(options: BareOptions = {}) {
    const random = createRandom(options.seed ?? 1, 0);
    this.random = () => nextRandom(random);
    this.node = createNode({
      id: options.id ?? 'm',
      agent: 'bare/1',
      settings: { ...defaultSettings(), ...options.settings },
      bootstrap: options.bootstrap ?? [],
    });
    this.views = createViews(this.node, () => this.now);
    this.context = this.#createContext();
    options.before?.(this);
    const listen = options.listen ?? '127.0.0.1:5999';
    this.#fact(() => startNode(this.node, this.context, listen === '' ? [] : [at(listen)]));
  }

  #createContext(): BareNode['context'] {
    return {
      now: START_US,
      random: () => this.random(),
      resolve: (host) => this.#note(`resolve ${host}`),
      dial: (attempt, address) => {
        this.dials.set(attempt, address);
        this.#note(`dial ${attempt} ${address.text}`);
      },
      cancel: (attempt) => {
        this.dials.delete(attempt);
        this.#note(`cancel ${attempt}`);
      },
      send: (n, message) => {
        this.sent.push({ n, message });
        this.#note(`> #${n} ${textOf(message)}`);
        return 0;
      },
      pause: (n, until) => this.#note(`pause #${n} ${until - this.now}`),
      sendLine: (n, line) => this.#note(`> #${n} raw ${line}`),
      close: (n, abrupt) => {
        this.closing.push(n);
        this.#note(`close #${n}${abrupt ? ' abrupt' : ''}`);
      },
      wake: (time) => {
        this.wakeAt = time;
      },
      emit: (event) => void this.events.push(event),
    };
  }

  get now(): number {
    return this.context.now;
  }

  set now(time: number) {
    this.context.now = time;
  }

  #note(line: string): void {
    this.#transcript.push(line);
  }

  /** One fact, then the facts that its closes lead to. */
  #fact<Result>(run: () => Result): Result {
    const result = run();
    for (let i = 0; this.reportsCloses && this.closing.length > 0; i += 1) {
      assert.ok(i < CLOSES_MAX, 'closes come to an end');
      this.#reportClose(this.closing[0] as number);
    }
    return result;
  }

  /** What passed since this was last called. */
  take(): string[] {
    return this.#transcript.splice(0);
  }

  /** The same, only lines that begin so. */
  taken(...starts: readonly string[]): string[] {
    return this.take().filter((line) => starts.some((start) => line.startsWith(start)));
  }

  /** Events of these kinds, since the node began. */
  happened<Kind extends NodeEvent['kind']>(...kinds: readonly Kind[]): Extract<NodeEvent, { kind: Kind }>[] {
    return this.events.filter((event): event is Extract<NodeEvent, { kind: Kind }> =>
      kinds.some((kind) => kind === event.kind),
    );
  }

  /** A connection comes in from this IP; its number, 0 when it is refused. */
  accept(ip: string, port = 40_000 + this.node.connections, local: string | null = null): number {
    const remote = addressOf(ip, port);
    assert.ok(remote !== null);
    const bound = local === null ? null : at(local);
    return this.#fact(() => connectionAccepted(this.node, this.context, remote, bound));
  }

  /** A dial ends well; the number of the connection. */
  dialled(attempt: number, local: string | null = null): number {
    const address = this.dials.get(attempt);
    assert.ok(address !== undefined, `dial ${attempt} waits for an answer`);
    this.dials.delete(attempt);
    const bound = local === null ? null : at(local);
    return this.#fact(() => dialSucceeded(this.node, this.context, attempt, address, bound));
  }

  /** A dial ends without a connection. */
  refuse(attempt: number, reason: ReasonCode = 'refused'): void {
    assert.ok(this.dials.delete(attempt), `dial ${attempt} waits for an answer`);
    this.#fact(() => dialFailed(this.node, this.context, attempt, reason, 'ECONNREFUSED'));
  }

  /** Lines come in, as the driver hands them over. */
  hear(n: number, ...lines: readonly (string | Message)[]): void {
    for (const line of lines) {
      const message = typeof line === 'string' ? parseMessage(line) : line;
      this.#note(`< #${n} ${message.type === 'malformed' ? 'malformed' : textOf(message)}`);
      this.#fact(() => {
        if (message.type === 'malformed') lineRefused(this.node, this.context, n, 'malformed', message.detail);
        else messageReceived(this.node, this.context, n, message, 0);
      });
    }
  }

  /** A line that the splitter refused. */
  refuseLine(n: number, reason: LineFault): void {
    this.#fact(() => lineRefused(this.node, this.context, n, reason, 'a bad line'));
  }

  resolved(host: string, ips: readonly string[]): void {
    this.#fact(() => nameResolved(this.node, this.context, host, ips, ips.length > 0 ? null : 'ENOTFOUND'));
  }

  /** The connection is gone: the other side closed it, or the network did, or we did and it is reported only now. */
  hangUp(n: number, reason: ReasonCode = 'remote-closed'): void {
    this.#fact(() => this.#reportClose(n, reason));
  }

  #reportClose(n: number, reason: ReasonCode = 'remote-closed'): void {
    const ordered = this.closing.indexOf(n);
    if (ordered >= 0) this.closing.splice(ordered, 1);
    connectionClosed(this.node, this.context, n, reason);
    this.#note(`closed #${n} ${this.happened('closed').at(-1)?.reason ?? ''}`);
  }

  order(order: Order): OrderAnswer {
    return this.#fact(() => giveOrder(this.node, this.context, order));
  }

  /** `connect` by hand; the number of the attempt. */
  connect(place: string, keep = false): number {
    const { ip, port } = at(place);
    const answer = this.order({ kind: 'connect', host: ip, port, keep });
    assert.ok(answer.ok && answer.attempt !== null, `connect ${place} starts a dial`);
    return answer.attempt;
  }

  /** Time passes; the node is woken whenever it asked to be. */
  advance(us: number): void {
    const end = this.now + us;
    let wakes = 0;
    while (this.wakeAt <= end) {
      wakes = this.wakeAt > this.now ? 0 : wakes + 1;
      assert.ok(wakes < WAKES_MAX, 'the node does not ask for the same wake-up for ever');
      this.now = Math.max(this.now, this.wakeAt);
      this.wake();
    }
    this.now = end;
  }

  /** Time passes and nobody is woken until it is over: the machine slept. */
  sleep(us: number): void {
    this.now += us;
    if (this.wakeAt <= this.now) this.wake();
  }

  wake(): void {
    this.wakeAt = Infinity;
    this.#fact(() => wakeNode(this.node, this.context));
  }

  stop(): void {
    this.#fact(() => stopNode(this.node, this.context));
  }

  session(n: number): Session {
    const session = this.node.sessions.get(n);
    assert.ok(session !== undefined, `connection #${n} is there`);
    return session;
  }

  /** An inbound peer that said hello and, unless it was sent away, answered the first ping; its number. */
  inboundPeer(id: string, ip = '127.0.0.1', fields: Readonly<Record<string, unknown>> = {}): number {
    const n = this.accept(ip);
    this.hear(n, helloLine(id, fields));
    if (this.node.sessions.has(n)) this.answer(n);
    return n;
  }

  /** A peer dialled by hand that said hello and answered the first ping; its number. */
  outboundPeer(id: string, place: string, fields: Readonly<Record<string, unknown>> = {}): number {
    const n = this.dialled(this.connect(place));
    this.hear(n, helloLine(id, fields));
    this.answer(n);
    return n;
  }

  /** The pong to the ping that has waited longest, as this peer must write it. */
  answer(n: number): void {
    this.hear(n, { type: 'pong', nonce: this.session(n).pings[0]?.nonce ?? null });
  }
}

/** Compact text of a message: type, then the fields that matter. */
export function textOf(message: Message): string {
  switch (message.type) {
    case 'hello': {
      const listen = message.listen === null ? '' : ` listen=${message.listen}`;
      return `hello nodeid=${message.nodeid}${listen}${message.ext.includes('visit') ? ' visit' : ''}`;
    }
    case 'ping':
    case 'pong':
      return message.nonce === null ? message.type : `${message.type} nonce=${message.nonce}`;
    case 'addr':
      return ['addr', ...message.peers.map(entryText)].join(' ');
    case 'bye':
      return message.reason === null ? 'bye' : `bye ${message.reason}`;
    case 'getaddr':
      return message.type;
    case 'unknown':
      return `unknown ${message.msgtype}`;
    default:
      return message satisfies never;
  }
}

const entryText = ({ address, nodeid, age }: Extract<Message, { type: 'addr' }>['peers'][number]) =>
  `${address.text}${nodeid === null ? '' : `=${nodeid}`}${age === null ? '' : `@${age}`}`;

/** Lets two nodes that hold the ends of connections talk until nothing more is said. Closes arrive after what was sent before. */
export function converse(a: BareNode, b: BareNode, ends: readonly (readonly [number, number])[]): void {
  const open = ends.map(([forA, forB]) => ({ forA, forB }));
  const read = { a: 0, b: 0 };
  for (let isQuiet = false; !isQuiet; ) {
    isQuiet = true;
    for (const [from, to, side] of [
      [a, b, 'a'],
      [b, a, 'b'],
    ] as const) {
      for (; read[side] < from.sent.length; read[side] += 1) {
        const { n, message } = from.sent[read[side]] as (typeof from.sent)[number];
        const end = open.find(({ forA, forB }) => n === (side === 'a' ? forA : forB));
        if (end === undefined) continue;
        isQuiet = false;
        to.hear(side === 'a' ? end.forB : end.forA, encodeMessage(message));
      }
    }
    for (const { forA, forB } of open) {
      const [goneA, goneB] = [!a.node.sessions.has(forA), !b.node.sessions.has(forB)];
      if (goneA === goneB) continue;
      isQuiet = false;
      if (goneA) b.hangUp(forB);
      else a.hangUp(forA);
    }
  }
}
