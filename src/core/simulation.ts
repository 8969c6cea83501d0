/**
 * What only a simulated world can do: its time stands still until it is told to move, it can be taken back to any moment, and a change
 * made there begins another branch. The shell drives it through this port; sim/world.ts implements it.
 */
import type { Message } from '../wire/messages.ts';
import type { NodeEvent } from './events.ts';
import type { HostPort, NodeConfig, Order, World } from './world.ts';

/** A place in the history of a simulated world. Printed as `main#1841`. */
export interface Moment {
  readonly branch: string;
  /** How many events had happened. */
  readonly index: number;
  /** Virtual microseconds. */
  readonly time: number;
  /** How many queue items had been taken and how many inputs had been given: they make the moment exact. */
  readonly taken: number;
  readonly inputs: number;
}

/** One thing that happened. */
export interface Happened {
  readonly index: number;
  readonly time: number;
  readonly kind: 'message' | 'closed' | 'arrive' | 'answer' | 'resolved' | 'wake' | 'fault' | 'join';
  /** Where it happened. */
  readonly node: string;
  /** Who is at the other end, null when nobody is. */
  readonly peer: string | null;
  /** The node's connection (message, closed), the dialler's attempt (arrive, answer), else 0. */
  readonly number: number;
  readonly message: Message | null;
  /** Of the run up to and with this event. */
  readonly hash: number;
}

export interface BranchView {
  readonly name: string;
  /** Where it left its parent; null: the first one. */
  readonly from: Moment | null;
  readonly end: Moment;
  readonly inputs: number;
  readonly isCurrent: boolean;
}

/** Where to go back or forth to: an event of the current branch, a time, a moment of any branch. */
export type Destination =
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'time'; readonly time: number }
  | { readonly kind: 'moment'; readonly moment: Moment };

/** The first event at which two runs differ; null on a side that had ended. */
export interface Divergence {
  readonly a: Happened | null;
  readonly b: Happened | null;
}

/** What running a branch again came to. */
export interface Checked {
  readonly events: number;
  readonly hash: number;
  /** Both runs went alike and came to the hash of this world. */
  readonly isSame: boolean;
  readonly divergence: Divergence | null;
}

/** How a stretch of time ended. */
export type Advanced = 'event' | 'input' | 'limit' | 'idle';

export interface Simulation {
  readonly seed: number;
  /** Messages are encoded and decoded on every hop. */
  readonly wire: boolean;
  /** Running nodes and those that will join. */
  readonly planned: number;
  moment(): Moment;
  hash(): number;
  /** The end of the current branch, which a rewind does not move. */
  end(): Moment;
  last(): Happened | null;
  /** A node joins by itself at `at`, in microseconds. */
  announce(config: NodeConfig, at: number): void;
  /** What was done so far is the set-up: nothing goes back beyond it. */
  begin(): void;
  /** Lets the next thing happen, or the time reach `limitUs` when nothing is due before; a recorded input counts as one thing. */
  advance(limitUs: number): Advanced;
  /**
   * Goes on until `limitUs`, at most for `budgetMs` of the wall's time; false: the limit is not reached yet. `isDone` is asked after
   * every event and ends it early.
   */
  advanceFor(limitUs: number, budgetMs: number, isDone: (() => boolean) | null): boolean;
  /** While true, `until` waits for somebody else to move the time. */
  isPaced: boolean;
  /** Rejects with a RangeError whose message says what there is, and with the signal's reason when it is aborted: the world stays where it got to. */
  goTo(to: Destination, signal?: AbortSignal): Promise<Moment>;
  branches(): readonly BranchView[];
  /** Goes to the end of a branch. */
  checkout(branch: string, signal?: AbortSignal): Promise<Moment>;
  /** Everything a user did on the way to here, in order: with the seed and the size it is the whole run. */
  inputs(): readonly RecordedInput[];
  /** Runs both from where they part and finds the first event that differs; null when none does up to the nearer end. */
  compare(a: Moment, b: Moment, signal?: AbortSignal): Promise<Divergence | null>;
  /** Runs the current branch again from its beginning, as objects and encoded, and finds the first event that differs from itself. */
  check(signal?: AbortSignal): Promise<Checked>;
  /** Runs the way to here once more, beside this world, and tells every event of it: what was not recorded can be asked afterwards. */
  replay(tell: (node: string, time: number, event: NodeEvent) => void, signal?: AbortSignal): Promise<void>;
  /** A line of text for each running node at a moment, to be compared: what it is connected to and what it knows. */
  portrait(at: Moment, signal?: AbortSignal): Promise<ReadonlyMap<string, string>>;
}

/** A world that is simulated. */
export interface SimulatedWorld extends World {
  readonly simulation: Simulation;
  /** Where the k-th node to come will listen, counted from 0. */
  placeOf(index: number): HostPort;
}

/** What a user does to a simulated world from outside; plain data, so that it can be done again. */
export type Input =
  | { readonly kind: 'spawn'; readonly config: NodeConfig }
  /** The node joins by itself at a time, in microseconds. */
  | { readonly kind: 'announce'; readonly config: NodeConfig; readonly at: number }
  | { readonly kind: 'stop'; readonly name: string }
  | { readonly kind: 'order'; readonly name: string; readonly order: Order };

export interface RecordedInput {
  /** Events before it. */
  readonly index: number;
  readonly time: number;
  readonly input: Input;
}
