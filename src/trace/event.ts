/**
 * What a trace is made of: plain data that is written as JSON lines, a header first and then one event each. Recorder, viewers and
 * exporters meet here; it does nothing.
 */
import type { VerdictKind } from '../core/witness.ts';

export interface TraceNode {
  readonly name: string;
  /** Null where a node's id is not known yet. */
  readonly id: string | null;
  /** Where it listens, `ip:port`. */
  readonly address: string | null;
}

export interface TraceHeader {
  readonly version: 1;
  readonly app: string;
  readonly world: 'tcp' | 'sim';
  /** Of a simulated world. */
  readonly seed: number | null;
  /** Milliseconds since 1970 at time 0; null in a simulated world. */
  readonly epochMs: number | null;
  /** Those of the world first, then peers that are none of its nodes. */
  readonly nodes: readonly TraceNode[];
}

/**
 * send and recv: a line left a node, or came to one. What happened to a line on its way is first-class in every picture (core/witness.ts).
 * Else: a node's own event (core/events.ts), or what set a node going: timer, order, fault, join.
 */
export type LineKind = 'send' | 'recv' | VerdictKind;
export const LINE_KINDS: readonly LineKind[] = [
  'send',
  'recv',
  'drop',
  'hold',
  'release',
  'edit',
  'dup',
  'delay',
  'inject',
  'late',
];

export interface TraceEvent {
  /** Dense, from 1 on; an event that was forgotten leaves no gap in those that are kept. */
  readonly i: number;
  /** Milliseconds since the world began, with microseconds behind the point. */
  readonly t: number;
  /** Name of the node where it happened. */
  readonly n: string;
  /** A LineKind, a kind of core/events.ts, or timer, order, fault, join. */
  readonly k: string;
  /** Of a line: `m17`, and `m17.2` for its second copy. The same where it is sent and where it comes. */
  readonly m: string | null;
  /** The line that it answers. */
  readonly re: string | null;
  /** Connection, the same text at both of its ends where both are known: `n1#3`, else `n1#3` of the one node. */
  readonly c: string | null;
  readonly dir: 'in' | 'out' | null;
  /** The nth line of that direction of the connection, from 1 on. */
  readonly ord: number | null;
  /** Name of the node at the other end, else its id, else its address. */
  readonly peer: string | null;
  readonly type: string | null;
  /** The line as it was on the wire, without its newline. */
  readonly line: string | null;
  readonly len: number | null;
  /** Lamport clock of the node. */
  readonly lc: number;
  /** Index of the event that brought this one about. */
  readonly cause: number | null;
  /** The rule, fault, command or user that did it. */
  readonly by: string | null;
  /** What else there is to say, in one line. */
  readonly text: string | null;
}

export interface Trace {
  readonly header: TraceHeader;
  readonly events: readonly TraceEvent[];
}
