/**
 * `npm run fuzz -- [CAMPAIGN] [--cases N] [--seconds S] [--seed N] [--path P]`: random cases, ten million by default and until the time is
 * over. Prints what failed with the line that replays just that case; exits 1 when anything did.
 */
import { parseArgs } from 'node:util';
import { readWhole, runCommand, WrongArgument } from '../helpers/command-line.ts';
import { CAMPAIGNS, type CampaignName, isCampaign } from './campaigns.ts';

const CASES = 10_000_000;
const BATCH = 5_000;
const REPORT_EVERY_MS = 10_000;
/** Of a hundred cases: a life of a node is a hundred times as long as a line, a network ten lives. */
const SHARES: Readonly<Record<CampaignName, number>> = { lines: 50, bytes: 40, facts: 8, networks: 2 };

const USAGE = `npm run fuzz -- [${Object.keys(CAMPAIGNS).join('|')}] [--cases N] [--seconds S] [--seed N] [--path P]`;

function readOptions() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        cases: { type: 'string', default: String(CASES) },
        seconds: { type: 'string' },
        seed: { type: 'string' },
        path: { type: 'string' },
      },
    });
  } catch (error) {
    throw new WrongArgument((error as Error).message.replace(/\. .*$/, ''));
  }
}

function main(): number {
  const { values, positionals } = readOptions();
  const [asked, more] = positionals;
  if (more !== undefined) throw new WrongArgument(`${JSON.stringify(more)} is one argument too many`);
  if (asked !== undefined && !isCampaign(asked)) throw new WrongArgument(`no campaign ${JSON.stringify(asked)}`);
  const { path } = values;
  if (path !== undefined && (asked === undefined || values.seed === undefined || !/^\d+(:\d+)*$/.test(path)))
    throw new WrongArgument('--path is what a failure printed, with its campaign and its --seed');
  const first =
    values.seed === undefined ? Math.floor(Math.random() * 0x7fffffff) : readWhole('--seed', values.seed, 0);
  const most = readWhole('--cases', values.cases);
  const seconds = values.seconds === undefined ? Infinity : readWhole('--seconds', values.seconds);
  if (asked !== undefined && path !== undefined) return replay(asked, first, path);
  const names: CampaignName[] = asked === undefined ? Object.keys(SHARES).filter(isCampaign) : [asked];
  const until = performance.now() + seconds * 1_000;
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

process.exitCode = await runCommand(USAGE, main);
