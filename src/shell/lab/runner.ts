/** Moves the time of a lab, in small pieces so that the process goes on meanwhile: at once as far as told, or in step with the wall's clock. */
import type { Simulation } from '../../core/simulation.ts';
import type { LabWorlds } from './worlds.ts';

/** So long the simulation works before other work has its turn. */
const TURN_MS = 15;

/** Goes on until `limitUs`, `isDone` says so, or the signal aborts; false when it was aborted. `tell` is called between turns. */
export async function moveTo(
  { simulation, worlds }: { readonly simulation: Simulation; readonly worlds: LabWorlds },
  limitUs: number,
  isDone: (() => boolean) | null,
  signal: AbortSignal,
  tell: () => void,
): Promise<boolean> {
  for (;;) {
    if (signal.aborted) return false;
    if (simulation.advanceFor(limitUs, TURN_MS, isDone)) return true;
    tell();
    await worlds.turn(0);
  }
}
