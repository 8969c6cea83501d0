/** Files that commands read and write: a path goes in, its lines come out, or one clear error; the beginning of a path, and its ends come out. It runs nothing. */
import { closeSync, openSync, readdirSync, readFileSync, writeFileSync, writeSync } from 'node:fs';
import { resolve } from 'node:path';
import { UsageError } from './errors.ts';
import { paced } from './paced.ts';
import { safe } from './render.ts';

/** `path` is shown as it was typed. */
export function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '').split(/\r?\n/);
  } catch (error) {
    throw new UsageError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}

/** Writes a file anew; how many bytes it has. */
export function writeText(path: string, text: string): number {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw unwritten(path, error);
  }
  return Buffer.byteLength(text);
}

const unwritten = (path: string, error: unknown) =>
  new UsageError(`cannot write ${safe(path)} (${(error as NodeJS.ErrnoException).code})`);

/** Pieces go to the file in writes of about so many bytes. */
const WRITE_BYTES = 65_536;

/** The same for a file that comes in pieces, a few at a time. What is aborted leaves what was written until then. */
export async function writePieces(
  path: string,
  pieces: Generator<string | Uint8Array, void>,
  signal: AbortSignal,
): Promise<number> {
  const attempt = <Result>(work: () => Result): Result => {
    try {
      return work();
    } catch (error) {
      throw unwritten(path, error);
    }
  };
  const file = attempt(() => openSync(path, 'w'));
  let waiting: Uint8Array[] = [];
  let waitingBytes = 0;
  let bytes = 0;
  const flush = () => {
    const whole = Buffer.concat(waiting);
    waiting = [];
    waitingBytes = 0;
    for (let at = 0; at < whole.length; ) at += attempt(() => writeSync(file, whole, at));
    bytes += whole.length;
  };
  try {
    await paced(pieces, signal, (piece) => {
      if (piece.length === 0) return;
      const part = typeof piece === 'string' ? Buffer.from(piece) : piece;
      waiting.push(part);
      waitingBytes += part.length;
      if (waitingBytes >= WRITE_BYTES) flush();
    });
    flush();
  } finally {
    closeSync(file);
  }
  return bytes;
}

/** Of a greater folder only so many names are looked at. */
const NAMES_MAX = 10_000;

/** Paths that begin so, folders with a slash at the end. Relative ones begin in `from`. Names that would have to be quoted are left out, hidden ones unless their dot is typed. */
export function pathsFrom(typed: string, from = '.'): string[] {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const begun = typed.slice(folder.length);
  try {
    return readdirSync(resolve(from, folder), { withFileTypes: true })
      .slice(0, NAMES_MAX)
      .filter(({ name }) => name.startsWith(begun) && /^[\w.,:+=@%~-]+$/.test(name))
      .filter(({ name }) => begun !== '' || !name.startsWith('.'))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort();
  } catch {
    return [];
  }
}
