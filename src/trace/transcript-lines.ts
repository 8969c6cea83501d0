/**
 * The transcript of a world's cores as lines of a recording: what scribes are told goes in, lines come out, which drive-lines.ts reads
 * again. Each node is written whole before the first fact that is written of it, so that a recording may begin at any time. Lines and
 * events that the recording holds already are named by their index.
 */
import type { NodeState } from '../core/state.ts';
import type { Given, Scribe, Wish } from '../core/transcript.ts';
import { encodeMessage } from '../wire/messages.ts';
import type { TraceEvent } from './event.ts';
import { toJson } from './plain.ts';

/** Numbers of a core are so many parts of one. */
export const DRAW_PARTS = 4_294_967_296;

export interface TranscriptOptions {
  readonly write: (line: string) => void;
  /** The world's time. */
  readonly now: () => number;
  /** The event that was written last. */
  readonly latest: () => TraceEvent | null;
  /** A fact is about to be written: the place to go on in another file, which is then to begin with `renew`. */
  readonly beforeFact: () => void;
}

export class TranscriptLines {
  private readonly options: TranscriptOptions;
  private count = 0;
  /** Numbers of the nodes that were written whole. */
  private readonly whole = new Set<number>();
  private draws: number[] = [];
  /** The event that had been written last when the fact came. */
  private before = 0;

  constructor(options: TranscriptOptions) {
    this.options = options;
  }

  /** Every node is to be written whole again. */
  renew(): void {
    this.whole.clear();
  }

  /** `goesOn`: in the next file. */
  end(goesOn: boolean): void {
    this.write(`{"d":"end","goesOn":${goesOn}}`);
  }

  scribeOf(name: string): Scribe {
    this.count += 1;
    const of = this.count;
    return {
      given: (node, now, given) => this.given(of, name, node, now, given),
      wished: (wish, answer) => {
        if (this.whole.has(of)) this.wished(wish, answer);
      },
    };
  }

  private given(of: number, name: string, node: NodeState, now: number, given: Given): void {
    this.flushDraws();
    // What is heard is named by the event before it.
    if (given.kind !== 'heard') this.options.beforeFact();
    const at = this.options.now();
    if (!this.whole.has(of)) this.write(JSON.stringify({ d: 'node', of, name, node: toJson(node) }));
    this.whole.add(of);
    const latest = this.options.latest();
    this.before = latest?.i ?? 0;
    const time = at === now ? `"t":${now}` : `"t":${now},"at":${at}`;
    this.write(`{"d":"given","of":${of},${time},${givenFields(given, latest)}}`);
  }

  private wished(wish: Wish, answer: number): void {
    switch (wish.kind) {
      case 'draw':
        this.draws.push(answer * DRAW_PARTS);
        return;
      case 'emit': {
        const told = this.told(wish.event.kind);
        const i = told === null ? '' : `"i":${told.i},`;
        return this.write(`{"d":"wish",${i}"wish":${JSON.stringify(wish, shortly)}}`);
      }
      case 'send': {
        const { n, message } = wish;
        const line = encodeMessage(message);
        const told = this.told('send');
        // Nobody was told where it was taken in hand, or left out for a peer that does not read.
        const fields =
          told?.line === line
            ? `"i":${told.i},"wish":{"kind":"send","n":${n}}`
            : `"wish":{"kind":"send","n":${n},"line":${JSON.stringify(line)}}`;
        return this.write(`{"d":"wish","answer":${answer},${fields}}`);
      }
      default:
        this.write(`{"d":"wish","wish":${JSON.stringify(wish)}}`);
    }
  }

  /** The latest event, if it is of that kind and came of this fact. */
  private told(kind: string): TraceEvent | null {
    const latest = this.options.latest();
    return latest?.k === kind && latest.i > this.before ? latest : null;
  }

  private flushDraws(): void {
    if (this.draws.length === 0) return;
    const { draws } = this;
    this.draws = [];
    this.options.write(`{"d":"draws","draws":[${draws.join(',')}]}`);
  }

  private write(line: string): void {
    this.flushDraws();
    this.options.write(line);
  }
}

function givenFields(given: Given, latest: TraceEvent | null): string {
  switch (given.kind) {
    case 'heard': {
      const { n, bytes, message } = given;
      const fields = `"kind":"heard","n":${n},"bytes":${bytes}`;
      return latest?.k === 'recv'
        ? `"i":${latest.i},"given":{${fields}}`
        : `"given":{${fields},"line":${JSON.stringify(encodeMessage(message))}}`;
    }
    case 'bytes':
    case 'woken':
    case 'closed':
      return `"given":${JSON.stringify(given)}`;
    default:
      return `"given":${JSON.stringify(toJson(given))}`;
  }
}

/** For JSON: an address as its text, which is all there is to compare of it. */
export const shortly = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && 'groupHash' in value && 'text' in value ? value.text : value;
