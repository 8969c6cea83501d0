/**
 * What only a simulated world can do: its time stands still until it is told to move, it can be taken back to any moment, and a change
 * made there begins another branch. The shell drives it through this port; sim/world.ts implements it.
 */
import type { Message } from '../wire/messages.ts';
import type { TapOrder } from './tap.ts';
import type { Witness } from './witness.ts';
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

/** A fault comes on, does something for the first time, goes off. */
export type FaultChange = 'on' | 'struck' | 'off';

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
  /** Which fault it was, and what became of it; null where it was none. */
  readonly fault: { readonly id: string; readonly change: FaultChange; readonly text: string } | null;
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

/** Thrown by whatever would begin another branch when there are too many; nothing was done. */
export class TooManyBranches extends RangeError {}

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

/** An expression that is asked while the world goes on. */
export interface Watcher {
  /** Whether it holds now, or something happened since the last question at which it held. */
  hit(): boolean;
  close(): void;
}

/** Why a text of a user's is refused: one line, and the words that were probably meant. */
export interface Refused {
  readonly message: string;
  readonly near: readonly string[];
}

export interface Simulation {
  readonly seed: number;
  /** Messages are encoded and decoded on every hop. */
  readonly wire: boolean;
  /** Running nodes and those that will join. */
  readonly planned: number;
  /** How many messages a rule ever stopped for a user to deal with: who moves the time stops when it grows. */
  readonly holds: number;
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
  /**
   * Watches for an expression, where `node` is the one that `peers` and `state` mean. Throws an Error with one line for the user when
   * the text is no expression.
   */
  watch(expression: string, node: string): Watcher;
  /**
   * Whether an expression holds now; functions that count have seen everything since the world began, for which the way to here is run
   * once more. Throws like `watch`, also when only something that happens could answer.
   */
  ask(expression: string, node: string, signal?: AbortSignal): Promise<boolean>;
  /** Called after everything that happens or is done; journeys pass it by. It must not throw. */
  afterEach: ((what: 'event' | 'input') => void) | null;
  /** Puts faults on, one for each that the text means; `message` is one line for the user. Their ids, and the text of each. */
  fault(
    text: string,
    groups: Groups,
  ):
    | { readonly ok: true; readonly ids: readonly string[]; readonly texts: readonly string[] }
    | ({ readonly ok: false } & Refused);
  /** By id, or `all`; false when there is none. */
  heal(id: string): boolean;
  faults(): readonly FaultView[];
  /** What faults there are, presets last. */
  faultRows(): readonly FaultRow[];
  /** Faults by lot for so long, of a profile: the same for the same seed. Throws an Error that names the profiles. */
  chaos(seed: number, profile: string, nodes: readonly string[], lengthUs: number): readonly PlannedFault[];
  /** The time stops there once, after what was due by then, as at the end of `run`, and `ring` is called; null: no alarm. Journeys pass it by. */
  alarm: { readonly atUs: number; readonly ring: () => void } | null;
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
  /** Runs the way to here once more, beside this world, and tells all of it: what was not recorded can be asked afterwards. */
  replay(witness: Witness, signal?: AbortSignal): Promise<void>;
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
  | { readonly kind: 'order'; readonly name: string; readonly order: Order }
  /** One fault as its own text, with the groups that it may name. */
  | { readonly kind: 'fault'; readonly text: string; readonly groups: Groups }
  /** By id, or `all`. */
  | { readonly kind: 'heal'; readonly id: string }
  /** What becomes of messages in hand. */
  | { readonly kind: 'tap'; readonly order: TapOrder };

/** Nodes by the name of their group, without @. */
export type Groups = Readonly<Record<string, readonly string[]>>;

/** A fault that is on. */
export interface FaultView {
  readonly id: string;
  readonly text: string;
  readonly sinceUs: number;
  /** How often it did something. */
  readonly struck: number;
  /** Null: when it is healed. */
  readonly endsAtUs: number | null;
  readonly until: string | null;
  /** The nodes that its text names, alone or in a group. */
  readonly names: readonly string[];
}

/** What a word of a fault may be: a node or group, two sides of them, one of some words, or something else. */
export type FaultWord = 'node' | 'sides' | 'other' | readonly string[];

/** A fault there is, for help and completion. */
export interface FaultRow {
  readonly name: string;
  readonly usage: string;
  readonly summary: string;
  readonly knownAs: string;
  /** What may follow the name, word by word. */
  readonly takes: readonly FaultWord[];
  /** So many of these words must be there. */
  readonly needs: number;
  /** Which of `on`, `for` and `until` may follow then, in this order. */
  readonly clauses: readonly string[];
}

/** A fault to come: microseconds from the beginning of the plan, and for how long. */
export interface PlannedFault {
  readonly atUs: number;
  readonly forUs: number;
  readonly text: string;
}

export interface RecordedInput {
  /** Events before it. */
  readonly index: number;
  readonly time: number;
  readonly input: Input;
}
