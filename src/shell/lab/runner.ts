/** Moves the time of a lab, in small pieces so that the process goes on meanwhile: at once as far as told, or in step with the wall's clock. */
import type { Simulation } from '../../core/simulation.ts';
import type { LabWorlds } from './worlds.ts';

/** So long the simulation works before other work has its turn. */
const TURN_MS = 10;
/** What happens in step with the wall's clock is looked at so often. */
const PACE_MS = 20;

export interface Clockwork {
  readonly simulation: Simulation;
  readonly worlds: LabWorlds;
}

/** Whether a rule has stopped a message since: whoever lets the time pass then stops, so that the user can look. */
export function holdsSince(simulation: Simulation): () => boolean {
  const before = simulation.holds;
  return () => simulation.holds !== before;
}

/** Goes on until `limitUs`, until `isDone` says so, or until the signal aborts. */
export async function moveTo(
  { simulation, worlds }: Clockwork,
  limitUs: number,
  isDone: (() => boolean) | null,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted && !simulation.advanceFor(limitUs, TURN_MS, isDone)) await worlds.turn(0);
}

interface Running {
  /** Virtual seconds in one of the wall's; Infinity: as fast as it goes. */
  readonly speed: number;
  readonly limitUs: number;
}

export interface RunnerEvents {
  /** The time has moved. */
  moved(): void;
  /** It came to its end by itself. */
  ended(): void;
  failed(error: unknown): void;
}

/** Lets time pass in the background. */
export class Runner {
  private readonly clockwork: Clockwork;
  private readonly events: RunnerEvents;
  private running: Running | null = null;

  constructor(clockwork: Clockwork, events: RunnerEvents) {
    this.clockwork = clockwork;
    this.events = events;
  }

  /** How fast it runs now; null when it does not. */
  get speed(): number | null {
    return this.running?.speed ?? null;
  }

  start(speed: number, limitUs: number): void {
    const running = { speed, limitUs };
    this.running = running;
    this.clockwork.simulation.isPaced = true;
    this.goOn(running).catch((error: unknown) => {
      this.pause();
      this.events.failed(error);
    });
  }

  /** False when nothing ran. */
  pause(): boolean {
    const hasRun = this.running !== null;
    this.running = null;
    this.clockwork.simulation.isPaced = false;
    return hasRun;
  }

  private async goOn(running: Running): Promise<void> {
    const { simulation, worlds } = this.clockwork;
    const { speed, limitUs } = running;
    const now = () => simulation.moment().time;
    const isStopped = holdsSince(simulation);
    let since = { wallMs: worlds.wallMs(), us: now() };
    while (this.running === running) {
      const due =
        speed === Infinity ? Infinity : since.us + Math.floor((worlds.wallMs() - since.wallMs) * 1_000 * speed);
      const isThere = simulation.advanceFor(Math.min(limitUs, due), TURN_MS, isStopped);
      this.events.moved();
      // Nothing will ever happen again when as fast as it goes comes to no limit.
      if (isThere && (now() >= limitUs || speed === Infinity || isStopped())) {
        this.pause();
        this.events.ended();
        return;
      }
      // What the machine is too slow for is not caught up with.
      if (!isThere) since = { wallMs: worlds.wallMs(), us: now() };
      await worlds.turn(isThere ? PACE_MS : 0);
    }
  }
}
