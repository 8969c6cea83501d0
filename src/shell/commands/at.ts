/** `at`: does a line at a later time of the lab, in the middle of whatever lets the time pass until then. */
import { readDuration } from '../../settings.ts';
import { checkLater } from '../check-line.ts';
import type { Command } from '../command.ts';
import { completeLine } from '../complete.ts';
import { UsageError } from '../errors.ts';
import { doNow } from '../lab/do-now.ts';
import { labOf, simulationOf } from '../lab/lab.ts';
import { timeText } from '../lab/moments.ts';
import { safe } from '../render.ts';

export const at: Command = {
  name: 'at',
  aliases: [],
  group: 'lab',
  takesTime: true,
  usage: 'at T LINE',
  summary: 'a line at a later time',
  details: [
    'at 6s n1: connect n2 does it when the lab has come to 6 s, and waits for no answer.',
    'The line may be any command that neither moves the time nor waits for something.',
  ],
  raw: true,
  needsLab: true,
  candidates: (shell, [time, ...before], word) =>
    time === undefined ? [] : completeLine(shell, [...before, word].join(' ')).candidates,
  async run(shell, { rest }) {
    const [, when = '', line = ''] = /^\s*(\S+)\s+(\S.*?)\s*$/s.exec(rest) ?? [];
    if (line === '') throw new UsageError(`usage: ${this.usage}, such as at 6s n1: connect n2`);
    const atUs = readDuration(when);
    if (atUs === null) throw new UsageError(`${JSON.stringify(safe(when))} is not a time such as 500ms or 5s`);
    simulationOf(shell, 'at');
    await checkLater(shell, line);
    const where = shell.play?.where ?? `at ${when}`;
    labOf(shell).agenda?.add(atUs, line, () => {
      // The script that planned it may be over; while it runs, what is done now is named by this line.
      const { play } = shell;
      const meanwhile = play?.where ?? '';
      if (play !== null) play.where = where;
      doNow(shell, line, (result) => {
        if (play === null) labOf(shell).onlookers.tell((notices) => notices.complain(`${where}: ${result.message}`));
        else play.failure ??= { where, result };
      });
      if (play !== null) play.where = meanwhile;
    });
    return { value: { atMs: atUs / 1_000, line }, text: `at ${timeText(atUs)}: ${safe(line, 300)}` };
  },
};
