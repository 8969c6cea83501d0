/** The one way in which a table keeps its maximum. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { forgetOldest } from '../../src/core/oldest.ts';

const tableOf = (...values: readonly number[]) => new Map(values.map((value) => [`k${value}`, value]));

test('oldest: what is over the maximum goes, the oldest first, and nothing else', () => {
  for (const [before, most, left] of [
    [[1, 2, 3], 3, [1, 2, 3]],
    [[1, 2, 3], 2, [2, 3]],
    [[3, 1, 2], 1, [2]],
    [[1, 2], 0, []],
    [[], 0, []],
  ] as const) {
    const table = tableOf(...before);
    forgetOldest(table, most);
    assert.deepEqual([...table.values()], left);
  }
});

test('oldest: what is of no use goes, too, up to the first that is', () => {
  const table = tableOf(1, 2, 5, 3);
  forgetOldest(table, 9, (value) => value < 4);
  assert.deepEqual([...table.values()], [5, 3]);
  forgetOldest(table, 1, (value) => value < 4);
  assert.deepEqual([...table.values()], [], 'over the maximum first, then by use');
});

test('oldest: an entry that is added again is the newest', () => {
  const table = tableOf(1, 2);
  table.delete('k1');
  table.set('k1', 1);
  forgetOldest(table, 1);
  assert.deepEqual([...table.keys()], ['k1']);
});
