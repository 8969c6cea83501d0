/** `alias`: a word and a line go in, every alias comes out. It runs nothing and hides no command. */
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';

const ALIASES_MAX = 256;

export const alias: Command = {
  name: 'alias',
  aliases: [],
  group: 'shell',
  usage: 'alias [NAME [LINE]]',
  summary: 'a word of your own for a line',
  run(shell, { words }) {
    const { aliases } = shell.options;
    const [name, ...line] = words;
    if (name !== undefined) {
      if (!/^[A-Za-z][\w-]*$/.test(name)) throw new UsageError('an alias is a word of letters, digits, - and _');
      if (shell.command(name) !== null) throw new UsageError(`${name} is a command; choose another word`);
      if (line.length > 0 && aliases.size >= ALIASES_MAX) throw new UsageError(`at most ${ALIASES_MAX} aliases`);
      if (line.length > 0) aliases.set(name, line.join(' '));
      else if (!aliases.has(name)) throw new UsageError(`no alias ${name}; alias ${name} LINE makes one`);
    }
    const rows = [...aliases]
      .filter(([one]) => name === undefined || one === name)
      .map(([one, text]) => ({ name: one, line: text }));
    return {
      value: rows,
      text: rows.length === 0 ? 'no aliases' : rows.map((row) => `${row.name} = ${row.line}`).join('\n'),
    };
  },
};
