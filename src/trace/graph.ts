/**
 * Who is connected to whom: the nodes of a world go in, a plain graph comes out, with an edge from the side that dialled to the side that
 * listened. Peers that are no nodes of this world are in it too. It draws nothing.
 */
import type { NodeState, Session } from '../core/state.ts';

export interface GraphNode {
  readonly name: string;
  readonly id: string | null;
  /** Where it listens, null when it does not or nobody knows. */
  readonly address: string | null;
  /** Only known as the peer of somebody. */
  readonly isOutside: boolean;
}

/** Numbers of nodes. */
export interface Edge {
  readonly from: number;
  readonly to: number;
}

export interface Connection extends Edge {
  /** Only one of the two ends takes it for a connection: it is new, or cut. */
  readonly isHalf: boolean;
}

export interface Graph {
  /** Those of the world first, in its order. */
  readonly nodes: readonly GraphNode[];
  /** One for each pair and direction. */
  readonly connections: readonly Connection[];
}

/** Edges from who knows an address to who is there, without those that are connected anyway. */
export interface KnownOnly {
  readonly edges: readonly Edge[];
  /** Also of those that are not listed. */
  readonly count: number;
}

/** What is needed of a node. */
export interface Inhabitant {
  readonly name: string;
  readonly state: NodeState;
}

/** As much of an id as people see elsewhere. */
const SHORT_ID_LENGTH = 8;

const placeOf = ({ listen, remote }: Session) => (listen ?? remote).text;

/** One number for two, so that a pair is found without making a text of it; nodes are far fewer than 2^26. */
const pairOf = (from: number, to: number) => from * 67_108_864 + to;

/** Who is there, and who stands at the other end of a connection: an outsider joins the nodes when it is first met. */
export interface Roster {
  /** Those of the world first. */
  readonly nodes: readonly GraphNode[];
  readonly states: readonly NodeState[];
  readonly byId: ReadonlyMap<string, number>;
  readonly peerOf: (id: string | null, session: Session) => number;
}

export function rosterOf(inhabitants: readonly Inhabitant[]): Roster {
  const nodes: GraphNode[] = [];
  const states: NodeState[] = [];
  const byId = new Map<string, number>();
  for (const { name, state } of inhabitants) {
    byId.set(state.id, nodes.length);
    nodes.push({ name, id: state.id, address: state.listening[0]?.text ?? null, isOutside: false });
    states.push(state);
  }
  let strangers: ((id: string | null, session: Session) => number) | null = null;
  return {
    nodes,
    states,
    byId,
    peerOf(id, session) {
      const at = id === null ? undefined : byId.get(id);
      if (at !== undefined) return at;
      strangers ??= strangersOf(nodes, states, byId);
      return strangers(id, session);
    },
  };
}

/** Finds who has no id of a node: a node that came again has another one at the same address, and all others are outsiders. */
function strangersOf(nodes: GraphNode[], states: readonly NodeState[], byId: Map<string, number>) {
  const names = new Set(nodes.map(({ name }) => name));
  const byAddress = new Map<string, number>();
  for (const [at, { listening }] of states.entries()) for (const { text } of listening) byAddress.set(text, at);
  return (id: string | null, session: Session): number => {
    const place = placeOf(session);
    const here = byAddress.get(place);
    if (here !== undefined) return here;
    const at = nodes.length;
    const name = nameOutside(names, id, place, at);
    names.add(name);
    nodes.push({ name, id, address: session.listen?.text ?? null, isOutside: true });
    if (id === null) byAddress.set(place, at);
    else byId.set(id, at);
    return at;
  };
}

export function graphOf(inhabitants: readonly Inhabitant[]): Graph {
  const { nodes, states, peerOf } = rosterOf(inhabitants);
  return { nodes, connections: connectionsOf(states, peerOf) };
}

/** Whom a node is connected to. Who is taken for a peer without a hello is no peer by any id. */
export function visitPeers({ sessions, peers }: NodeState, visit: (id: string | null, session: Session) => void): void {
  for (const [id, session] of peers) visit(id, session);
  if (sessions.size > peers.size)
    for (const session of sessions.values()) if (session.stage === 'quiet') visit(null, session);
}

