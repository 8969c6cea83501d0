/**
 * All that the faults of a run keep, as plain data: a copy of it, put back, goes on the same way. Names and numbers stand for nodes and
 * ends, so that it holds nothing of the network.
 */
import type { ReasonCode } from '../../core/reasons.ts';
import type { Message } from '../../wire/messages.ts';
import type { FaultSpec } from './spec.ts';

/** More faults at once are refused. */
export const FAULTS_MAX = 64;
/** Lines that wait in one direction of a connection; with more the sender's buffers are full and the connection is reset. */
export const WAITING_MAX = 10_000;
/** Pairs of nodes whose connections are counted; those of further pairs all count as their first. */
export const PAIRS_MAX = 1_000_000;
/** Dials that nodes behind a NAT are remembered for; the oldest go. */
export const NAT_DIALS_MAX = 4_096;

/** A fault that is on. */
export interface ActiveFault {
  readonly id: string;
  readonly number: number;
  readonly spec: FaultSpec;
  readonly text: string;
  readonly sinceUs: number;
  /** Infinity: when it is healed. */
  readonly endsAt: number;
  /** What it did something to so far: lines, closes, dials, nodes. */
  struck: number;
}

/** A line with its number in the network, or why the connection was closed. */
export interface Waiting {
  readonly what: Message | ReasonCode;
  readonly number: number;
}

/** One direction of a connection. There are at most two for each that is open or has something under way. */
export interface Lane {
  /** The end that sends. */
  readonly end: number;
  readonly from: string;
  readonly to: string;
  /** Number of the connection at the receiver. */
  readonly toN: number;
  /** Which connection of the two nodes it is, from 1 on. */
  readonly ordinal: number;
  /** What was sent, closes included: the next one draws its own lots. */
  lines: number;
  bytes: number;
  /** When the line is free for the next bytes. */
  freeAt: number;
  isCut: boolean;
  /** A false hello went this way. */
  isFalse: boolean;
  /** What came and may not pass. */
  waiting: Waiting[];
  /** When the first of them is tried again. */
  retryAt: number;
  /** Time between the last two tries as TCP retransmits; 0: the time of the next try was known. */
  rtoUs: number;
}

export interface FaultState {
  /** Faults that were ever added. */
  added: number;
  readonly active: ActiveFault[];
  /** By the sending end. */
  readonly lanes: Map<number, Lane>;
  /** Connections between two nodes so far. */
  readonly pairs: Map<string, number>;
  /** When a node behind a NAT last dialled an IP. */
  readonly natDials: Map<string, number>;
}

export const createFaultState = (): FaultState => ({
  added: 0,
  active: [],
  lanes: new Map(),
  pairs: new Map(),
  natDials: new Map(),
});

export const copyFaults = (state: FaultState): FaultState => ({
  added: state.added,
  active: state.active.map((fault) => ({ ...fault })),
  lanes: new Map([...state.lanes].map(([end, lane]) => [end, { ...lane, waiting: [...lane.waiting] }])),
  pairs: new Map(state.pairs),
  natDials: new Map(state.natDials),
});
