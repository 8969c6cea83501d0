/**
 * The model network: nodes with addresses, connections with latency, first in first out per direction. The orders of cores go in and
 * become items of the queue; step.ts takes them out again as facts. It knows no sockets and no clock but the kernel's. What goes wrong
 * on the way is decided by `links`, when there are any.
 */
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import type { ReasonCode } from '../core/reasons.ts';
import type { Happened } from '../core/simulation.ts';
import type { Witness } from '../core/witness.ts';
import type { LineDirection, NodePort } from '../core/world.ts';
import type { Tap } from '../tap/tap.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { type Message, parseMessage } from '../wire/messages.ts';
import { type ActiveFault, createFaultState, type FaultState } from './faults/state.ts';
import type { Inhabitant } from './inhabitant.ts';
import { callItem, closedItem, dialItem, hostItem, type Item, messageItem, resumeItem } from './items.ts';
import { createKernel, type Kernel, schedule } from './kernel.ts';
import { createRandom, mix, nextRandom, type Random } from './random.ts';

/** One-way latency between two places: a fixed part by pair, in microseconds. */
const LATENCY_MIN_US = 1_000;
const LATENCY_SPREAD_US = 40_000;
const EPHEMERAL_PORT_FIRST = 40_000;
const EPHEMERAL_PORTS = 20_000;

/** One side of a connection. */
export interface End {
  /** Of all ends of the network no other has it, so that what is kept about an end needs no reference to it. */
  readonly id: number;
  readonly host: Host;
  /** Whether this side dialled. */
  readonly isDialled: boolean;
  n: number;
  /** What this side sends arrives there, not before what it sent last. */
  other: End | null;
  isOpen: boolean;
  /** This side is about to be over: what it said and was stopped goes before that. */
  isLeaving: boolean;
  /** Why it is over, when that is not told yet, because something that came before is stopped. */
  endedBy: ReasonCode | null;
  /** What came while this side was told not to read; null while it reads. */
  backlog: Item[] | null;
  pausedUntil: number;
  readonly latencyUs: number;
  lastArrival: number;
}

/** The context of a simulated node; `now` is set before each of its facts. */
type HostContext = Omit<Context, 'now'> & { now: number };

/** A place where somebody lives. */
export interface Host {
  readonly index: number;
  readonly name: string;
  readonly address: Address;
  readonly inhabitant: Inhabitant;
  readonly context: HostContext;
  readonly random: Random;
  ends: Map<number, End>;
  dials: Set<number>;
  /** What the world gives out for this node; null where nobody asks for one. */
  port: NodePort | null;
  /** Lives there still; who has left is not in `hosts`, and dials to that address are refused. */
  isUp: boolean;
  wakeTicket: number;
  /** What came while its process was stopped; null while it runs. */
  frozen: Item[] | null;
  /** Its clock shows so much more than the kernel's. */
  skewUs: number;
  /** Where the last message came in; null when that end is gone. */
  heard: End | null;
}

/** One dial on its way. */
export interface SimDial {
  readonly from: Host;
  readonly attempt: number;
  readonly address: Address;
  /** The dialler's own end: its IP and an ephemeral port. */
  readonly local: Address | null;
  readonly latencyUs: number;
  /** When its dialler gives up. */
  readonly limit: number;
}

/** What happens to things on their way while faults are on; each schedules what comes of it, or nothing. */
export interface Links {
  message(end: End, message: Message, number: number): void;
  /** The other side of a connection is to learn that it was closed. */
  closed(end: End, reason: ReasonCode): void;
  dial(dial: SimDial): void;
  /** How long the answer to a dial that arrived takes. */
  answerUs(dial: SimDial): number;
  /** An item is due; true when it does not happen now, and the links have seen to it. */
  arrives(item: Item): boolean;
  /** An item of kind `links` is due. */
  due(number: number): void;
}

/** What faults need of whoever runs the network. */
export interface FaultHooks {
  /** A test of the lines to which a fault applies; `end` is the side that sends. */
  compileExpression(text: string): (end: End, message: Message) => boolean;
  /** A killed node is to start again, at its address with the same settings and list, before this returns. */
  restartNode(name: string): void;
}

/** The last thing that happened: overwritten by the next one. */
export interface Happening {
  kind: Happened['kind'] | null;
  host: Host | null;
  /** At the other end. */
  peer: Host | null;
  /** Of the host's connection (message, closed), of the dialler's attempt (arrive, answer), four times a fault's number and 0 on, 1 off, 2 strikes first (fault), else of no meaning. */
  number: number;
  message: Message | null;
  /** Of a fault. */
  fault: ActiveFault | null;
}

