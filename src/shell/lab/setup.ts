/** Fills a lab: how many nodes, which topology and which settings go in, a world with them in it comes out. */
import type { Simulation } from '../../core/simulation.ts';
import type { HostPort } from '../../core/world.ts';
import type { Settings } from '../../settings.ts';
import { parseHostPort } from '../../wire/address.ts';
import type { LabOptions, Made } from './lab.ts';
import { type Dials, dialsOf } from './topology.ts';
import type { LabWorlds } from './worlds.ts';

/** Nodes that all others dial first. */
const BOOTSTRAPS = 3;
/** A larger lab fills up one node after the other, for at most so long. */
const AT_ONCE_MAX = 60;
const JOIN_US = 1_000;
const JOIN_US_MAX = 30_000_000;
const LOOPBACK: HostPort = { host: '127.0.0.1', port: 0 };

/** Without a topology everybody dials the first ones; the first themselves each other. */
function firstOnes(nodes: number): Dials {
  const first = Array.from({ length: Math.min(BOOTSTRAPS, nodes) }, (_, i) => i);
  return Array.from({ length: nodes }, (_, i) => first.filter((other) => other !== i));
}

export const nameOf = (index: number) => `n${index + 1}`;

function plan({ nodes, topology, seed }: LabOptions, base: Settings) {
  const dials = topology === null ? firstOnes(nodes) : dialsOf(topology, nodes, seed);
  const settings: Settings = topology === null ? base : { ...base, 'gossip.dial': false };
  return { dials, settings };
}

export async function createSimulated(
  worlds: LabWorlds,
  options: LabOptions,
  base: Settings,
): Promise<Made & { readonly simulation: Simulation }> {
  const { dials, settings } = plan(options, base);
  const world = await worlds.simulated(options);
  const { simulation } = world;
  const { nodes } = options;
  for (let i = 0; i < nodes; i += 1) {
    const bootstrap = (dials[i] ?? []).map((other) => world.placeOf(other));
    const config = { name: nameOf(i), settings, listen: [], bootstrap, data: null };
    if (nodes <= AT_ONCE_MAX || i < BOOTSTRAPS) await world.spawn(config);
    else simulation.announce(config, Math.floor((Math.min(JOIN_US_MAX, nodes * JOIN_US) * i) / nodes));
  }
  simulation.begin();
  const places = new Map<string, string>();
  for (let i = 0; i < nodes; i += 1) {
    const { host, port } = world.placeOf(i);
    places.set(`${host}:${port}`, nameOf(i));
  }
  return { world, simulation, places };
}

/** The same on sockets: each dials those that came before it. */
export async function createReal(worlds: LabWorlds, options: LabOptions, base: Settings): Promise<Made> {
  const { dials, settings } = plan(options, base);
  const world = worlds.real();
  const places: HostPort[] = [];
  try {
    for (let i = 0; i < options.nodes; i += 1) {
      const bootstrap = (dials[i] ?? []).map((other) => places[other]).filter((place) => place !== undefined);
      const config = { name: nameOf(i), settings: { ...settings }, listen: [LOOPBACK], bootstrap, data: null };
      const node = await world.spawn(config);
      const place = parseHostPort(node.state.listening[0]?.text ?? '');
      if (!('error' in place)) places.push(place);
    }
  } catch (error) {
    await world.close();
    throw error;
  }
  const named = new Map(world.nodes().map(({ name, state }) => [state.listening[0]?.text ?? '', name]));
  return { world, simulation: null, places: named };
}
