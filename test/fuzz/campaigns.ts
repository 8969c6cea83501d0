/** The campaigns of fuzzing by name: a seed and a number of cases go in; what failed and the line that replays just that come out. */
import { fc } from '../helpers/random-cases.ts';
import { checkStream, streams } from './bytes.ts';
import { checkLife, lives } from './facts.ts';
import { checkLine, mutants } from './lines.ts';
import { checkNetwork, networks } from './networks.ts';

export interface Plan {
  readonly seed: number;
  readonly cases: number;
  /** Of one case that failed before: it alone is run. */
  readonly path?: string;
}

export interface Outcome {
  readonly cases: number;
  /** What to tell a person; null when every case held. */
  readonly failure: string | null;
}

const campaign =
  <Case>(name: string, cases: fc.Arbitrary<Case>, check: (one: Case) => void) =>
  ({ seed, cases: numRuns, path }: Plan): Outcome => {
    const property = fc.property(cases, check);
    const details = fc.check(property, { seed, numRuns, ...(path === undefined ? {} : { path, endOnFailure: true }) });
    if (!details.failed) return { cases: details.numRuns, failure: null };
    const { counterexample, counterexamplePath, errorInstance } = details;
    const why = errorInstance instanceof Error ? (errorInstance.stack ?? errorInstance.message) : String(errorInstance);
    const again = `again: npm run fuzz -- ${name} --seed ${details.seed} --path ${counterexamplePath ?? '0'}`;
    return { cases: details.numRuns, failure: `${name}: ${JSON.stringify(counterexample)}\n${why}\n${again}` };
  };

export const CAMPAIGNS = {
  lines: campaign('lines', mutants, checkLine),
  bytes: campaign('bytes', streams, checkStream),
  facts: campaign('facts', lives, checkLife),
  networks: campaign('networks', networks, checkNetwork),
} as const;

export type CampaignName = keyof typeof CAMPAIGNS;

export const isCampaign = (name: string): name is CampaignName => Object.hasOwn(CAMPAIGNS, name);
