/** Simulated networks in a process of their own: what to do with one comes in, what it took goes out. */
import type { NodeConfig } from '../../src/core/world.ts';
import { defaultSettings } from '../../src/settings.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { createSimWorld, type SimWorld } from '../../src/sim/world.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { BareNetwork } from './bare-network.ts';
import { answerRequests } from './child.ts';

/** As a lab does: three that all others dial first, the others join within 30 virtual seconds or one in a millisecond. */
const BOOTSTRAPS = 3;
const JOIN_US = 1_000;
const JOIN_US_MAX = 30_000_000;
/** A stretch looks at the wall's clock so often. */
const SLICE_MS = 50;
const REWINDS = 20;

export interface NetworkRequest {
  /** run: to the end. recorded: with a recorder. bare: the same of the reference. converge: until it is one piece. rewind: afterwards to moments by lot. */
  readonly what: 'run' | 'recorded' | 'bare' | 'converge' | 'rewind';
  readonly nodes: number;
  readonly virtualS: number;
  /** It is cut off after so long. */
  readonly wallMs: number;
  /** An expression that is asked after every event; null: none. */
  readonly watch: string | null;
}

export interface NetworkAnswer {
  readonly events: number;
  readonly wallMs: number;
  /** Less than was asked for when it was cut off. */
  readonly virtualS: number;
  readonly residentBytes: number;
  readonly heapBytes: number;
  /** Of each journey. */
  readonly rewindMs: readonly number[];
  readonly isWhole: boolean;
}

const joinUs = (nodes: number) => Math.min(JOIN_US_MAX, nodes * JOIN_US) / nodes;

async function network(nodes: number, keeps: boolean): Promise<SimWorld> {
  const world = createSimWorld({
    seed: 1,
    nodes,
    agent: 'peersh/bench',
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    wallMs: keeps ? () => performance.now() : () => 0,
  });
  const settings = defaultSettings();
  const bootstrap: NodeConfig['bootstrap'][number][] = [];
  for (let i = 0; i < nodes; i += 1) {
    const config: NodeConfig = { name: `n${i + 1}`, settings, listen: [], bootstrap: [...bootstrap], data: null };
    if (i >= BOOTSTRAPS) world.simulation.announce(config, Math.floor(joinUs(nodes) * i));
    else {
      const node = await world.spawn(config);
      const place = node.state.listening[0];
      if (place !== undefined) bootstrap.push({ host: place.ip, port: place.port });
    }
  }
  world.simulation.begin();
  return world;
}

function runBare({ nodes, virtualS, wallMs }: NetworkRequest): NetworkAnswer {
  const startedAt = performance.now();
  const bare = new BareNetwork(1, nodes, Math.floor(joinUs(nodes)));
  let atS = 0;
  while (atS < virtualS && performance.now() - startedAt < wallMs) {
    atS += 1;
    bare.run(atS * 1_000_000);
  }
  return answer(bare.events, startedAt, atS, [], true);
}

function answer(
  events: number,
  startedAt: number,
  virtualS: number,
  rewindMs: readonly number[],
  isWhole: boolean,
): NetworkAnswer {
  const wallMs = performance.now() - startedAt;
  const { rss, heapUsed } = process.memoryUsage();
  return { events, wallMs, virtualS, residentBytes: rss, heapBytes: heapUsed, rewindMs, isWhole };
}

answerRequests(async (request: NetworkRequest): Promise<NetworkAnswer> => {
  if (request.what === 'bare') return runBare(request);
  const { what, nodes, virtualS, wallMs } = request;
  const startedAt = performance.now();
  const world = await network(nodes, what === 'rewind');
  const { simulation } = world;
  if (what === 'recorded') world.witness(new Recorder({ world: 'sim', app: 'bench', seed: 1, epochMs: null }));
  const text = what === 'converge' ? 'converged()' : request.watch;
  const watcher = text === null ? null : simulation.watch(text, 'n1');
  const joinedUs = joinUs(nodes) * nodes;
  const isDone =
    watcher === null ? null : () => watcher.hit() && what === 'converge' && simulation.moment().time >= joinedUs;
  const limitUs = virtualS * 1_000_000;
  let isOver = false;
  while (!isOver && performance.now() - startedAt < wallMs) {
    isOver = simulation.advanceFor(limitUs, SLICE_MS, isDone);
    await new Promise((resolve) => setImmediate(resolve));
  }
  const ran = answer(simulation.moment().index, startedAt, simulation.moment().time / 1_000_000, [], isOver);
  return what === 'rewind' ? { ...ran, rewindMs: await rewinds(world) } : ran;
});

/** Journeys to moments by lot, each from where the one before ended. */
async function rewinds({ simulation }: SimWorld): Promise<number[]> {
  const random = createRandom(2, 0);
  const end = simulation.end().index;
  const took: number[] = [];
  for (let i = 0; i < REWINDS; i += 1) {
    const startedAt = performance.now();
    await simulation.goTo({ kind: 'index', index: Math.floor(nextRandom(random) * end) });
    took.push(performance.now() - startedAt);
  }
  return took;
}
