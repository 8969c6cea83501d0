/** A sketch of a world says what its graph says, apart from who dialled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { graphOf, type Inhabitant, neighboursOf } from '../../src/trace/graph.ts';
import { sketchOf } from '../../src/trace/sketch.ts';
import { createSim, grow } from '../helpers/grow.ts';

function checkSame(nodes: readonly Inhabitant[]): void {
  const graph = graphOf(nodes);
  const sketch = sketchOf(nodes);
  const sorted = (all: readonly (readonly number[])[]) => all.map((some) => [...some].sort((a, b) => a - b));
  assert.deepEqual(sketch.nodes, graph.nodes);
  assert.deepEqual(sorted(sketch.neighbours), sorted(neighboursOf(graph)));
  assert.equal(sketch.connections, graph.connections.length);
  assert.equal(sketch.halves, graph.connections.filter(({ isHalf }) => isHalf).length);
}

test('sketch: while a network forms, once it stands, and seen from some of its nodes it is the graph', async () => {
  const world = createSim(9, 80);
  const nodes = await grow(world, 70, 2, 30);
  checkSame(nodes);
  assert.ok(sketchOf(nodes).connections > 70);
  checkSame(nodes.slice(0, 20));
  assert.ok(sketchOf(nodes.slice(0, 20)).nodes.some(({ isOutside }) => isOutside));
});

test('sketch: a connection of which one end knows nothing is half of one', async () => {
  const world = createSim(9, 80);
  const nodes = await grow(world, 10, 2, 30);
  const [first] = nodes;
  first?.state.sessions.clear();
  first?.state.peers.clear();
  checkSame(nodes);
  assert.ok(sketchOf(nodes).halves > 0);
});
