/** Files of shell lines: a path goes in, its lines come out, or one clear error. It runs nothing. */
import { readFileSync } from 'node:fs';
import { UsageError } from './errors.ts';

/** `path` is shown as it was typed. */
export function readLines(path: string): string[] {
  try {
    return readFileSync(path, 'utf8').replace(/\n$/, '').split(/\r?\n/);
  } catch (error) {
    throw new UsageError(`cannot read ${path} (${(error as NodeJS.ErrnoException).code})`);
  }
}
