/**
 * Options among words, of a command or of the program: words and the options there are go in; values, the other words, and where each
 * stood come out, or one clear line that says what to type instead. It must not know what an option means.
 */
import { parseArgs } from 'node:util';
import { readDuration } from '../settings.ts';
import { nearest } from '../util/nearest.ts';
import type { Options } from './command.ts';
import { UsageError } from './errors.ts';
import { quoted, safe } from './render.ts';

interface Shape<Table extends Options> {
  readonly args: string[];
  readonly options: Table;
  readonly allowPositionals: true;
  readonly strict: true;
  readonly tokens: true;
}

type Parsed<Table extends Options> = ReturnType<typeof parseArgs<Shape<Table>>>;

/** What was among the words. */
export interface OptionsRead<Table extends Options> {
  readonly values: Parsed<Table>['values'];
  readonly positionals: readonly string[];
  readonly tokens: Parsed<Table>['tokens'];
}

/** `advice` ends each message: the usage, or where the options are listed. */
export function readOptions<const Table extends Options>(
  words: readonly string[],
  options: Table,
  advice: string,
): OptionsRead<Table> {
  // Not strict: Node's words for a mistake are several lines about its own grammar.
  const parsed = parseArgs({ args: [...words], options, allowPositionals: true, strict: false, tokens: true });
  const { values, tokens } = parsed as Parsed<Table>;
  const positionals: string[] = [];
  let numberAt = -1;
  for (const token of tokens) {
    if (token.kind === 'positional') positionals.push(token.value);
    if (token.kind !== 'option') continue;
    const { name, rawName, value, index } = token;
    const row = Object.hasOwn(options, name) ? options[name] : undefined;
    const word = words[index] ?? rawName;
    if (row === undefined && /^-\d/.test(word)) {
      // A number below zero, which comes as an option for each digit.
      if (numberAt !== index) positionals.push(word);
      numberAt = index;
    } else if (row === undefined) throw unknownOption(rawName, Object.keys(options), advice);
    else if (row.type === 'boolean' && value !== undefined)
      throw new UsageError(`${rawName} takes no value; ${advice}`);
    else if (row.type === 'string' && (value === undefined || (token.inlineValue === false && /^-\D/.test(value))))
      throw new UsageError(`${rawName} needs a value; ${advice}`);
  }
  return { values, positionals, tokens };
}

/** A duration in microseconds: the value of `--timeout`, or `otherwiseUs` without one. */
export function readTimeout(typed: string | boolean | undefined, otherwiseUs: number): number {
  if (typeof typed !== 'string') return otherwiseUs;
  const us = readDuration(typed);
  if (us === null) throw new UsageError(`--timeout ${quoted(typed)} is not a duration such as 500ms or 5s`);
  return us;
}

/** What to say of an option that there is not; `names` are without dashes. */
export function unknownOption(rawName: string, names: readonly string[], advice: string): UsageError {
  const near = rawName.startsWith('--') ? nearest(rawName.slice(2), names).map((name) => `--${name}`) : [];
  const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : advice;
  return new UsageError(`unknown option ${safe(rawName)}; ${hint}`, near);
}
