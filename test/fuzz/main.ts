/**
 * `npm run fuzz -- [CAMPAIGN] [--cases N] [--seconds S] [--seed N] [--path P]`: random cases, ten million by default and until the time is
 * over. Prints what failed with the line that replays just that case; exits 1 when anything did.
 */
import { parseArgs } from 'node:util';
import { CAMPAIGNS, type CampaignName, isCampaign } from './campaigns.ts';

const CASES = 10_000_000;
const BATCH = 5_000;
const REPORT_EVERY_MS = 10_000;
/** Of a hundred cases: a life of a node is a hundred times as long as a line, a network ten lives. */
const SHARES: Readonly<Record<CampaignName, number>> = { lines: 50, bytes: 40, facts: 8, networks: 2 };

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    cases: { type: 'string', default: String(CASES) },
    seconds: { type: 'string', default: 'Infinity' },
    seed: { type: 'string' },
    path: { type: 'string' },
  },
});

function main(): number {
  const asked = positionals[0];
  if (asked !== undefined && !isCampaign(asked)) {
    console.error(`no campaign ${asked}; there are ${Object.keys(CAMPAIGNS).join(', ')}`);
    return 2;
  }
  const first = values.seed === undefined ? Math.floor(Math.random() * 0x7fffffff) : Number(values.seed);
  if (asked !== undefined && values.path !== undefined) return replay(asked, first, values.path);
  const names: CampaignName[] = asked === undefined ? Object.keys(SHARES).filter(isCampaign) : [asked];
  const most = Number(values.cases);
  const until = performance.now() + Number(values.seconds) * 1_000;
  const counts: Record<CampaignName, number> = { lines: 0, bytes: 0, facts: 0, networks: 0 };
  let total = 0;
  let reportAt = performance.now() + REPORT_EVERY_MS;
  console.log(`${most} cases of ${names.join(', ')} from seed ${first}`);
  for (let seed = first; total < most && performance.now() < until; seed += 1) {
    for (const name of names) {
      const cases = Math.min(most - total, names.length === 1 ? BATCH : (BATCH * SHARES[name]) / 100);
      const outcome = CAMPAIGNS[name]({ seed, cases });
      counts[name] += outcome.cases;
      total += outcome.cases;
      if (outcome.failure === null) continue;
      console.log(outcome.failure);
      return 1;
    }
    if (performance.now() < reportAt) continue;
    reportAt += REPORT_EVERY_MS;
    console.log(`${total} cases held: ${JSON.stringify(counts)}`);
  }
  console.log(`all ${total} cases held: ${JSON.stringify(counts)}`);
  return 0;
}

function replay(name: CampaignName, seed: number, path: string): number {
  const { failure } = CAMPAIGNS[name]({ seed, cases: 1, path });
  console.log(failure ?? 'this case holds');
  return failure === null ? 0 : 1;
}

process.exitCode = main();
