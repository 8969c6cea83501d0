/** A thousand nodes find each other in the simulated world. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { component, createSim, grow } from '../helpers/grow.ts';

for (const bootstraps of [1, 3]) {
  test(`sim: 1,000 nodes with ${bootstraps} bootstrap nodes are one component within 5 s, each with 8 connections or more`, async () => {
    const world = createSim(3, 1_000);
    const nodes = await grow(world, 1_000, bootstraps, 5);
    const counts = nodes.map((node) => node.views.ready());
    assert.equal(component(nodes), 1_000);
    assert.ok(
      Math.min(...counts) >= 8,
      `least ${Math.min(...counts)}, below 8: ${counts.filter((one) => one < 8).length}`,
    );
    await world.close();
  });
}
