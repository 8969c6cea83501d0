/** The lab scripts of this folder, each with settings that break the rule it is about: a name, a seed and settings go in, the report of the run comes out. */
import { join } from 'node:path';
import { playAlone } from '../../src/shell/lab/alone.ts';
import type { Report } from '../../src/shell/lab/report.ts';
import { readScript } from '../../src/shell/lab/script-file.ts';
import { createTestLabs } from '../helpers/labs.ts';
import { ROOT } from '../helpers/program.ts';

export interface Scenario {
  /** File name without .lab. */
  readonly name: string;
  /** Under a second: run by the fast tests. */
  readonly isSmall: boolean;
  readonly brokenBy: readonly string[];
  /** The expectation that must fail then. */
  readonly failing: RegExp;
}

const DAY_LATER = [
  'dial.retry',
  'dial.retry.max',
  'bootstrap.retry',
  'bootstrap.retry.max',
  'bootstrap.retry.max.public',
];

export const SCENARIOS: readonly Scenario[] = [
  { name: 'bootstrap', isSmall: false, brokenBy: ['gossip.dial=off'], failing: /^n\d+: expect peers>=8$/ },
  { name: 'gossip', isSmall: true, brokenBy: ['addr.fresh=100ms'], failing: /^eventually knows\(n12,n13\)/ },
  { name: 'churn', isSmall: true, brokenBy: ['ping.timeout=24h'], failing: /^n2: expect gone\(n7\)$/ },
  {
    name: 'partition',
    isSmall: true,
    brokenBy: DAY_LATER.map((key) => `${key}=24h`),
    failing: /^eventually converged\(\)/,
  },
  { name: 'rotation', isSmall: false, brokenBy: ['dial.rotate=24h'], failing: /^count\(bye & body\.reason=rotated\)/ },
  { name: 'simultaneous', isSmall: true, brokenBy: ['collision.window=100ms'], failing: /^always connected\(n1,n2\)$/ },
  {
    name: 'ghosts',
    isSmall: true,
    brokenBy: ['addr.fresh=24h'],
    failing: /^never addr & body\.peers ~ "10\.0\.0\.99:"$/,
  },
  { name: 'eclipse', isSmall: false, brokenBy: ['book.source=65536'], failing: /^always n70\.addrs/ },
];

export const FOLDER = join(ROOT, 'test', 'scenarios');

export function play(name: string, seed: number | null, settings: readonly string[]): Promise<Report> {
  const { signal } = new AbortController();
  return playAlone(
    createTestLabs(),
    readScript(join(FOLDER, `${name}.lab`)),
    { seed, settings },
    signal,
    () => undefined,
  );
}
