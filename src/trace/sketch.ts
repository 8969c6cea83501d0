/**
 * Who is connected to whom without who dialled: the nodes of a large world go in, the neighbours of each come out. A connection is looked
 * at only where its other end is no node of the world: there are ten times as many as nodes, and each lies somewhere else in memory.
 */
import type { NodeState } from '../core/state.ts';
import { type GraphNode, type Inhabitant, type Roster, rosterOf, visitPeers } from './graph.ts';

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
  const roster = rosterOf(inhabitants);
  const { nodes, states } = roster;
  const neighbours = states.map((state, at) => peersOf(state, at, roster));
  let ends = 0;
  let pairs = 0;
  for (const [from, peers] of neighbours.entries()) {
    ends += peers.length;
    for (const to of peers) if (from < to && neighbours[to]?.includes(from) === true) pairs += 1;
  }
  if (ends === 2 * pairs) return { nodes, neighbours, connections: pairs, halves: 0 };
  return { nodes, ...withHalves(neighbours, nodes.length), connections: ends - pairs };
}

function peersOf(state: NodeState, at: number, { byId, peerOf }: Roster): number[] {
  const peers: number[] = [];
  let isPlain = true;
  for (const id of state.peers.keys()) {
    const peer = byId.get(id);
    if (peer === undefined) isPlain = false;
    else if (peer !== at) peers.push(peer);
  }
  if (isPlain && state.sessions.size === state.peers.size) return peers;
  visitPeers(state, (id, session) => {
    const peer = peerOf(id, session);
    if (peer !== at && !peers.includes(peer)) peers.push(peer);
  });
  return peers;
}

/** The other end of each connection that only one knows of is a neighbour, too. Of an outsider there is nothing else to be seen. */
function withHalves(told: readonly (readonly number[])[], size: number) {
  const neighbours = Array.from({ length: size }, (_, at) => [...(told[at] ?? [])]);
  let halves = 0;
  for (const [from, peers] of told.entries())
    for (const to of peers) {
      if (told[to]?.includes(from) === true) continue;
      if (to < told.length) halves += 1;
      neighbours[to]?.push(from);
    }
  return { neighbours, halves };
}
