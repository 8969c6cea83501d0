/**
 * The history of a simulated world: inputs go in and are recorded where they were given, the world can be taken back to any moment, and an
 * input given there begins another branch. A run is its seed, its size and its inputs; snapshots only save time.
 */
import {
  type BranchView,
  type Destination,
  type Input,
  type Moment,
  type RecordedInput,
  TooManyBranches,
} from '../core/simulation.ts';
import type { Harm } from './harm.ts';
import { nextTime } from './kernel.ts';
import type { Network } from './network.ts';
import type { Population } from './population.ts';
import { bytesOf, putBack, type Snapshot, takeSnapshot } from './snapshot.ts';
import { step } from './step.ts';
import { thinOut } from './thin-out.ts';

/** An input and where it was given: after so many items of the queue, at a time. */
interface Entry {
  readonly taken: number;
  readonly index: number;
  readonly time: number;
  readonly input: Input;
}

interface Branch {
  readonly name: string;
  /** The branch it left, and where. */
  readonly parent: Branch | null;
  readonly from: Moment | null;
  /** All inputs since the beginning of the run, those before `from` too. */
  readonly entries: Entry[];
  /** It grows with every event, in place: see `endOf`. */
  readonly end: { -readonly [Key in keyof Moment]: Moment[Key] };
}

interface Kept {
  readonly branch: Branch;
  readonly moment: Moment;
  readonly snapshot: Snapshot;
  readonly bytes: number;
}

/** What the timeline needs of the world that it moves. */
export interface Stage<Answer> {
  readonly network: Network;
  readonly population: Population;
  /** Faults that last until something holds are healed after the event that made it hold. */
  readonly harm: Pick<Harm, 'review'>;
  /** Does what an input says. */
  perform(input: Input): Answer;
  /** Empties the world: nobody lives there, nothing is on its way, the clock is at 0. */
  reset(): void;
  /** Milliseconds of some clock of the wall's. */
  readonly wallMs: () => number;
}

export interface Timeline<Answer> {
  readonly stage: Stage<Answer>;
  readonly branches: Map<string, Branch>;
  branch: Branch;
  /** The world as it was set up: nothing goes back beyond it. */
  first: Moment;
  /** Inputs of the branch done so far. */
  inputs: number;
  kept: Kept[];
  readonly snapshotBytesMax: number;
  keptAtMs: number;
  /** How long the last snapshot took, with the copies that are made later. */
  costMs: number;
  /** Called when an input was given. */
  afterInput: (() => void) | null;
}

export const FIRST_BRANCH = 'main';
/** A snapshot is due this long after the last, and so many times what it costs: it may slow a run down by a fifth. */
const SNAPSHOT_EVERY_MS = 150;
/** What it costs to copy a node, which happens after the snapshot. */
const NODE_COPY_MS = 0.25;
const SNAPSHOT_COST_SHARE = 4;
/** The wall's clock is looked at once in so many steps. */
const STEPS_PER_LOOK = 512;
/** What snapshots may hold in all, by an estimate; one is kept whatever it holds. */
const SNAPSHOT_BYTES_MAX = 512 * 1_048_576;
/** Branches of one lab. */
export const BRANCHES_MAX = 100;

export function createTimeline<Answer>(stage: Stage<Answer>, snapshotBytesMax = SNAPSHOT_BYTES_MAX): Timeline<Answer> {
  const end: Moment = { branch: FIRST_BRANCH, index: 0, time: 0, taken: 0, inputs: 0 };
  const branch: Branch = { name: FIRST_BRANCH, parent: null, from: null, entries: [], end: { ...end } };
  return {
    stage,
    branches: new Map([[FIRST_BRANCH, branch]]),
    branch,
    first: end,
    inputs: 0,
    kept: [],
    snapshotBytesMax,
    keptAtMs: stage.wallMs(),
    costMs: 0,
    afterInput: null,
  };
}

export function momentOf({ stage, branch, inputs }: Timeline<unknown>): Moment {
  const { kernel, events } = stage.network;
  return { branch: branch.name, index: events, time: kernel.now, taken: kernel.taken, inputs };
}

const isBefore = (a: Moment, b: Moment) => a.taken < b.taken || a.inputs < b.inputs || a.time < b.time;

const isAtEnd = (timeline: Timeline<unknown>) => !isBefore(momentOf(timeline), timeline.branch.end);

/** What was done so far belongs to the set-up, and no journey begins in the midst of it. */
export function begin(timeline: Timeline<unknown>): void {
  timeline.first = momentOf(timeline);
  timeline.kept = [];
}

