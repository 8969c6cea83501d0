/**
 * Who watches everything: what sets a node going, what it reports, every line of its connections. Calls come at once and in order, so that
 * whoever keeps a record can tell what came of what. A witness must neither throw nor change anything.
 */
import type { Message } from '../wire/messages.ts';
import type { LineDirection, NodeEvent } from './events.ts';
import type { Order } from './world.ts';

/**
 * What sets a node going, beside a line that comes: all that it does until the next fact comes of it. network: a dial or a look-up was
 * answered, a connection came or is gone; the event that says so follows.
 */
export type Fact =
  | { readonly kind: 'timer' }
  | { readonly kind: 'network' }
  | { readonly kind: 'join'; readonly id: string }
  | { readonly kind: 'stop' }
  | { readonly kind: 'order'; readonly order: Order }
  /** A fault went on or off; `text` says which. */
  | { readonly kind: 'fault'; readonly id: string; readonly text: string };

export const TIMER: Fact = { kind: 'timer' };
export const NETWORK: Fact = { kind: 'network' };
export const STOP: Fact = { kind: 'stop' };

/**
 * What became of a line on its way. release: it waits no longer. inject: nobody sent it. late: others overtake it. The rest is as a user
 * types it.
 */
export type VerdictKind = 'drop' | 'hold' | 'release' | 'edit' | 'dup' | 'delay' | 'inject' | 'late';

export interface LineVerdict {
  readonly kind: VerdictKind;
  /** Connection of the node, and which way the line goes there. */
  readonly n: number;
  readonly direction: LineDirection;
  /** As told of the line itself; `copy` is 1 but for one more of it. */
  readonly number: number;
  readonly copy: number;
  /** The line from now on, as told of the line itself. */
  readonly line: string | null;
  readonly message: Message | null;
  /** `k1`, `f2` or `user`; null: nobody in particular. */
  readonly by: string | null;
  /** What else there is to say. */
  readonly text: string | null;
  /** It was taken in hand before it left its node, or before the core heard it; else it is on its way. */
  readonly isInHand: boolean;
}

/** `node` is a name, `at` the world's time in microseconds. */
export interface Witness {
  fact(node: string, at: number, fact: Fact): void;
  event(node: string, at: number, event: NodeEvent): void;
  /**
   * `line` is raw, without newline, and may be a slice of a larger chunk; null where messages travel without lines, and `message` is there.
   * `number` is that of the line in its world; on sockets it has another one where it comes, unless it was told as arriving.
   */
  line(
    node: string,
    at: number,
    n: number,
    direction: LineDirection,
    line: string | null,
    message: Message | null,
    number: number,
  ): void;
  verdict(node: string, at: number, verdict: LineVerdict): void;
  /**
   * A line has come over a socket and may be stopped before the core hears it: the number it was sent under; null: it is not known to
   * be of this world. It is asked once, in the order of coming.
   */
  arriving(node: string, n: number): number | null;
  /** The node ends its side of a connection; that it is gone is told later. */
  closing(node: string, at: number, n: number): void;
}

/** Sees nothing: for who wants only some of it. */
export const BLIND: Witness = {
  fact: () => undefined,
  event: () => undefined,
  line: () => undefined,
  verdict: () => undefined,
  arriving: () => null,
  closing: () => undefined,
};

export interface Witnesses {
  /** Who is to be told; null: nobody looks. */
  readonly current: Witness | null;
  /** Returns the function that ends it. */
  readonly add: (witness: Witness) => () => void;
}

export function createWitnesses(changed: (current: Witness | null) => void = () => undefined): Witnesses {
  /** A seat for each subscription, so that one may look twice. */
  let seats: readonly { readonly witness: Witness }[] = [];
  let current: Witness | null = null;
  function set(next: typeof seats): void {
    seats = next;
    const all = seats.map((seat) => seat.witness);
    current = all.length > 1 ? together(all) : (all[0] ?? null);
    changed(current);
  }
  return {
    get current() {
      return current;
    },
    add(witness) {
      const seat = { witness };
      set([...seats, seat]);
      return () => set(seats.filter((one) => one !== seat));
    },
  };
}

const together = (all: readonly Witness[]): Witness => ({
  fact(node, at, fact) {
    for (const one of all) one.fact(node, at, fact);
  },
  event(node, at, event) {
    for (const one of all) one.event(node, at, event);
  },
  line(node, at, n, direction, line, message, number) {
    for (const one of all) one.line(node, at, n, direction, line, message, number);
  },
  verdict(node, at, verdict) {
    for (const one of all) one.verdict(node, at, verdict);
  },
  arriving(node, n) {
    // Each of them counts what comes.
    const numbers = all.map((one) => one.arriving(node, n));
    return numbers.find((number) => number !== null) ?? null;
  },
  closing(node, at, n) {
    for (const one of all) one.closing(node, at, n);
  },
});
