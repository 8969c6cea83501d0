/**
 * The recorder: a witness of every node of a world, that keeps the last events in columns and says what came of what. Facts, events and
 * lines go in, a Recording comes out. The cause of whatever a node does is the line, timer, order or event that set it going; a line
 * that comes is caused by its send where both ends are of this world.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Fact, LineVerdict, VerdictKind, Witness } from '../core/witness.ts';
import type { LineDirection } from '../core/world.ts';
import { readExpression } from '../query/check.ts';
import type { Message } from '../wire/messages.ts';
import { COPIES_MAX, Columns, type Row } from './columns.ts';
import {
  answer,
  ask,
  closeEnd,
  type End,
  type Flight,
  flightOf,
  keepStop,
  land,
  openEnd,
  type Recorded,
  type Stop,
  takeOff,
} from './ends.ts';
import type { TraceEvent, TraceHeader, TraceNode } from './event.ts';
import { answered, asks, kindCode, LIKELY_LINES, MALFORMED, RECORD_KINDS, RECV, SEND, typeCodeOf } from './kinds.ts';
import { type Matchable, matcherOf } from './matching.ts';
import { ownText } from './own-text.ts';
import { RecordedEvent } from './recorded-event.ts';
import type { Recording } from './recording.ts';

/** What things hold, by estimate: a text beside its letters, a message, an entry of addr, an event. */
const TEXT_BYTES = 24;
const MESSAGE_BYTES = 64;
const ENTRY_BYTES = 120;
const EVENT_BYTES = 160;
/** Addresses that are dialled, and dials to one of them under way. */
const DIALLED_MAX = 4_096;
const DIALS_MAX = 64;

const TIMER = kindCode('timer');

/** By these a line that comes is stopped; whatever else is done to it comes after. */
const FIRST_DEEDS: ReadonlySet<VerdictKind> = new Set(['hold', 'drop', 'edit', 'delay']);

export interface RecorderOptions {
  readonly world: 'tcp' | 'sim';
  readonly app: string;
  readonly seed: number | null;
  readonly epochMs: number | null;
}

export class Recorder implements Recording, Witness {
  readonly columns = new Columns();
  private readonly options: RecorderOptions;
  private readonly byName = new Map<string, Recorded>();
  readonly nodes: Recorded[] = [];
  private readonly byId = new Map<string, Recorded>();
  private readonly byAddress = new Map<string, Recorded>();
  /** Ends whose other one has not come, by their sockets. */
  private readonly waiting = new Map<string, End>();
  /** Dials under way by the address they go to: what they began with, and whose they are. */
  private readonly dialsTo = new Map<string, { readonly node: Recorded; readonly index: number }[]>();
  /** Whom a fact set going, and the event that did; 0: none yet. */
  private going: Recorded | null = null;
  private goingBy = 0;
  /** A timer is told only when something comes of it; of the network, the next event is what happened. */
  private pending: 'timer' | 'network' | null = null;
  /** The line that is handled. */
  private heard: { end: End | null; index: number; number: number; type: number } = {
    end: null,
    index: 0,
    number: 0,
    type: 0,
  };
  /** The last line that was told: its number in the world and in the record, its event, and what it answers. */
  private readonly told = { number: 0, recorded: 0, index: 0, reply: 0 };
  /** Whose line came last: mostly the same node's comes next. */
  private latest: Recorded | null = null;
  /** Called with the number of each event that is added; null while nobody asks. It must not throw. */
  added: ((index: number) => void) | null = null;

  constructor(options: RecorderOptions) {
    this.options = options;
  }

  get count(): number {
    return this.columns.last - this.columns.first + 1;
  }

  get forgotten(): number {
    return this.columns.first - 1;
  }

