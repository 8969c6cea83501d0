/** Grows simulated networks for tests: a seed and a size go in, a world and its nodes come out. */
import type { NodePort } from '../../src/core/world.ts';
import { createSimWorld, type SimWorld } from '../../src/sim/world.ts';
import { placeOf, spawn } from './meet.ts';

export const createSim = (seed: number, nodes: number, wire = false): SimWorld =>
  createSimWorld({
    seed,
    nodes,
    wire,
    agent: 'peersh/test',
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
  });

/** A network of nodes that join one after the other and then live on for some seconds. */
export async function grow(world: SimWorld, count: number, bootstraps: number, seconds: number): Promise<NodePort[]> {
  const nodes: NodePort[] = [];
  for (let i = 0; i < count; i += 1) {
    const bootstrap = nodes.slice(0, bootstraps).map(placeOf);
    nodes.push(await spawn(world, `n${i + 1}`, { bootstrap }));
    await world.until(() => false, { limitMs: 1 });
  }
  await world.until(() => false, { limitMs: seconds * 1_000 });
  return nodes;
}

/** Nodes that can be reached from the first one over ready connections. */
export function component(nodes: readonly NodePort[]): number {
  const byId = new Map(nodes.map((node) => [node.state.id, node]));
  const seen = new Set<NodePort>();
  const open = nodes.slice(0, 1);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    if (seen.has(node)) continue;
    seen.add(node);
    for (const id of node.state.peers.keys()) open.push(...[byId.get(id)].filter((one) => one !== undefined));
  }
  return seen.size;
}
