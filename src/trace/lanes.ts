/** Who is in a trace: the nodes of its header and whatever its events name go in, one lane each comes out, found by name, id or address. */
import type { TraceEvent, TraceHeader, TraceNode } from './event.ts';

export interface Lanes {
  /** Those of the header first; a lane is a place in this list. */
  readonly nodes: TraceNode[];
  readonly byText: Map<string, number>;
}

/** Events of no node, such as a fault, have no name. */
const WORLD = { name: 'world', id: null, address: null };

/** Whether it is a node and not the world around them. */
export const isNode = ({ byText }: Lanes, lane: number) => byText.get('') !== lane;

export function createLanes({ nodes }: TraceHeader): Lanes {
  const byText = new Map<string, number>();
  const named = nodes.map((node) => (node.name === '' ? WORLD : node));
  for (const key of ['name', 'id', 'address'] as const)
    for (const [lane, node] of nodes.entries()) {
      const text = node[key];
      if (text !== null && !byText.has(text)) byText.set(text, lane);
    }
  return { nodes: named, byText };
}

const ADDRESS = /^(?:[\d.]+|\[[\da-f:]+\]):\d{1,5}$/;

/** The lane of a node, made when nobody named it yet. */
export function laneOf({ nodes, byText }: Lanes, text: string): number {
  const known = byText.get(text);
  if (known !== undefined) return known;
  const lane = nodes.length;
  nodes.push(text === '' ? WORLD : { name: text, id: null, address: ADDRESS.test(text) ? text : null });
  byText.set(text, lane);
  return lane;
}

/** From whom to whom the line of an event goes; the same lane twice where the other end is unknown. */
export function endsOf(lanes: Lanes, { n, peer, dir, k }: TraceEvent): readonly [from: number, to: number] {
  const self = laneOf(lanes, n);
  const other = peer === null ? self : laneOf(lanes, peer);
  return (dir ?? (k === 'recv' ? 'in' : 'out')) === 'in' ? [other, self] : [self, other];
}
