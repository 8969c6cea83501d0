/** A hundred thousand random cases in every run of the fast suite; `npm run fuzz` runs others, as many as one likes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seed } from '../helpers/random-cases.ts';
import { CAMPAIGNS, type CampaignName } from './campaigns.ts';

const CASES: Readonly<Record<CampaignName, number>> = { lines: 90_000, bytes: 7_000, facts: 4_000, networks: 2_000 };

for (const [name, cases] of Object.entries(CASES) as [CampaignName, number][]) {
  test(`fuzz: ${cases} cases of ${name} hold`, (context) => {
    context.diagnostic(`seed ${seed}`);
    const { failure } = CAMPAIGNS[name]({ seed, cases });
    if (failure !== null) assert.fail(failure);
  });
}
