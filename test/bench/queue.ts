/** The simulator's queue against a plain heap: as many pops and pushes of both as fit in a round, with much pending, as rows. */
import { createKernel, schedule, takeNext } from '../../src/sim/kernel.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { createHeap, pop, push } from './heap.ts';
import { median, ratioOf, takeTurns } from './rounds.ts';
import type { Line } from './table.ts';

const PENDING = [10_000, 100_000];
const STEPS = 1_000_000;
const SEED = 1;
/** What is pushed is due within this, as messages on their way are. */
const SPREAD_US = 1_000_000;

/** Waits drawn beforehand, so that drawing is not measured. */
const WAITS = 4_096;
const random = createRandom(SEED, 0);
const waits = Array.from({ length: WAITS }, () => Math.floor(nextRandom(random) * SPREAD_US));
const waitUs = (step: number) => waits[step % WAITS] as number;

export async function benchQueue(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const pending of PENDING) {
    const run = (name: 'kernel' | 'heap') => (name === 'kernel' ? runKernel(pending) : runHeap(pending));
    for (const name of ['kernel', 'heap'] as const) run(name);
    const { kernel, heap } = await takeTurns(['kernel', 'heap'] as const, run);
    lines.push({
      what: `simulator queue, pop and push, ${pending.toLocaleString('en-US')} pending`,
      unit: '/s',
      ours: median(kernel),
      other: { name: '4-ary arrays', value: median(heap), ratio: ratioOf(kernel, heap) },
      target: { of: 'ratio', atLeast: 0.8 },
    });
  }
  return lines;
}

const perSecond = (startedAt: number) => STEPS / ((performance.now() - startedAt) / 1_000);

function runKernel(pending: number): number {
  const kernel = createKernel<{ readonly number: number }>();
  for (let i = 0; i < pending; i += 1) schedule(kernel, waitUs(i), { number: i });
  const startedAt = performance.now();
  for (let step = 0; step < STEPS; step += 1) {
    const item = takeNext(kernel);
    schedule(kernel, kernel.now + waitUs(step + item.number), item);
  }
  return perSecond(startedAt);
}

function runHeap(pending: number): number {
  const heap = createHeap<{ readonly number: number }>();
  for (let i = 0; i < pending; i += 1) push(heap, waitUs(i), { number: i });
  const startedAt = performance.now();
  for (let step = 0; step < STEPS; step += 1) {
    const now = heap.times[0] as number;
    const item = pop(heap);
    push(heap, now + waitUs(step + item.number), item);
  }
  return perSecond(startedAt);
}
