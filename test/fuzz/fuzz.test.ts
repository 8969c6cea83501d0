/** A hundred thousand random cases in every run of the fast suite, from another seed each time; `npm run fuzz` runs as many as one likes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CAMPAIGNS, type CampaignName } from './campaigns.ts';

const CASES: Readonly<Record<CampaignName, number>> = { lines: 90_000, bytes: 7_000, facts: 4_000 };
const seed = Math.floor(Math.random() * 0x7fffffff);

for (const [name, cases] of Object.entries(CASES) as [CampaignName, number][]) {
  test(`fuzz: ${cases} cases of ${name} hold`, (context) => {
    context.diagnostic(`seed ${seed}`);
    const { failure } = CAMPAIGNS[name]({ seed, cases });
    if (failure !== null) assert.fail(failure);
  });
}