/** Who stands at the other end and who dialled, as one number: a large world has a million of them. */
const endOf = (peer: number, isDialled: boolean) => 2 * peer + (isDialled ? 1 : 0);
const peerAt = (end: number) => Math.floor(end / 2);
const isDialledAt = (end: number) => end % 2 === 1;

/** One for each pair and direction; it has two ends unless only one of the nodes has it. */
function connectionsOf(states: readonly NodeState[], peerOf: Roster['peerOf']): Connection[] {
  const { length: inside } = states;
  const endsOf = states.map((state) => {
    const ends: number[] = [];
    visitPeers(state, (id, session) => {
      const end = endOf(peerOf(id, session), session.dir === 'outbound');
      if (!ends.includes(end)) ends.push(end);
    });
    return ends;
  });
  const connections: Connection[] = [];
  for (const [from, ends] of endsOf.entries())
    for (const end of ends) {
      if (!isDialledAt(end)) continue;
      const to = peerAt(end);
      // Of an outsider there is no other end to be seen.
      connections.push({ from, to, isHalf: to < inside && endsOf[to]?.includes(endOf(from, false)) !== true });
    }
  for (const [to, ends] of endsOf.entries())
    for (const end of ends) {
      if (isDialledAt(end)) continue;
      const from = peerAt(end);
      const isHalf = from < inside;
      if (!isHalf || endsOf[from]?.includes(endOf(to, true)) !== true) connections.push({ from, to, isHalf });
    }
  return connections;
}

function nameOutside(taken: ReadonlySet<string>, id: string | null, place: string, at: number): string {
  const names = id === null ? [place] : [id.slice(0, SHORT_ID_LENGTH), id, place];
  return names.find((name) => !taken.has(name)) ?? `${place}#${at}`;
}

/** Of at most `most` edges; all are counted. */
export function knownOnly(graph: Graph, inhabitants: readonly Inhabitant[], most: number): KnownOnly {
  const connected = new Set<number>();
  for (const { from, to } of graph.connections) connected.add(pairOf(from, to)).add(pairOf(to, from));
  const byAddress = new Map<string, number>();
  for (const [at, { address }] of graph.nodes.entries()) if (address !== null) byAddress.set(address, at);
  const edges: Edge[] = [];
  let count = 0;
  for (const [from, { state }] of inhabitants.entries())
    for (const { text } of state.book.addresses) {
      const to = byAddress.get(text);
      if (to === undefined || to === from || connected.has(pairOf(from, to))) continue;
      count += 1;
      if (edges.length < most) edges.push({ from, to });
    }
  return { edges, count };
}

/** The neighbours of each node, each once; none is its own. */
export function neighboursOf({ nodes, connections }: Graph): number[][] {
  const all: number[][] = nodes.map(() => []);
  for (const { from, to } of connections) {
    if (from === to) continue;
    all[from]?.push(to);
    all[to]?.push(from);
  }
  /** Whose neighbour each node was last seen to be. */
  const seenBy = new Int32Array(nodes.length).fill(-1);
  return all.map((some, at) =>
    some.filter((one) => {
      const isNew = seenBy[one] !== at;
      seenBy[one] = at;
      return isNew;
    }),
  );
}

/** Nodes that reach each other, the most first. */
export function componentsOf(neighbours: readonly (readonly number[])[]): number[][] {
  const isSeen = new Uint8Array(neighbours.length);
  const components: number[][] = [];
  for (let first = 0; first < isSeen.length; first += 1) {
    if (isSeen[first] === 1) continue;
    isSeen[first] = 1;
    const component = [first];
    for (let i = 0; i < component.length; i += 1)
      for (const next of neighbours[component[i] as number] ?? []) {
        if (isSeen[next] === 1) continue;
        isSeen[next] = 1;
        component.push(next);
      }
    components.push(component.sort((a, b) => a - b));
  }
  return components.sort((a, b) => b.length - a.length || (a[0] as number) - (b[0] as number));
}
