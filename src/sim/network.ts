/**
 * The model network: nodes with addresses, connections with latency, first in first out per direction. The orders of cores go in and
 * become items of the queue; step.ts takes them out again as facts. It knows no sockets and no clock but the kernel's. No faults yet.
 */
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import type { LineDirection, NodePort } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { type Message, parseMessage } from '../wire/messages.ts';
import type { Inhabitant } from './inhabitant.ts';
import { createKernel, type Kernel, schedule } from './kernel.ts';
import { createRandom, mix, nextRandom } from './random.ts';

/** One-way latency between two places: a fixed part by pair, in microseconds. */
const LATENCY_MIN_US = 1_000;
const LATENCY_SPREAD_US = 40_000;
const EPHEMERAL_PORT_FIRST = 40_000;
const EPHEMERAL_PORTS = 20_000;

/** One side of a connection. */
export interface End {
  readonly host: Host;
  n: number;
  /** What this side sends arrives there, not before what it sent last. */
  other: End | null;
  isOpen: boolean;
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
  readonly ends: Map<number, End>;
  readonly dials: Set<number>;
  /** What the world gives out for this node; null before the node is started. */
  port: NodePort | null;
  /** Lives there still; who has left is not in `hosts`, and dials to that address are refused. */
  isUp: boolean;
  wakeTicket: number;
}

export type Item =
  | { readonly kind: 'message'; readonly to: End; readonly message: Message }
  | { readonly kind: 'closed'; readonly end: End }
  /** A side that did not read for a while reads again. */
  | { readonly kind: 'resume'; readonly end: End }
  /** A dial reaches its target, or the place where nobody is. */
  | { readonly kind: 'arrive'; readonly dial: SimDial }
  /** The dialler learns how its dial went; `far` is null when nobody was there. */
  | { readonly kind: 'answer'; readonly dial: SimDial; readonly far: End | null }
  | { readonly kind: 'resolved'; readonly host: Host; readonly name: string }
  | { readonly kind: 'wake'; readonly host: Host; readonly ticket: number };

/** One dial on its way. */
export interface SimDial {
  readonly from: Host;
  readonly attempt: number;
  readonly address: Address;
  /** The dialler's own end: its IP and an ephemeral port. */
  readonly local: Address | null;
  readonly latencyUs: number;
}

export interface Network {
  readonly kernel: Kernel<Item>;
  readonly seed: number;
  /** Encode and decode every hop, as sockets would. */
  readonly wire: boolean;
  readonly hosts: Map<string, Host>;
  readonly names: Map<string, Host>;
  /** Hash over everything that happened, in order. */
  hash: number;
  /** Everything that happened: messages, closes, dials, look-ups and timers that were not replaced. */
  events: number;
  onEvent: (host: Host, event: NodeEvent) => void;
  onLine: ((host: Host, n: number, direction: LineDirection, message: Message) => void) | null;
}

export function createNetwork(seed: number, wire: boolean): Network {
  return {
    kernel: createKernel(),
    seed,
    wire,
    hosts: new Map(),
    names: new Map(),
    hash: mix(seed),
    events: 0,
    onEvent: () => undefined,
    onLine: null,
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
      if (host.isUp) schedule(kernel, kernel.now, { kind: 'resolved', host, name: hostName });
    },
    dial: (attempt, to) => dial(network, host, attempt, to),
    cancel: (attempt) => void host.dials.delete(attempt),
    send: (n, message) => sendMessage(network, host.ends.get(n), message),
    sendLine(n, line) {
      const message = parseMessage(line);
      if (message.type !== 'malformed') sendMessage(network, host.ends.get(n), message);
    },
    pause: (n, until) => pauseEnd(network, host.ends.get(n), until),
    close: (n) => closeEnd(network, host.ends.get(n)),
    wake(at) {
      host.wakeTicket += 1;
      if (at !== Infinity && host.isUp)
        schedule(kernel, Math.max(at, kernel.now), { kind: 'wake', host, ticket: host.wakeTicket });
    },
    emit: (event) => network.onEvent(host, event),
  };
  const host: Host = {
    index,
    name,
    address,
    inhabitant: moveIn(context),
    context,
    ends: new Map(),
    dials: new Set(),
    port: null,
    isUp: true,
    wakeTicket: 0,
  };
  network.hosts.set(address.text, host);
  network.names.set(name, host);
  return host;
}

/**
 * The node has stopped: nobody reaches it any more, its timers and dials come to nothing. It still learns that its connections closed,
 * and whatever it then wants comes to nothing, too.
 */
export function removeHost(network: Network, host: Host): void {
  host.isUp = false;
  host.wakeTicket += 1;
  host.dials.clear();
  network.hosts.delete(host.address.text);
  network.names.delete(host.name);
}

/** The same both ways. */
function latencyOf(network: Network, from: Address, to: Address): number {
  const low = Math.min(from.hash, to.hash);
  const high = Math.max(from.hash, to.hash);
  return LATENCY_MIN_US + (mix(network.seed, low, high) % LATENCY_SPREAD_US);
}

/** A dial travels one way; whether somebody lives there is seen when it arrives. */
function dial(network: Network, from: Host, attempt: number, address: Address): void {
  const { kernel } = network;
  if (!from.isUp) return;
  from.dials.add(attempt);
  const latencyUs = latencyOf(network, from.address, address);
  const local = addressOf(from.address.ip, EPHEMERAL_PORT_FIRST + (attempt % EPHEMERAL_PORTS));
  const one: SimDial = { from, attempt, address, local, latencyUs };
  schedule(kernel, kernel.now + latencyUs, { kind: 'arrive', dial: one });
}

function arrivalAt(network: Network, end: End): number {
  const at = Math.max(end.lastArrival, network.kernel.now + end.latencyUs);
  end.lastArrival = at;
  return at;
}

function sendMessage(network: Network, end: End | undefined, message: Message): number {
  if (end === undefined || !end.isOpen || end.other === null) return -1;
  if (network.onLine !== null) network.onLine(end.host, end.n, 'sent', message);
  schedule(network.kernel, arrivalAt(network, end), { kind: 'message', to: end.other, message });
  return 0;
}

function pauseEnd(network: Network, end: End | undefined, until: number): void {
  if (end === undefined || !end.isOpen) return;
  end.backlog ??= [];
  end.pausedUntil = until;
  schedule(network.kernel, until, { kind: 'resume', end });
}

/** Both ends learn of it: ours now, the other after everything that is on its way. */
export function closeEnd(network: Network, end: End | undefined): void {
  if (end === undefined || !end.isOpen) return;
  end.isOpen = false;
  schedule(network.kernel, network.kernel.now, { kind: 'closed', end });
  if (end.other !== null) schedule(network.kernel, arrivalAt(network, end), { kind: 'closed', end: end.other });
}
