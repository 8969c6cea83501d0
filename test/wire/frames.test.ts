/** Frames: bytes in any chunks are the same lines, and hostile bytes are one fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { createSplitter, splitChunk } from '../../src/wire/frames.ts';

/** What comes out of the chunks: lines, and faults in brackets. */
function split(chunks: readonly (string | Uint8Array)[], options: { greeting?: boolean; max?: number } = {}): string[] {
  const out: string[] = [];
  const splitter = createSplitter(options.max ?? 65_536);
  splitter.greeting = options.greeting ?? false;
  let open = true;
  const sink = {
    line: (text: string) => out.push(text) > 0,
    fault(fault: string) {
      out.push(`<${fault}>`);
      open = !['line-too-long', 'not-json', 'blank-flood'].includes(fault);
      return open;
    },
  };
  for (const chunk of chunks)
    if (open) splitChunk(splitter, typeof chunk === 'string' ? Buffer.from(chunk) : chunk, sink);
  return out;
}

test('frames: lines end at a newline only, and blanks around them go', () => {
  assert.deepEqual(split(['{"a":1}\n{"b":2}\r\n \n  {"c":3}  \n{"d"']), ['{"a":1}', '{"b":2}', '{"c":3}']);
  assert.deepEqual(split(['{"a":"\u2028\u2029\r"}\n']), ['{"a":"\u2028\u2029\r"}']);
});

test('frames: one byte at a time gives the same lines, multi-byte characters too', () => {
  const bytes = Buffer.from('{"a":"ä€😀"}\n{"b":1}\n');
  assert.deepEqual(split([...bytes].map((byte) => Uint8Array.of(byte))), ['{"a":"ä€😀"}', '{"b":1}']);
});

test('frames: before hello the first byte is a brace', () => {
  for (const text of ['GET / HTTP/1.1\r\n', 'SSH-2.0-x\n', '\x16\x03\x01', '[1]\n', 'x', '\ufeff{"a":1}\n'])
    assert.deepEqual(split([text], { greeting: true }), ['<not-json>'], JSON.stringify(text));
  assert.deepEqual(split(['  {"a":1}\n'], { greeting: true }), ['{"a":1}']);
  assert.deepEqual(split(['\n'.repeat(17)], { greeting: true }), ['<blank-flood>']);
});

test('frames: a line over the cap is a fault, also before its end has come', () => {
  assert.deepEqual(split(['x'.repeat(101)], { max: 100 }), ['<line-too-long>']);
  assert.deepEqual(split([`${'x'.repeat(101)}\n`], { max: 100 }), ['<line-too-long>']);
  assert.deepEqual(split([`${'x'.repeat(100)}\n`], { max: 100 }), ['x'.repeat(100)]);
  assert.deepEqual(split(['x'.repeat(60), `${'x'.repeat(41)}\n`], { max: 100 }), ['<line-too-long>']);
});

test('frames: bad UTF-8, a byte order mark and deep nesting are faults, the next line goes on', () => {
  assert.deepEqual(
    split([Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff, 0xc0]), Buffer.from('"}\n{}\n')])]),
    ['<bad-utf8>', '{}'],
  );
  assert.deepEqual(split(['\ufeff{}\n{}\n']), ['<bom>', '{}']);
  assert.deepEqual(split([`${'['.repeat(9)}${']'.repeat(9)}\n{}\n`]), ['<too-deep>', '{}']);
  assert.deepEqual(split([`${'['.repeat(8)}"[[[[\\"[[["${']'.repeat(8)}\n`]), [
    `${'['.repeat(8)}"[[[[\\"[[["${']'.repeat(8)}`,
  ]);
});

test('frames: however the bytes are cut, the lines are the same', () => {
  const line = fc
    .oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: 'binary' }), fc.json())
    .map((text) => text.replaceAll('\n', ' '));
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), fc.array(fc.nat(400), { maxLength: 12 }), (lines, cuts) => {
      const bytes = Buffer.from(lines.map((one) => `${one}\n`).join(''));
      const points = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
      const chunks = points.slice(1).map((end, i) => bytes.subarray(points[i], end));
      assert.deepEqual(split(chunks), split([bytes]));
    }),
    { numRuns: 1_000 },
  );
});

test('frames: no bytes make the splitter throw', () => {
  fc.assert(
    fc.property(
      fc.array(fc.uint8Array({ maxLength: 60 })),
      fc.boolean(),
      (chunks, greeting) => void split(chunks, { greeting, max: 64 }),
    ),
    { numRuns: 2_000 },
  );
});
