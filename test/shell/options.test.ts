/** Options among words: values and other words come out, and each mistake is one line that says what to type instead. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readOptions } from '../../src/shell/options.ts';

const OPTIONS = {
  count: { type: 'string', short: 'c' },
  all: { type: 'boolean' },
  verbose: { type: 'boolean', short: 'v' },
} as const;

const read = (line: string) => {
  const { values, positionals } = readOptions(line.split(' '), OPTIONS, 'usage: x');
  return [{ ...values }, positionals];
};

test('options: values and words come out wherever they stand', () => {
  assert.deepEqual(read('one -c 5 two -v'), [{ count: '5', verbose: true }, ['one', 'two']]);
  assert.deepEqual(read('--count=-x --all -- -v'), [{ count: '-x', all: true }, ['-v']]);
});

test('options: a number below zero is a value or a word, and no option', () => {
  assert.deepEqual(read('all -c -1')[0], { count: '-1' });
  assert.deepEqual(read('peers.max -15 -0.5')[1], ['peers.max', '-15', '-0.5']);
});

test('options: a mistake is one line of our own that says what to type', () => {
  const table: [line: string, message: string][] = [
    ['-z', 'unknown option -z; usage: x'],
    ['-vz', 'unknown option -z; usage: x'],
    ['--al', 'unknown option --al; did you mean --all?'],
    ['--frobnicate', 'unknown option --frobnicate; usage: x'],
    ['one --count', '--count needs a value; usage: x'],
    ['one -c -v', '-c needs a value; usage: x'],
    ['--all=3', '--all takes no value; usage: x'],
    ['--\x1b[31m', 'unknown option --\\u{1b}[31m; usage: x'],
  ];
  for (const [line, message] of table) assert.throws(() => read(line), { message, code: 'usage' }, line);
});
