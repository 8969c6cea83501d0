/**
 * Where recorded events lie: one row of eight numbers each, in one array, beside two of references. Rows are numbered from 1 on and the
 * oldest make room, by number and by an estimate of what they hold. It knows nothing of what a row means.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Fact, LineVerdict } from '../core/witness.ts';
import type { Message } from '../wire/messages.ts';
import type { End } from './ends.ts';

/** Events that are kept, and what their lines and details may hold; the rows are 8 MB beside that. */
export const RECORDED_MAX = 100_000;
const HELD_BYTES_MAX = 28 * 1_048_576;
const ROWS_FIRST = 1_024;

/** Numbers of a row, which is one line of the processor's cache: several small ones share a place. */
const WIDTH = 8;
const AT = 0;
const PACKED = 1;
const MESSAGE = 2;
const REPLY = 3;
const ORDER = 4;
const CLOCK = 5;
const CAUSE = 6;
const WEIGHT = 7;
const KINDS_MAX = 64;
const TYPES_MAX = 16;
export const COPIES_MAX = 256;

/** What was done to a line, and the line from then on. */
export type Done = Pick<LineVerdict, 'direction' | 'line' | 'message' | 'by' | 'text'>;

/** A line as text, or the message that is one when it is encoded; else what was told of. */
export type Payload = string | Message | NodeEvent | Fact | Done;

/** One row that was read; filled anew for each, so that nothing is allocated. */
export interface Row {
  at: number;
  kind: number;
  node: number;
  end: End | null;
  type: number;
  message: number;
  copy: number;
  reply: number;
  order: number;
  clock: number;
  cause: number;
  payload: Payload | null;
  weight: number;
}

export class Columns {
  /** Number of the newest row; 0: there is none. */
  last = 0;
  /** Number of the oldest that is kept. */
  first = 1;
  private size = ROWS_FIRST;
  /** Place of the row to come. */
  private next = 0;
  private held = 0;
  private numbers = new Float64Array(ROWS_FIRST * WIDTH);
  private readonly ends: (End | null)[] = [];
  private readonly payloads: (Payload | null)[] = [];
  /** Called with the number of each row that is added; null while nobody asks. It must not throw. */
  added: ((index: number) => void) | null = null;

  constructor() {
    lengthen(this.ends, this.size);
    lengthen(this.payloads, this.size);
  }

  has(i: number): boolean {
    return i >= this.first && i <= this.last;
  }

  /** Fills in the row of that number, all but its weight. */
  read(i: number, row: Row): void {
    const { numbers } = this;
    const slot = (i - 1) % this.size;
    const base = slot * WIDTH;
    const packed = numbers[base + PACKED] as number;
    row.at = numbers[base + AT] as number;
    row.kind = packed % KINDS_MAX;
    row.type = Math.floor(packed / KINDS_MAX) % TYPES_MAX;
    row.copy = Math.floor(packed / (KINDS_MAX * TYPES_MAX)) % COPIES_MAX;
    row.node = Math.floor(packed / (KINDS_MAX * TYPES_MAX * COPIES_MAX));
    row.message = numbers[base + MESSAGE] as number;
    row.reply = numbers[base + REPLY] as number;
    row.order = numbers[base + ORDER] as number;
    row.clock = numbers[base + CLOCK] as number;
    row.cause = numbers[base + CAUSE] as number;
    row.end = this.ends[slot] ?? null;
    row.payload = this.payloads[slot] ?? null;
  }

  timeOf(i: number): number {
    return this.numbers[((i - 1) % this.size) * WIDTH + AT] as number;
  }

  /** Numbers one by one and not as a row: most of what a record costs is to call this. */
  add(
    at: number,
    kind: number,
    node: number,
    end: End | null,
    type: number,
    message: number,
    copy: number,
    reply: number,
    order: number,
    clock: number,
    cause: number,
    payload: Payload | null,
    weight: number,
  ): number {
    if (this.last === this.size && this.size < RECORDED_MAX) this.grow();
    const { numbers, next: slot } = this;
    this.next = slot + 1 === RECORDED_MAX ? 0 : slot + 1;
    this.last += 1;
    const base = slot * WIDTH;
    if (this.last - this.first === RECORDED_MAX) {
      // The oldest lies where this one goes.
      this.held -= numbers[base + WEIGHT] as number;
      this.first += 1;
    }
    numbers[base + AT] = at;
    numbers[base + PACKED] = ((node * COPIES_MAX + copy) * TYPES_MAX + type) * KINDS_MAX + kind;
    numbers[base + MESSAGE] = message;
    numbers[base + REPLY] = reply;
    numbers[base + ORDER] = order;
    numbers[base + CLOCK] = clock;
    numbers[base + CAUSE] = cause;
    numbers[base + WEIGHT] = weight;
    this.ends[slot] = end;
    this.payloads[slot] = payload;
    this.held += weight;
    while (this.held > HELD_BYTES_MAX && this.first < this.last) this.forgetOldest();
    if (this.added !== null) this.added(this.last);
    return this.last;
  }

  /** The connections that rows are about; one may come several times. */
  connections(): readonly (End | null)[] {
    return this.ends;
  }

  private forgetOldest(): void {
    const slot = (this.first - 1) % this.size;
    this.held -= this.numbers[slot * WIDTH + WEIGHT] as number;
    this.ends[slot] = null;
    this.payloads[slot] = null;
    this.first += 1;
  }

  /** Rows are found at the same places: there were never more than there was room for. */
  private grow(): void {
    this.size = Math.min(2 * this.size, RECORDED_MAX);
    const larger = new Float64Array(this.size * WIDTH);
    larger.set(this.numbers);
    this.numbers = larger;
    lengthen(this.ends, this.size);
    lengthen(this.payloads, this.size);
  }
}

/** With places that are there before they are written to: a list that grows by being written to is slower for good. */
function lengthen<One>(list: (One | null)[], size: number): void {
  while (list.length < size) list.push(null);
}

export const emptyRow = (): Row => ({
  at: 0,
  kind: 0,
  node: 0,
  end: null,
  type: 0,
  message: 0,
  copy: 0,
  reply: 0,
  order: 0,
  clock: 0,
  cause: 0,
  payload: null,
  weight: 0,
});
