/** The grammar: which lines are commands and which are JavaScript. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readLine, splitWords, stripComment } from '../../src/shell/line.ts';

const words = new Set(['peers', 'drop', 'connect', 'ping', 'trace']);
const kind = (text: string) => {
  const line = readLine(text, words, (prefix) => (prefix === 'pe' ? 'peers' : null));
  return line.kind === 'command'
    ? `${line.word}|${line.rest}${line.help ? '?' : ''}`
    : line.kind === 'javascript'
      ? `js ${line.code}`
      : 'empty';
};

test('line: a word and its arguments are a command', () => {
  const table: [string, string][] = [
    ['peers', 'peers|'],
    ['  peers -v ', 'peers|-v'],
    ['connect [::1]:5999', 'connect|[::1]:5999'],
    ['drop *', 'drop|*'],
    ['drop #3', 'drop|#3'],
    ['peers in -v', 'peers|in -v'],
    ['trace in ping', 'trace|in ping'],
    ['ping -c 3', 'ping|-c 3'],
    ['peers ?', 'peers|?'],
    ['peers?', 'peers|?'],
    ['pe', 'peers|'],
    ['ping a1 # who', 'ping|a1'],
  ];
  for (const [text, expected] of table) assert.equal(kind(text), expected, text);
});

test('line: what goes on like an expression is JavaScript', () => {
  for (const text of [
    'peers.length',
    'peers()',
    'peers[0]',
    'peers`x`',
    'peers++',
    'peers?.x',
    'peers = 3',
    'peers + 1',
    'peers && 1',
    'peers, 1',
    'peers;',
    'peers (1)',
    'node.peers.size',
    '1 + 1',
    'peers\n.length',
  ])
    assert.ok(kind(text).startsWith('js '), text);
  assert.equal(kind('=peers'), 'js peers');
});

test('line: comments begin at the start or after a blank and not before a digit', () => {
  assert.deepEqual(['# x', 'peers # x', 'drop #3', 'a#b', "send '# x'"].map(stripComment), [
    '',
    'peers ',
    'drop #3',
    'a#b',
    "send '# x'",
  ]);
  assert.equal(kind('   '), 'empty');
});

test('line: quotes keep blanks', () => {
  assert.deepEqual(splitWords(`a 'b c' "d \\" e" f''g`), ['a', 'b c', 'd " e', 'fg']);
  assert.throws(() => splitWords("a 'b"), /not closed/);
});
