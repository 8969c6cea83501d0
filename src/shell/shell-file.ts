/** Files that commands read and write: a path goes in, its lines come out, or one clear error; the beginning of a path, and its ends come out. It runs nothing. */
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { UsageError } from './errors.ts';
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
    throw new UsageError(`cannot write ${safe(path)} (${(error as NodeJS.ErrnoException).code})`);
  }
  return Buffer.byteLength(text);
}

/** Of a greater folder only so many names are looked at. */
const NAMES_MAX = 10_000;

/** Paths that begin so, folders with a slash at the end. Names that would have to be quoted are left out, hidden ones unless their dot is typed. */
export function pathsFrom(typed: string): string[] {
  const folder = typed.slice(0, typed.lastIndexOf('/') + 1);
  const begun = typed.slice(folder.length);
  try {
    return readdirSync(folder === '' ? '.' : folder, { withFileTypes: true })
      .slice(0, NAMES_MAX)
      .filter(({ name }) => name.startsWith(begun) && /^[\w.,:+=@%~-]+$/.test(name))
      .filter(({ name }) => begun !== '' || !name.startsWith('.'))
      .map((entry) => `${folder}${entry.name}${entry.isDirectory() ? '/' : ''}`)
      .sort();
  } catch {
    return [];
  }
}
