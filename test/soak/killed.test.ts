/** A killed node of the simulated world is gone: it dials nobody, answers nobody and leaves nothing in the queue. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { kill } from '../seeds/run.ts';

test('sim: a node that was killed does not come back by itself, whatever its core still wants', async () => {
  const world = createSim(1, 10);
  const first = await spawn(world, 'n1');
  const second = await spawn(world, 'n2', { bootstrap: [placeOf(first)] });
  await world.until(() => false, { limitMs: 5_000 });
  assert.equal(first.views.ready(), 1);
  kill(world, second);
  await world.until(() => false, { limitMs: 600_000 });
  assert.equal(first.state.sessions.size, 0);
  await first.stop();
  await world.until(() => false, { limitMs: 600_000 });
  assert.equal(world.network.kernel.size, 0);
});
