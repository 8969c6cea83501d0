/** Events per second of the simulated world: nodes join one after the other and then live on; each size is one row. */
import { createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { median } from './rounds.ts';
import type { Line } from './table.ts';

/** Virtual seconds that the network lives on once the last node has joined. */
const SECONDS = 60;
/** Virtual milliseconds between two that join. */
const JOIN_MS = 1;
const BOOTSTRAPS = 3;
/** A stretch that takes longer than this is cut off, and its row says so. */
const WALL_MS_MAX = 15_000;

const SIZES = [
  { nodes: 1_000, rounds: 5 },
  { nodes: 10_000, rounds: 1 },
];

interface Stretch {
  readonly perSecond: number;
  readonly virtualSeconds: number;
}

export async function benchSimulation(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { nodes, rounds } of SIZES) {
    const stretches: Stretch[] = [];
    for (let seed = 1; seed <= rounds; seed += 1) stretches.push(await live(seed, nodes, WALL_MS_MAX / rounds));
    const lasted = median(stretches.map(({ virtualSeconds }) => virtualSeconds));
    lines.push({
      what: `simulated world, ${nodes.toLocaleString('en-US')} nodes, first ${lasted.toFixed(1)} virtual seconds`,
      unit: 'events/s',
      ours: median(stretches.map(({ perSecond }) => perSecond)),
      other: null,
      target: null,
    });
  }
  return lines;
}

/** From the first join to the end of the stretch, or to the end of the patience. */
async function live(seed: number, count: number, wallMs: number): Promise<Stretch> {
  const world = createSim(seed, count);
  const startedAt = performance.now();
  const isOver = () => performance.now() - startedAt > wallMs;
  const bootstrap: { host: string; port: number }[] = [];
  for (let i = 0; i < count && !isOver(); i += 1) {
    const node = await spawn(world, `n${i + 1}`, { bootstrap: bootstrap.slice(0, BOOTSTRAPS) });
    if (i < BOOTSTRAPS) bootstrap.push(placeOf(node));
    await world.until(isOver, { limitMs: JOIN_MS });
  }
  await world.until(isOver, { limitMs: isOver() ? 0 : SECONDS * 1_000 });
  const tookS = (performance.now() - startedAt) / 1_000;
  return { perSecond: world.network.events / tookS, virtualSeconds: world.now() / 1_000_000 };
}
