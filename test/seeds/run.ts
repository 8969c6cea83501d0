/**
 * One random network in the simulated world: a seed goes in; nodes join, leave and are killed beside buggy and malicious peers; what was
 * broken on the way and at the end comes out. The same seed gives the same run.
 */
import type { NodePort } from '../../src/core/world.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { nextTime } from '../../src/sim/kernel.ts';
import { addHost, closeEnd, removeHost } from '../../src/sim/network.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { step } from '../../src/sim/step.ts';
import type { SimWorld } from '../../src/sim/world.ts';
import { type Address, parseAddress } from '../../src/wire/address.ts';
import { component, createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { Puppet } from './puppet.ts';
import { SCRIPTS } from './scripts.ts';

export interface SeedResult {
  readonly seed: number;
  readonly nodes: number;
  readonly puppets: number;
  readonly events: number;
  readonly hash: number;
  readonly broken: readonly string[];
}

const LAN_NODES_MAX = 40;
const PUBLIC_NODES_MAX = 120;
const CHURN_STEPS = 30;
/** Long enough for a dead peer to be noticed and a lost one to be found again. */
const QUIET_MS = 240_000;
/** After every so many facts the node of the latest event is looked at. */
const LOOK_EVERY = 7;

/** `check` tells what is broken in a node. */
export async function runSeed(seed: number, check = brokenInvariants): Promise<SeedResult> {
  const random = createRandom(seed, 9_999);
  const below = (n: number) => Math.floor(nextRandom(random) * n);
  const isLan = below(2) === 0;
  const size = 3 + below(isLan ? LAN_NODES_MAX - 2 : PUBLIC_NODES_MAX - 2);
  // More than 60 places make a public network, whatever the number of nodes in it.
  const world = createSim(seed, isLan ? 60 : 1_000);
  const broken: string[] = [];
  const look = (node: NodePort) => {
    for (const what of check(node.state)) broken.push(`${node.name}: ${what}`);
  };
  let latest: NodePort | null = null;
  world.onEvent((node) => {
    latest = node;
  });
  /** Lets time pass, and looks at the nodes to which something happens, between two facts. */
  const pass = (ms: number) => {
    const { network } = world;
    const limit = network.kernel.now + ms * 1_000;
    for (let steps = 1; nextTime(network.kernel) <= limit && broken.length === 0; steps += 1) {
      step(network);
      if (steps % LOOK_EVERY === 0 && latest !== null) look(latest);
    }
    network.kernel.now = Math.max(network.kernel.now, limit);
  };
  let puppets = 0;
  const live = async () => {
    const nodes: NodePort[] = [await spawn(world, 'n1')];
    const bootstrap = [placeOf(nodes[0] as NodePort)];
    for (let i = 1; i < size; i += 1) {
      nodes.push(await spawn(world, `n${i + 1}`, { bootstrap }));
      pass(below(500));
    }
    puppets = placePuppets(world, isLan, below(1 + Math.ceil(size / 3)), below, nodes.map(addressOfNode));
    for (let turn = 0; turn < CHURN_STEPS && broken.length === 0; turn += 1) {
      await churn(world, nodes, bootstrap, below);
      pass(below(20_000));
    }
    pass(QUIET_MS);
    const honest = world.nodes();
    for (const node of honest) look(node);
    if (broken.length === 0 && component(honest) !== honest.length)
      broken.push(`${component(honest)} of ${honest.length} nodes are one component`);
  };
  await noteThrown(live, broken);
  const { events, hash } = world.network;
  await noteThrown(() => world.close(), broken);
  return { seed, nodes: size, puppets, events, hash, broken };
}

/** Where our own code throws, that is told like all else that is broken, with the seed. */
async function noteThrown(part: () => Promise<void>, broken: string[]): Promise<void> {
  try {
    await part();
  } catch (error) {
    broken.push(error instanceof Error ? (error.stack ?? error.message) : String(error));
  }
}

const addressOfNode = (node: NodePort) => node.state.listening[0] as Address;

/** One thing happens: somebody leaves, is killed, or comes back. The bootstrap node stays. */
async function churn(
  world: SimWorld,
  nodes: NodePort[],
  bootstrap: readonly { host: string; port: number }[],
  below: (n: number) => number,
): Promise<void> {
  const up = world.nodes().filter((node) => node.name !== 'n1');
  const one = up[below(up.length)];
  const kind = below(3);
  if (kind < 2 && one !== undefined && up.length > 2) {
    if (kind === 0) await one.stop();
    else kill(world, one);
    return;
  }
  const names = new Set(world.nodes().map((node) => node.name));
  const gone = nodes.find((node) => !names.has(node.name));
  if (gone !== undefined) nodes[nodes.indexOf(gone)] = await spawn(world, gone.name, { bootstrap });
}

/** As a killed process: nobody is told but by the end of the connections. */
export function kill(world: SimWorld, node: NodePort): void {
  const host = world.network.names.get(node.name);
  if (host === undefined) return;
  for (const end of [...host.ends.values()]) closeEnd(world.network, end);
  host.port = null;
  removeHost(world.network, host);
  (world.nodes() as NodePort[]).splice(world.nodes().indexOf(node), 1);
}

function placePuppets(
  world: SimWorld,
  isLan: boolean,
  count: number,
  below: (n: number) => number,
  victims: readonly Address[],
): number {
  const kinds = Object.values(SCRIPTS);
  for (let i = 0; i < count; i += 1) {
    const script = kinds[below(kinds.length)] as (typeof kinds)[number];
    const ip = isLan ? `10.0.1.${i + 1}` : `${100 + (i % 20)}.${i}.0.1`;
    const address = parseAddress(`${ip}:5999`) as Address;
    const id = `puppet-${i}`;
    const host = addHost(world.network, 5_000 + i, id, address, (context) => new Puppet(context, script(victims, id)));
    host.context.wake(world.now());
  }
  return count;
}
