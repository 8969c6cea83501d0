/**
 * Lab scripts: a file or its lines go in, its lines with those of the files that it sources come out, and how many nodes it spawns.
 * It runs nothing.
 */
import { UsageError } from '../errors.ts';
import { splitWords, stripComment } from '../line.ts';
import { safe } from '../render.ts';
import { readLines } from '../shell-file.ts';
import { namesOf } from './node-first.ts';

export const HEADER = '#!peersh lab v1';
const ANY_HEADER = /^#!peersh lab\b/;
/** Files within each other. */
const DEPTH_MAX = 8;
const LINES_MAX = 100_000;

export interface ScriptLine {
  /** `FILE:LINE`, for messages. */
  readonly where: string;
  readonly text: string;
}

/** Plain data, so that it can be given to a worker. */
export interface Script {
  /** As it was typed; null: standard input. */
  readonly path: string | null;
  readonly lines: readonly ScriptLine[];
}

/** Whether a text that begins with this line is a lab script; `path` is where it stands. */
export function isLabScript(firstLine: string, path = 'stdin'): boolean {
  const line = firstLine.trim();
  if (ANY_HEADER.test(line) && line !== HEADER)
    throw new UsageError(`${safe(path)}:1: this peersh reads ${HEADER}, not ${JSON.stringify(safe(line))}`);
  return line === HEADER;
}

/** Of files that it sources, `pathOf` says where they are. */
export function readScript(path: string, pathOf: (path: string) => string = (one) => one): Script {
  const lines = readLines(path);
  if (!isLabScript(lines[0] ?? '', path))
    throw new UsageError(`${safe(path)} is no lab script: its first line must be ${HEADER}; source runs other files`);
  return scriptOf(path, lines, pathOf);
}

export const scriptOf = (
  path: string | null,
  lines: readonly string[],
  pathOf: (path: string) => string = (one) => one,
): Script => ({
  path,
  lines: unfolded(path ?? 'stdin', lines, pathOf, 0),
});

/** Lines of files that are sourced stand where they are sourced. */
function unfolded(
  path: string,
  lines: readonly string[],
  pathOf: (path: string) => string,
  depth: number,
): ScriptLine[] {
  if (depth >= DEPTH_MAX) throw new UsageError('files that source each other go round in a circle');
  const found: ScriptLine[] = [];
  for (const [index, text] of lines.entries()) {
    const where = `${path}:${index + 1}`;
    const words = wordsOf(text, where);
    if (words.length === 0) continue;
    if (words[0] === 'source' && words[1] !== undefined) found.push(...sourced(pathOf(words[1]), where, pathOf, depth));
    else found.push({ where, text });
    if (found.length > LINES_MAX) throw new UsageError(`${path} has more than ${LINES_MAX} lines`);
  }
  return found;
}

function sourced(path: string, where: string, pathOf: (path: string) => string, depth: number): ScriptLine[] {
  try {
    return unfolded(path, readLines(path), pathOf, depth + 1);
  } catch (error) {
    if (!(error instanceof UsageError) || depth > 0) throw error;
    throw new UsageError(`${where}: ${error.message}`);
  }
}

function wordsOf(text: string, where: string): string[] {
  try {
    return splitWords(stripComment(text));
  } catch (error) {
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
}

/** Names that the lines spawn, now or later. The size of a world decides where its nodes live, so it is known before the first one comes. */
export function spawnedBy(lines: readonly ScriptLine[]): Set<string> {
  const names = new Set<string>();
  for (const { where, text } of lines) {
    const words = wordsOf(text, where);
    const [word, ...rest] = words[0] === 'at' ? words.slice(2) : words;
    if (word !== 'spawn') continue;
    for (const one of rest) if (isNames(one)) for (const name of namesAt(where, one)) names.add(name);
  }
  return names;
}

function namesAt(where: string, word: string): readonly string[] {
  try {
    return namesOf(word, new Map(), () => []);
  } catch (error) {
    throw new UsageError(`${where}: ${(error as Error).message}`);
  }
}

/** Whether a word of spawn names nodes. */
export const isNames = (word: string) => /^n[0-9]+(\.\.n[0-9]+)?(,n[0-9]+(\.\.n[0-9]+)?)*$/.test(word);
