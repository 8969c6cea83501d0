/** `fault` and `faults`: harm the lab, and see what harms it now. */
import type { FaultView } from '../../core/simulation.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { faultCandidates } from '../lab/fault-candidates.ts';
import { timeText } from '../lab/moments.ts';
import { checkFault, harmedLab, putFault } from '../lab/put-fault.ts';
import { round3, shownFault } from '../render.ts';
import { table } from '../table.ts';

export const fault: Command = {
  name: 'fault',
  aliases: [],
  group: 'lab',
  usage: 'fault NAME ARGS [on SELECTOR] [for TIME] [until EXPRESSION]',
  summary: 'harm the network',
  details: [
    'The name alone does the same: partition n1,n2|n3 for 10s, crash n3, latency 20ms+-5ms on n1<>n2, 3g on n5.',
    'help faults lists them, help crash tells about one; faults shows those that are on, heal ends them.',
  ],
  needsLab: true,
  exact: true,
  raw: true,
  candidates(shell, before, word) {
    const rows = shell.options.labs?.faultRows ?? [];
    const [name, ...rest] = before;
    if (name === undefined) return rows.map((row) => row.name);
    const row = rows.find((one) => one.name === name);
    return row === undefined ? [] : faultCandidates(shell, row, rest, word);
  },
  check: ({ rest }, there, labs) => checkFault(labs, rest, there),
  run(shell, { rest }) {
    const [name] = rest.trim().split(/\s/);
    harmedLab(shell, 'fault');
    if (name === undefined || name === '') throw new UsageError(`usage: ${this.usage}; help faults lists them`);
    return putFault(shell, rest, 'fault');
  },
};

function ends({ endsAtUs, until }: FaultView): string {
  const at = endsAtUs === null ? [] : [timeText(endsAtUs)];
  return [...at, ...(until === null ? [] : ['when it holds'])].join(' or ') || 'when healed';
}

export const faults: Command = {
  name: 'faults',
  looks: alwaysLooks,
  aliases: [],
  group: 'lab',
  usage: 'faults',
  summary: 'what harms it now',
  details: ['struck is how often a fault did something. What chaos has planned is counted below.'],
  needsLab: true,
  run(shell) {
    const { lab, simulation } = harmedLab(shell, 'faults');
    const rows = simulation.faults();
    const ahead = lab.agenda?.ahead() ?? [];
    const next = ahead[0];
    const planned =
      next === undefined ? [] : [`${ahead.length} planned, next at ${timeText(next.atUs)} ${shownFault(next.text)}`];
    return {
      value: rows.map(({ id, text, sinceUs, struck, endsAtUs, until, names }) => ({
        id,
        text,
        sinceMs: round3(sinceUs / 1_000),
        struck,
        endsMs: round3(endsAtUs === null ? null : endsAtUs / 1_000),
        until,
        names,
      })),
      async text() {
        const drawn =
          rows.length === 0
            ? 'no faults; help faults lists what there is'
            : await table(
                [
                  { head: 'id' },
                  { head: 'what', shrinkTo: 20 },
                  { head: 'since', right: true, dropOrder: 1 },
                  { head: 'struck', right: true, dropOrder: 2 },
                  { head: 'ends' },
                ],
                rows.map((row) => [row.id, shownFault(row.text), timeText(row.sinceUs), String(row.struck), ends(row)]),
                shell.columns(),
              );
        return [drawn, ...planned].join('\n');
      },
    };
  },
};
