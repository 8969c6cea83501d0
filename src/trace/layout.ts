/**
 * Where the nodes of a small graph are drawn: neighbours go in, a point for each node comes out, in a square from 0 to 1 that it fills.
 * The same graph has the same points.
 */

export interface Point {
  readonly x: number;
  readonly y: number;
}

/** Beyond this the work, which grows with the square, would be felt. */
export const LAYOUT_NODES_MAX = 500;
const ROUNDS_MAX = 200;
/** Rounds times pairs: fewer rounds for a larger graph. */
const STEPS_MAX = 20_000_000;
/** Nodes that do not reach each other stand as far apart as the farthest that do, and so much more. */
const APART = 1;

/** In the order of a walk along the edges, so that a line and a ring run around. */
export function onCircle(neighbours: readonly (readonly number[])[]): Point[] {
  const points: Point[] = [];
  for (const [at, node] of walked(neighbours).entries()) {
    const angle = (2 * Math.PI * at) / neighbours.length - Math.PI / 2;
    points[node] = { x: rounded(0.5 + Math.cos(angle) / 2), y: rounded(0.5 + Math.sin(angle) / 2) };
  }
  return points;
}

/** Depth first from the ends of the graph, always on to the one with the fewest neighbours. */
function walked(neighbours: readonly (readonly number[])[]): number[] {
  const degree = (node: number) => neighbours[node]?.length ?? 0;
  const byDegree = neighbours.map((_, node) => node).sort((a, b) => degree(a) - degree(b) || a - b);
  const isSeen = new Set<number>();
  for (const first of byDegree) {
    const open = [first];
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (isSeen.has(node)) continue;
      isSeen.add(node);
      // The last one is taken first.
      open.push(...[...(neighbours[node] ?? [])].sort((a, b) => degree(b) - degree(a) || b - a));
    }
  }
  return [...isSeen];
}

/**
 * As far apart on paper as they are steps apart in the graph, as well as it goes: stress majorization (Gansner, Koren, North 2004), which
 * needs no constants to be tuned and never gets worse from round to round. The longest way lies level.
 */
export function byDistance(neighbours: readonly (readonly number[])[]): Point[] {
  const size = neighbours.length;
  const distances = distancesOf(neighbours);
  const start = onCircle(neighbours);
  const xs = Float64Array.from(start, ({ x }) => x * size);
  const ys = Float64Array.from(start, ({ y }) => y * size);
  const rounds = Math.min(ROUNDS_MAX, Math.ceil(STEPS_MAX / (size * size)));
  for (let round = 0; round < rounds; round += 1)
    for (let here = 0; here < size; here += 1) moveOne(xs, ys, distances, here);
  return level(xs, ys);
}

function moveOne(xs: Float64Array, ys: Float64Array, distances: Float64Array, here: number): void {
  const size = xs.length;
  const x = xs[here] as number;
  const y = ys[here] as number;
  let sumX = 0;
  let sumY = 0;
  let sum = 0;
  for (let there = 0; there < size; there += 1) {
    if (there === here) continue;
    const wanted = distances[here * size + there] as number;
    const dx = x - (xs[there] as number);
    const dy = y - (ys[there] as number);
    const found = Math.sqrt(dx * dx + dy * dy);
    const scale = found === 0 ? 0 : wanted / found;
    const weight = 1 / (wanted * wanted);
    sumX += weight * ((xs[there] as number) + dx * scale);
    sumY += weight * ((ys[there] as number) + dy * scale);
    sum += weight;
  }
  if (sum === 0) return;
  xs[here] = sumX / sum;
  ys[here] = sumY / sum;
}

/** Steps between every two. */
function distancesOf(neighbours: readonly (readonly number[])[]): Float64Array {
  const size = neighbours.length;
  const distances = new Float64Array(size * size).fill(-1);
  let farthest = 1;
  for (let from = 0; from < size; from += 1) {
    const reached = [from];
    distances[from * size + from] = 0;
    for (let i = 0; i < reached.length; i += 1) {
      const node = reached[i] as number;
      const steps = (distances[from * size + node] as number) + 1;
      for (const next of neighbours[node] ?? []) {
        if (distances[from * size + next] !== -1) continue;
        distances[from * size + next] = steps;
        farthest = Math.max(farthest, steps);
        reached.push(next);
      }
    }
  }
  return distances.map((steps) => (steps === -1 ? farthest + APART : steps));
}

/** Turned so that the cloud is widest from left to right, and stretched to the square, but a line stays a line. */
function level(xs: Float64Array, ys: Float64Array): Point[] {
  const size = xs.length;
  const mean = (values: Float64Array) => values.reduce((sum, value) => sum + value, 0) / size;
  const midX = mean(xs);
  const midY = mean(ys);
  let xx = 0;
  let xy = 0;
  let yy = 0;
  for (let i = 0; i < size; i += 1) {
    const dx = (xs[i] as number) - midX;
    const dy = (ys[i] as number) - midY;
    xx += dx * dx;
    xy += dx * dy;
    yy += dy * dy;
  }
  const angle = Math.atan2(2 * xy, xx - yy) / 2;
  const [cos, sin] = [Math.cos(angle), Math.sin(angle)];
  const turned = Array.from(xs, (x, i) => {
    const [dx, dy] = [x - midX, (ys[i] as number) - midY];
    return { x: dx * cos + dy * sin, y: dy * cos - dx * sin };
  });
  const [left, right] = rangeOf(turned.map(({ x }) => x));
  const [top, bottom] = rangeOf(turned.map(({ y }) => y));
  const width = right - left;
  const height = Math.max(bottom - top, width * FLATTEST);
  const place = (value: number, from: number, to: number, span: number) =>
    rounded(span === 0 ? 0.5 : 0.5 + (value - (from + to) / 2) / span);
  return turned.map(({ x, y }) => ({ x: place(x, left, right, width), y: place(y, top, bottom, height) }));
}

/** What is flatter than this is not stretched to the full height: it would only show noise. */
const FLATTEST = 0.25;

const rangeOf = (values: readonly number[]): [number, number] => [Math.min(...values), Math.max(...values)];

/** Engines differ in the last digit of a sine; a picture must not. */
const rounded = (value: number) => Math.round(value * 10_000) / 10_000;
