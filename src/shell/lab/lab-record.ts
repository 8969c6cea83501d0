/**
 * What is recorded of a lab. A simulated one costs nothing until somebody asks: then its history runs once more beside it, from the set-up
 * on, and from there the recorder goes along. A journey to another moment ends that; real nodes are recorded from their beginning.
 */
import type { Simulation } from '../../core/simulation.ts';
import type { World } from '../../core/world.ts';
import { Recorder } from '../../trace/recorder.ts';
import { VERSION } from '../../util/version.ts';

export const APP = `peersh/${VERSION}`;

export class LabRecord {
  private readonly world: World;
  private readonly simulation: Simulation | null;
  private recorder: Recorder | null;
  private unlisten: (() => void) | null = null;
  /** Called when what was recorded is of another course of events. */
  ended: (() => void) | null = null;

  /** `first` has seen everything so far. */
  constructor(world: World, simulation: Simulation | null, first: Recorder | null) {
    this.world = world;
    this.simulation = simulation;
    this.recorder = first;
  }

  /** null: nothing is recorded now. */
  get current(): Recorder | null {
    return this.recorder;
  }

  /** Time must stand still meanwhile. */
  async open(signal: AbortSignal): Promise<Recorder> {
    if (this.recorder !== null) return this.recorder;
    const { simulation, world } = this;
    const recorder = new Recorder({ world: world.kind, app: APP, seed: simulation?.seed ?? null, epochMs: null });
    if (simulation !== null) await simulation.replay(recorder, signal);
    this.unlisten = world.witness(recorder);
    this.recorder = recorder;
    return recorder;
  }

  forget(): void {
    this.unlisten?.();
    this.unlisten = null;
    this.recorder = null;
    this.ended?.();
    this.ended = null;
  }
}
