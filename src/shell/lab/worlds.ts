/** Where labs come from: what the composition root gives to a shell, so that the shell knows neither sockets nor the simulator. */
import type { FaultRow, Groups, Refused, SimulatedWorld } from '../../core/simulation.ts';
import type { World } from '../../core/world.ts';

export interface LabWorlds {
  simulated(options: {
    readonly seed: number;
    readonly nodes: number;
    readonly wire: boolean;
  }): Promise<SimulatedWorld>;
  /** The faults that a simulated world knows. */
  readonly faultRows: readonly FaultRow[];
  /** What is wrong with the text of a fault among such nodes and groups; null: nothing. */
  faultRefusal(text: string, names: readonly string[], groups: Groups): Promise<Refused | null>;
  /** Nodes on real sockets of this machine, beside the user's own. */
  real(): World;
  /** How much memory is left for nodes. */
  freeBytes(): number;
  /** The file of the program, which workers run too; null where there is none. */
  readonly program: string | null;
  /** Milliseconds of the wall's clock, by which runs are paced. */
  wallMs(): number;
  /** Lets other work of the process go on for at least so many milliseconds. */
  turn(ms: number): Promise<void>;
}
