/** `apropos`: commands, settings and reasons that speak of a word. */
import { REASONS } from '../../core/reasons.ts';
import { SETTINGS } from '../../settings.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';

export const apropos: Command = {
  name: 'apropos',
  aliases: [],
  group: 'shell',
  usage: 'apropos WORD',
  summary: 'search for a word',
  run(shell, { words }) {
    const word = words.join(' ');
    if (word === '') throw new UsageError(`usage: ${this.usage}`);
    const rows = [
      ...shell.commands.map((one) => ({
        kind: 'command',
        name: one.name,
        summary: `${one.summary} ${(one.details ?? []).join(' ')}`,
      })),
      ...Object.entries(SETTINGS).map(([name, row]) => ({ kind: 'setting', name, summary: row.summary as string })),
      ...Object.entries(REASONS).map(([name, row]) => ({ kind: 'reason', name, summary: row.sentence as string })),
    ].filter((row) => `${row.name} ${row.summary}`.toLowerCase().includes(word.toLowerCase()));
    return {
      value: rows,
      text:
        rows.length === 0
          ? 'nothing; help lists the commands'
          : rows.map((row) => `${row.kind.padEnd(8)} ${row.name.padEnd(24)} ${row.summary.trim()}`).join('\n'),
    };
  },
};
