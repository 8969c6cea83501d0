/** What is wrong with a line as far as it can be known before it is run: a line goes in, a complaint comes out. It does nothing. */
import type { Command, Typed } from './command.ts';
import { readArguments } from './command-arguments.ts';
import { UsageError } from './errors.ts';
import { readNodeFirst } from './lab/node-first.ts';
import { expectThere, type There, thereOf } from './lab/there.ts';
import type { Line } from './line.ts';
import { lineHere } from './line-here.ts';
import type { Shell } from './shell.ts';

const NO_JAVASCRIPT = 'plain commands only, no JavaScript';

/** The complaint of JavaScript where there is none. */
export const noJavaScript = ({ options }: Shell): UsageError => new UsageError(options.noJavaScript ?? NO_JAVASCRIPT);

/** Complains of a line that is no command; what it is comes out, without the nodes that it names. */
export function checkLine(shell: Shell, input: string): Exclude<Line, { kind: 'javascript' }> {
  const { vocabulary } = shell;
  const line = lineHere(shell, readNodeFirst(input)?.rest ?? input);
  if (line.kind === 'empty') return line;
  const word = line.kind === 'command' ? line.word : (/^\s*(?:\S+:\s+)?([\w-]*)/.exec(input)?.[1] ?? '');
  const isWord = /^[0-9]*[A-Za-z]/.test(word);
  if (isWord && vocabulary.command(word) === null && !shell.options.aliases.has(word)) throw vocabulary.unknown(word);
  if (line.kind === 'javascript') throw noJavaScript(shell);
  return line;
}

/** The same of a line of a lab, and of the nodes and groups that it names. */
export function checkNames(shell: Shell, input: string): Exclude<Line, { kind: 'javascript' }> {
  const line = checkLine(shell, input);
  const first = readNodeFirst(input);
  if (first !== null && first.who !== 'live') expectThere(first.who, thereOf(shell));
  const command = line.kind === 'command' ? shell.vocabulary.command(line.word) : null;
  if (line.kind === 'command' && command?.takesNodes === true) readPlaces(command, line.rest, thereOf(shell));
  return line;
}

/** The same of one that is to be done at a later time, in the middle of a run, and of its words as far as they can be wrong already now. */
export async function checkLater(shell: Shell, input: string): Promise<void> {
  const { labs } = shell.options;
  const line = checkNames(shell, input);
  const command = line.kind === 'command' ? shell.vocabulary.command(line.word) : null;
  if (line.kind !== 'command' || command === null) return;
  if (command.takesTime === true)
    throw new UsageError(
      `${line.word} moves the time itself, or waits: at a later time only what is done at once can be done`,
    );
  if (labs === null) return;
  const there = thereOf(shell);
  const typed = readPlaces(command, line.rest, there);
  await command.check?.(typed, there, labs);
}

function readPlaces(command: Command, rest: string, there: There): Typed {
  const typed = readArguments(command, rest);
  return command.takesNodes === true
    ? { ...typed, words: typed.words.map((word) => placeholderOf(word, there)) }
    : typed;
}

/** A place that the name of a node may stand for later. */
function placeholderOf(word: string, there: There): string {
  if (/^n[1-9][0-9]*$/.test(word)) expectThere(word, there);
  return there.names.includes(word) ? '10.0.0.1:5999' : word;
}
