/**
 * What is to be done at later times of a lab: times and deeds go in, each is done when its time comes, once on every branch on which it
 * was planned. A world taken back comes by it again; where the record does it again already, nothing is done twice.
 */
import type { BranchView, Moment, Simulation } from '../../core/simulation.ts';
import { CommandError } from '../errors.ts';
import { timeText } from './moments.ts';

/** Things that one lab remembers to do, or to have done. */
export const AGENDA_MAX = 100_000;

/** A thing to do, as it is shown. */
export interface Planned {
  readonly atUs: number;
  readonly text: string;
}

interface Entry extends Planned {
  readonly run: () => void;
  readonly plannedAt: Moment;
  /** Right after it was done: at most one for each branch. */
  readonly doneAt: Moment[];
}

export class Agenda {
  private readonly simulation: Simulation;
  private readonly failed: (planned: Planned, error: unknown) => void;
  /** By time, of one time in the order in which they were planned. */
  private entries: Entry[] = [];
  /** The first entry whose time has not been reached. */
  private next = 0;

  /** `failed` hears of a deed that threw: it was done all the same. */
  constructor(simulation: Simulation, failed: (planned: Planned, error: unknown) => void) {
    this.simulation = simulation;
    this.failed = failed;
  }

  /** `run` is called in the middle of a stretch of time: it may give inputs, and must not wait. */
  add(atUs: number, text: string, run: () => void): Planned {
    const { moment } = this.here();
    if (atUs < moment.time) throw new CommandError('usage', `it is ${timeText(moment.time)} already: ${text}`);
    if (this.entries.length >= AGENDA_MAX)
      throw new CommandError('too-many', `at most ${AGENDA_MAX} things can be planned in a lab`);
    const entry: Entry = { atUs, text, run, plannedAt: moment, doneAt: [] };
    const at = this.entries.findLastIndex((one) => one.atUs <= atUs) + 1;
    this.entries.splice(at, 0, entry);
    this.next = Math.min(this.next, at);
    this.arm();
    return entry;
  }

  /** Takes what was planned away, on every branch. */
  remove(planned: readonly Planned[]): void {
    const gone = new Set(planned);
    this.entries = this.entries.filter((entry) => !gone.has(entry));
    this.timeMoved();
  }

  /** What is still to be done on this branch, in order. */
  ahead(): readonly Planned[] {
    const { moment, isOnWay } = this.here();
    return this.entries.filter((entry) => entry.atUs >= moment.time && isDue(entry, isOnWay));
  }

  /** To be called when the time was moved otherwise than by letting it pass. */
  timeMoved(): void {
    const { time } = this.simulation.moment();
    const at = this.entries.findIndex((entry) => entry.atUs >= time);
    this.next = at < 0 ? this.entries.length : at;
    this.arm();
  }

  private arm(): void {
    const entry = this.entries[this.next];
    this.simulation.alarm = entry === undefined ? null : { atUs: entry.atUs, ring: () => this.ring() };
  }

  /** A fork needs no other alarm: whether something is to be done is asked only now. */
  private ring(): void {
    const { time } = this.simulation.moment();
    for (;;) {
      const entry = this.entries[this.next];
      if (entry === undefined || entry.atUs > time) break;
      this.next += 1;
      if (!isDue(entry, this.here().isOnWay)) continue;
      try {
        entry.run();
      } catch (error) {
        this.failed(entry, error);
      }
      entry.doneAt.push(this.simulation.moment());
    }
    this.arm();
  }

  /** Where the world is, and whether another moment lies on the way to the end of its branch. */
  private here(): { readonly moment: Moment; readonly isOnWay: (at: Moment) => boolean } {
    const { simulation } = this;
    const branches = new Map(simulation.branches().map((branch) => [branch.name, branch]));
    const end = simulation.end();
    return { moment: simulation.moment(), isOnWay: (at) => leadsTo(branches, at, end) };
  }
}

const isDue = ({ plannedAt, doneAt }: Entry, isOnWay: (at: Moment) => boolean) =>
  isOnWay(plannedAt) && !doneAt.some(isOnWay);

const isAfter = (a: Moment, b: Moment) => a.taken > b.taken || a.inputs > b.inputs || a.time > b.time;

function leadsTo(branches: ReadonlyMap<string, BranchView>, at: Moment, to: Moment): boolean {
  let limit = to;
  for (let branch = branches.get(to.branch); branch !== undefined; branch = branches.get(branch.from?.branch ?? '')) {
    if (branch.name === at.branch) return !isAfter(at, limit);
    if (branch.from !== null && isAfter(limit, branch.from)) limit = branch.from;
  }
  return false;
}
