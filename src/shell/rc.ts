/**
 * .noderc: the file goes in; settings, lists, aliases and the lines that need a running node come out. Plain commands only: whoever
 * starts a node in a folder that is not theirs must not run somebody's JavaScript.
 */
import { nearest } from '../util/nearest.ts';
import { applySetting } from './apply-setting.ts';
import { readAlias } from './commands/alias.ts';
import { COMMAND_WORDS } from './commands/index.ts';
import { UsageError } from './errors.ts';
import { readLine, splitWords } from './line.ts';
import { readListed, readPlace } from './places.ts';
import type { RcLine, RcTarget } from './rc-target.ts';
import type { Shell } from './shell.ts';
import { readLines } from './shell-file.ts';

export function readRc(path: string, target: RcTarget): void {
  for (const [index, text] of readLines(path).entries()) {
    const at = `${path}:${index + 1}`;
    try {
      takeLine({ at, text }, target);
    } catch (error) {
      throw new UsageError(`${at}: ${(error as Error).message}`);
    }
  }
}

function takeLine(line: RcLine, target: RcTarget): void {
  const read = plainLine(line.text, target.aliases);
  if (read === null) return;
  const words = read.word === 'alias' ? [] : splitWords(read.rest);
  const [first = '', second = ''] = words;
  if (read.word === 'set' && words.length >= 2)
    applySetting(target.settings, target.origins, first, words.slice(1).join(' '), '.noderc');
  else if (read.word === 'listen' && words.length === 1) target.listen = readPlace(first, true);
  else if (read.word === 'bootstrap' && first === 'add' && words.length === 2)
    target.bootstrap.push(readListed(second));
  else if (read.word === 'alias' && /\s/.test(read.rest)) {
    const alias = readAlias(read.rest, COMMAND_WORDS);
    plainLine(alias.line, target.aliases);
    target.aliases.set(alias.name, alias.line);
  } else target.rcLines.push(line);
}

/** A line that is a command; null for nothing at all. */
function plainLine(
  text: string,
  aliases: ReadonlyMap<string, string>,
): { readonly word: string; readonly rest: string } | null {
  const words = new Set([...COMMAND_WORDS, ...aliases.keys()]);
  const line = readLine(text, words, () => null);
  if (line.kind === 'empty') return null;
  if (line.kind === 'command') return line;
  const [word = ''] = /^[\w-]*/.exec(line.code) ?? [];
  const near = word === '' ? [] : nearest(word, words);
  throw new UsageError(
    near.length > 0
      ? `unknown command ${JSON.stringify(word)}; did you mean ${near.join(' or ')}?`
      : 'not a command: plain commands only, no JavaScript',
  );
}

/** Runs the lines that need a running node. One that fails is told and the next one runs: a peer that is away must not keep a node from starting. */
export async function runRc(shell: Shell, lines: readonly RcLine[], answer: (text: string) => void): Promise<void> {
  shell.plainOnly = true;
  for (const { at, text } of lines) {
    if (shell.quitting) break;
    const result = await shell.run(text);
    if (result.kind === 'error') shell.notices.complain(`${at}: ${result.message}`);
    else if (result.kind === 'ok' && result.text !== '') answer(result.text);
  }
  shell.plainOnly = false;
}
