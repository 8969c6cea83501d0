/** The lines of a script that arrive in pieces. */
import assert from 'node:assert/strict';
import { PassThrough } from 'node:stream';
import { test } from 'node:test';
import { linesOf } from '../../src/shell/input-lines.ts';

async function linesIn(...chunks: readonly (string | Buffer)[]): Promise<string[]> {
  const input = new PassThrough();
  for (const chunk of chunks) input.write(chunk);
  input.end();
  const lines: string[] = [];
  for await (const line of linesOf(input)) lines.push(line);
  return lines;
}

test('input: lines end at LF, with or without CR, and the last one needs none', async () => {
  assert.deepEqual(await linesIn('peers\nsta', 'tus\r\n\nquit'), ['peers', 'status', '', 'quit']);
  assert.deepEqual(await linesIn(''), []);
});

test('input: other line ends of Unicode and bare CR are part of a line, characters in two pieces are one', async () => {
  assert.deepEqual(await linesIn('a\u2028b\rc\u0085d\n'), ['a\u2028b\rc\u0085d']);
  const euro = Buffer.from('€');
  assert.deepEqual(await linesIn(euro.subarray(0, 1), euro.subarray(1), '\n'), ['€']);
});

test('input: a line without end is refused', async () => {
  await assert.rejects(linesIn('x'.repeat(2_000_000)), /longer than 1048576/);
});
