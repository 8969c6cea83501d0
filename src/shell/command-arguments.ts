/** The text after a command's word: it goes in, words and options as that command takes them come out, or the usage. It must not know what they mean. */
import type { Command, Invocation, Typed } from './command.ts';
import { UsageError } from './errors.ts';
import { splitWords } from './line.ts';
import { readOptions } from './options.ts';

export function readArguments(command: Command, rest: string): Typed {
  if (command.raw === true) return { words: [rest], rest, options: {} };
  const { values, positionals } = readOptions(splitWords(rest), command.options ?? {}, `usage: ${command.usage}`);
  if (command.usage === command.name && positionals.length > 0) throw new UsageError(`usage: ${command.usage}`);
  return { words: positionals, rest, options: values as Invocation['options'] };
}
