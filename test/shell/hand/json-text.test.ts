/** JSON as people edit it: there and back nothing changes, and what is wrong is named with its place. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { manyLines, oneLine, readJsonText } from '../../../src/shell/hand/json-text.ts';

function tokensOf(text: string): readonly string[] {
  const read = readJsonText(text);
  assert.ok(read.ok, text);
  return read.tokens;
}

test('json text: is read like JSON.parse does, and laid out like JSON.stringify does', () => {
  fc.assert(
    fc.property(fc.jsonValue(), (value) => {
      const line = JSON.stringify(value);
      const text = manyLines(tokensOf(line));
      assert.equal(text, `${JSON.stringify(value, null, 2)}\n`);
      assert.equal(oneLine(tokensOf(text)), line);
    }),
  );
});

test('json text: takes what JSON.parse takes and nothing else', () => {
  const piece = fc.constantFrom(
    ...'{}[],:"1-0.eE tfn\\u'.split(''),
    'true',
    'null',
    '"a"',
    '\n',
    '01',
    '"\\x"',
    '\u00a0',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      const text = pieces.join('');
      let isJson = true;
      try {
        JSON.parse(text);
      } catch {
        isJson = false;
      }
      assert.equal(readJsonText(text).ok, isJson, JSON.stringify(text));
    }),
    { numRuns: 3_000 },
  );
});

test('json text: numbers, escapes and repeated names stay as they were written', () => {
  const line = '{"a":12345678901234567890,"a":1.0e+2,"b":"\\u00e9\\/"}';
  assert.equal(oneLine(tokensOf(manyLines(tokensOf(line)))), line);
});

const WRONG: readonly (readonly [text: string, line: number, column: number, wanted: string])[] = [
  ['', 1, 1, 'a value'],
  ['{\n  "a": 1\n  "b": 2\n}', 3, 3, ', or }'],
  ['{"a" 1}', 1, 6, ':'],
  ['{"a":1,}', 1, 8, 'a name in double quotes'],
  ['{a:1}', 1, 2, 'a name in double quotes or }'],
  ['[1,\n2', 2, 2, ', or ]'],
  ['[,', 1, 2, 'a value or ]'],
  ['{"a": "b\nc"}', 1, 7, 'a value'],
  ['{} {}', 1, 4, 'nothing more'],
];

for (const [text, line, column, wanted] of WRONG)
  test(`json text: ${JSON.stringify(text)} is wrong at ${line}:${column}`, () => {
    assert.deepEqual(readJsonText(text), { ok: false, line, column, wanted });
  });
