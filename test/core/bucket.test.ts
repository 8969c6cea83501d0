/** The one token bucket: what time earns, how much it keeps, how long until there is enough. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Bucket, earn, fullBucket, spend, waitUs } from '../../src/core/bucket.ts';
import { SECOND_US } from '../../src/core/limits.ts';

const holding = (level: number): Bucket => ({ level, at: 0 });

test('bucket: a new one is full, whatever full is when it is first looked at', () => {
  for (const full of [1, 2_000 * SECOND_US, 64 * 1_024 * 1_024 * SECOND_US]) {
    const bucket = fullBucket();
    earn(bucket, 5 * SECOND_US, 1, full);
    assert.equal(bucket.level, full);
  }
});

test('bucket: time earns no more than full, however long it was and however late it is looked at', () => {
  const bucket = fullBucket();
  for (const now of [0, 34, 10 * SECOND_US, 1e15]) {
    earn(bucket, now, 3, 100);
    assert.equal(bucket.level, 100);
    assert.equal(spend(bucket, 100), true);
    assert.equal(spend(bucket, 1), false);
    assert.equal(bucket.level, 0, 'what is not there is not spent');
  }
});

test('bucket: what is owed is paid before anything is earned', () => {
  const bucket = holding(-30);
  earn(bucket, 9, 3, 100);
  assert.equal(bucket.level, -3);
  assert.equal(waitUs(bucket, 3, 0), 1);
  earn(bucket, 10, 3, 100);
  assert.equal(bucket.level, 0);
  assert.equal(waitUs(bucket, 3, 0), 0);
});

test('bucket: a whole rate earns exactly as much in many looks as in one', () => {
  for (const rate of [1, 2, 3, 7, 200, 262_144]) {
    const [often, once] = [holding(0), holding(0)];
    for (let now = 1; now <= 99_999; now += 7) earn(often, now, rate, Infinity);
    earn(often, 100_000, rate, Infinity);
    earn(once, 100_000, rate, Infinity);
    assert.equal(often.level, once.level);
    assert.equal(once.level, 100_000 * rate);
  }
});

test('bucket: any other rate earns whole parts and never more than in one look', () => {
  for (const rate of [0.01, 0.1, 0.3, 1 / 3, 2.5]) {
    const [often, once] = [holding(0), holding(0)];
    for (let now = 1; now <= 100_000; now += 1) {
      earn(often, now, rate, Infinity);
      assert.ok(Number.isSafeInteger(often.level));
    }
    earn(once, 100_000, rate, Infinity);
    assert.ok(often.level <= once.level);
  }
  const slow = holding(0);
  earn(slow, 10 * SECOND_US, 0.1, Infinity);
  assert.equal(slow.level, SECOND_US, 'a tenth of a token a second is a token in ten seconds');
});

test('bucket: after the wait there is enough, a microsecond before there is not', () => {
  for (const rate of [0.01, 0.1, 1, 3, 200, 262_144])
    for (const level of [-5 * SECOND_US, -1, 0, 999_999]) {
      const us = waitUs(holding(level), rate, SECOND_US);
      assert.ok(Number.isSafeInteger(us) && us > 0);
      for (const [now, isEnough] of [
        [us, true],
        [us - 1, false],
      ] as const) {
        const bucket = holding(level);
        earn(bucket, now, rate, 10 * SECOND_US);
        assert.equal(spend(bucket, SECOND_US), isEnough, `${level} at ${rate} after ${now}`);
      }
    }
});
