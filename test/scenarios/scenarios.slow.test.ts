/** Every lab script passes with the seeds 1 to 20, and fails when the rule it is about is broken. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { firstTrouble } from '../../src/shell/lab/report.ts';
import { play, SCENARIOS } from './scenarios.ts';

const SEEDS = 20;

for (const { name, brokenBy, failing } of SCENARIOS) {
  test(`scenario: ${name} passes with seeds 1 to ${SEEDS}`, async () => {
    for (let seed = 1; seed <= SEEDS; seed += 1) {
      const report = await play(name, seed, []);
      assert.equal(report.verdict, 'pass', `seed ${seed}: ${firstTrouble(report)}`);
    }
  });

  test(`scenario: ${name} fails with ${brokenBy.join(' ')}`, async () => {
    const { expectations, verdict } = await play(name, null, brokenBy);
    assert.equal(verdict, 'fail');
    assert.ok(expectations.some((row) => row.verdict === 'fail' && failing.test(row.expect)));
  });
}
