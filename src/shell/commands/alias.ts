/** `alias`: a word and a line go in, every alias comes out. It runs nothing and hides no command. */
import { type Command, looksAlone } from '../command.ts';
import { UsageError } from '../errors.ts';

const ALIASES_MAX = 256;

/** `NAME LINE` as typed; the line is '' when there is none. */
export function readAlias(
  text: string,
  commandWords: ReadonlySet<string>,
): { readonly name: string; readonly line: string } {
  const [, name = '', line = ''] = /^(\S*)\s*(.*)$/s.exec(text.trim()) ?? [];
  if (!/^[A-Za-z][\w-]*$/.test(name)) throw new UsageError('an alias is a word of letters, digits, - and _');
  if (commandWords.has(name)) throw new UsageError(`${name} is a command; choose another word`);
  return { name, line };
}

export const alias: Command = {
  name: 'alias',
  looks: looksAlone,
  aliases: [],
  group: 'shell',
  usage: 'alias [NAME [LINE]]',
  summary: 'a word for a line',
  details: ['For example: alias p peers -v. What follows the word is added to the line.'],
  raw: true,
  run(shell, { rest }) {
    const { aliases } = shell.options;
    const { name, line } =
      rest.trim() === '' ? { name: null, line: '' } : readAlias(rest, shell.vocabulary.commandNames());
    if (name !== null) {
      if (line === '' && !aliases.has(name)) throw new UsageError(`no alias ${name}; alias ${name} LINE makes one`);
      if (line !== '' && aliases.size >= ALIASES_MAX && !aliases.has(name))
        throw new UsageError(`at most ${ALIASES_MAX} aliases`);
      if (line !== '') aliases.set(name, line);
    }
    const rows = [...aliases]
      .filter(([one]) => name === null || one === name)
      .map(([one, text]) => ({ name: one, line: text }));
    return {
      value: rows,
      text: rows.length === 0 ? 'no aliases' : rows.map((row) => `${row.name} = ${row.line}`).join('\n'),
    };
  },
};
