/** What a typed line is in a shell: text goes in; a command or an alias, JavaScript or nothing comes out. Variables come before words that could do nothing. */
import { goesOnAsFault } from './lab/fault-words.ts';
import { type Line, readLine } from './line.ts';
import type { Shell } from './shell.ts';

export function lineHere(shell: Shell, input: string): Line {
  const { vocabulary } = shell;
  const words = new Set(vocabulary.words());
  // A word that could do nothing here is the variable's of that name.
  if (shell.lab === null)
    for (const word of words)
      if (vocabulary.command(word)?.needsLab === true && isVariable(shell, word)) words.delete(word);
  const [, first = '', rest = ''] = /^\s*([\w-]+)\s*(.*)$/s.exec(input) ?? [];
  if (vocabulary.fault(first) !== null && !goesOnAsFault(rest) && isVariable(shell, first)) words.delete(first);
  return readLine(
    input,
    words,
    (prefix) => vocabulary.abbreviated(prefix),
    (word) => vocabulary.command(word)?.takesExpression === true,
  );
}

function isVariable(shell: Shell, word: string): boolean {
  const own = Object.getOwnPropertyDescriptor(globalThis, word);
  return (own !== undefined && 'value' in own) || shell.javascript.declaredNames().includes(word);
}
