/** Graphs of known shapes for tests, and any graph at all: numbers of nodes go in, a graph with nodes n1, n2, … comes out. */

import type { Graph } from '../../src/trace/graph.ts';
import { fc } from './random-cases.ts';

type Pair = readonly [from: number, to: number];

export const graphWith = (size: number, pairs: readonly Pair[]): Graph => ({
  nodes: upTo(size).map((i) => ({ name: `n${i + 1}`, id: `id-${i + 1}`, address: placeAt(i), isOutside: false })),
  connections: pairs.map(([from, to]) => ({ from, to, isHalf: false })),
});

const placeAt = (i: number) => `10.0.${Math.floor(i / 200)}.${(i % 200) + 1}:5999`;
const upTo = (size: number) => Array.from({ length: size }, (_, i) => i);

export const line = (size: number) =>
  graphWith(
    size,
    upTo(size - 1).map((i): Pair => [i, i + 1]),
  );
export const ring = (size: number) =>
  graphWith(
    size,
    upTo(size).map((i): Pair => [i, (i + 1) % size]),
  );
export const star = (size: number) =>
  graphWith(
    size,
    upTo(size - 1).map((i): Pair => [i + 1, 0]),
  );
export const tree = (size: number) =>
  graphWith(
    size,
    upTo(size - 1).map((i): Pair => [i + 1, Math.floor(i / 2)]),
  );
export const full = (size: number) =>
  graphWith(
    size,
    upTo(size).flatMap((i) => upTo(i).map((j): Pair => [i, j])),
  );

export const grid = (wide: number, high: number) =>
  graphWith(
    wide * high,
    upTo(wide * high).flatMap((i) => [
      ...(i % wide < wide - 1 ? [[i, i + 1] as const] : []),
      ...(i + wide < wide * high ? [[i, i + wide] as const] : []),
    ]),
  );

/** Up to so many nodes, each pair and direction connected at most once, nobody with itself. */
export const anyGraph = (most: number): fc.Arbitrary<Graph> =>
  fc.integer({ min: 2, max: most }).chain((size) =>
    fc
      .uniqueArray(fc.tuple(fc.nat({ max: size - 1 }), fc.nat({ max: size - 1 })), {
        maxLength: size * 4,
        selector: ([from, to]) => `${from} ${to}`,
      })
      .map((pairs) =>
        graphWith(
          size,
          pairs.filter(([from, to]) => from !== to),
        ),
      ),
  );
