/** Quantities: durations and sizes are read as people write them, and printed so that they read back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printDuration, printSize, readDuration, readSize } from '../../src/util/quantity.ts';
import { fc } from '../helpers/random-cases.ts';

test('quantity: a duration needs a unit, a size does not', () => {
  const table: [text: string, duration: number | null, size: number | null][] = [
    ['500ms', 500_000, null],
    ['0.5s', 500_000, null],
    ['1.5h', 5_400_000_000, null],
    ['64KiB', null, 65_536],
    ['1.5KiB', null, 1_536],
    ['2048', null, 2_048],
    ['0.3B', null, null],
    ['5kb', null, null],
    ['-5s', null, null],
    ['', null, null],
  ];
  for (const [text, duration, size] of table) {
    assert.equal(readDuration(text), duration, text);
    assert.equal(readSize(text), size, text);
  }
});

test('quantity: what is printed reads back as the same number', () => {
  fc.assert(
    fc.property(fc.integer({ min: 0, max: 864_000_000_000 }), (value) => {
      assert.equal(readDuration(printDuration(value)), value);
      if (value < 999_999_999) assert.equal(readSize(printSize(value)), value);
    }),
  );
  assert.equal(printDuration(0), '0s');
  assert.equal(printDuration(1), '0.001ms');
  assert.equal(printDuration(1_500), '1.5ms');
  assert.equal(printDuration(21_996_000), '21.996s');
  assert.equal(printDuration(90_000_000), '90s');
  assert.equal(printSize(0), '0B');
  assert.equal(printSize(65_536), '64KiB');
});
