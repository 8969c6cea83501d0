/** What a run of one seed tells of what it finds: nothing is swallowed, and nothing ends the run of the seeds after it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { runSeed } from './run.ts';

const SEED = 2;

test('seeds: what a check finds and what it throws are told with the seed, and the run ends', async () => {
  let looks = 0;
  const found = await runSeed(SEED, () => {
    looks += 1;
    return looks < 5 ? [] : ['a planted fault'];
  });
  assert.equal(found.seed, SEED);
  assert.match(found.broken[0] ?? '', /^n\d+: a planted fault$/);
  assert.ok(looks < 5 + found.nodes + 1, `after the first fault only the last look is left: ${looks} looks`);
  const thrown = await runSeed(SEED, () => {
    throw new Error('a planted crash');
  });
  assert.match(thrown.broken[0] ?? '', /a planted crash\n +at /);
  assert.equal(thrown.seed, SEED);
  assert.ok(thrown.events > 0, 'and how far it came');
});
