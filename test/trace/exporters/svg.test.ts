/** The graph as SVG: one self-contained, well-formed file with an id for each thing; names cannot break out of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { svgOf } from '../../../src/trace/exporters/svg.ts';
import type { Graph } from '../../../src/trace/graph.ts';
import { anyGraph, graphWith, ring } from '../../helpers/graphs.ts';
import { hostileName } from '../../helpers/hostile-names.ts';
import { elementsOf } from '../../helpers/markup.ts';
import { fc } from '../../helpers/random-cases.ts';

const NOTHING_KNOWN = { edges: [], count: 0 };
const EDGES_MAX = 1_000;

const named = (graph: Graph, names: readonly string[]): Graph => ({
  ...graph,
  nodes: graph.nodes.map((node, at) => ({ ...node, name: names[at] ?? node.name })),
});

test('svg: has a line for each edge, a group for each node, and ids that are all different', () => {
  const graph = { ...graphWith(3, [[1, 0]]) };
  const svg = svgOf(graph, { edges: [{ from: 2, to: 1 }], count: 1 }, EDGES_MAX);
  assert.match(svg, /^<svg xmlns="http:\/\/www\.w3\.org\/2000\/svg" [^>]*>/);
  assert.match(svg, /<line id="edge-1" class="connected" /);
  assert.match(svg, /<line id="known-1" class="known" /);
  assert.match(svg, /<g id="node-3" /);
  assert.match(svg, />n2</);
  const ids = [...svg.matchAll(/ id="([^"]*)"/g)].map(([, id]) => id);
  assert.equal(new Set(ids).size, ids.length);
  assert.ok(ids.every((id) => /^[a-z]+(-\d+)?$/.test(id ?? '')));
});

test('svg: refers to nothing outside of itself', () => {
  const svg = svgOf(ring(8), NOTHING_KNOWN, EDGES_MAX).replace('http://www.w3.org/2000/svg', '');
  assert.doesNotMatch(svg, /http|href|url\((?!#)|@import|<script/);
});

test('svg: of any graph every edge is drawn or counted, inside the frame, and the same twice', () => {
  fc.assert(
    fc.property(anyGraph(40), fc.nat({ max: 60 }), (graph, most) => {
      const svg = svgOf(graph, NOTHING_KNOWN, most);
      elementsOf(svg);
      const drawn = svg.match(/<line id="edge-/g)?.length ?? 0;
      const left = Number(/(\d+) more/.exec(svg)?.[1] ?? 0);
      assert.equal(drawn + left, graph.connections.length);
      assert.equal(svgOf(graph, NOTHING_KNOWN, most), svg);
      const [, wide, high] = /viewBox="0 0 (\d+) (\d+)"/.exec(svg) ?? [];
      for (const [, axis, value] of svg.matchAll(/ ([xy])[12]?="(-?[\d.]+)"/g))
        assert.ok(Number(value) >= 0 && Number(value) <= Number(axis === 'x' ? wide : high));
      assert.doesNotMatch(svg, /NaN|Infinity|undefined/);
    }),
    { numRuns: 60 },
  );
});

test('svg: hostile names cannot break out', () => {
  const plain = elementsOf(svgOf(ring(3), NOTHING_KNOWN, EDGES_MAX));
  fc.assert(
    fc.property(fc.tuple(hostileName, hostileName, hostileName), (names) => {
      const svg = svgOf(named(ring(3), names), NOTHING_KNOWN, EDGES_MAX);
      assert.deepEqual(elementsOf(svg), plain);
      // biome-ignore lint/suspicious/noControlCharactersInRegex: those are what must not be there.
      assert.doesNotMatch(svg, /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]|\p{Cs}/u);
    }),
  );
});