  header(): TraceHeader {
    const { world, app, seed, epochMs } = this.options;
    const nodes: TraceNode[] = this.nodes.map(({ name, id, address }) => ({ name, id, address }));
    const strangers = new Map<string, TraceNode>();
    for (const end of new Set(this.columns.connections()))
      if (end !== null && this.peerNode(end) === null) {
        const name = this.peerName(end);
        if (!strangers.has(name)) strangers.set(name, { name, id: end.id, address: end.address });
      }
    return { version: 1, app, world, seed, epochMs, nodes: [...nodes, ...strangers.values()] };
  }

  events(): TraceEvent[] {
    const { first, last } = this.columns;
    return Array.from({ length: last - first + 1 }, (_, k) => new RecordedEvent(this, first + k));
  }

  /** One that is kept. */
  recorded(index: number): TraceEvent {
    return new RecordedEvent(this, index);
  }

  /** Names, ids and addresses that an expression may use. */
  whoIsThere(): Matchable {
    return {
      names: this.nodes.map(({ name }) => name),
      idOf: (name) => this.byName.get(name)?.id ?? null,
      addressOf: (name) => this.byName.get(name)?.address ?? null,
    };
  }

  match(expression: string): TraceEvent[] {
    const there = this.whoIsThere();
    const { asked, holds } = matcherOf(readExpression(expression, { nodes: there.names, kinds: RECORD_KINDS }), there);
    const found: TraceEvent[] = [];
    const { first, last } = this.columns;
    for (let index = first; index <= last; index += 1) {
      asked.look(this, index);
      if (holds()) found.push(this.recorded(index));
    }
    return found;
  }

  peerNode(end: End): Recorded | null {
    return end.other?.node ?? (end.id === null ? null : (this.byId.get(end.id) ?? null));
  }

  peerName(end: End): string {
    return this.peerNode(end)?.name ?? end.id ?? end.address;
  }

  /** The node that listens there, or the address itself. */
  placeName(address: string): string {
    return this.byAddress.get(address)?.name ?? address;
  }

  private nodeOf(name: string): Recorded {
    const { latest } = this;
    if (latest !== null && latest.name === name) return latest;
    const known = this.byName.get(name);
    if (known !== undefined) {
      this.latest = known;
      return known;
    }
    const { length: index } = this.nodes;
    const node: Recorded = {
      name,
      index,
      id: null,
      address: null,
      clock: 0,
      ends: new Map(),
      gone: [],
      dials: new Map(),
    };
    this.byName.set(name, node);
    this.nodes.push(node);
    return node;
  }

  fact(name: string, at: number, fact: Fact): void {
    const node = this.nodeOf(name);
    this.going = node;
    this.goingBy = 0;
    this.pending = null;
    if (fact.kind === 'timer' || fact.kind === 'network') {
      this.pending = fact.kind;
      return;
    }
    if (fact.kind === 'join') {
      node.id = fact.id;
      this.byId.set(fact.id, node);
      node.dials.clear();
    }
    const weight = fact.kind === 'order' && fact.order.kind === 'send-line' ? fact.order.line.length : 0;
    this.goingBy = this.add(node, at, kindCode(fact.kind), null, 0, fact, EVENT_BYTES + weight);
  }

  closing(name: string, at: number, n: number): void {
    const node = this.nodeOf(name);
    const end = node.ends.get(n);
    if (end !== undefined && end.closedBy === 0) end.closedBy = this.cause(node, at);
  }

  line(
    name: string,
    at: number,
    n: number,
    direction: LineDirection,
    line: string | null,
    message: Message | null,
    number: number,
  ): void {
    const node = this.nodeOf(name);
    const { end: before } = this.heard;
    // Most of what is sent answers what just came, and what comes goes on where it was.
    const end =
      before !== null && before.n === n && before.node === node ? before : (node.ends.get(n) ?? this.unseen(node, n));
    const type = message === null ? MALFORMED : typeCodeOf(message);
    // It may be a slice of a chunk, which would be kept with it.
    const payload = line === null ? message : ownText(line, LIKELY_LINES[type]);
    if (direction === 'sent') this.sent(node, at, end, type, payload, number);
    else this.received(node, at, end, type, payload, number);
  }

