/** Brings nodes into a simulated lab: who comes, whom they dial and when go in; the lab has them, or will. A lab script's first nodes make its lab. */
import type { SimulatedWorld } from '../../core/simulation.ts';
import type { HostPort } from '../../core/world.ts';
import type { Settings } from '../../settings.ts';
import { parseHostPort } from '../../wire/address.ts';
import { UsageError } from '../errors.ts';
import type { Shell } from '../shell.ts';
import { type Lab, labOf, simulationOf } from './lab.ts';
import { checkMemory } from './memory.ts';
import { openLab, roomForLab } from './open.ts';
import type { Play } from './play.ts';
import { BOOTSTRAPS } from './setup.ts';
import { dialsOf } from './topology.ts';

export interface Coming {
  readonly names: readonly string[];
  /** As typed; null: none. */
  readonly topology: string | null;
  /** Names or addresses that each dials; null: whatever the topology says, else the first nodes of the lab. */
  readonly bootstrap: readonly string[] | null;
  /** Until the first comes, and from one to the next. */
  readonly afterUs: number;
  readonly everyUs: number;
  readonly settings: Settings;
}

export async function spawnNodes(shell: Shell, coming: Coming): Promise<Lab> {
  const { lab, play } = shell;
  if (lab === null && play !== null) return spawnFirst(shell, play, coming);
  const here = labOf(shell);
  const world = here.simulatedWorld();
  if (world === null) simulationOf(shell, 'spawn');
  else {
    const members = here.members();
    const doubled = coming.names.find((name) => members.includes(name));
    if (doubled !== undefined) throw new UsageError(`${doubled} is there already; restart ${doubled} starts it anew`);
    checkMemory(members.length + coming.names.length, here.worlds.freeBytes());
    await bring(world, members, coming, (names) => here.inhabitants.enrol(names));
  }
  return here;
}

async function spawnFirst(shell: Shell, play: Play, coming: Coming): Promise<Lab> {
  if (coming.afterUs > 0) throw new UsageError('the first nodes of a lab come at once: leave out after=');
  const labs = roomForLab(shell);
  const { seed, nodes } = play;
  checkMemory(nodes, labs.freeBytes());
  const world = await labs.simulated({ seed, nodes, wire: false });
  await bring(world, [], coming, () => undefined);
  const options = { nodes, seed, topology: coming.topology, wire: false, isScripted: true };
  return openLab(shell, { world, simulated: world, members: coming.names }, options, play.settings, labs);
}

/** All is said before the first one comes. */
async function bring(
  world: SimulatedWorld,
  members: readonly string[],
  coming: Coming,
  enrol: (names: readonly string[]) => void,
): Promise<void> {
  const { simulation } = world;
  const { names, settings, afterUs, everyUs } = coming;
  const order = [...members, ...names];
  const places = new Map(order.map((name, index) => [name, world.placeOf(index)]));
  const targets = targetsOf(coming, order, places, simulation.seed);
  enrol(names);
  const { time, taken } = simulation.moment();
  const started: Promise<unknown>[] = [];
  for (const [index, name] of names.entries()) {
    const config = { name, settings: { ...settings }, listen: [], bootstrap: targets[index] ?? [], data: null };
    const delayUs = afterUs + index * everyUs;
    if (delayUs === 0) started.push(world.spawn(config));
    else simulation.announce(config, time + delayUs);
  }
  // Nothing has happened yet: a lab that is taken back has its nodes.
  if (taken === 0) simulation.begin();
  await Promise.all(started);
}

/** For each that comes, whom it dials. */
function targetsOf(
  { names, topology, bootstrap }: Coming,
  order: readonly string[],
  places: ReadonlyMap<string, HostPort>,
  seed: number,
): HostPort[][] {
  const placeOf = (word: string): HostPort => {
    const known = places.get(word);
    if (known !== undefined) return known;
    const reading = parseHostPort(word);
    if ('error' in reading)
      throw new UsageError(`bootstrap: ${JSON.stringify(word)} is no node of the lab and no host:port`);
    return reading;
  };
  const dials = topology === null ? null : dialsOf(topology, names.length, seed);
  const first = dials === null && bootstrap === null ? order.slice(0, BOOTSTRAPS) : (bootstrap ?? []);
  return names.map((name, index) => [
    ...(dials?.[index] ?? []).map((other) => placeOf(names[other] ?? '')),
    ...first.filter((word) => word !== name).map(placeOf),
  ]);
}
