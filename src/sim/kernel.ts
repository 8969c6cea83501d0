/** The clock and the queue of what is to happen: items with a time go in, the earliest comes out, first in first out among equals. */

/** A 4-ary heap over parallel arrays, ordered by (time, sequence). */
export interface Kernel<Item> {
  /** Integer microseconds. */
  now: number;
  sequence: number;
  /** How many items were taken so far. */
  taken: number;
  size: number;
  times: number[];
  sequences: number[];
  items: Item[];
}

export function createKernel<Item>(): Kernel<Item> {
  return { now: 0, sequence: 0, taken: 0, size: 0, times: [], sequences: [], items: [] };
}

/** Adds an item at a time not before now; integer microseconds. */
export function schedule<Item>(kernel: Kernel<Item>, at: number, item: Item): void {
  const { times, sequences, items } = kernel;
  kernel.sequence += 1;
  const sequence = kernel.sequence;
  let hole = kernel.size;
  kernel.size += 1;
  while (hole > 0) {
    const parent = (hole - 1) >> 2;
    if ((times[parent] as number) <= at) break;
    times[hole] = times[parent] as number;
    sequences[hole] = sequences[parent] as number;
    items[hole] = items[parent] as Item;
    hole = parent;
  }
  times[hole] = at;
  sequences[hole] = sequence;
  items[hole] = item;
}

/** Time of the earliest item; Infinity when there is none. */
export function nextTime<Item>(kernel: Kernel<Item>): number {
  return kernel.size === 0 ? Infinity : (kernel.times[0] as number);
}

/** Takes the earliest item out and moves the clock to it. Call only when there is one. */
export function takeNext<Item>(kernel: Kernel<Item>): Item {
  const { times, sequences, items } = kernel;
  const first = items[0] as Item;
  kernel.taken += 1;
  kernel.now = times[0] as number;
  kernel.size -= 1;
  const last = kernel.size;
  const time = times[last] as number;
  const sequence = sequences[last] as number;
  const item = items[last] as Item;
  // The arrays keep their length: shrinking them costs more than the room. The item goes, so that it can be freed.
  items[last] = undefined as Item;
  if (last === 0) return first;
  let hole = 0;
  for (;;) {
    let child = 4 * hole + 1;
    if (child >= last) break;
    const end = Math.min(child + 4, last);
    let best = child;
    for (child += 1; child < end; child += 1)
      if (isBefore(times, sequences, child, times[best] as number, sequences[best] as number)) best = child;
    if (!isBefore(times, sequences, best, time, sequence)) break;
    times[hole] = times[best] as number;
    sequences[hole] = sequences[best] as number;
    items[hole] = items[best] as Item;
    hole = best;
  }
  times[hole] = time;
  sequences[hole] = sequence;
  items[hole] = item;
  return first;
}

function isBefore(
  times: readonly number[],
  sequences: readonly number[],
  at: number,
  time: number,
  sequence: number,
): boolean {
  const other = times[at] as number;
  return other < time || (other === time && (sequences[at] as number) < sequence);
}
