/** The picture of a small graph: every connection is in it whatever the form, no name is lost, nothing is wider than the room. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Graph } from '../../src/trace/graph.ts';
import { drawGraph, drawLines, drawList, drawTable, PICTURE_NODES_MAX } from '../../src/trace/picture.ts';
import { anyGraph, full, graphWith, grid, line, ring, star, tree } from '../helpers/graphs.ts';
import { fc } from '../helpers/random-cases.ts';

const plain = (columns: number) => ({ columns, strong: (text: string) => text, dim: (text: string) => text });
const NOTHING_KNOWN = { edges: [], count: 0 };
const lineCells = (rows: readonly string[]) => rows.join('').match(/[\u2801-\u28ff]/g)?.length ?? 0;

const SHAPES: readonly (readonly [name: string, graph: Graph])[] = [
  ['a ring of 8', ring(8)],
  ['a ring of 30', ring(30)],
  ['a line of 30', line(30)],
  ['a star of 9', star(9)],
  ['a star of 30', star(30)],
  ['a tree of 15', tree(15)],
  ['a tree of 30', tree(30)],
  ['a grid of 4 by 4', grid(4, 4)],
  ['a grid of 6 by 5', grid(6, 5)],
  ['a full mesh of 5', full(5)],
];

for (const [name, graph] of SHAPES)
  test(`picture: ${name} is drawn with lines in 80 columns, and no line goes through a third node`, () => {
    const drawn = drawLines(graph, plain(80));
    assert.ok(drawn !== null);
    assert.equal(drawn.passings, 0);
    assert.ok(drawn.lines.length <= 24);
    for (const row of drawn.lines) assert.ok(row.length < 80);
    const words = drawn.lines.flatMap((row) => row.split(/[ \u2800-\u28ff]+/).filter((word) => word !== ''));
    assert.deepEqual(words.sort(), graph.nodes.map(({ name: node }) => node).sort());
    assert.deepEqual(drawGraph(graph, NOTHING_KNOWN, plain(80)), { form: 'lines', lines: drawn.lines });
  });

test('picture: grows with the terminal', () => {
  const small = drawLines(grid(4, 4), plain(60))?.lines ?? [];
  const large = drawLines(grid(4, 4), plain(160))?.lines ?? [];
  assert.ok(Math.max(...large.map((row) => row.length)) > 120);
  assert.ok(large.length > small.length && small.length > 8);
});

test('picture: a full mesh of 8 is a table, since lines would be a tangle', () => {
  const { form, lines } = drawGraph(full(8), NOTHING_KNOWN, plain(80));
  assert.equal(form, 'table');
  assert.deepEqual(lines, [
    '   n n n n n n n n',
    '   1 2 3 4 5 6 7 8',
    'n1 \\ < < < < < < <',
    'n2 > \\ < < < < < <',
    'n3 > > \\ < < < < <',
    'n4 > > > \\ < < < <',
    'n5 > > > > \\ < < <',
    'n6 > > > > > \\ < <',
    'n7 > > > > > > \\ <',
    'n8 > > > > > > > \\',
  ]);
});

test('picture: the table tells half connections, those in both directions and what is only known', () => {
  const graph = graphWith(4, [
    [0, 1],
    [1, 0],
    [2, 3],
  ]);
  const half = { ...graph, connections: graph.connections.map((one) => ({ ...one, isHalf: one.from === 2 })) };
  assert.deepEqual(drawTable(half, { edges: [{ from: 0, to: 3 }], count: 1 }, plain(80)), [
    '   n n n n',
    '   1 2 3 4',
    'n1 \\ x   .',
    'n2 x \\',
    'n3     \\ ?',
    'n4     ? \\',
  ]);
});

test('picture: 30 nodes with 120 connections fit as a table into 80 columns and not into 40, where they are a list', () => {
  const connections = Array.from({ length: 120 }, (_, i) => [i % 30, (i * 7 + 1 + Math.floor(i / 30)) % 30] as const);
  const graph = graphWith(
    30,
    connections.filter(([from, to]) => from !== to),
  );
  assert.equal(drawGraph(graph, NOTHING_KNOWN, plain(80)).form, 'table');
  const { form, lines } = drawGraph(graph, NOTHING_KNOWN, plain(40));
  assert.equal(form, 'list');
  for (const row of lines) assert.ok(row.length < 40, row);
});

test('picture: who is connected to nobody is named below', () => {
  const { lines } = drawGraph(graphWith(5, [[0, 1]]), NOTHING_KNOWN, plain(80));
  assert.equal(lines.at(-1), 'alone: n3, n4, n5');
  assert.ok(!lines.slice(0, -1).join('\n').includes('n3'));
  const none = drawGraph(graphWith(2, []), NOTHING_KNOWN, plain(80));
  assert.deepEqual(none.lines, ['alone: n1, n2']);
});

test('picture: a half connection is dashed', () => {
  const whole = graphWith(2, [[0, 1]]);
  const half = { ...whole, connections: [{ from: 0, to: 1, isHalf: true }] };
  const marks = (graph: Graph) => lineCells(drawLines(graph, plain(80))?.lines ?? []);
  assert.ok(marks(half) > 5);
  assert.ok(marks(half) < marks(whole));
});

test('picture: names are strong, and what is only known is dim', () => {
  const look = { columns: 80, strong: (text: string) => `<${text}>`, dim: (text: string) => `(${text})` };
  const { lines } = drawGraph(line(3), NOTHING_KNOWN, look);
  assert.match(lines.join('\n'), /<n1>/);
  assert.ok(
    drawTable(line(3), { edges: [{ from: 0, to: 2 }], count: 1 }, look)
      ?.join('\n')
      .includes('(.)'),
  );
});

test('picture: of any graph every connection is drawn, in the room there is, and the same twice', () => {
  fc.assert(
    fc.property(anyGraph(PICTURE_NODES_MAX), fc.integer({ min: 20, max: 200 }), (graph, columns) => {
      const { form, lines } = drawGraph(graph, NOTHING_KNOWN, plain(columns));
      assert.deepEqual(drawGraph(graph, NOTHING_KNOWN, plain(columns)), { form, lines });
      for (const row of lines) assert.ok(row.length < columns, `${row.length} of ${columns}: ${row}`);
      const pairs = new Set(graph.connections.map(({ from, to }) => `${Math.min(from, to)} ${Math.max(from, to)}`));
      const table = drawTable(graph, NOTHING_KNOWN, plain(1_000)) ?? [];
      const marks = table.join('').match(/[<>x?]/g)?.length ?? 0;
      assert.equal(marks, pairs.size * 2);
      const listed =
        drawList(graph, plain(1_000))
          .join('')
          .match(/[<>x?]n/g)?.length ?? 0;
      assert.equal(listed, pairs.size * 2);
      for (const { name } of graph.nodes) assert.ok(form !== 'lines' || lines.join('\n').includes(name));
    }),
    { numRuns: 150 },
  );
});

test('picture: where lines are drawn, each leads all the way from one label to the other', () => {
  fc.assert(
    fc.property(anyGraph(12), (graph) => {
      for (const [from, to] of graph.connections.map(({ from: a, to: b }) => [a, b] as const)) {
        const alone = { ...graph, connections: [{ from, to, isHalf: false }] };
        const drawn = drawLines(alone, plain(80));
        assert.ok(drawn !== null);
        const marks = lineCells(drawn.lines);
        assert.ok(marks >= 5, `${marks} cells between two nodes`);
      }
    }),
    { numRuns: 20 },
  );
});
