/** Nearest: which words a mistyped one was probably meant to be. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { editDistance, nearest } from '../../src/util/nearest.ts';
import { fc } from '../helpers/random-cases.ts';

test('nearest: a distance counts letters put in, left out, changed, and neighbours swapped', () => {
  const table: [a: string, b: string, distance: number][] = [
    ['', '', 0],
    ['', 'abc', 3],
    ['peers', 'peers', 0],
    ['peer', 'peers', 1],
    ['peerss', 'peers', 1],
    ['peerz', 'peers', 1],
    ['pign', 'ping', 1],
    ['drpo', 'drop', 1],
    ['getadr', 'getaddr', 1],
    ['kitten', 'sitting', 3],
    ['abc', 'acaa', 3],
  ];
  for (const [a, b, distance] of table) assert.equal(editDistance(a, b, 9), distance, `${a} ${b}`);
});

test('nearest: a distance over the limit is one more than the limit', () => {
  assert.equal(editDistance('abcdef', 'uvwxyz', 2), 3);
  assert.equal(editDistance('a', 'abcdef', 2), 3);
});

test('nearest: a distance is the same from both ends, and none only between equal words', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 7 });
  fc.assert(
    fc.property(word, word, (a, b) => {
      const distance = editDistance(a, b, 9);
      assert.equal(distance, editDistance(b, a, 9));
      assert.equal(distance === 0, a === b);
      assert.ok(distance >= Math.abs(a.length - b.length) && distance <= Math.max(a.length, b.length));
      for (const max of [0, 1, 2, 3]) assert.equal(editDistance(a, b, max), Math.min(distance, max + 1));
    }),
  );
});

const WORDS = ['peers', 'peer', 'ping', 'pong', 'quit', 'status', 'stats', 'set', 'send'];

test('nearest: the nearest words come first, equally near ones in the order of the alphabet', () => {
  assert.deepEqual(nearest('pers', WORDS), ['peers']);
  assert.deepEqual(nearest('statu', WORDS), ['stats', 'status']);
  assert.deepEqual(nearest('peng', WORDS), ['ping', 'pong']);
  assert.deepEqual(nearest('hlep', ['help']), ['help']);
  assert.deepEqual(nearest('cnnet', ['connect']), ['connect']);
});

test('nearest: capitals do not matter, at most three words are named, strange words name none', () => {
  assert.deepEqual(nearest('QUIT', WORDS), ['quit']);
  assert.deepEqual(nearest('Peers', new Set(WORDS), 0), ['peers']);
  assert.equal(nearest('set', ['seta', 'setb', 'setc', 'setd']).length, 3);
  assert.deepEqual(nearest('xyzzy', WORDS), []);
  assert.deepEqual(nearest('p'.repeat(100_000), WORDS), []);
});

test('nearest: a word of which most letters would have to change is not near, however short', () => {
  const far: [text: string, word: string][] = [
    ['npm', 'p'],
    ['foo', 'book'],
    ['foo', 'rc'],
    ['', 'rc'],
    ['x', 'y'],
    ['ls', 'p'],
    ['cd', 'ban'],
  ];
  for (const [text, word] of far) assert.deepEqual(nearest(text, [word]), [], `${text} ${word}`);
});
