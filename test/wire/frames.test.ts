/** Frames: bytes in any chunks are the same lines, and hostile bytes are one fault. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSplitter, type FrameFault, type FrameSink, splitChunk } from '../../src/wire/frames.ts';
import { CONSTANT_LINES } from '../../src/wire/messages.ts';
import { fc } from '../helpers/random-cases.ts';

interface Options {
  readonly greeting?: boolean;
  readonly max?: number;
}

/** Faults after which a connection is closed. */
const FATAL: readonly FrameFault[] = ['line-too-long', 'not-json', 'not-object', 'blank-flood'];

/** What comes out of the chunks: lines, and faults in brackets. */
function split(chunks: readonly (string | Uint8Array)[], options: Options = {}): string[] {
  const out: string[] = [];
  const splitter = createSplitter(options.max ?? 65_536);
  splitter.greeting = options.greeting ?? false;
  let open = true;
  const sink: FrameSink = {
    line: (text) => out.push(text) > 0,
    fault(fault) {
      out.push(`<${fault}>`);
      open = !FATAL.includes(fault);
      return open;
    },
  };
  for (const chunk of chunks)
    if (open) splitChunk(splitter, typeof chunk === 'string' ? Buffer.from(chunk) : chunk, sink);
  return out;
}

const oneByteEach = (text: string | Uint8Array) => [...Buffer.from(text)].map((byte) => Uint8Array.of(byte));

/** Both ways that a test of hostile bytes must hold: all at once, and dripping. */
function assertSplit(bytes: string | Uint8Array, expected: readonly string[], options: Options = {}): void {
  const shown = JSON.stringify(Buffer.from(bytes).toString('latin1').slice(0, 80));
  assert.deepEqual(split([bytes], options), expected, `at once: ${shown}`);
  assert.deepEqual(split(oneByteEach(bytes), options), expected, `dripping: ${shown}`);
}

test('frames: two lines in one chunk are two lines', () => {
  assertSplit('{"a":1}\n{"b":2}\n', ['{"a":1}', '{"b":2}']);
});

test('frames: blanks around a line go, and a line without its newline waits', () => {
  assertSplit('{"a":1}\n{"b":2}\r\n \n \t {"c":3}  \r\r\n{"d"', ['{"a":1}', '{"b":2}', '{"c":3}']);
});

test('frames: nothing but a newline ends a line', () => {
  for (const other of ['\u2028', '\u2029', '\u0085', '\r', '\v', '\f', '\0']) {
    assertSplit(`{"a":"${other}"}\n`, [`{"a":"${other}"}`]);
  }
});

test('frames: the lines that pass most are lines like any other, beside any other', () => {
  for (const line of CONSTANT_LINES) {
    assertSplit(`${line}\n`, [line]);
    assertSplit(`${line}\n${line}\n{"a":1}\n${line}\n${line}`, [line, line, '{"a":1}', line]);
    assertSplit(` ${line}\n${line}\r\n${line}x\n`, [line, line, `${line}x`]);
    assertSplit(`{"a":"ä"}\n${line}\n`, ['{"a":"ä"}', line]);
    assertSplit(`${line}\n`, [line], { greeting: true });
    assertSplit(`${line}\n`, [line], { max: line.length });
    assertSplit(`${line}\n`, ['<line-too-long>'], { max: line.length - 1 });
  }
});

test('frames: multi-byte characters cut in two stay whole', () => {
  assertSplit('{"a":"ä€😀"}\n{"b":1}\n', ['{"a":"ä€😀"}', '{"b":1}']);
});

test('frames: the newline of one chunk ends the line of the chunk before', () => {
  assert.deepEqual(split(['{"a"', ':1}', '\n', '{"b":2', '}\n{"c":3}\n{"d":4}']), ['{"a":1}', '{"b":2}', '{"c":3}']);
});

test('frames: before hello a line begins with a brace, and what does not is refused before its newline', () => {
  for (const text of ['GET / HTTP/1.1', 'SSH-2.0-x', '\x16\x03\x01\x02', 'x', '\ufeff{}', '  \r x']) {
    assertSplit(text, ['<not-json>'], { greeting: true });
    assertSplit(`${text}\n{}\n`, ['<not-json>'], { greeting: true });
  }
  for (const text of ['[1,2]', ' [', 'null', 'true', 'false', '-1', '0', '9', '\n\n"']) {
    assertSplit(text, ['<not-object>'], { greeting: true });
    assertSplit(`${text}\n{}\n`, ['<not-object>'], { greeting: true });
  }
  assertSplit('  {"a":1}\n', ['{"a":1}'], { greeting: true });
});