export interface Network {
  readonly kernel: Kernel<Item>;
  readonly seed: number;
  /** Encode and decode every hop, as sockets would. */
  readonly wire: boolean;
  hosts: Map<string, Host>;
  names: Map<string, Host>;
  /** Differs whenever `names` has changed; it never goes back, not even with the world. */
  moves: number;
  /** Hash over everything that happened, in order. */
  hash: number;
  /** Everything that happened: messages, closes, dials, look-ups and timers that were not replaced. */
  events: number;
  readonly last: Happening;
  onEvent: (host: Host, event: NodeEvent) => void;
  onLine: ((host: Host, n: number, direction: LineDirection, message: Message) => void) | null;
  /** Null: everything arrives. */
  links: Links | null;
  /** Ends that were ever made. */
  ends: number;
  /** Lines that were ever said: the number of the last one. */
  lines: number;
  /** All there is to know of the faults that are on. */
  faults: FaultState;
  faultHooks: FaultHooks;
  onFault: (id: string, change: 'on' | 'off', text: string) => void;
  onJoin: (name: string) => void;
  /** Messages in hand; null where nobody ever stops one. */
  tap: Tap | null;
  /** Sees every event of a node, and every message that arrives (`event` is null; see `last`). */
  observe: ((host: Host, event: NodeEvent | null) => void) | null;
  /** Null while nobody looks at everything. */
  witness: Witness | null;
}

export function createNetwork(seed: number, wire: boolean): Network {
  return {
    kernel: createKernel(),
    seed,
    wire,
    hosts: new Map(),
    names: new Map(),
    moves: 0,
    hash: mix(seed),
    events: 0,
    last: { kind: null, host: null, peer: null, number: 0, message: null, fault: null },
    onEvent: () => undefined,
    onLine: null,
    links: null,
    ends: 0,
    lines: 0,
    faults: createFaultState(),
    faultHooks: {
      compileExpression: () => () => false,
      restartNode: () => undefined,
    },
    onFault: () => undefined,
    onJoin: () => undefined,
    tap: null,
    observe: null,
    witness: null,
  };
}

/** Lets somebody move in, who is given the context to act by from then on; the place can be dialled. */
export function addHost(
  network: Network,
  index: number,
  name: string,
  address: Address,
  moveIn: (context: Context) => Inhabitant,
): Host {
  const random = createRandom(network.seed, index);
  const { kernel } = network;
  const context: HostContext = {
    now: kernel.now,
    random: () => nextRandom(random),
    resolve(hostName) {
      if (host.isUp) schedule(kernel, kernel.now, hostItem('resolved', host, hostName, 0));
    },
    dial: (attempt, to, timeoutUs) => dial(network, host, attempt, to, timeoutUs),
    cancel: (attempt) => void host.dials.delete(attempt),
    // Most of what is sent answers what just came.
    send: (n, message) => sendMessage(network, host.heard?.n === n ? host.heard : host.ends.get(n), message),
    sendLine(n, line) {
      const message = parseMessage(line);
      if (message.type !== 'malformed') sendMessage(network, host.ends.get(n), message);
    },
    pause: (n, until) => pauseEnd(network, host.ends.get(n), until),
    close: (n) => closeEnd(network, host.ends.get(n)),
    wake(at) {
      host.wakeTicket += 1;
      if (at !== Infinity && host.isUp)
        schedule(kernel, Math.max(at - host.skewUs, kernel.now), hostItem('wake', host, '', host.wakeTicket));
    },
    emit: (event) => report(network, host, event),
  };
  const host: Host = {
    index,
    name,
    address,
    inhabitant: moveIn(context),
    context,
    random,
    ends: new Map(),
    dials: new Set(),
    port: null,
    isUp: true,
    wakeTicket: 0,
    frozen: null,
    skewUs: 0,
    heard: null,
  };
  network.hosts.set(address.text, host);
  network.names.set(name, host);
  network.moves += 1;
  return host;
}

/** A node reports, or the world does of it. */
export function report(network: Network, host: Host, event: NodeEvent): void {
  if (network.witness !== null) network.witness.event(host.name, network.kernel.now, event);
  if (network.observe !== null) network.observe(host, event);
  network.onEvent(host, event);
}

/**
 * The node has stopped: nobody reaches it any more, its timers and dials come to nothing. It still learns that its connections closed,
 * and whatever it then wants comes to nothing, too.
 */
export function removeHost(network: Network, host: Host): void {
  host.isUp = false;
  host.wakeTicket += 1;
  host.dials.clear();
  host.frozen = null;
  network.hosts.delete(host.address.text);
  network.names.delete(host.name);
  network.moves += 1;
}

/** The same both ways. */
function latencyOf(network: Network, from: Address, to: Address): number {
  const low = Math.min(from.hash >>> 0, to.hash >>> 0);
  const high = Math.max(from.hash >>> 0, to.hash >>> 0);
  return LATENCY_MIN_US + (mix(network.seed, low, high) % LATENCY_SPREAD_US);
}

