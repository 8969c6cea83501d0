/**
 * Who is connected to whom without who dialled: the nodes of a large world go in, the neighbours of each come out. A connection is looked
 * at only where its other end is no node of the world: there are ten times as many as nodes, and each lies somewhere else in memory.
 */
import { type GraphNode, type Inhabitant, rosterOf, visitPeers } from './graph.ts';

export interface Sketch {
  /** Those of the world first, in its order. */
  readonly nodes: readonly GraphNode[];
  /** Numbers of nodes, each once. */
  readonly neighbours: readonly (readonly number[])[];
  /** Pairs that are connected. */
  readonly connections: number;
  /** Those of which only one end takes it for a connection. */
  readonly halves: number;
}

export function sketchOf(inhabitants: readonly Inhabitant[]): Sketch {
  const { nodes, states, peerOf } = rosterOf(inhabitants);
  const { length: inside } = states;
  const told = states.map((state, at) => {
    const peers: number[] = [];
    visitPeers(state, (id, session) => {
      const peer = peerOf(id, session);
      if (peer !== at && !peers.includes(peer)) peers.push(peer);
    });
    return peers;
  });
  const neighbours = nodes.map((_, at) => (at < inside ? [...(told[at] as number[])] : []));
  let connections = 0;
  let halves = 0;
  for (const [from, peers] of told.entries())
    for (const to of peers) {
      if (to < inside && told[to]?.includes(from) === true) {
        if (from < to) connections += 1;
        continue;
      }
      connections += 1;
      if (to < inside) halves += 1;
      neighbours[to]?.push(from);
    }
  return { nodes, neighbours, connections, halves };
}
