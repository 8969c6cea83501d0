/**
 * Who dials whom in a lab: a topology as typed and a size go in, for each node the earlier nodes that it dials come out. The random ones
 * are drawn from the seed, alike on every machine.
 */
import { nearest } from '../../util/nearest.ts';
import { UsageError } from '../errors.ts';
import { safe } from '../render.ts';

/** For each node, counted from 0, the nodes it dials; each of them came before it. */
export type Dials = readonly (readonly number[])[];

const FORMS = 'line, ring, grid, star, full, tree:K, er:P, ws:K,P, ba:M';
const NAMES = ['line', 'ring', 'grid', 'star', 'full', 'tree', 'er', 'ws', 'ba'];
/** As they are typed. */
export const TOPOLOGY_WORDS: readonly string[] = NAMES.map((name) => `topology=${name}`);
/** A node dials no more than this many: its bootstrap list would not take them. */
export const DIALS_MAX = 256;
/** `er` looks at every pair. */
const RANDOM_NODES_MAX = 5_000;

export function dialsOf(typed: string, nodes: number, seed: number): Dials {
  const [, name = '', gap = '', rest = ''] = /^([a-z]+)(:?)(.*)$/.exec(typed) ?? [];
  const numbers = rest === '' ? [] : rest.split(',').map(Number);
  const wrong = (what: string): UsageError =>
    new UsageError(`topology ${JSON.stringify(safe(typed))} ${what}: type one of ${FORMS}`);
  if (!NAMES.includes(name)) {
    const near = nearest(name === '' ? typed : name, NAMES);
    throw new UsageError(
      `unknown topology ${JSON.stringify(safe(typed))}; ${near.length > 0 ? `did you mean ${near.join(' or ')}?` : `type one of ${FORMS}`}`,
      near,
    );
  }
  const [first = Number.NaN, second = Number.NaN] = numbers;
  const isPlain = ['line', 'ring', 'grid', 'star', 'full'].includes(name);
  if (isPlain && gap !== '') throw wrong('takes no numbers');
  if (!isPlain && numbers.length !== (name === 'ws' ? 2 : 1)) throw wrong('is not whole');
  const isWhole = (value: number, least: number) => Number.isInteger(value) && value >= least && value <= DIALS_MAX;
  const isShare = (value: number) => value >= 0 && value <= 1;
  if ((name === 'tree' || name === 'ba') && !isWhole(first, 1)) throw wrong(`takes a number from 1 to ${DIALS_MAX}`);
  if (name === 'er' && !isShare(first)) throw wrong('takes a share from 0 to 1');
  if (name === 'ws' && !(isWhole(first, 2) && isShare(second)))
    throw wrong('takes an even number of neighbours from 2 on and a share from 0 to 1');
  if ((name === 'full' && nodes > DIALS_MAX + 1) || (name === 'er' && nodes > RANDOM_NODES_MAX))
    throw wrong(`is for at most ${name === 'full' ? DIALS_MAX + 1 : RANDOM_NODES_MAX} nodes`);
  return linked(edgesOf(name, first, second, nodes, createDraw(seed)), nodes);
}

type Edge = readonly [number, number];

function edgesOf(name: string, first: number, second: number, nodes: number, draw: () => number): Edge[] {
  const later = Array.from({ length: Math.max(0, nodes - 1) }, (_, i) => i + 1);
  switch (name) {
    case 'line':
      return later.map((i) => [i, i - 1]);
    case 'ring':
      return later.map((i): Edge => [i, i - 1]).concat([[nodes - 1, 0]]);
    case 'grid': {
      const width = Math.ceil(Math.sqrt(nodes));
      return later.flatMap((i): Edge[] => [
        ...(i % width === 0 ? [] : [[i, i - 1] as const]),
        ...(i < width ? [] : [[i, i - width] as const]),
      ]);
    }
    case 'tree':
      return later.map((i) => [i, Math.floor((i - 1) / first)]);
    case 'star':
      return later.map((i) => [i, 0]);
    case 'full':
      return later.flatMap((i) => Array.from({ length: i }, (_, j): Edge => [i, j]));
    case 'er':
      return later.flatMap((i) => Array.from({ length: i }, (_, j): Edge => [i, j]).filter(() => draw() < first));
    case 'ws':
      return smallWorld(nodes, Math.floor(first / 2), second, draw);
    default:
      return preferential(nodes, first, draw);
  }
}

/** Watts and Strogatz: a ring of near neighbours, some of whose edges lead elsewhere. */
function smallWorld(nodes: number, reach: number, share: number, draw: () => number): Edge[] {
  const edges: Edge[] = [];
  for (let i = 0; i < nodes; i += 1)
    for (let step = 1; step <= reach; step += 1)
      edges.push([i, draw() < share ? Math.floor(draw() * nodes) : (i + step) % nodes]);
  return edges;
}

/** Barabási and Albert: who comes dials `links` earlier ones, more likely those with many connections. */
function preferential(nodes: number, links: number, draw: () => number): Edge[] {
  const edges: Edge[] = [];
  /** Each node once for each of its connections. */
  const ends: number[] = [0];
  for (let i = 1; i < nodes; i += 1) {
    const chosen = new Set<number>();
    while (chosen.size < Math.min(links, i)) chosen.add(ends[Math.floor(draw() * ends.length)] ?? 0);
    for (const other of chosen) {
      edges.push([i, other]);
      ends.push(other, i);
    }
  }
  return edges;
}

/** The later node of each pair dials, so that on real sockets its target is there already. */
function linked(edges: readonly Edge[], nodes: number): Dials {
  const dials = Array.from({ length: nodes }, () => new Set<number>());
  for (const [a, b] of edges) if (a !== b) dials[Math.max(a, b)]?.add(Math.min(a, b));
  return dials.map((targets) => [...targets].sort((a, b) => a - b).slice(0, DIALS_MAX));
}

/** Mulberry32: whole numbers only, so that every machine draws the same. */
function createDraw(seed: number): () => number {
  let state = Math.imul(seed ^ 0x7090, 0x9e37_79b1);
  return () => {
    state = (state + 0x6d2b_79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
