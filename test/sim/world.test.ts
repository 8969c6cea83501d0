/** The simulated world keeps the contract of worlds and is the same for the same seed. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { worldContract } from '../contract/world.ts';
import { createSim, grow } from '../helpers/grow.ts';

/** The run of seed 7 on every version of Node; a change of the protocol's behaviour changes it, nothing else may. */
const HASH_OF_SEED_7 = -332_205_454;

worldContract('sim', () => createSim(1, 40));

test('sim: the same seed gives the same run, another seed another one, wire mode the same', async () => {
  const hashes: number[] = [];
  for (const [seed, wire] of [
    [7, false],
    [7, false],
    [8, false],
    [7, true],
  ] as const) {
    const world = createSim(seed, 100, wire);
    await grow(world, 80, 2, 30);
    hashes.push(world.network.hash);
    await world.close();
  }
  assert.equal(hashes[0], hashes[1]);
  assert.notEqual(hashes[0], hashes[2]);
  assert.equal(hashes[0], hashes[3]);
  assert.equal(hashes[0], HASH_OF_SEED_7);
});
