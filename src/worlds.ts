/** The composition root: the only file that knows which worlds there are. Options go in, a world comes out. */
import { getHeapStatistics } from 'node:v8';
import type { World } from './core/world.ts';
import type { LabWorlds } from './shell/lab/worlds.ts';
import { createTcpWorld } from './tcp/world.ts';
import { VERSION } from './util/version.ts';

const AGENT = `peersh/${VERSION}`;
/** A wait in a lab that is paced by the wall's clock looks again this much later. */
const PACED_MS = 2;

/** Nodes on real sockets of this machine. */
export function createLiveWorld(): World {
  return createTcpWorld(AGENT);
}

const turn = (ms: number) =>
  new Promise<void>((resolve) => {
    if (ms <= 0) setImmediate(resolve);
    else setTimeout(resolve, ms);
  });

/** Worlds for labs; the simulator is loaded with the first one, and before only what it can do. `program` is the file that workers run. */
export async function createLabWorlds(program: string | null = null): Promise<LabWorlds> {
  const { FAULT_ROWS } = await import('./sim/faults/rows.ts');
  return {
    program,
    async simulated({ seed, nodes, wire }) {
      const { createSimWorld } = await import('./sim/world.ts');
      const world = createSimWorld({
        seed,
        nodes,
        wire,
        agent: AGENT,
        breathe: () => turn(world.simulation.isPaced ? PACED_MS : 0),
        wallMs: () => performance.now(),
      });
      return world;
    },
    faultRows: FAULT_ROWS,
    async faultRefusal(text, names, groups) {
      const { readFault } = await import('./sim/fault-text.ts');
      const reading = readFault(text, { nodes: names }, groups);
      return reading.ok ? null : reading;
    },
    real: () => createTcpWorld(AGENT),
    freeBytes() {
      const { heap_size_limit: limit, used_heap_size: used } = getHeapStatistics();
      return limit - used;
    },
    wallMs: () => performance.now(),
    turn,
  };
}
