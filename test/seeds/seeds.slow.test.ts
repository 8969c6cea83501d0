/** A hundred random networks with buggy and malicious peers keep the invariants; the same seed is the same run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from './run.ts';

const SEEDS = 100;

test(`seeds: ${SEEDS} random networks keep every invariant, and their honest nodes stay one component`, async () => {
  for (let seed = 1; seed <= SEEDS; seed += 1) {
    const { broken } = await runSeed(seed);
    assert.deepEqual(broken, [], `again: npm run seeds -- 1 ${seed}`);
  }
});

test('seeds: the same seed gives the same run', async () => {
  assert.deepEqual(await runSeed(4), await runSeed(4));
});