  private sent(node: Recorded, at: number, end: End, type: number, payload: Row['payload'], number: number): void {
    const stop = end.stops === null ? undefined : end.stops.get(number);
    const cause = stop === undefined ? this.cause(node, at) : stop.index;
    const reply = stop === undefined ? this.answeredBy(end, type, cause) : stop.reply;
    const copy = stop === undefined ? 1 : stop.copy;
    end.sent += 1;
    node.clock += 1;
    const { clock } = node;
    const weight = weightOf(payload);
    const index = this.columns.add(
      at,
      SEND,
      node.index,
      end,
      type,
      number,
      copy,
      reply,
      end.sent,
      clock,
      cause,
      payload,
      weight,
    );
    if (this.added !== null) this.added(index);
    this.tell(number, number, index, reply, stop);
    if (end.other !== null || this.nodes.length > 1)
      takeOff(end, { index, clock, number, copy, reply, copies: 0, hasLanded: false });
    if (end.other === null && asks(type)) ask(end, type, number);
  }

  /** The line that one which is about to go answers; 0: none. */
  private answeredBy(end: End, type: number, cause: number): number {
    const { heard } = this;
    const isAnswer = cause !== 0 && heard.index === cause && heard.end === end && answered(type) === heard.type;
    return isAnswer ? heard.number : 0;
  }

  private received(node: Recorded, at: number, end: End, type: number, payload: Row['payload'], number: number): void {
    const { heard } = this;
    const stop = end.stops === null ? undefined : end.stops.get(number);
    const flight = stop === undefined ? land(end, typeof payload === 'string' ? 0 : number) : stop.flight;
    end.received += 1;
    node.clock = 1 + (flight === null ? node.clock : Math.max(node.clock, flight.clock));
    const { clock } = node;
    let message = number;
    let copy = 1;
    let reply: number;
    let cause = 0;
    if (stop !== undefined) {
      message = stop.number;
      copy = heardCopy(stop);
      reply = stop.reply;
      cause = stop.index;
    } else if (flight !== null) {
      message = flight.number;
      copy = flight.copies;
      reply = flight.reply;
      cause = flight.index;
    } else reply = answersTo(end, type);
    const weight = flight === null || typeof payload === 'string' ? weightOf(payload) : 0;
    const index = this.columns.add(
      at,
      RECV,
      node.index,
      end,
      type,
      message,
      copy,
      reply,
      end.received,
      clock,
      cause,
      payload,
      weight,
    );
    if (this.added !== null) this.added(index);
    this.tell(number, message, index, reply, stop);
    heard.end = end;
    heard.index = index;
    heard.number = message;
    heard.type = type;
    this.going = node;
    this.goingBy = index;
    this.pending = null;
  }

  private tell(number: number, recorded: number, index: number, reply: number, stop: Stop | undefined): void {
    const { told } = this;
    told.number = number;
    told.recorded = recorded;
    told.index = index;
    told.reply = reply;
    if (stop !== undefined) stop.index = index;
  }

  verdict(name: string, at: number, verdict: LineVerdict): void {
    const { n, number, copy, kind, line, message, by, text, isInHand } = verdict;
    const node = this.nodeOf(name);
    const end =
      node.ends.get(n) ?? node.gone.findLast((one) => one.n === n) ?? (isInHand ? this.unseen(node, n) : null);
    if (end === null) return;
    const type = message === null ? MALFORMED : typeCodeOf(message);
    const stop = this.stopOf(node, at, end, verdict, type);
    if (kind === 'drop' && stop.flight !== null) stop.flight.hasLanded = true;
    if (stop.flight !== null && verdict.direction === 'received') node.clock = Math.max(node.clock, stop.flight.clock);
    const own = line === null ? null : ownText(line);
    const other = stop.number === number ? null : `m${number} in hand`;
    const said = text === null ? other : other === null ? text : `${text}; ${other}`;
    stop.copy = Math.min(copy, COPIES_MAX - 1);
    const done = { direction: verdict.direction, line: own, message, by, text: said };
    const weight = EVENT_BYTES + (own?.length ?? 0) + (said?.length ?? 0);
    node.clock += 1;
    stop.index = this.columns.add(
      at,
      kindCode(kind),
      node.index,
      end,
      type,
      stop.number,
      stop.copy,
      stop.reply,
      0,
      node.clock,
      stop.index,
      done,
      weight,
    );
    if (this.added !== null) this.added(stop.index);
  }

