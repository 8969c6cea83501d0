/** What people read: harmless texts, times, folded lines. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { age, folded, harmless, quoted, round3, rtt, safe, safeBlock, shortId } from '../../src/shell/render.ts';

test('render: a text of a peer keeps printable ASCII, the rest is shown by number, and it is capped', () => {
  assert.equal(safe('plain ~'), 'plain ~');
  assert.equal(safe('\x1b[2J\n\u202e\u{1f4a9}\x7f'), '\\u{1b}[2J\\u{a}\\u{202e}\\u{1f4a9}\\u{7f}');
  assert.equal(safe('x'.repeat(200)), `${'x'.repeat(128)}…`);
  assert.equal(safe('abc', 2), 'ab…');
  assert.equal(quoted('say "x"'), '"say \\"x\\""');
  assert.equal(shortId(null), '-');
});

test('render: a hostile text of a megabyte takes no time', () => {
  const text = '\x1b]'.repeat(500_000);
  const started = performance.now();
  safe(text);
  assert.ok(performance.now() - started < 100);
});

test('render: text of several lines keeps its line ends and colours only', () => {
  assert.equal(safeBlock('\x1b[32ma\x1b[39m\nb'), '\x1b[32ma\x1b[39m\nb');
  assert.equal(safeBlock('\x1b[2J\r\t\x1b]0;x\x07'), '\\u{1b}[2J\\u{d}\\u{9}\\u{1b}]0;x\\u{7}');
});

test('render: times and numbers', () => {
  assert.deepEqual([null, 0, 850.4, 3_999, 130_000, 3_900_000, 266_400_000].map(age), [
    '-',
    '0ms',
    '850ms',
    '3s',
    '2m10',
    '1h05',
    '3d02',
  ]);
  assert.deepEqual([null, 0.84, 99.94, 123.6].map(rtt), ['-', '0.8', '99.9', '124']);
  assert.deepEqual([null, 1.23456, 2].map(round3), [null, 1.235, 2]);
});

test('render: a long line is folded between words with an indent, a long word stays whole', () => {
  assert.equal(folded('key  one two three', null, 5), 'key  one two three');
  assert.equal(folded('key  one two three', 14, 5), 'key  one two\n     three');
  assert.equal(folded('key  one two three four', 14, 5), 'key  one two\n     three\n     four');
  assert.equal(folded('key  supercalifragilistic', 14, 5), 'key  supercalifragilistic');
});

test('render: a sentence that quotes what was typed moves no cursor and turns no line round', () => {
  assert.equal(
    harmless('no "\u202e\u009b2J\u0007\u001b" ± … ä\nnext'),
    'no "\\u{202e}\\u{9b}2J\\u{7}\\u{1b}" ± … ä\nnext',
  );
});
