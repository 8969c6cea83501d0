/**
 * Drives a recording: the path of its first file goes in; how many events the core did the same, or an error that names the first one it
 * does otherwise, comes out. What was recorded goes on in the next files, each of which can be driven alone.
 */
import { setImmediate as turn } from 'node:timers/promises';
import { Drive } from '../trace/drive.ts';
import { BrokenLine } from '../trace/drive-lines.ts';
import { seconds } from '../trace/drive-text.ts';
import { readHeader, whyNotDriven } from '../trace/record-lines.ts';
import type { Answer } from './command.ts';
import { CommandError } from './errors.ts';
import { brokenFile, FILES_MAX, recordedLines } from './record-file.ts';
import { count, safe } from './render.ts';

/** Facts before others of the process have their turn. */
const FACTS_PER_TURN = 2_000;
const SHOWN_MAX = 400;

export async function driveFile(path: string, signal: AbortSignal): Promise<Answer> {
  const files: string[] = [];
  let events = 0;
  let facts = 0;
  let goesOn = true;
  let isWhole = true;
  while (goesOn && files.length < FILES_MAX) {
    const file = files.length === 0 ? path : `${path}.${files.length}`;
    files.push(file);
    const { drive, end } = await driveOne(file, signal);
    events += drive.lines.events;
    facts += drive.facts;
    goesOn = end.goesOn;
    isWhole = end.isWhole;
  }
  const cut = isWhole ? '' : '; its end was never written: it holds what came before that';
  return {
    value: { files, events, facts, isWhole, same: true },
    text: `${count(events, 'event')}, the same${cut}`,
  };
}

async function driveOne(path: string, signal: AbortSignal) {
  const lines = recordedLines(path);
  const [first = ''] = lines;
  const header = readHeader(first);
  if (!header.ok) throw brokenFile(path, 1, header.message);
  const why = whyNotDriven(first);
  if (why !== null) throw new CommandError('not-driven', `${safe(path)} cannot be driven: ${why}`);
  const drive = new Drive(lines);
  try {
    for (;;) {
      const end = drive.next();
      if (end?.kind === 'parted') throw partedError(path, end.parting);
      if (end !== null) return { drive, end };
      if (drive.facts % FACTS_PER_TURN === 0) await turn();
      signal.throwIfAborted();
    }
  } catch (error) {
    if (!(error instanceof BrokenLine)) throw error;
    const isLast = error.line === lines.length;
    throw brokenFile(path, error.line, `${error.message}${isLast ? '; the file may have been cut off there' : ''}`);
  }
}

function partedError(path: string, parting: Extract<ReturnType<Drive['next']>, { kind: 'parted' }>['parting']) {
  const { index, line, node, atUs, given, recorded, now } = parting;
  const shown = (text: string | null) => (text === null ? 'nothing' : safe(text, SHOWN_MAX));
  return new CommandError(
    'parted',
    `${safe(path)} line ${line}, event ${index}: ${safe(node)} at ${seconds(atUs)}, after ${safe(given)}: recorded: ${shown(recorded)}; now: ${shown(now)}`,
    [],
    { file: path, index, line, node, atMs: atUs / 1_000, given, recorded, now },
  );
}
