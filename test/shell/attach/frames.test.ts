/** Bytes of a control socket to messages and back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { encode, encodeWhole, FrameReader } from '../../../src/shell/attach/frames.ts';
import { FRAME_BYTES_MAX, MESSAGE_LENGTH_MAX, PART_LENGTH } from '../../../src/shell/attach/limits.ts';

function read(bytes: Buffer, cuts: readonly number[] = [], takesParts = true) {
  const messages: unknown[] = [];
  const reader = new FrameReader((message) => messages.push(message), takesParts);
  let at = 0;
  let fault: string | null = null;
  for (const cut of [...cuts.toSorted((a, b) => a - b), bytes.length]) {
    fault ??= reader.push(bytes.subarray(at, cut));
    at = cut;
  }
  return { messages, fault };
}

test('frames: a message comes out as it went in, however the bytes are cut', () => {
  fc.assert(
    fc.property(
      fc.array(fc.dictionary(fc.string(), fc.jsonValue()), { maxLength: 5 }),
      fc.array(fc.nat(2_000), { maxLength: 8 }),
      (messages, cuts) => {
        const bytes = Buffer.from(messages.map(encode).join(''));
        const wanted = messages.map((one) => JSON.parse(JSON.stringify(one)) as unknown);
        assert.deepEqual(
          read(
            bytes,
            cuts.filter((cut) => cut < bytes.length),
          ),
          { messages: wanted, fault: null },
        );
      },
    ),
  );
});

test('frames: a long message goes in parts that are frames each, also one of the worst characters', () => {
  for (const letter of ['x', '"', '\u0007', 'ä', '\u{1f600}', '\ud83d']) {
    const message = { kind: 'result', text: letter.repeat(PART_LENGTH * 2) };
    const frames = encode(message).trimEnd().split('\n');
    assert.ok(frames.length > 1, letter);
    for (const frame of frames) assert.ok(Buffer.byteLength(frame) <= FRAME_BYTES_MAX, letter);
    assert.deepEqual(read(Buffer.from(`${frames.join('\n')}\n`)), { messages: [message], fault: null });
  }
});

test('frames: a message that must be whole is one frame, or nothing when it is longer than one', () => {
  for (const [letter, bytes] of [
    ['x', 1],
    ['"', 2],
    ['ä', 2],
    ['\u0007', 6],
  ] as const) {
    const fits = { text: letter.repeat(Math.floor((FRAME_BYTES_MAX - 11) / bytes)) };
    const frame = encodeWhole(fits) ?? assert.fail(letter);
    assert.deepEqual(read(Buffer.from(frame), [], false), { messages: [fits], fault: null });
    assert.equal(encodeWhole({ text: `${fits.text}${letter}` }), null, letter);
  }
});

test('frames: what is no object is a fault, and nothing of it is taken', () => {
  for (const bytes of [
    '\n',
    'GET / HTTP/1.1\r\n',
    '[1]\n',
    '1\n',
    'null\n',
    '{"a":1}}\n',
    '\u0000\u0001\n',
    `${'['.repeat(100_000)}\n`,
  ]) {
    const { messages, fault } = read(Buffer.from(bytes));
    assert.deepEqual([messages, fault], [[], 'a frame is no JSON object'], bytes.slice(0, 20));
  }
});

test('frames: one that is too long is a fault as soon as that is known, with its end or without', () => {
  const long = Buffer.alloc(FRAME_BYTES_MAX + 1, 'x');
  assert.match(read(long).fault ?? '', /longer than 1048576 bytes/);
  const parts = Array.from({ length: 100 }, (_, i) => i * 10_000);
  assert.match(read(long, parts).fault ?? '', /longer than 1048576 bytes/);
  assert.equal(read(Buffer.from(`{"a":"${'x'.repeat(FRAME_BYTES_MAX - 8)}"}\n`)).fault, null);
});

test('frames: parts are not put together without end, and not at all for who takes none', () => {
  const part = `${JSON.stringify({ part: 'x'.repeat(PART_LENGTH), isLast: false })}\n`;
  const count = MESSAGE_LENGTH_MAX / PART_LENGTH + 1;
  const reader = new FrameReader(() => assert.fail('nothing is whole'), true);
  let fault: string | null = null;
  for (let i = 0; i < count && fault === null; i += 1) fault = reader.push(Buffer.from(part));
  assert.match(fault ?? '', /longer than/);
  assert.deepEqual(read(Buffer.from(part), [], false).messages.length, 1);
});
