/** Fills a lab: how many nodes, which topology and which settings go in, a world with them in it comes out. */

import type { HostPort } from '../../core/world.ts';
import type { Settings } from '../../settings.ts';
import { Recorder } from '../../trace/recorder.ts';
import { parseHostPort } from '../../wire/address.ts';
import type { LabOptions, Made } from './lab.ts';
import { APP } from './lab-record.ts';
import { type Dials, dialsOf } from './topology.ts';
import type { LabWorlds } from './worlds.ts';

/** Nodes that all others dial first. */
export const BOOTSTRAPS = 3;
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

const namesOf = (nodes: number) => Array.from({ length: nodes }, (_, index) => `n${index + 1}`);

function plan({ nodes, topology, seed }: LabOptions, base: Settings) {
  const dials = topology === null ? firstOnes(nodes) : dialsOf(topology, nodes, seed);
  const settings: Settings = topology === null ? base : { ...base, 'gossip.dial': false };
  return { dials, settings, members: namesOf(nodes) };
}

export async function createSimulated(worlds: LabWorlds, options: LabOptions, base: Settings): Promise<Made> {
  const { dials, settings, members } = plan(options, base);
  const world = await worlds.simulated(options);
  const { simulation } = world;
  const { nodes } = options;
  for (const [i, name] of members.entries()) {
    const bootstrap = (dials[i] ?? []).map((other) => world.placeOf(other));
    const config = { name, settings, listen: [], bootstrap, data: null };
    if (nodes <= AT_ONCE_MAX || i < BOOTSTRAPS) await world.spawn(config);
    else simulation.announce(config, Math.floor((Math.min(JOIN_US_MAX, nodes * JOIN_US) * i) / nodes));
  }
  simulation.begin();
  return { world, simulated: world, members };
}

/** The same on sockets: each dials those that came before it. */
export async function createReal(worlds: LabWorlds, options: LabOptions, base: Settings): Promise<Made> {
  const { dials, settings, members } = plan(options, base);
  const world = worlds.real();
  const recorder = new Recorder({ world: world.kind, app: APP, seed: null, epochMs: null });
  world.witness(recorder);
  const places: HostPort[] = [];
  try {
    for (const [i, name] of members.entries()) {
      const bootstrap = (dials[i] ?? []).map((other) => places[other]).filter((place) => place !== undefined);
      const node = await world.spawn({ name, settings: { ...settings }, listen: [LOOPBACK], bootstrap, data: null });
      const place = parseHostPort(node.state.listening[0]?.text ?? '');
      if (!('error' in place)) places.push(place);
    }
  } catch (error) {
    await world.close();
    throw error;
  }
  return { world, simulated: null, members, recorder };
}
