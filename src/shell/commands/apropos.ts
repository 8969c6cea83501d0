/** `apropos`: commands, settings and reasons that speak of a word. */
import { REASONS } from '../../core/reasons.ts';
import { SETTINGS } from '../../settings.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { folded, shownFault } from '../render.ts';

export const apropos: Command = {
  name: 'apropos',
  looks: alwaysLooks,
  aliases: [],
  group: 'shell',
  usage: 'apropos WORD',
  summary: 'search for a word',
  run(shell, { words }) {
    const word = words.join(' ');
    if (word === '') throw new UsageError(`usage: ${this.usage}`);
    const wanted = word.toLowerCase();
    const speaks = (...texts: readonly string[]) => texts.some((text) => text.toLowerCase().includes(wanted));
    const rows = [
      ...shell.commands
        .filter((one) => speaks(one.name, one.summary, ...(one.details ?? [])))
        .map(({ name, summary }) => ({ kind: 'command', name, summary })),
      ...Object.entries(SETTINGS)
        .filter(([name, row]) => speaks(name, row.summary))
        .map(([name, row]) => ({ kind: 'setting', name, summary: row.summary as string })),
      ...Object.entries(REASONS)
        .filter(([name, row]) => speaks(name, row.sentence))
        .map(([name, row]) => ({ kind: 'reason', name, summary: row.sentence as string })),
      ...(shell.options.labs?.faultRows ?? [])
        .filter((row) => speaks(row.name, row.summary, row.knownAs))
        .map(({ name, summary }) => ({ kind: 'fault', name, summary: shownFault(summary) })),
    ];
    return {
      value: rows,
      text:
        rows.length === 0
          ? 'nothing; help lists the commands'
          : rows
              .map((row) => `${row.kind.padEnd(8)} ${row.name.padEnd(20)} ${row.summary}`)
              .map((line) => folded(line, shell.columns(), 30))
              .join('\n'),
    };
  },
};