/** A dial travels one way, and its answer as long again. */
function dial(network: Network, from: Host, attempt: number, address: Address, timeoutUs: number): void {
  if (!from.isUp) return;
  const { now } = network.kernel;
  from.dials.add(attempt);
  const one: SimDial = {
    from,
    attempt,
    address,
    local: addressOf(from.address.ip, EPHEMERAL_PORT_FIRST + (attempt % EPHEMERAL_PORTS)),
    latencyUs: latencyOf(network, from.address, address),
    limit: now + timeoutUs,
  };
  if (network.links === null) dialArrives(network, one, now + one.latencyUs);
  else network.links.dial(one);
}

export function dialArrives(network: Network, one: SimDial, at: number): void {
  schedule(network.kernel, at, dialItem('arrive', one, null, 'refused'));
}

/** The dialler learns of the far end, or why there is none. */
export function dialAnswered(network: Network, one: SimDial, at: number, far: End | null, reason: ReasonCode): void {
  schedule(network.kernel, at, dialItem('answer', one, far, reason));
}

/** Calls `onJoin` at a time, at once when that is over. */
export function announceJoin(network: Network, at: number, name: string): void {
  schedule(network.kernel, Math.max(at, network.kernel.now), callItem('join', name, 0));
}

/** Calls the links at a time. */
export function callLinks(network: Network, at: number, number: number): void {
  schedule(network.kernel, at, callItem('links', '', number));
}

/** Calls the tap at a time. */
export function callTap(network: Network, at: number): void {
  schedule(network.kernel, at, callItem('tap', '', 0));
}

/** When something that is sent now arrives, if nothing holds it up. */
export function arrivalAt(network: Network, end: End): number {
  const at = Math.max(end.lastArrival, network.kernel.now + end.latencyUs);
  end.lastArrival = at;
  return at;
}

/** A message of a side's core, or one that is made up for it. */
export function sendMessage(network: Network, end: End | undefined, message: Message): number {
  if (end === undefined || !end.isOpen || end.isLeaving || end.other === null) return -1;
  network.lines += 1;
  const number = network.lines;
  if (mayGoOn(network, end, 'sent', message, number)) messageLeaves(network, end, message, number);
  return 0;
}

/** False: it is in hand now. */
export const mayGoOn = (
  { tap }: Network,
  { host, n }: End,
  direction: LineDirection,
  message: Message,
  number: number,
): boolean => tap === null || tap.isIdle[direction] || tap.passes(host.name, n, direction, message, null, number);

/** It is on its way, past whoever could have stopped it. */
export function messageLeaves(network: Network, end: End, message: Message, number: number): void {
  if (!end.isOpen || end.other === null) return;
  if (network.witness !== null)
    network.witness.line(end.host.name, network.kernel.now, end.n, 'sent', null, message, number);
  if (network.onLine !== null) network.onLine(end.host, end.n, 'sent', message);
  if (network.links === null) messageArrives(network, end.other, message, number, arrivalAt(network, end));
  else network.links.message(end, message, number);
}

export function messageArrives(network: Network, to: End, message: Message, number: number, at: number): void {
  schedule(network.kernel, at, messageItem(to, message, number));
}

function pauseEnd(network: Network, end: End | undefined, until: number): void {
  if (end === undefined || !end.isOpen) return;
  end.backlog ??= [];
  end.pausedUntil = until - end.host.skewUs;
  schedule(network.kernel, end.pausedUntil, resumeItem(end));
}

/** Both ends learn of it: ours now, the other after everything that is on its way. */
export function closeEnd(network: Network, end: End | undefined): void {
  if (end === undefined || !end.isOpen) return;
  network.witness?.closing(end.host.name, network.kernel.now, end.n);
  end.isLeaving = network.tap?.isHolding(end.host.name, end.n, 'sent') === true;
  if (end.isLeaving) return;
  end.isOpen = false;
  closeArrives(network, end, network.kernel.now);
  if (end.other === null) return;
  if (network.links === null) closeArrives(network, end.other, arrivalAt(network, end));
  else network.links.closed(end, 'remote-closed');
}

/** Less is stopped there than before: an end that waited for it comes. */
export function eased(network: Network, end: End): void {
  const isHolding = (direction: LineDirection) => network.tap?.isHolding(end.host.name, end.n, direction) === true;
  if (end.isLeaving && !isHolding('sent')) closeEnd(network, end);
  else if (end.endedBy !== null && !isHolding('received')) closeArrives(network, end, network.kernel.now, end.endedBy);
}

export function closeArrives(network: Network, end: End, at: number, reason: ReasonCode = 'remote-closed'): void {
  schedule(network.kernel, at, closedItem(end, reason));
}