/** Does what a user wants, records it, and begins another branch when this moment has a future already. */
export function give<Answer>(timeline: Timeline<Answer>, input: Input): Answer {
  if (!isAtEnd(timeline)) fork(timeline);
  const { kernel, events } = timeline.stage.network;
  timeline.branch.entries.push({ taken: kernel.taken, index: events, time: kernel.now, input });
  timeline.inputs += 1;
  const answer = timeline.stage.perform(input);
  Object.assign(timeline.branch.end, momentOf(timeline));
  timeline.afterInput?.();
  return answer;
}

function fork(timeline: Timeline<unknown>): void {
  if (timeline.branches.size >= BRANCHES_MAX) throw new TooManyBranches(`a lab has at most ${BRANCHES_MAX} branches`);
  const from = momentOf(timeline);
  const name = `b${timeline.branches.size}`;
  const parent = timeline.branch;
  const entries = parent.entries.slice(0, timeline.inputs);
  timeline.branch = { name, parent, from, entries, end: { ...from, branch: name } };
  timeline.branches.set(name, timeline.branch);
}

/** Lets one thing happen that is due by `until`, or by now when that is over; else the clock moves there. */
export function moveOn(timeline: Timeline<unknown>, until: number): 'event' | 'input' | 'limit' | 'idle' {
  const { branch, stage } = timeline;
  const { network } = stage;
  const { kernel } = network;
  const limit = Math.max(until, kernel.now);
  const entry = timeline.inputs < branch.entries.length ? branch.entries[timeline.inputs] : undefined;
  if (entry !== undefined && entry.taken === kernel.taken) {
    if (entry.time > limit) {
      kernel.now = limit;
      return 'limit';
    }
    kernel.now = entry.time;
    timeline.inputs += 1;
    stage.perform(entry.input);
    return 'input';
  }
  const next = nextTime(kernel);
  if (next > limit || next === Infinity) {
    if (limit !== Infinity) kernel.now = limit;
    noteEnd(timeline);
    return next === Infinity ? 'idle' : 'limit';
  }
  step(network);
  if (network.faults.active.length > 0) stage.harm.review();
  if (kernel.taken % STEPS_PER_LOOK === 0) keepNow(timeline);
  if (entry === undefined) noteEnd(timeline);
  return 'event';
}

/** The branch has grown when nothing was recorded beyond here. */
function noteEnd({ branch, stage, inputs }: Timeline<unknown>): void {
  const { end } = branch;
  const { kernel, events } = stage.network;
  if (kernel.taken < end.taken || (kernel.taken === end.taken && kernel.now <= end.time)) return;
  end.index = events;
  end.time = kernel.now;
  end.taken = kernel.taken;
  end.inputs = inputs;
}

/** How far a branch has come, as of now. */
export const endOf = ({ end }: Branch): Moment => ({ ...end });

/** Takes a snapshot when one is due. */
function keepNow(timeline: Timeline<unknown>): void {
  const { stage } = timeline;
  const at = stage.wallMs();
  if (at - timeline.keptAtMs < Math.max(SNAPSHOT_EVERY_MS, SNAPSHOT_COST_SHARE * timeline.costMs)) return;
  keep(timeline);
  timeline.keptAtMs = stage.wallMs();
  timeline.costMs = timeline.keptAtMs - at + NODE_COPY_MS * stage.network.names.size;
}

function keep(timeline: Timeline<unknown>): void {
  const { branch, stage } = timeline;
  const moment = momentOf(timeline);
  if (timeline.kept.some((one) => one.branch === branch && one.moment.taken === moment.taken)) return;
  const snapshot = takeSnapshot(stage.network, stage.population);
  timeline.kept.push({ branch, moment, snapshot, bytes: bytesOf(snapshot) });
  thinOut(timeline.kept, timeline.snapshotBytesMax);
}

/** Whether a moment of one branch lies on the way to a moment of another. */
function leadsTo(branch: Branch, at: Moment, to: Branch, moment: Moment): boolean {
  let limit = moment;
  for (let on: Branch | null = to; on !== null; on = on.parent) {
    if (on === branch) return !isBefore(limit, at);
    if (on.from === null) return false;
    if (isBefore(on.from, limit)) limit = on.from;
  }
  return false;
}

