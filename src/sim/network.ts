/**
 * The model network: nodes with addresses, connections with latency, first in first out per direction. Orders of cores go in, facts
 * come back out of the queue at their time. It knows no sockets and no clock but the kernel's. No faults yet.
 */
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import {
  connectionAccepted,
  connectionClosed,
  dialFailed,
  dialSucceeded,
  messageReceived,
  type NodeState,
  nameResolved,
  wakeNode,
} from '../core/node.ts';
import type { LineDirection } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { encodeMessage, type Message, parseMessage } from '../wire/messages.ts';
import { createKernel, type Kernel, schedule, takeNext } from './kernel.ts';
import { createRandom, mix, nextRandom } from './random.ts';

/** One-way latency between two places: a fixed part by pair, in microseconds. */
const LATENCY_MIN_US = 1_000;
const LATENCY_SPREAD_US = 40_000;
const EPHEMERAL_PORT_FIRST = 40_000;
const EPHEMERAL_PORTS = 20_000;

/** One side of a connection. */
interface End {
  readonly host: Host;
  n: number;
  /** What this side sends arrives there, not before what it sent last. */
  other: End | null;
  isOpen: boolean;
  lastArrival: number;
}

/** A node in its place. */
export interface Host {
  readonly index: number;
  readonly name: string;
  readonly address: Address;
  readonly node: NodeState;
  readonly context: Context;
  readonly ends: Map<number, End>;
  readonly dials: Set<number>;
  isUp: boolean;
  wakeTicket: number;
}

type Item =
  | { readonly kind: 'message'; readonly to: End; readonly message: Message }
  | { readonly kind: 'closed'; readonly end: End }
  | { readonly kind: 'arrive'; readonly from: Host; readonly attempt: number; readonly address: Address }
  | {
      readonly kind: 'answer';
      readonly from: Host;
      readonly attempt: number;
      readonly address: Address;
      readonly far: End | null;
    }
  | { readonly kind: 'resolved'; readonly host: Host; readonly name: string }
  | { readonly kind: 'wake'; readonly host: Host; readonly ticket: number };

