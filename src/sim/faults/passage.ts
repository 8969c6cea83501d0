/**
 * One thing on its way from a node to another, as faults see and change it before it leaves; and what a fault may do, hook by hook. Its
 * lots are drawn from what it is, not from a stream that others draw from, so that one more or less changes nothing for the rest.
 */
import type { ReasonCode } from '../../core/reasons.ts';
import type { Address } from '../../wire/address.ts';
import type { Message } from '../../wire/messages.ts';
import { callLinks, closeArrives, type End, type Host, type Network, type SimDial } from '../network.ts';
import { mix } from '../random.ts';
import type { Test } from './selector.ts';
import type { Selector } from './spec.ts';
import { type ActiveFault, type Lane, PAIRS_MAX } from './state.ts';

/** First retransmission of a line and of a dial, and the longest time between two: RFC 6298, Linux. */
export const RTO_US = 200_000;
export const DIAL_RTO_US = 1_000_000;
export const RTO_US_MAX = 120_000_000;

export interface Passage {
  readonly kind: 'line' | 'close' | 'dial';
  readonly from: Host;
  /** Null: nobody lives there. */
  readonly to: Host | null;
  /** Of a dial. */
  readonly dialled: Address | null;
  readonly end: End | null;
  readonly lane: Lane | null;
  /** Differs for every thing that is ever sent. */
  readonly lots: number;
  readonly rtoUs: number;
  /** Null unless it is a line. */
  message: Message | null;
  /** Of the line in its network. */
  readonly number: number;
  /** One way. */
  latencyUs: number;
  /** How much later it leaves. */
  waitUs: number;
  /** How long it keeps the line busy, so that the next one leaves after it. */
  busyUs: number;
  /** How much later it arrives than its turn, so that others overtake it. */
  lateUs: number;
  copies: number;
  fate: 'arrives' | 'dropped' | 'cut' | 'reset';
}

/** All hooks are optional; each is called only for what the fault applies to. */
export interface Behaviour<Values> {
  /** Where it applies; without it the spec's selector says so. */
  reach?(values: Values): Selector;
  /** Something leaves: answers whether anything was done to it. */
  leaves?(passage: Passage, values: Values, fault: ActiveFault, network: Network): boolean;
  /** Nothing may arrive: until a time when it can be tried again, Infinity where TCP has to find out by itself. */
  holds?(values: Values, fault: ActiveFault): number;
  /** What becomes of a dial that comes to its target; null when it is none of this fault's business. */
  meets?(target: Host, dial: SimDial, values: Values, network: Network): 'refused' | 'dropped' | null;
  /** The fault is on now: answers whether that did anything. */
  starts?(values: Values, fault: ActiveFault, network: Network, applies: Test): boolean;
  ends?(values: Values, fault: ActiveFault, network: Network): void;
  /** Asked for with `callFaults(network, at, 'tick', fault.number)`. */
  ticks?(values: Values, fault: ActiveFault, network: Network): void;
}

/** Why the links asked to be called; the kind and a number travel as one number. */
const CALLS = ['end', 'tick', 'struck', 'retry', 'release'] as const;
export type Call = (typeof CALLS)[number];

export const callFaults = (network: Network, at: number, call: Call, number: number): void =>
  callLinks(network, at, number * CALLS.length + CALLS.indexOf(call));

export const readCall = (number: number): { call: Call; number: number } => ({
  call: CALLS[number % CALLS.length] ?? 'end',
  number: Math.floor(number / CALLS.length),
});

/** A lot of this fault for this thing, at least 0 and below 1; `k` tells several apart. */
export const draw = (passage: Passage, fault: ActiveFault, k = 0): number =>
  mix(passage.lots, fault.number, k) / 4_294_967_296;

/** Draws against a chance in millionths. */
export const happens = (passage: Passage, fault: ActiveFault, chance: number, k = 0): boolean =>
  draw(passage, fault, k) * 1_000_000 < chance;

export function laneOf({ faults }: Network, end: End, other: End): Lane {
  const known = faults.lanes.get(end.id);
  if (known !== undefined) return known;
  const lane: Lane = {
    end: end.id,
    from: end.host.name,
    to: other.host.name,
    toN: other.n,
    ordinal: faults.lanes.get(other.id)?.ordinal ?? countPair(faults.pairs, end.host.index, other.host.index),
    lines: 0,
    bytes: 0,
    freeAt: 0,
    isCut: false,
    isFalse: false,
    waiting: [],
    retryAt: 0,
    rtoUs: 0,
  };
  faults.lanes.set(end.id, lane);
  return lane;
}

function countPair(pairs: Map<string, number>, a: number, b: number): number {
  const key = `${Math.min(a, b)} ${Math.max(a, b)}`;
  const count = (pairs.get(key) ?? 0) + 1;
  if (count > 1 || pairs.size < PAIRS_MAX) pairs.set(key, count);
  return count;
}

/** A number for the next thing in this direction: pair, which of its connections, direction, which thing. */
export function lotsOf({ seed }: Network, end: End, other: End, lane: Lane): number {
  const low = Math.min(end.host.index, other.host.index);
  const high = Math.max(end.host.index, other.host.index);
  return mix(seed, low, high, lane.ordinal, end.isDialled ? 1 : 0, lane.lines);
}

/** Both sides learn at once; what is under way is lost with the buffers. */
export function resetConnection(network: Network, end: End): void {
  for (const side of [end, end.other]) {
    if (side === null || !side.isOpen) continue;
    side.isOpen = false;
    closeArrives(network, side, network.kernel.now, 'reset' satisfies ReasonCode);
  }
}
