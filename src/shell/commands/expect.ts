/** `expect` and `report`: what is to hold in the lab, and whether it did. */
import { readExpression } from '../../query/check.ts';
import { readDuration } from '../../settings.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { asTypedExpression, expressionWords } from '../expressions.ts';
import { type Kind, type Wanted, wantedText } from '../lab/expectations.ts';
import { labOf, simulationOf } from '../lab/lab.ts';
import { withProgress } from '../lab/progress.ts';
import { rowText, rowValue } from '../lab/report.ts';
import { count, safe } from '../render.ts';

const FORMS = ['always', 'never', 'eventually'];

export const expect: Command = {
  name: 'expect',
  aliases: [],
  group: 'lab',
  usage: 'expect [always|never] EXPR, expect eventually EXPR [within T]',
  summary: 'what is to hold',
  details: [
    'always and never are asked after everything that happens from then on, eventually must come true once.',
    'expect EXPR asks now; count(…) in it counts from the beginning of the run, in the others from their line on.',
    'For example: expect never count(addr)>400, expect eventually converged() within 30s. report tells the verdicts.',
  ],
  raw: true,
  takesExpression: true,
  needsLab: true,
  candidates(shell, before, word) {
    const [form = ''] = before;
    const typed = FORMS.includes(form) ? before.slice(1) : before;
    if (typed.includes('within')) return [];
    const further = before.length === 0 ? FORMS : form === 'eventually' && typed.length > 0 ? ['within'] : [];
    return [...further, '', ...expressionWords(shell, typed, word)];
  },
  check({ rest }, { names }) {
    const { expression } = read(rest, this.usage);
    asTypedExpression(() => readExpression(expression, { nodes: names }));
  },
  async run(shell, { rest, signal }) {
    simulationOf(shell, 'expect');
    const lab = labOf(shell);
    if (lab.expectations === null) throw new UsageError('expect needs virtual time');
    const wanted = {
      ...read(rest, this.usage),
      node: lab.speaker(shell).name,
      isNamed: shell.isNamed,
      where: shell.play?.where ?? null,
    };
    const { expectations } = lab;
    const made = await withProgress(
      shell,
      () => 'counting what has happened …',
      () => expectations.add(wanted, signal),
    );
    return { value: rowValue(made), text: shell.play === null ? rowText(made) : '' };
  },
};

function read(rest: string, usage: string): Pick<Wanted, 'kind' | 'expression' | 'withinUs'> {
  const [, word, typed = ''] = /^\s*(?:(always|never|eventually)(?:\s+|$))?(.*?)\s*$/s.exec(rest) ?? [];
  const kind = (word ?? 'now') as Kind;
  const [, expression = typed, within] = kind === 'eventually' ? (/^(.*?)\s+within\s+(\S+)$/s.exec(typed) ?? []) : [];
  if (expression === '') throw new UsageError(`usage: ${usage}`);
  if (kind !== 'eventually' && /\swithin\s+[0-9]\S*$/.test(expression))
    throw new UsageError('within goes with eventually only; always and never hold to the end of the run');
  const withinUs = within === undefined ? null : readDuration(within);
  if (within !== undefined && withinUs === null)
    throw new UsageError(`${JSON.stringify(safe(within))} is not a duration such as 500ms or 5s`);
  return { kind, expression, withinUs };
}

export const report: Command = {
  name: 'report',
  looks: alwaysLooks,
  aliases: [],
  group: 'lab',
  usage: 'report',
  summary: 'the verdicts so far',
  details: ['One that failed is told with the first event at which it did; then report fails, too.'],
  needsLab: true,
  run(shell, { say }) {
    simulationOf(shell, 'report');
    const rows = labOf(shell).expectations?.rows() ?? [];
    const value = rows.map(rowValue);
    const failed = rows.filter(({ verdict }) => verdict === 'fail');
    const [first] = failed;
    if (first === undefined)
      return { value, text: rows.map(rowText).join('\n') || 'nothing is expected; expect always EXPR begins' };
    for (const row of rows) say(rowText(row));
    throw new CommandError(
      'expectation',
      `${count(failed.length, 'expectation')} of ${rows.length} failed, first ${safe(wantedText(first), 200)}`,
      [],
      { expectations: value },
    );
  },
};