export interface Network {
  readonly kernel: Kernel<Item>;
  readonly seed: number;
  /** Encode and decode every hop, as sockets would. */
  readonly wire: boolean;
  readonly hosts: Map<string, Host>;
  readonly names: Map<string, Host>;
  /** Hash over everything that happened, in order. */
  hash: number;
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

/** Puts a node in its place; it can be dialled from now on. */
export function addHost(network: Network, index: number, name: string, address: Address, node: NodeState): Host {
  const random = createRandom(network.seed, index);
  const { kernel } = network;
  const context: Context = {
    get now() {
      return kernel.now;
    },
    random: () => nextRandom(random),
    resolve: (hostName) => schedule(kernel, kernel.now, { kind: 'resolved', host, name: hostName }),
    dial(attempt, to, timeoutUs) {
      host.dials.add(attempt);
      const target = network.hosts.get(to.text);
      if (target === undefined || target.isUp)
        schedule(kernel, kernel.now + latencyUs(network, host, to), {
          kind: 'arrive',
          from: host,
          attempt,
          address: to,
        });
      else
        schedule(kernel, kernel.now + Math.min(timeoutUs, 2 * latencyUs(network, host, to)), {
          kind: 'answer',
          from: host,
          attempt,
          address: to,
          far: null,
        });
    },
    cancel: (attempt) => void host.dials.delete(attempt),
    send: (n, message) => sendMessage(network, host, n, message),
    sendLine(n, line) {
      const message = parseMessage(line);
      if (message.type !== 'malformed') sendMessage(network, host, n, message);
    },
    close: (n) => closeEnd(network, host.ends.get(n)),
    wake(at) {
      host.wakeTicket += 1;
      if (at !== Infinity) schedule(kernel, Math.max(at, kernel.now), { kind: 'wake', host, ticket: host.wakeTicket });
    },
    emit: (event) => network.onEvent(host, event),
  };
  const host: Host = {
    index,
    name,
    address,
    node,
    context,
    ends: new Map(),
    dials: new Set(),
    isUp: true,
    wakeTicket: 0,
  };
  network.hosts.set(address.text, host);
  network.names.set(name, host);
  return host;
}

/** The node has stopped: nobody reaches it any more, its timers and dials come to nothing. */
export function removeHost(network: Network, host: Host): void {
  host.isUp = false;
  host.wakeTicket += 1;
  host.dials.clear();
  network.hosts.delete(host.address.text);
  network.names.delete(host.name);
}

function latencyUs(network: Network, host: Host, to: Address): number {
  const low = Math.min(host.address.hash, to.hash);
  const high = Math.max(host.address.hash, to.hash);
  return LATENCY_MIN_US + (mix(network.seed, low, high) % LATENCY_SPREAD_US);
}

function arrivalAt(network: Network, end: End, far: End): number {
  const at = Math.max(end.lastArrival, network.kernel.now + latencyUs(network, end.host, far.host.address));
  end.lastArrival = at;
  return at;
}

function sendMessage(network: Network, host: Host, n: number, message: Message): void {
  const end = host.ends.get(n);
  if (end === undefined || !end.isOpen || end.other === null) return;
  network.onLine?.(host, n, 'sent', message);
  schedule(network.kernel, arrivalAt(network, end, end.other), { kind: 'message', to: end.other, message });
}

/** Both ends learn of it: ours now, the other after everything that is on its way. */
function closeEnd(network: Network, end: End | undefined): void {
  if (end === undefined || !end.isOpen) return;
  end.isOpen = false;
  schedule(network.kernel, network.kernel.now, { kind: 'closed', end });
  if (end.other !== null)
    schedule(network.kernel, arrivalAt(network, end, end.other), { kind: 'closed', end: end.other });
}

/** Lets the next thing happen. Call only when the kernel holds one. */
export function step(network: Network): void {
  const item = takeNext(network.kernel);
  network.events += 1;
  switch (item.kind) {
    case 'message':
      return deliver(network, item.to, item.message);
    case 'closed':
      return reportClosed(network, item.end);
    case 'arrive':
      return arrive(network, item.from, item.attempt, item.address);
    case 'answer':
      return answer(network, item.from, item.attempt, item.address, item.far);
    case 'resolved': {
      const found = network.names.get(item.name);
      note(network, 5, item.host, found?.index ?? -1);
      nameResolved(
        item.host.node,
        item.host.context,
        item.name,
        found === undefined ? [] : [found.address.ip],
        found === undefined ? 'ENOTFOUND' : null,
      );
      return;
    }
    case 'wake':
      if (item.ticket !== item.host.wakeTicket) return;
      note(network, 6, item.host, 0);
      wakeNode(item.host.node, item.host.context);
      return;
    default:
      item satisfies never;
  }
}

/** Time, kind, node and a number go into the hash. */
function note(network: Network, kind: number, host: Host, number: number): void {
  network.hash = mix(
    network.hash,
    network.kernel.now,
    Math.floor(network.kernel.now / 4_294_967_296),
    kind,
    host.index,
    number,
  );
}

function deliver(network: Network, to: End, message: Message): void {
  if (!to.isOpen) return;
  note(network, 1, to.host, to.n);
  network.hash = mix(network.hash, hashOf(message));
  network.onLine?.(to.host, to.n, 'received', message);
  const heard = network.wire ? parseMessage(encodeMessage(message)) : message;
  if (heard.type !== 'malformed') messageReceived(to.host.node, to.host.context, to.n, heard);
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The whole content of a message, without writing it out. */
function hashOf(message: Message): number {
  switch (message.type) {
    case 'ping':
    case 'pong':
      return mix(
        message.type === 'ping' ? 2 : 3,
        typeof message.nonce === 'number' ? message.nonce : hashText(message.nonce ?? ''),
      );
    case 'getaddr':
      return 4;
    case 'addr': {
      let hash = 5;
      for (const { address, nodeid, age } of message.peers)
        hash = mix(hash, address.hash, hashText(nodeid ?? ''), age ?? -1);
      return hash;
    }
    default:
      return hashText(encodeMessage(message));
  }
}

function reportClosed(network: Network, end: End): void {
  const known = end.host.ends.get(end.n);
  if (known !== end) return;
  end.host.ends.delete(end.n);
  end.isOpen = false;
  note(network, 2, end.host, end.n);
  connectionClosed(end.host.node, end.host.context, end.n, 'remote-closed');
}

/** A dial reaches its target, or the place where nobody is. */
function arrive(network: Network, from: Host, attempt: number, address: Address): void {
  const target = network.hosts.get(address.text);
  const at = network.kernel.now + latencyUs(network, from, address);
  note(network, 3, from, attempt);
  if (target === undefined || !target.isUp)
    return schedule(network.kernel, at, { kind: 'answer', from, attempt, address, far: null });
  const remote = addressOf(from.address.ip, EPHEMERAL_PORT_FIRST + (attempt % EPHEMERAL_PORTS));
  if (remote === null) return;
  const far: End = { host: target, n: target.node.connections + 1, other: null, isOpen: true, lastArrival: 0 };
  target.ends.set(far.n, far);
  connectionAccepted(target.node, target.context, remote, target.address);
  schedule(network.kernel, at, { kind: 'answer', from, attempt, address, far });
}

/** The dialler learns how its dial went. */
function answer(network: Network, from: Host, attempt: number, address: Address, far: End | null): void {
  note(network, 4, from, attempt);
  const isWanted = from.dials.delete(attempt);
  if (far === null) {
    if (isWanted) dialFailed(from.node, from.context, attempt, 'refused', 'ECONNREFUSED');
    return;
  }
  const near: End = { host: from, n: from.node.connections + 1, other: far, isOpen: true, lastArrival: 0 };
  if (isWanted && far.isOpen) {
    far.other = near;
    from.ends.set(near.n, near);
    const local = addressOf(from.address.ip, EPHEMERAL_PORT_FIRST + (attempt % EPHEMERAL_PORTS));
    if (dialSucceeded(from.node, from.context, attempt, address, local) === near.n) return;
    from.ends.delete(near.n);
  } else if (isWanted) dialFailed(from.node, from.context, attempt, 'refused', 'ECONNRESET');
  closeEnd(network, far);
}