  /** What is known of the line that something was done to, with the event that led to that. */
  private stopOf(node: Recorded, at: number, end: End, verdict: LineVerdict, type: number): Stop {
    const { number, copy, kind, direction, line, isInHand } = verdict;
    const known = isInHand ? end.stops?.get(number) : undefined;
    if (known !== undefined) return known;
    const { told } = this;
    const isSent = direction === 'sent';
    const keep = (stop: Stop) => (isInHand ? keepStop(end, number, stop) : stop);
    // Of a line that has passed just now: one more of it, or what a fault does to it.
    if (told.number === number) {
      const flight = flightOf(isSent ? end : end.other, told.recorded);
      return keep({ number: told.recorded, flight, reply: told.reply, copy, index: told.index });
    }
    if (isSent && isInHand) {
      const index = kind === 'inject' ? 0 : this.cause(node, at);
      return keep({ number, flight: null, reply: this.answeredBy(end, type, index), copy, index });
    }
    const flight = isInHand
      ? FIRST_DEEDS.has(kind)
        ? unheard(land(end, line === null ? number : 0))
        : null
      : flightOf(isSent ? end : end.other, number);
    const reply = flight?.reply ?? (isInHand && !isSent && FIRST_DEEDS.has(kind) ? answersTo(end, type) : 0);
    return keep({ number: flight?.number ?? number, flight, reply, copy, index: flight?.index ?? 0 });
  }

  event(name: string, at: number, event: NodeEvent): void {
    const node = this.nodeOf(name);
    const end = this.endOf(node, event);
    const cause = this.causeOf(node, at, event, end);
    const index = this.add(
      node,
      at,
      kindCode(event.kind),
      end,
      cause,
      event,
      EVENT_BYTES + entriesOf(event) * ENTRY_BYTES,
    );
    this.note(node, index, event, end);
    if (this.pending !== 'network' || this.going !== node) return;
    this.pending = null;
    this.goingBy = index;
  }

  /** The end that an event is about; `connected` opens it. */
  private endOf(node: Recorded, event: NodeEvent): End | null {
    if (event.kind === 'connected') {
      const { n, local, remote, address, dir } = event;
      return openEnd(node, n, { isDialled: dir === 'outbound', local, remote, address }, this.waiting);
    }
    if (!('n' in event) || event.n === null) return null;
    const end = node.ends.get(event.n) ?? null;
    // Whoever claims our own id is not us: it stays whoever is at that address.
    if (end !== null && 'id' in event && event.id !== null && event.id !== node.id) {
      end.id = event.id;
      end.address = event.address;
    }
    return end;
  }

  private causeOf(node: Recorded, at: number, event: NodeEvent, end: End | null): number {
    switch (event.kind) {
      // What comes between facts is nobody's doing here.
      case 'saved':
      case 'stopped':
        return 0;
      case 'connected':
        return event.attempt === null ? this.dialledBy(node, event.remote) : (node.dials.get(event.attempt) ?? 0);
      case 'dial-failed':
      case 'dial-merged':
      case 'dialing':
        return node.dials.get(event.attempt) ?? this.cause(node, at);
      case 'closed':
        if (end === null) return 0;
        return event.by === 'us' ? end.closedBy : (end.other?.closedBy ?? 0);
      default:
        return this.cause(node, at);
    }
  }

