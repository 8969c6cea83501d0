/**
 * Which lab scripts a command line asks for: what was read at start and standard input go in; the scripts come out when there is nothing
 * else to run, so that no node has to be started for them, else the lines of the input for whoever runs them.
 */
import { fstatSync } from 'node:fs';
import type { Readable } from 'node:stream';
import { UsageError } from '../errors.ts';
import { linesOf } from '../input-lines.ts';
import type { Startup } from '../startup.ts';
import { isLabScript, type Script, scriptOf } from './script-file.ts';

/** A script that is piped in is there at once; a pipe that says nothing for so long is somebody's who types: a node is started, which a lab script that comes later ends. */
const FIRST_LINE_MS = 300;

export type Found =
  | { readonly kind: 'scripts'; readonly scripts: readonly Script[] }
  | { readonly kind: 'other'; readonly input: AsyncIterable<string> | null };

export async function findLone(startup: Startup, input: Readable, isTerminal: boolean): Promise<Found> {
  const { script, headless } = startup;
  if (headless || (script === null && isTerminal)) return { kind: 'other', input: null };
  if (script === null) return findPiped(input);
  const areLabs = script.map(({ path, lines }) => path !== null && isLabScript(lines[0] ?? '', path));
  if (!areLabs.includes(true)) return { kind: 'other', input: null };
  if (areLabs.includes(false))
    throw new UsageError('a lab script runs without a node: leave out -e and scripts that are none');
  return { kind: 'scripts', scripts: script.map(({ path, lines }) => scriptOf(path, lines)) };
}

async function findPiped(input: Readable): Promise<Found> {
  const lines = linesOf(input);
  const first = lines.next();
  // Whoever runs the lines tells of one that cannot be read.
  const readable = first.catch(() => null);
  const read = await (isFile(input) ? readable : Promise.race([readable, silence()]));
  if (read === null || read.done === true || !isLabScript(read.value))
    return { kind: 'other', input: joined(first, lines) };
  return { kind: 'scripts', scripts: [await wholeOf(read.value, lines)] };
}

async function wholeOf(first: string, rest: AsyncGenerator<string>): Promise<Script> {
  const all = [first];
  for await (const line of rest) all.push(line);
  return scriptOf(null, all);
}

function isFile(input: Readable): boolean {
  const { fd } = input as { fd?: unknown };
  return typeof fd === 'number' && fstatSync(fd).isFile();
}

/** What was piped in is a lab script after all: whoever has started a node ends it, and runs the script. */
export class LateLabScript extends Error {
  readonly script: Script;

  constructor(script: Script) {
    super('a lab script that was not there at once');
    this.script = script;
  }
}

const silence = () => new Promise<null>((resolve) => void setTimeout(resolve, FIRST_LINE_MS, null).unref());

async function* joined(first: Promise<IteratorResult<string>>, rest: AsyncGenerator<string>): AsyncGenerator<string> {
  const read = await first;
  if (read.done === true) return;
  if (isLabScript(read.value)) throw new LateLabScript(await wholeOf(read.value, rest));
  yield read.value;
  yield* rest;
}