test('frames: after hello a line may begin with anything', () => {
  assertSplit('GET /\n[1]\n', ['GET /', '[1]']);
});

test('frames: sixteen blank lines may come before hello, not seventeen; after it any number', () => {
  assertSplit(`${'\r\n'.repeat(16)}{}\n`, ['{}'], { greeting: true });
  assertSplit(`${' \n'.repeat(17)}{}\n`, ['<blank-flood>'], { greeting: true });
  assertSplit(`${'\n'.repeat(10_000)}{}\n`, ['{}']);
});

test('frames: a line of the cap is read, one byte more is a fault, also before its end has come', () => {
  for (const max of [100, 4_096, 65_536]) {
    const longest = 'x'.repeat(max);
    assertSplit(`${longest}\n`, [longest], { max });
    assertSplit(`${longest}x\n`, ['<line-too-long>'], { max });
    assertSplit(`${longest}x`, ['<line-too-long>'], { max });
    assertSplit(`${longest}\r\n`, ['<line-too-long>'], { max });
    assertSplit(' '.repeat(max + 1), ['<line-too-long>'], { max });
  }
});

test('frames: a first line that is too long and no JSON is no JSON, however it is cut', () => {
  assertSplit('x'.repeat(101), ['<not-json>'], { max: 100, greeting: true });
  assertSplit(`{${'x'.repeat(100)}\n`, ['<line-too-long>'], { max: 100, greeting: true });
});

test('frames: the owner changes cap and mode between the lines of one chunk', () => {
  const out: string[] = [];
  const splitter = createSplitter(20);
  const sink: FrameSink = {
    line(text) {
      out.push(text);
      splitter.lineBytesMax = 1_000;
      splitter.greeting = false;
      return true;
    },
    fault: (fault) => out.push(`<${fault}>`) < 0,
  };
  splitChunk(splitter, Buffer.from(`{"hello":1}\n${'y'.repeat(900)}\n${'z'.repeat(30)}`), sink);
  splitChunk(splitter, Buffer.from('z\n'), sink);
  assert.deepEqual(out, ['{"hello":1}', 'y'.repeat(900), 'z'.repeat(31)]);
});

test('frames: bad UTF-8 is a fault of its line alone', () => {
  const bad = [[0xff], [0xc0, 0x80], [0xc3], [0xe2, 0x80], [0xed, 0xa0, 0x80], [0xf5, 0x80, 0x80, 0x80], [0x80]];
  for (const bytes of bad) {
    const line = Buffer.concat([Buffer.from('{"a":"'), Buffer.from(bytes), Buffer.from('"}\n')]);
    assertSplit(Buffer.concat([Buffer.from('{"ä":1}\n'), line, Buffer.from('{}\n')]), ['{"ä":1}', '<bad-utf8>', '{}']);
  }
});

test('frames: a byte order mark is a fault of its line alone, inside a text it is a character', () => {
  assertSplit('\ufeff{}\n{}\n', ['<bom>', '{}']);
  assertSplit('{}\n \ufeff\n', ['{}', '<bom>']);
  assertSplit('{"a":"\ufeff"}\n', ['{"a":"\ufeff"}']);
});

test('frames: nine levels of nesting are a fault, eight are not, brackets in texts are none', () => {
  const nested = (depth: number, inner: string) => `${'{"a":'.repeat(depth)}${inner}${'}'.repeat(depth)}`;
  const mixed = `{"":${'['.repeat(8)}${']'.repeat(8)}}`;
  assertSplit(`${nested(9, '1')}\n${mixed}\n{}\n`, ['<too-deep>', '<too-deep>', '{}']);
  for (const line of [
    nested(8, '1'),
    nested(8, '"[[[[[[[[["'),
    nested(8, '"\\"[[[{{{\\\\\\"[[["'),
    '{"a":[],"b":[],"c":[],"d":[],"e":[],"f":[],"g":[],"h":[],"i":[]}',
    `${'{"\\\\":'.repeat(8)}1${'}'.repeat(8)}`,
  ]) {
    assertSplit(`${line}\n`, [line]);
  }
  assertSplit(`${nested(8, '"\\\\",[[')}\n`, ['<too-deep>']);
});

