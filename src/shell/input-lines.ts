/**
 * The lines of a script that is still being written: a byte stream goes in, its lines come out, split at LF only (readline also splits at
 * U+2028 and bare CR, and loses what comes before somebody listens). It runs nothing.
 */
import type { Readable } from 'node:stream';
import { UsageError } from './errors.ts';

/** Longer than any line that a peer takes, with room for a pasted program. In UTF-16 units. */
const LINE_LENGTH_MAX = 1_048_576;

export async function* linesOf(input: Readable): AsyncGenerator<string> {
  let rest = '';
  input.setEncoding('utf8');
  for await (const chunk of input as AsyncIterable<string>) {
    const lines = (rest + chunk).split('\n');
    rest = lines.pop() ?? '';
    for (const line of lines) yield line.replace(/\r$/, '');
    if (rest.length > LINE_LENGTH_MAX) throw new UsageError(`a line is longer than ${LINE_LENGTH_MAX} characters`);
  }
  if (rest !== '') yield rest;
}
