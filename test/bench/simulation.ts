/**
 * Events per second of the simulated world, as rows: nodes join one after the other and find their peers, then they live on. Both
 * stretches are told, since they are different work. A process of its own runs each network, with a young generation that holds
 * what is on its way, so that it is collected and not promoted.
 */
import { Child } from './child.ts';
import { median } from './rounds.ts';
import type { NetworkRequest, Stretches } from './simulated.ts';
import type { Line } from './table.ts';

const FLAGS = ['--max-semi-space-size=64', '--max-old-space-size=12000'];

const SIZES = [
  { nodes: 1_000, rounds: 5, atLeast: 400_000 },
  { nodes: 10_000, rounds: 1, atLeast: 250_000 },
];
/** A stretch that takes longer than this is cut off, and its row says so. */
const WALL_MS_MAX = 20_000;

export async function benchSimulation(): Promise<Line[]> {
  const lines: Line[] = [];
  for (const { nodes, rounds, atLeast } of SIZES) {
    const runs: Stretches[] = [];
    for (let seed = 1; seed <= rounds; seed += 1) runs.push(await run({ seed, nodes, wallMs: WALL_MS_MAX / rounds }));
    for (const stretch of ['forming', 'living'] as const) {
      const lasted = median(runs.map((one) => one[stretch].virtualSeconds));
      lines.push({
        what: `simulated world, ${nodes.toLocaleString('en-US')} nodes ${stretch}, ${lasted.toFixed(1)} virtual seconds`,
        unit: 'events/s',
        ours: median(runs.map((one) => one[stretch].perSecond)),
        other: null,
        target: { of: 'value', atLeast },
      });
    }
  }
  return lines;
}

async function run(request: NetworkRequest): Promise<Stretches> {
  const child = new Child('simulated', 'simulated', [], FLAGS);
  try {
    return await child.ask<Stretches>(request);
  } finally {
    await child.stop();
  }
}