test('frames: a line full of brackets is a fault before anybody parses it', () => {
  for (const open of ['[', '{', '{"a":[']) {
    assert.deepEqual(split([`${open.repeat(65_536 / open.length)}\n`, '{}\n']), ['<too-deep>', '{}']);
  }
});

test('frames: a sink that has enough gets nothing more of the chunk, and the next chunk begins anew', () => {
  const out: string[] = [];
  const splitter = createSplitter(100);
  const sink: FrameSink = { line: (text) => out.push(text) % 2 === 1, fault: () => assert.fail() };
  splitChunk(splitter, Buffer.from('{"a":1}\n{"b":2}\n{"c":3}\n{"d"'), sink);
  splitChunk(splitter, Buffer.from('{"e":5}\n'), sink);
  assert.deepEqual(out, ['{"a":1}', '{"b":2}', '{"e":5}']);
});

test('frames: the chunk belongs to the caller again as soon as it is split', () => {
  const out: string[] = [];
  const splitter = createSplitter(100);
  const sink: FrameSink = { line: (text) => out.push(text) > 0, fault: () => assert.fail() };
  const chunk = Buffer.from('{"a":1}\n{"b"');
  splitChunk(splitter, chunk, sink);
  chunk.fill('!');
  splitChunk(splitter, Buffer.from(':2}\n'), sink);
  assert.deepEqual(out, ['{"a":1}', '{"b":2}']);
});

test('frames: a line that drips in is copied a few times only, within its cap, and nothing is held after it', () => {
  const splitter = createSplitter(65_536);
  const sink: FrameSink = { line: () => true, fault: () => assert.fail() };
  const buffers = new Set<Uint8Array>([splitter.held]);
  for (const byte of oneByteEach(`{"a":"${'x'.repeat(65_528)}"}`)) {
    splitChunk(splitter, byte, sink);
    buffers.add(splitter.held);
    assert.ok(splitter.held.length <= 65_536);
  }
  assert.equal(splitter.heldBytes, 65_536);
  assert.ok(buffers.size <= 10, `${buffers.size} buffers`);
  splitChunk(splitter, Buffer.from('\n'), sink);
  assert.deepEqual([splitter.held.length, splitter.heldBytes], [0, 0]);
});

/** Bytes in which every rule of the splitter has something to find. */
const hostileBytes = fc
  .array(
    fc.oneof(
      { weight: 4, arbitrary: fc.constantFrom('\n', '\n', '\r\n', ' ', '{', '}', '[', ']', '"', '\\', 'x', '\t') },
      { weight: 2, arbitrary: fc.constantFrom('{"msgtype":"ping"}\n', '\ufeff', 'ä', '€', '😀', '[[[[[[[[[', '{"":') },
      { weight: 1, arbitrary: fc.string({ unit: 'binary', maxLength: 12 }) },
      { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
    ),
    { maxLength: 40 },
  )
  .map((parts) => Buffer.concat(parts.map((part) => Buffer.from(part as string))));

test('frames: however the bytes are cut, lines and faults are the same', () => {
  fc.assert(
    fc.property(
      hostileBytes,
      fc.array(fc.nat(400), { maxLength: 12 }),
      fc.boolean(),
      fc.constantFrom(24, 64, 65_536),
      (bytes, cuts, greeting, max) => {
        const points = [0, ...cuts.map((cut) => Math.min(cut, bytes.length)).sort((a, b) => a - b), bytes.length];
        const chunks = points.slice(1).map((end, i) => bytes.subarray(points[i], end));
        const expected = split([bytes], { greeting, max });
        assert.deepEqual(split(chunks, { greeting, max }), expected);
        assert.deepEqual(split(oneByteEach(bytes), { greeting, max }), expected);
      },
    ),
    { numRuns: 2_000 },
  );
});

test('frames: good lines come out as they went in', () => {
  const line = fc.json({ maxDepth: 3 }).map((text) => text.trim());
  fc.assert(
    fc.property(fc.array(line, { maxLength: 8 }), (lines) => {
      assert.deepEqual(split([lines.map((one) => `${one}\n`).join('')]), lines);
    }),
  );
});

test('frames: no bytes make the splitter throw', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 60 })), fc.boolean(), (chunks, greeting) => {
      split(chunks, { greeting, max: 64 });
    }),
    { numRuns: 2_000 },
  );
});