  /** What an event changes of what is known. */
  private note(node: Recorded, index: number, event: NodeEvent, end: End | null): void {
    switch (event.kind) {
      case 'listening':
        node.address ??= event.address;
        this.byAddress.set(event.address, node);
        return;
      case 'resolving':
        node.dials.set(event.attempt, index);
        return;
      case 'dialing': {
        node.dials.set(event.attempt, index);
        const dials = this.dialsTo.get(event.address) ?? [];
        if (dials.length < DIALS_MAX) dials.push({ node, index });
        this.dialsTo.set(event.address, dials);
        // Those that were called off end without an event.
        if (this.dialsTo.size > DIALLED_MAX) this.dialsTo.delete(this.dialsTo.keys().next().value ?? '');
        return;
      }
      case 'dial-failed':
        return this.dialEnded(node, event.attempt, event.address);
      case 'dial-merged':
        return this.dialEnded(node, event.attempt, null);
      case 'connected':
        if (event.attempt !== null) this.dialEnded(node, event.attempt, event.address);
        return;
      case 'closed':
        if (end !== null) closeEnd(end, this.waiting);
        this.heard.end = null;
        return;
      default:
        return;
    }
  }

  private dialEnded(node: Recorded, attempt: number, address: string | null): void {
    const index = node.dials.get(attempt);
    node.dials.delete(attempt);
    const dials = address === null ? undefined : this.dialsTo.get(address);
    if (address === null || dials === undefined) return;
    const rest = dials.filter((one) => one.index !== index);
    if (rest.length === 0) this.dialsTo.delete(address);
    else this.dialsTo.set(address, rest);
  }

  /** The dial that came from there, when it can be only one. */
  private dialledBy(node: Recorded, remote: string): number {
    const dials = (node.address === null ? undefined : this.dialsTo.get(node.address)) ?? [];
    const ip = hostOf(remote);
    const found = dials.filter((one) => one.node.address === null || hostOf(one.node.address) === ip);
    const [only] = found;
    return only !== undefined && found.length === 1 ? only.index : 0;
  }

  /** A connection that came up before anybody recorded. */
  private unseen(node: Recorded, n: number): End {
    return openEnd(node, n, { isDialled: false, local: null, remote: '', address: `#${n}` }, this.waiting);
  }

  /** What set the node going; a timer is told now that something came of it. */
  private cause(node: Recorded, at: number): number {
    if (this.going !== node) return 0;
    if (this.pending === 'timer') {
      this.pending = null;
      this.goingBy = this.add(node, at, TIMER, null, 0, null, 0);
    }
    return this.goingBy;
  }

  private add(
    node: Recorded,
    at: number,
    kind: number,
    end: End | null,
    cause: number,
    payload: Row['payload'],
    weight: number,
  ): number {
    node.clock += 1;
    const index = this.columns.add(at, kind, node.index, end, 0, 0, 0, 0, 0, node.clock, cause, payload, weight);
    if (this.added !== null) this.added(index);
    return index;
  }
}

const hostOf = (address: string) => address.slice(0, address.lastIndexOf(':'));

/** It has come, but the core has not heard it yet. */
function unheard(flight: Flight | null): Flight | null {
  if (flight !== null) flight.copies = flight.copy - 1;
  return flight;
}

/** Which one of its number the core hears now: what a fault doubled is stopped with the same number again. */
function heardCopy({ copy, flight }: Stop): number {
  if (flight === null) return copy;
  flight.hasLanded = true;
  flight.copies = Math.max(copy, flight.copies + 1);
  return flight.copies;
}

/** The question that waits here for a line of that type, which is then answered; 0: none. */
const answersTo = (end: End, type: number) => (answered(type) < 0 ? 0 : answer(end, answered(type)));

const entriesOf = (event: NodeEvent) => (event.kind === 'addr' ? event.fresh.length + event.known.length : 0);

function weightOf(payload: Row['payload']): number {
  if (payload === null) return 0;
  if (typeof payload === 'string') return TEXT_BYTES + payload.length;
  return 'type' in payload && payload.type === 'addr'
    ? MESSAGE_BYTES + payload.peers.length * ENTRY_BYTES
    : MESSAGE_BYTES;
}
