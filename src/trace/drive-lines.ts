/**
 * The transcript in a recording, read again: lines of the file go in, steps of the transcript come out one by one, each with the events
 * that it names. A line that is broken is told with its number. transcript-lines.ts writes them.
 */
import type { NodeState } from '../core/state.ts';
import type { Given, Wish } from '../core/transcript.ts';
import { parseMessage } from '../wire/messages.ts';
import type { TraceEvent } from './event.ts';
import { fromJson } from './plain.ts';
import { isTranscript, readEvent } from './record-lines.ts';
import { DRAW_PARTS } from './transcript-lines.ts';

type Fields = Readonly<Record<string, unknown>>;

/** A wish as it is written and compared: a message as its line. */
export type PlainWish =
  | Exclude<Wish, { kind: 'send' }>
  | { readonly kind: 'send'; readonly n: number; readonly line: string };

/** What was wished, as it was written, with the line that it is about. */
export interface WrittenWish {
  readonly plain: PlainWish;
  readonly answer: number;
  /** The event that tells of it. */
  readonly event: TraceEvent | null;
}

export type Step =
  | { readonly kind: 'node'; readonly of: number; readonly name: string; readonly node: NodeState }
  | {
      readonly kind: 'given';
      readonly of: number;
      /** The node's time, and the world's. */
      readonly now: number;
      readonly at: number;
      readonly given: Given;
      /** The line that was heard. */
      readonly event: TraceEvent | null;
    }
  | { readonly kind: 'wish'; readonly wish: WrittenWish }
  | { readonly kind: 'end'; readonly goesOn: boolean };

export class BrokenLine extends Error {
  /** Of the file, from 1 on. */
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export class DriveLines {
  /** Number of the line that was read last. */
  line = 1;
  /** Number of the event that was read last, and how many were. */
  index = 0;
  events = 0;
  private readonly lines: readonly string[];
  private ahead: Step | null = null;
  private draws: readonly unknown[] = [];
  private drawn = 0;
  /** Events since the last fact, and those between it and the one before, with where they stand. */
  private recent = new Map<number, { readonly event: TraceEvent; readonly line: number }>();
  private before: typeof this.recent = new Map();

  /** `lines` of a whole file, the header first. */
  constructor(lines: readonly string[]) {
    this.lines = lines;
  }

  /** The next step, which `take` takes; null: the file has no more. */
  peek(): Step | null {
    if (this.ahead !== null) return this.ahead;
    this.ahead = this.nextDraw() ?? this.nextStep();
    return this.ahead;
  }

  take(): void {
    if (this.ahead?.kind === 'given') {
      this.before = this.recent;
      this.recent = new Map();
    }
    this.ahead = null;
  }

  /** Where an event stands, or the line that was read last. */
  lineOf(index: number): number {
    return (this.recent.get(index) ?? this.before.get(index))?.line ?? this.line;
  }

  /** Whether an event since the last fact is as asked. */
  hasRecent(test: (event: TraceEvent) => boolean): boolean {
    return [...this.recent.values()].some(({ event }) => test(event));
  }

  broken(message: string): BrokenLine {
    return new BrokenLine(this.line, message);
  }

  private nextDraw(): Step | null {
    if (this.drawn >= this.draws.length) return null;
    const draw = this.draws[this.drawn];
    this.drawn += 1;
    return { kind: 'wish', wish: { plain: { kind: 'draw' }, answer: Number(draw) / DRAW_PARTS, event: null } };
  }

  private nextStep(): Step | null {
    while (this.line < this.lines.length) {
      const text = this.lines[this.line] ?? '';
      this.line += 1;
      if (isTranscript(text)) {
        const step = this.readStep(text);
        if (step !== null) return step;
      } else this.readEvent(text);
    }
    return null;
  }

  private readEvent(text: string): void {
    const event = readEvent(text, this.index);
    if (!event.ok) throw this.broken(event.message);
    if (this.index > 0 && event.value.i !== this.index + 1)
      throw this.broken(`event ${event.value.i} follows ${this.index}: there are events missing`);
    this.index = event.value.i;
    this.events += 1;
    this.recent.set(event.value.i, { event: event.value, line: this.line });
  }

  private readStep(text: string): Step | null {
    try {
      return this.stepOf(JSON.parse(text) as Fields);
    } catch (error) {
      if (error instanceof BrokenLine) throw error;
      throw this.broken(error instanceof SyntaxError ? 'not JSON' : 'no part of a transcript');
    }
  }

  private stepOf({ d, of, name, node, t, at = t, i, given, wish, answer = 0, draws, goesOn }: Fields): Step | null {
    const event = i === undefined ? null : this.named(i);
    switch (d) {
      case 'node':
        return { kind: 'node', of: Number(of), name: String(name), node: fromJson(node) as NodeState };
      case 'given':
        return {
          kind: 'given',
          of: Number(of),
          now: Number(t),
          at: Number(at),
          given: this.givenOf(given as Fields, event),
          event,
        };
      case 'wish':
        return { kind: 'wish', wish: { plain: plainOf(wish as PlainWish, event), answer: Number(answer), event } };
      case 'draws':
        this.draws = draws as readonly unknown[];
        this.drawn = 0;
        return this.nextDraw();
      case 'end':
        return { kind: 'end', goesOn: goesOn === true };
      default:
        throw this.broken(`${JSON.stringify(d)} is no part of a transcript`);
    }
  }

  private named(i: unknown): TraceEvent {
    const found = this.recent.get(i as number);
    if (found === undefined) throw this.broken(`there is no event ${String(i)} before it`);
    return found.event;
  }

  private givenOf(fields: Fields, event: TraceEvent | null): Given {
    const { kind, n, bytes, line } = fields;
    if (kind !== 'heard') return fromJson(fields) as Given;
    const message = parseMessage(event?.line ?? String(line));
    if (message.type === 'malformed') throw this.broken(`a core hears messages only, and this is ${message.detail}`);
    return { kind, n: Number(n), bytes: Number(bytes), message };
  }
}

const plainOf = (wish: PlainWish, event: TraceEvent | null): PlainWish =>
  wish.kind === 'send' && event !== null ? { ...wish, line: event.line ?? '' } : wish;
