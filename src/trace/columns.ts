/**
 * Where recorded events lie: one row each, as columns of numbers beside two of references. Rows are numbered from 1 on and the oldest make
 * room, by number and by an estimate of what they hold. It knows nothing of what a row means.
 */
import type { NodeEvent } from '../core/events.ts';
import type { Fact } from '../core/witness.ts';
import type { Message } from '../wire/messages.ts';
import type { End } from './ends.ts';

/** Events that are kept, and what their lines and details may hold; the columns are 6 MB beside that. */
export const RECORDED_MAX = 100_000;
export const HELD_BYTES_MAX = 28 * 1_048_576;
const ROWS_FIRST = 1_024;

/** A line as text, or the message that is one when it is encoded; else what was told of. */
export type Payload = string | Message | NodeEvent | Fact;

/** One row to be written; filled anew for each, so that nothing is allocated. */
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
  private held = 0;
  at = new Float64Array(ROWS_FIRST);
  kind = new Uint8Array(ROWS_FIRST);
  node = new Uint32Array(ROWS_FIRST);
  type = new Uint8Array(ROWS_FIRST);
  message = new Float64Array(ROWS_FIRST);
  copy = new Uint8Array(ROWS_FIRST);
  reply = new Float64Array(ROWS_FIRST);
  order = new Uint32Array(ROWS_FIRST);
  clock = new Uint32Array(ROWS_FIRST);
  cause = new Float64Array(ROWS_FIRST);
  private weight = new Uint32Array(ROWS_FIRST);
  readonly ends: (End | null)[] = [];
  readonly payloads: (Payload | null)[] = [];

  slot(i: number): number {
    return (i - 1) % this.size;
  }

  has(i: number): boolean {
    return i >= this.first && i <= this.last;
  }

  add(row: Row): number {
    if (this.last === this.size && this.size < RECORDED_MAX) this.grow();
    if (this.last - this.first + 1 === RECORDED_MAX) this.forgetOldest();
    this.last += 1;
    const slot = this.slot(this.last);
    this.at[slot] = row.at;
    this.kind[slot] = row.kind;
    this.node[slot] = row.node;
    this.type[slot] = row.type;
    this.message[slot] = row.message;
    this.copy[slot] = row.copy;
    this.reply[slot] = row.reply;
    this.order[slot] = row.order;
    this.clock[slot] = row.clock;
    this.cause[slot] = row.cause;
    this.weight[slot] = row.weight;
    this.ends[slot] = row.end;
    this.payloads[slot] = row.payload;
    this.held += row.weight;
    while (this.held > HELD_BYTES_MAX && this.first < this.last) this.forgetOldest();
    return this.last;
  }

  private forgetOldest(): void {
    const slot = this.slot(this.first);
    this.held -= this.weight[slot] as number;
    this.ends[slot] = null;
    this.payloads[slot] = null;
    this.first += 1;
  }

  /** Rows are found at the same places: there were never more than there was room for. */
  private grow(): void {
    this.size = Math.min(2 * this.size, RECORDED_MAX);
    const larger = <Column extends Float64Array | Uint32Array | Uint8Array>(column: Column, made: Column): Column => {
      made.set(column);
      return made;
    };
    this.at = larger(this.at, new Float64Array(this.size));
    this.kind = larger(this.kind, new Uint8Array(this.size));
    this.node = larger(this.node, new Uint32Array(this.size));
    this.type = larger(this.type, new Uint8Array(this.size));
    this.message = larger(this.message, new Float64Array(this.size));
    this.copy = larger(this.copy, new Uint8Array(this.size));
    this.reply = larger(this.reply, new Float64Array(this.size));
    this.order = larger(this.order, new Uint32Array(this.size));
    this.clock = larger(this.clock, new Uint32Array(this.size));
    this.cause = larger(this.cause, new Float64Array(this.size));
    this.weight = larger(this.weight, new Uint32Array(this.size));
  }
}
