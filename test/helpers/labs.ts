/** Worlds for the labs of tests: simulated ones on a clock that stands still between turns, so that nothing waits. */
import type { LabWorlds } from '../../src/shell/lab/worlds.ts';
import { FAULT_ROWS } from '../../src/sim/faults/rows.ts';
import { createSimWorld } from '../../src/sim/world.ts';
import { createLabWorlds, createLiveWorld } from '../../src/worlds.ts';
import { PROGRAM } from './program.ts';

/** Each turn lets as much of the wall's time pass as was asked for, and at least this much. */
const TURN_MS = 1;

export function createTestLabs(): LabWorlds {
  let wallMs = 0;
  const breathe = () => new Promise<void>((resolve) => void setImmediate(resolve));
  return {
    program: PROGRAM,
    simulated: (options) => Promise.resolve(createSimWorld({ ...options, agent: 'peersh/test', breathe })),
    faultRows: FAULT_ROWS,
    async faultRefusal(...fault) {
      return (await createLabWorlds()).faultRefusal(...fault);
    },
    real: createLiveWorld,
    freeBytes: () => 4 * 1_073_741_824,
    wallMs: () => wallMs,
    async turn(ms) {
      wallMs += Math.max(TURN_MS, ms);
      await breathe();
    },
  };
}
