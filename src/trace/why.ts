/**
 * What led to what, of recorded events: a message, an address or a peer goes in; the events back to a command, a timer or a bootstrap list
 * come out, and those that followed. It explains nothing in words.
 */
import type { TraceEvent } from './event.ts';
import { baseOf, lineBefore } from './passages.ts';

/** Recorded events, found by their index. */
export class Chronicle {
  readonly events: readonly TraceEvent[];

  constructor(events: readonly TraceEvent[]) {
    this.events = events;
  }

  /** Null: it is not recorded. */
  at(index: number | null): TraceEvent | null {
    if (index === null) return null;
    const { events } = this;
    const guess = events[index - (events[0]?.i ?? 1)];
    if (guess?.i === index) return guess;
    let low = 0;
    let high = events.length;
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((events[middle] as TraceEvent).i < index) low = middle + 1;
      else high = middle;
    }
    return events[low]?.i === index ? (events[low] as TraceEvent) : null;
  }

  /** What led to it, the root first and itself last. */
  causes(event: TraceEvent): TraceEvent[] {
    const chain: TraceEvent[] = [];
    for (let one: TraceEvent | null = event; one !== null; one = this.at(one.cause)) chain.unshift(one);
    return chain;
  }

  /** What came of it, in order, each with how many steps it is away; at most so many. */
  effects(event: TraceEvent, most: number): { readonly event: TraceEvent; readonly depth: number }[] {
    const depths = new Map([[event.i, 0]]);
    const found: { event: TraceEvent; depth: number }[] = [];
    for (const one of this.events) {
      const before = one.i > event.i && one.cause !== null ? depths.get(one.cause) : undefined;
      if (before === undefined) continue;
      depths.set(one.i, before + 1);
      found.push({ event: one, depth: before + 1 });
      if (found.length >= most) break;
    }
    return found;
  }
}

/**
 * How a node came to know an address: its own, of its bootstrap list, by a command, told in an addr message, by one that a rule, a user or
 * a fault wrote it into or made up, met on a connection; unseen: no event that is recorded says so.
 */
export type Learning = 'own' | 'bootstrap' | 'command' | 'told' | 'edited' | 'injected' | 'met' | 'unseen';

export interface Learnt {
  readonly node: string;
  readonly how: Learning;
  /** Who told, or seemed to, or was met. */
  readonly from: string | null;
  /** The event by which it was learnt, or that wrote it into the line. */
  readonly event: TraceEvent | null;
}

const BY_VIA: Readonly<Record<string, Learning>> = { boot: 'bootstrap', manual: 'command', keep: 'command' };

/** From a node that knows an address back to where that came from, the node first. No node is in it twice. */
export function chainOfAddress(chronicle: Chronicle, node: string, address: string): Learnt[] {
  const chain: Learnt[] = [];
  const seen = new Set<string>();
  let limit = Infinity;
  for (let at: string | null = node; at !== null && !seen.has(at); ) {
    seen.add(at);
    const learnt = firstLearnt(chronicle, at, address, limit);
    const forged = learnt.how === 'told' ? forgedBy(chronicle, learnt.event, JSON.stringify(address)) : null;
    chain.push(
      forged === null ? learnt : { ...learnt, how: forged.k === 'edit' ? 'edited' : 'injected', event: forged },
    );
    if (learnt.how !== 'told' || forged !== null) break;
    // Where the sender is no node of the record, its own event is not there.
    const sent = wayOf(chronicle, learnt.event).find(({ n }) => n !== at);
    limit = sent?.i ?? 0;
    at = sent === undefined ? null : learnt.from;
  }
  return chain;
}

/** What was done with a line until it was heard, the last first. */
function wayOf(chronicle: Chronicle, heard: TraceEvent | null): TraceEvent[] {
  const way: TraceEvent[] = [];
  const id = heard?.m == null ? null : baseOf(heard.m);
  for (let one = heard; one?.m != null && baseOf(one.m) === id; one = chronicle.at(one.cause)) way.push(one);
  return way;
}

/** What made the line up, or wrote something into it; null: whoever sent it did. */
function forgedBy(chronicle: Chronicle, heard: TraceEvent | null, written: string): TraceEvent | null {
  const isWriting = (one: TraceEvent) =>
    one.k === 'edit' && (lineBefore(one) ?? chronicle.at(one.cause)?.line)?.includes(written) === false;
  return wayOf(chronicle, heard).find((one) => one.k === 'inject' || isWriting(one)) ?? null;
}

function firstLearnt({ events }: Chronicle, node: string, address: string, limit: number): Learnt {
  const quoted = JSON.stringify(address);
  for (const event of events) {
    if (event.i >= limit) break;
    if (event.n !== node) continue;
    const how = learningOf(event, address, quoted);
    if (how !== null) return { node, how, from: how === 'told' || how === 'met' ? event.peer : null, event };
  }
  return { node, how: 'unseen', from: null, event: null };
}

function learningOf(event: TraceEvent, address: string, quoted: string): Learning | null {
  switch (event.k) {
    case 'listening':
      return event.text === address ? 'own' : null;
    case 'recv':
      return event.type === 'addr' && event.line?.includes(quoted) === true ? 'told' : null;
    case 'dialing': {
      const { place, via } = dialOf(event);
      return place === address ? (BY_VIA[via] ?? 'unseen') : null;
    }
    case 'ready':
      return event.text?.split(' ')[1] === address ? 'met' : null;
    default:
      return null;
  }
}

/** Of a dial and its end: where to, how it came about, and the reason of a failure. */
export function dialOf({ text }: TraceEvent): {
  readonly place: string;
  readonly via: string;
  readonly reason: string;
} {
  const [, place = '', via = '', reason = ''] = /^(\S+) \(([\w-]+)\)(?: (\S+))?/.exec(text ?? '') ?? [];
  return { place, via, reason };
}

/** Kinds of events that tell how a connection came about or did not. */
const OF_PEER: ReadonlySet<string> = new Set([
  'dialing',
  'dial-failed',
  'dial-merged',
  'connected',
  'hello-sent',
  'hello-received',
  'ready',
  'closed',
  'self',
  'refused',
  'strike',
  'suspect',
  'flood',
]);

/** What happened at a node with a peer: dials to it, connections with it, refusals. `isPeer` says whether a name, an id or an address is the peer. */
export function eventsOfPeer({ events }: Chronicle, node: string, isPeer: (name: string) => boolean): TraceEvent[] {
  const places = new Set<string>();
  const connections = new Set<string>();
  const isMeant = (event: TraceEvent) => {
    if (event.peer !== null && isPeer(event.peer)) return true;
    if (event.c !== null && connections.has(event.c)) return true;
    return (event.k === 'dialing' || event.k === 'dial-failed') && places.has(dialOf(event).place);
  };
  // Before a hello a connection has no name: it is learnt from those that come after.
  for (const event of events) {
    if (event.n !== node || event.peer === null || !isPeer(event.peer)) continue;
    if (event.c !== null) connections.add(event.c);
    if (event.k === 'ready' && event.text !== null) places.add(event.text.split(' ')[1] ?? '');
    if (event.k === 'dialing' || event.k === 'dial-failed') places.add(dialOf(event).place);
  }
  return events.filter((event) => event.n === node && OF_PEER.has(event.k) && isMeant(event));
}
