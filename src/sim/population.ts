/**
 * Who lives in a simulated world: what a node is to be goes in, a place and an id are given, and it lives there. The same seed gives the
 * same ids and places in the order of coming.
 */
import { createNode, startNode, stopNode } from '../core/node.ts';
import { STOP } from '../core/witness.ts';
import type { NodeConfig } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { NodeInhabitant } from './inhabitant.ts';
import { addHost, announceJoin, closeEnd, type Host, type Network, removeHost, report } from './network.ts';
import { createRandom, nextRandom } from './random.ts';
import { happen } from './step.ts';

export interface Population {
  readonly agent: string;
  /** How many nodes there will be: up to 60 share one LAN, more are spread over public networks. */
  readonly size: number;
  /** Nodes born so far: each gets an id of its own, also when it comes back under its name. */
  births: number;
  /** By name; a name keeps its place. */
  places: Map<string, number>;
  /** Who will join, by name. */
  announced: Map<string, NodeConfig>;
  /** How each node was set up when it came last, for whoever starts it again. */
  configs: Map<string, NodeConfig>;
}

export const SIM_PORT = 5_999;
const LAN_NODES_MAX = 60;

export const createPopulation = (agent: string, size: number): Population => ({
  agent,
  size,
  births: 0,
  places: new Map(),
  announced: new Map(),
  configs: new Map(),
});

/** Where the k-th node lives: 10.0.0.k on a LAN, else one public /16 after the other. */
export function placeOf(index: number, size: number): Address {
  const ip =
    size <= LAN_NODES_MAX
      ? `10.0.0.${index + 1}`
      : `${20 + (index % 70)}.${Math.floor(index / 70) % 250}.${Math.floor(index / 17_500) % 250}.${1 + Math.floor(index / 4_375_000)}`;
  const address = addressOf(ip, SIM_PORT);
  if (address === null) throw new Error(`no place for node ${index}`);
  return address;
}

/** A UUID of version 4 from the seed, so that the same seed gives the same ids. */
function idOf(seed: number, index: number): string {
  const random = createRandom(seed ^ 0x1d, index);
  const hex = Array.from({ length: 32 }, () => Math.floor(nextRandom(random) * 16).toString(16));
  hex[12] = '4';
  hex[16] = '8';
  const part = (from: number, to: number) => hex.slice(from, to).join('');
  return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
}

function placeOfName(population: Population, name: string): number {
  const known = population.places.get(name);
  if (known !== undefined) return known;
  const index = population.places.size;
  population.places.set(name, index);
  return index;
}

/** A node moves in; whoever wants to hear its first events gives it its port with `settle` before `start`. */
export function settle(network: Network, population: Population, config: NodeConfig): Host {
  const { name, settings, bootstrap } = config;
  const index = placeOfName(population, name);
  const id = idOf(network.seed, population.births);
  population.births += 1;
  population.configs.set(name, config);
  const node = createNode({ id, agent: population.agent, settings, bootstrap });
  const address = placeOf(index, population.size);
  return addHost(network, index, name, address, (context) => new NodeInhabitant(node, context));
}

/** To look at. */
export const nodeOf = (host: Host) => (host.inhabitant as NodeInhabitant).node;

/** To change. */
export const changingNodeOf = (host: Host) => (host.inhabitant as NodeInhabitant).changing();

export function start(network: Network, host: Host): void {
  host.context.now = network.kernel.now;
  network.witness?.fact(host.name, network.kernel.now, { kind: 'join', id: nodeOf(host).id });
  startNode(changingNodeOf(host), host.context, [host.address]);
}

/** It will join at a time; its place is its own from now on. */
export function announce(network: Network, population: Population, config: NodeConfig, at: number): void {
  placeOfName(population, config.name);
  population.announced.set(config.name, config);
  announceJoin(network, at, config.name);
}

/** Who was announced joins. */
export function join(network: Network, population: Population, name: string, register: (host: Host) => void): void {
  const config = population.announced.get(name);
  if (config === undefined || network.names.has(name)) return;
  population.announced.delete(name);
  const host = settle(network, population, config);
  register(host);
  happen(network, 'join', host, host.index);
  start(network, host);
}

/** Who was killed comes again as it was set up, with a new id. */
export function restart(network: Network, population: Population, name: string, register: (host: Host) => void): void {
  const config = population.configs.get(name);
  if (config === undefined || network.names.has(name)) return;
  const host = settle(network, population, config);
  register(host);
  start(network, host);
}

/** A node leaves cleanly. */
export function leave(network: Network, host: Host): void {
  if (!host.isUp) return;
  host.context.now = network.kernel.now + host.skewUs;
  network.witness?.fact(host.name, network.kernel.now, STOP);
  stopNode(changingNodeOf(host), host.context);
  for (const end of host.ends.values()) {
    if (!end.isLeaving) continue;
    network.tap?.closed(host.name, end.n);
    closeEnd(network, end);
  }
  removeHost(network, host);
  report(network, host, { kind: 'stopped' });
}
