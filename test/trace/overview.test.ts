/** A large graph in a few lines: every node is counted in the histogram and in its component, those that are alone by name. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Graph, neighboursOf } from '../../src/trace/graph.ts';
import { overviewOf } from '../../src/trace/overview.ts';
import { anyGraph, full, graphWith, ring, star } from '../helpers/graphs.ts';
import { fc } from '../helpers/random-cases.ts';

const linesOf = (graph: Graph, columns: number) => overviewOf(graph.nodes, neighboursOf(graph), columns);

test('overview: a row for each number of neighbours, and the components', () => {
  assert.deepEqual(linesOf(star(40), 80), [
    'peers  nodes',
    '    1     39  █████████████████████████████████████████████████████████████████',
    '   39      1  ██',
    'components: 1 × 40',
  ]);
});

test('overview: components are counted by size, and who is alone is named', () => {
  const { connections } = ring(30);
  const { nodes } = graphWith(37, []);
  const lines = linesOf({ nodes, connections: [...connections, { from: 31, to: 32, isHalf: false }] }, 80);
  assert.deepEqual(lines.slice(-2), ['components: 1 × 30, 1 × 2, 5 × 1', 'alone: n31, n34, n35, n36, n37']);
  assert.match(lines[1] ?? '', /^ {4}0 {6}5 {2}█+$/);
});

test('overview: more than some that are alone are counted', () => {
  const lines = linesOf(graphWith(100, []), 80);
  assert.equal(lines.at(-1)?.trim(), 'n17, n18, n19, n20, and 80 more');
  assert.ok(lines.every((row) => row.length < 80));
});

test('overview: many different numbers are put together in steps', () => {
  const pairs = Array.from({ length: 200 }, (_, i) =>
    Array.from({ length: i }, (_unused, j) => [i, j] as const),
  ).flat();
  const lines = linesOf(
    graphWith(
      200,
      pairs.filter(([from, to]) => (from * 31 + to * 17) % 200 < from),
    ),
    80,
  );
  const rows = lines.slice(
    1,
    lines.findIndex((row) => row.startsWith('components')),
  );
  assert.ok(rows.length <= 20);
  assert.match(rows[0] ?? '', /^ *\d+-\d+ +\d+ {2}/);
});

test('overview: of any graph every node is in one row and one component, in the room there is', () => {
  fc.assert(
    fc.property(anyGraph(120), fc.integer({ min: 30, max: 160 }), (graph, columns) => {
      const lines = linesOf(graph, columns);
      assert.ok(lines.every((row) => row.length < columns));
      const at = lines.findIndex((row) => row.startsWith('components'));
      const nodes = lines.slice(1, at).map((row) => Number(/^ *[\d-]+ +(\d+)/.exec(row)?.[1]));
      assert.equal(
        nodes.reduce((sum, some) => sum + some, 0),
        graph.nodes.length,
      );
    }),
    { numRuns: 60 },
  );
});

test('overview: a full mesh is one row', () => {
  assert.equal(linesOf(full(40), 80).length, 3);
});
