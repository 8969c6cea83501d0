/** `minimise`: a lab script that fails goes in, a smaller one in which the same expectation still fails comes out. */
import type { Command } from '../command.ts';
import { CommandError } from '../errors.ts';
import { withProgress } from '../lab/progress.ts';
import type { Report } from '../lab/report.ts';
import type { Script } from '../lab/script-file.ts';
import { readSeed } from '../lab/seed.ts';
import { scriptText, smallerOnes } from '../lab/smaller.ts';
import { runJobs } from '../lab/workers.ts';
import { count } from '../render.ts';
import { scriptOfWords } from './sweep.ts';

export const minimise: Command = {
  name: 'minimise',
  aliases: ['minimize'],
  group: 'lab',
  takesTime: true,
  usage: 'minimise [FILE] [seed=S] [KEY=VALUE…]',
  summary: 'the least that fails',
  details: [
    'Leaves out faults, lines of later times, orders and nodes, one after the other, while the same expectation fails.',
    'Without FILE it is the script of this lab, without seed= its own seed.',
  ],
  candidates: (shell, before, word) => [...(before.length === 0 ? [...shell.pathsFrom(word), ''] : []), 'seed='],
  async run(shell, { words, signal }) {
    const { script, rest, settings, program } = scriptOfWords(shell, words, ['seed'], this.usage);
    const typed = rest.get('seed');
    const seed = typed === undefined ? null : readSeed(typed);
    let tried = 0;
    let best = script;
    const run = async (one: Script): Promise<Report | null> => {
      tried += 1;
      const jobs = [{ script: one, options: { seed, settings } }].values();
      for await (const { outcome } of runJobs(program, jobs, 1, signal)) {
        if (outcome.ok) return outcome.report;
        // A line that says nothing any more, such as a fault on a node that is gone, makes no smaller script.
        if (one === script) throw new CommandError(outcome.code, outcome.message, outcome.near);
      }
      return null;
    };
    const progress = () => `${count(tried, 'run')}, ${count(best.lines.length, 'line')} left of ${script.lines.length}`;
    const report = await withProgress(shell, progress, async () => {
      const first = await run(script);
      const failed = first?.expectations.find(({ verdict }) => verdict === 'fail');
      if (first === null || failed === undefined)
        throw new CommandError(
          'passes',
          `no expectation fails with seed ${first?.seed ?? seed}; sweep finds a seed with which one does`,
        );
      const fails = (other: Report | null) =>
        other?.expectations.some(({ verdict, where }) => verdict === 'fail' && where === failed.where) === true;
      for (let isSmaller = true; isSmaller; ) {
        isSmaller = false;
        for (const one of smallerOnes(best, failed.where)) {
          if (!fails(await run(one))) continue;
          best = one;
          isSmaller = true;
          break;
        }
      }
      return { seed: first.seed, expect: failed.expect, where: failed.where };
    });
    const lines = scriptText(best, report.seed, settings);
    const value = { ...report, runs: tried, lines: best.lines.length, before: script.lines.length, script: lines };
    return {
      value,
      text: [
        ...lines,
        `# ${count(script.lines.length, 'line')} before, ${best.lines.length} now; ${count(tried, 'run')}`,
      ].join('\n'),
    };
  },
};