/** Puts the world to the latest known moment of a branch that is early enough; it is then for the caller to move on. */
function approach(timeline: Timeline<unknown>, branch: Branch, isEarly: (moment: Moment) => boolean): void {
  const { stage } = timeline;
  const suits = (on: Branch, at: Moment) =>
    isEarly(at) && !isBefore(at, timeline.first) && leadsTo(on, at, branch, branch.end);
  const here = momentOf(timeline);
  let best: Kept | null = null;
  for (const one of timeline.kept)
    if ((best === null || one.moment.taken > best.moment.taken) && suits(one.branch, one.moment)) best = one;
  const stays = suits(timeline.branch, here) && (best === null || here.taken >= best.moment.taken);
  timeline.branch = branch;
  if (stays) return;
  if (best === null) {
    stage.reset();
    timeline.inputs = 0;
    while (timeline.inputs < timeline.first.inputs) moveOn(timeline, Infinity);
  } else {
    putBack(stage.network, stage.population, best.snapshot);
    timeline.inputs = best.moment.inputs;
  }
}

/** One step of a journey; false when it is over. */
export type Journey = () => boolean;

/** A journey to a destination, already at the latest known moment before it. Throws a RangeError when there is no such place. */
export function travel(timeline: Timeline<unknown>, to: Destination): Journey {
  switch (to.kind) {
    case 'moment':
      return travelToMoment(timeline, to.moment);
    case 'index':
      return travelToIndex(timeline, to.index);
    case 'time':
      return travelToTime(timeline, to.time);
    default:
      return to satisfies never;
  }
}

function travelToMoment(timeline: Timeline<unknown>, moment: Moment): Journey {
  const { kernel } = timeline.stage.network;
  approach(timeline, branchOf(timeline, moment.branch), (at) => !isBefore(moment, at));
  return () => {
    if (kernel.taken < moment.taken || timeline.inputs < moment.inputs) {
      moveOn(timeline, Infinity);
      return true;
    }
    kernel.now = Math.max(kernel.now, moment.time);
    return false;
  };
}

/** Right after an event, before what was done there. */
function travelToIndex(timeline: Timeline<unknown>, index: number): Journey {
  const { branch, first, stage } = timeline;
  const { network } = stage;
  if (!(index >= first.index && index <= branch.end.index))
    throw new RangeError(`no event #${index}: ${branch.name} has #${first.index} to #${branch.end.index}`);
  approach(timeline, branch, (at) => at.index < index || (at.index === index && at.inputs <= first.inputs));
  return () => {
    if (network.events >= index) return false;
    moveOn(timeline, Infinity);
    return true;
  };
}

/** After all that happened until then, before what was done at that very time. */
function travelToTime(timeline: Timeline<unknown>, time: number): Journey {
  const { branch, first, stage } = timeline;
  const { kernel } = stage.network;
  if (!(time >= first.time && time <= branch.end.time))
    throw new RangeError(
      `no time ${time / 1_000_000} s: ${branch.name} has ${first.time / 1_000_000} s to ${branch.end.time / 1_000_000} s`,
    );
  approach(timeline, branch, (at) => at.time < time || (at.time === time && at.inputs <= first.inputs));
  return () => {
    const entry = branch.entries[timeline.inputs];
    const isInput = entry !== undefined && entry.taken === kernel.taken;
    if (isInput ? entry.time < time : nextTime(kernel) <= time) {
      moveOn(timeline, time);
      return true;
    }
    kernel.now = time;
    return false;
  };
}

export function branchOf(timeline: Timeline<unknown>, name: string): Branch {
  const branch = timeline.branches.get(name);
  if (branch === undefined)
    throw new RangeError(
      `no branch ${name}: there ${timeline.branches.size === 1 ? 'is' : 'are'} ${[...timeline.branches.keys()].join(', ')}`,
    );
  return branch;
}

export const branchViews = (timeline: Timeline<unknown>): BranchView[] =>
  [...timeline.branches.values()].map((branch) => ({
    name: branch.name,
    from: branch.from,
    end: endOf(branch),
    inputs: branch.entries.length,
    isCurrent: branch === timeline.branch,
  }));

/** What was done on the way to here. */
export const inputsOf = ({ branch, inputs }: Timeline<unknown>): RecordedInput[] => branch.entries.slice(0, inputs);

/** Puts the inputs of another timeline's branch into a fresh one, whose world then goes the same way. */
export function follow(fresh: Timeline<unknown>, original: Timeline<unknown>, branch: Branch): void {
  fresh.branch.entries.push(...branch.entries);
  Object.assign(fresh.branch.end, branch.end, { branch: fresh.branch.name });
  fresh.first = { ...original.first, branch: fresh.branch.name };
  while (fresh.inputs < fresh.first.inputs) moveOn(fresh, Infinity);
}
