/** One simulated network in a process of its own: its size and seed come in, events per second of its two stretches go out. */
import { createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { answerRequests } from './child.ts';

/** Virtual seconds in which the nodes that joined last find their peers, and in which all then live on. */
const FORMING_S = 5;
const LIVING_S = 60;
/** Virtual milliseconds between two that join. */
const JOIN_MS = 1;
const BOOTSTRAPS = 3;

export interface NetworkRequest {
  readonly seed: number;
  readonly nodes: number;
  /** Each stretch is cut off after so long. */
  readonly wallMs: number;
}

export interface Stretch {
  readonly perSecond: number;
  readonly virtualSeconds: number;
}

export interface Stretches {
  readonly forming: Stretch;
  readonly living: Stretch;
}

answerRequests(async ({ seed, nodes, wallMs }: NetworkRequest): Promise<Stretches> => {
  const world = createSim(seed, nodes);
  const bootstrap: { host: string; port: number }[] = [];

  /** Runs a stretch, which is to ask now and then whether its time is over. */
  async function measure(stretch: (isOver: () => boolean) => Promise<void>): Promise<Stretch> {
    const startedAt = performance.now();
    const before = { events: world.network.events, at: world.now() };
    await stretch(() => performance.now() - startedAt > wallMs);
    const tookS = (performance.now() - startedAt) / 1_000;
    return {
      perSecond: (world.network.events - before.events) / tookS,
      virtualSeconds: (world.now() - before.at) / 1_000_000,
    };
  }

  return {
    forming: await measure(async (isOver) => {
      for (let i = 0; i < nodes; i += 1) {
        const node = await spawn(world, `n${i + 1}`, { bootstrap: bootstrap.slice(0, BOOTSTRAPS) });
        if (i < BOOTSTRAPS) bootstrap.push(placeOf(node));
        if (!isOver()) await world.until(isOver, { limitMs: JOIN_MS });
      }
      if (!isOver()) await world.until(isOver, { limitMs: FORMING_S * 1_000 });
    }),
    living: await measure(async (isOver) => {
      await world.until(isOver, { limitMs: LIVING_S * 1_000 });
    }),
  };
});
