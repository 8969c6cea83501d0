/** What the simulator's queue is compared with: a plain 4-ary heap over arrays, ordered by time and then by age. Items with a time in, the earliest out. */

export interface Heap<Item> {
  readonly times: number[];
  readonly ages: number[];
  readonly items: Item[];
  pushed: number;
}

export const createHeap = <Item>(): Heap<Item> => ({ times: [], ages: [], items: [], pushed: 0 });

export function push<Item>(heap: Heap<Item>, time: number, item: Item): void {
  const { times, ages, items } = heap;
  heap.pushed += 1;
  let hole = times.length;
  while (hole > 0) {
    const parent = (hole - 1) >> 2;
    if ((times[parent] as number) <= time) break;
    copy(heap, parent, hole);
    hole = parent;
  }
  times[hole] = time;
  ages[hole] = heap.pushed;
  items[hole] = item;
}

/** Takes the earliest item out; call only when there is one. */
export function pop<Item>(heap: Heap<Item>): Item {
  const { times, ages, items } = heap;
  const first = items[0] as Item;
  const time = times.pop() as number;
  const age = ages.pop() as number;
  const item = items.pop() as Item;
  const size = times.length;
  if (size === 0) return first;
  let hole = 0;
  for (let child = 1; child < size; child = 4 * hole + 1) {
    let best = child;
    for (let other = child + 1; other < Math.min(child + 4, size); other += 1)
      if (isBefore(heap, other, times[best] as number, ages[best] as number)) best = other;
    if (!isBefore(heap, best, time, age)) break;
    copy(heap, best, hole);
    hole = best;
  }
  times[hole] = time;
  ages[hole] = age;
  items[hole] = item;
  return first;
}

function copy<Item>({ times, ages, items }: Heap<Item>, from: number, to: number): void {
  times[to] = times[from] as number;
  ages[to] = ages[from] as number;
  items[to] = items[from] as Item;
}

function isBefore<Item>({ times, ages }: Heap<Item>, at: number, time: number, age: number): boolean {
  const other = times[at] as number;
  return other < time || (other === time && (ages[at] as number) < age);
}
