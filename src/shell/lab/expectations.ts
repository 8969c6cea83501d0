/**
 * What is expected of a lab: expressions go in, each with its verdict comes out, and what happened when it was decided. They are asked
 * after everything that happens; nothing here prints.
 */
import type { Simulation, Watcher } from '../../core/simulation.ts';
import { QueryError } from '../../query/errors.ts';
import { CommandError, UsageError } from '../errors.ts';
import { usageErrorOf } from '../expressions.ts';
import { safe } from '../render.ts';
import { happenedText, inputText } from './happened.ts';
import { momentText, timeText } from './moments.ts';

/** Those that are open are asked after every event; the others are lines of a report. */
const OPEN_MAX = 200;
const EXPECTATIONS_MAX = 10_000;

export type Kind = 'always' | 'never' | 'eventually' | 'now';
export type Verdict = 'open' | 'pass' | 'fail' | 'unknown';

/** What had just happened when a verdict was found. */
export interface Seen {
  readonly index: number;
  readonly atUs: number;
  readonly text: string;
}

export interface Wanted {
  readonly kind: Kind;
  readonly expression: string;
  /** Of whom paths without a node speak; the line may have named it. */
  readonly node: string;
  readonly isNamed: boolean;
  /** null: until the end. */
  readonly withinUs: number | null;
  /** `FILE:LINE`; null when it was typed. */
  readonly where: string | null;
}

export interface Expectation extends Wanted {
  readonly verdict: Verdict;
  /** What decided it, or why it is not known. */
  readonly seen: Seen | null;
  readonly why: string | null;
}

interface Entry extends Wanted {
  verdict: Verdict;
  seen: Seen | null;
  why: string | null;
  /** Of what must not be, or must be once. */
  readonly watcher: Watcher | null;
  readonly untilUs: number;
}

/** As it is typed. */
export const wantedText = ({ node, isNamed, kind, expression, withinUs }: Wanted): string =>
  `${isNamed ? `${node}: expect ` : ''}${kind === 'now' ? '' : `${kind} `}${expression}${withinUs === null ? '' : ` within ${timeText(withinUs)}`}`;

export class Expectations {
  private readonly simulation: Simulation;
  private readonly entries: Entry[] = [];
  /** Those of them that are open. */
  private open: Entry[] = [];
  /** Settles when all that was asked is answered. */
  private asked: Promise<unknown> = Promise.resolve();

  constructor(simulation: Simulation) {
    this.simulation = simulation;
  }

  rows(): readonly Expectation[] {
    return this.entries;
  }

  /** From now on it is expected; settles at once unless what passed has to be counted. */
  async add(wanted: Wanted, signal: AbortSignal): Promise<Expectation> {
    const { simulation } = this;
    if (this.open.length >= OPEN_MAX || this.entries.length >= EXPECTATIONS_MAX)
      throw new CommandError(
        'too-many',
        `at most ${OPEN_MAX} things can be expected at once, ${EXPECTATIONS_MAX} in all`,
      );
    const { kind, node, withinUs } = wanted;
    const untilUs = withinUs === null ? Infinity : simulation.moment().time + withinUs;
    const made = { verdict: 'open', seen: null, why: null, untilUs } as const;
    if (kind === 'now') {
      const entry: Entry = { ...wanted, ...made, watcher: null };
      const seen = this.seen(null);
      const answer = readable(() => simulation.ask(wanted.expression, node, signal)).then((holds) => {
        settle(entry, holds ? 'pass' : 'fail', seen, null);
        this.entries.push(entry);
      });
      this.asked = Promise.all([this.asked, answer.catch(() => undefined)]);
      await answer.catch(asUsage);
      return entry;
    }
    const watcher = readableNow(() => {
      // Columns of a mistake are those of what was typed.
      const typed = simulation.watch(wanted.expression, node);
      if (kind !== 'always') return typed;
      typed.close();
      return simulation.watch(`!(${wanted.expression})`, node);
    });
    const entry: Entry = { ...wanted, ...made, watcher };
    this.entries.push(entry);
    this.open.push(entry);
    simulation.afterEach = (what) => this.check(what);
    this.check(null);
    return entry;
  }

  /** Nothing more will happen; `isWhole` when the run came to its end. */
  async finish(isWhole: boolean): Promise<void> {
    await this.asked;
    this.check(null);
    const { time } = this.simulation.moment();
    for (const entry of this.open) {
      if (entry.kind === 'eventually' && time >= entry.untilUs) this.missed(entry);
      else if (entry.kind !== 'eventually' && isWhole) settle(entry, 'pass', null, null);
      else settle(entry, 'unknown', null, `still open when the run ended at ${timeText(time)}`);
    }
    this.forgetSettled();
  }

  /** The world was taken to another moment: what was seen so far is no history of it. */
  break(): void {
    for (const entry of this.open) settle(entry, 'unknown', null, 'the time was taken back or forth meanwhile');
    this.forgetSettled();
  }

  private check(what: 'event' | 'input' | null): void {
    let isSettled = false;
    for (const entry of this.open) {
      if (entry.untilUs !== Infinity && this.simulation.moment().time > entry.untilUs) this.missed(entry);
      else if (entry.watcher?.hit() === true)
        settle(entry, entry.kind === 'eventually' ? 'pass' : 'fail', this.seen(what), null);
      isSettled ||= entry.verdict !== 'open';
    }
    if (isSettled) this.forgetSettled();
  }

  private forgetSettled(): void {
    this.open = this.open.filter(({ verdict }) => verdict === 'open');
    if (this.open.length === 0) this.simulation.afterEach = null;
  }

  private missed(entry: Entry): void {
    settle(entry, 'fail', this.seen(null), `it did not come true until ${timeText(entry.untilUs)}`);
  }

  private seen(what: 'event' | 'input' | null): Seen {
    const { simulation } = this;
    const { index, time, branch } = simulation.moment();
    const last = simulation.last();
    const input = what === 'input' ? simulation.inputs().at(-1) : undefined;
    const text =
      input !== undefined
        ? inputText(input)
        : last === null
          ? `${momentText({ branch, index })} ${timeText(time)}, before anything happened`
          : happenedText(last);
    return { index, atUs: time, text };
  }
}

function settle(entry: Entry, verdict: Verdict, seen: Seen | null, why: string | null): void {
  entry.verdict = verdict;
  entry.seen = seen;
  entry.why = why;
  entry.watcher?.close();
}

function asUsage(error: unknown): never {
  if (error instanceof QueryError) throw usageErrorOf(error);
  if (error instanceof Error && error.name === 'AbortError') throw error;
  throw new UsageError(safe(error instanceof Error ? error.message : String(error), 300));
}

function readableNow<Result>(read: () => Result): Result {
  try {
    return read();
  } catch (error) {
    return asUsage(error);
  }
}

/** A mistake that is found at once and one that is found later come the same way. */
const readable = async <Result>(read: () => Promise<Result>): Promise<Result> => read();
