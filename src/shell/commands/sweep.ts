/** `sweep`: one lab script with many seeds, on several threads; how many passed comes out, and what went wrong first with each of the others. */
import { availableParallelism } from 'node:os';
import { isSettingKey, SETTINGS } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { withProgress } from '../lab/progress.ts';
import { firstTrouble, type Report } from '../lab/report.ts';
import type { Script } from '../lab/script-file.ts';
import { readScript } from '../lab/script-file.ts';
import { readSeeds } from '../lab/seed.ts';
import type { Job } from '../lab/worker.ts';
import { JOBS_MAX, runJobs } from '../lab/workers.ts';
import { count, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const SEEDS_MAX = 1_000_000;
const SEEDS = { first: 1, last: 20 };
/** Failing seeds that a person sees; --json has more. */
const SHOWN_MAX = 20;
const KEPT_MAX = 1_000;

interface Trouble {
  readonly seed: number;
  readonly verdict: Report['verdict'];
  readonly first: string;
  readonly repro: string;
}

export const sweep: Command = {
  name: 'sweep',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'sweep [FILE] [seed=1..20] [jobs=2] [KEY=VALUE…]',
  summary: 'a lab script, many seeds',
  details: [
    'Runs it once for each seed, jobs at a time, whatever lab is here. Without FILE it is the script of this lab.',
    'It fails with code 1 when a seed failed, with 4 when one did not come to an end. Ctrl-C ends it at once.',
    'KEY=VALUE stands, whatever the script sets.',
  ],
  candidates: (shell, before, word) => [
    ...(before.length === 0 ? [...shell.pathsFrom(word), ''] : []),
    ...['seed=', 'jobs='].filter((one) => !before.some((typed) => typed.startsWith(one))),
  ],
  async run(shell, { words, signal, say }) {
    const { script, rest, settings, program } = scriptOfWords(shell, words, ['seed', 'jobs'], this.usage);
    const { first, last } = rest.has('seed') ? readSeeds(rest.get('seed') ?? '') : SEEDS;
    const total = last - first + 1;
    if (total > SEEDS_MAX) throw new UsageError(`at most ${SEEDS_MAX} seeds at once`);
    const threads = Math.min(readJobs(rest.get('jobs')), total);
    const found: Trouble[] = [];
    const counts = { pass: 0, fail: 0, unknown: 0 };
    const done = () => counts.pass + counts.fail + counts.unknown;
    const progress = () => `${done()}/${total} seeds, ${counts.fail} failed, ${counts.unknown} unknown`;
    await withProgress(shell, progress, async () => {
      for await (const { job, outcome } of runJobs(program, jobs(script, settings, first, last), threads, signal)) {
        // What is wrong with one seed is wrong with all.
        if (!outcome.ok) throw new CommandError(outcome.code, outcome.message, outcome.near);
        const { report } = outcome;
        counts[report.verdict] += 1;
        if (report.verdict === 'pass' || found.length >= KEPT_MAX) continue;
        const { verdict, repro } = report;
        found.push({ seed: job.options.seed ?? 0, verdict, first: firstTrouble(report) ?? '', repro });
      }
    });
    found.sort((a, b) => a.seed - b.seed);
    const value = { path: script.path, seeds: total, ...counts, failing: found };
    const text = `${count(total, 'seed')}: ${counts.pass} passed, ${counts.fail} failed, ${counts.unknown} unknown`;
    if (found.length === 0) return { value, text };
    for (const { seed, verdict, first: trouble } of found.slice(0, SHOWN_MAX))
      say(`seed ${seed} ${verdict} ${trouble}`);
    if (found.length > SHOWN_MAX) say(`… ${found.length - SHOWN_MAX} more`);
    const worst = found.find(({ verdict }) => verdict === 'fail') ?? found[0];
    say(`again: ${worst?.repro}`);
    throw new CommandError(counts.fail > 0 ? 'expectation' : 'timeout', text, [], value);
  },
};

function* jobs(script: Script, settings: readonly string[], first: number, last: number): Generator<Job> {
  for (let seed = first; seed <= last; seed += 1) yield { script, options: { seed, settings } };
}

function readJobs(text: string | undefined): number {
  if (text === undefined) return Math.min(JOBS_MAX, availableParallelism());
  const number = /^[0-9]{1,3}$/.test(text) ? Number(text) : 0;
  if (number < 1 || number > JOBS_MAX)
    throw new UsageError(`jobs=${safe(text)} is no whole number from 1 to ${JOBS_MAX}; type jobs=2`);
  return number;
}

function unknown(word: string, key: string | undefined, keys: readonly string[], usage: string): UsageError {
  const near = key === undefined ? [] : nearest(key, [...keys, ...Object.keys(SETTINGS)]);
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `usage: ${usage}`;
  return new UsageError(`${JSON.stringify(safe(word))} is no setting and no word of this command; ${hint}`, near);
}

/** A file, or else the script of the lab that is here, what the keys say, and settings as `KEY=VALUE`. */
export function scriptOfWords(shell: Shell, words: readonly string[], keys: readonly string[], usage: string) {
  const rest = new Map<string, string>();
  const settings: string[] = [];
  let path: string | null = null;
  for (const word of words) {
    const [, key, value = ''] = /^([a-z.]+)=(.*)$/.exec(word) ?? [];
    if (key !== undefined && keys.includes(key)) rest.set(key, value);
    else if (key !== undefined && isSettingKey(key)) settings.push(word);
    else if (path === null && key === undefined) path = word;
    else throw unknown(word, key, keys, usage);
  }
  const { program } = shell.options.labs ?? { program: null };
  if (program === null) throw new CommandError('no-lab', 'this shell can make no lab');
  const script =
    path === null ? (shell.lab?.script ?? null) : readScript(shell.pathOf(path), (one) => shell.pathOf(one));
  if (script === null) throw new UsageError(`which lab script? usage: ${usage}`);
  return { script, rest, settings, program };
}
