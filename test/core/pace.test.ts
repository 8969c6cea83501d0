/** How often something may happen: what time earns, how much of it is saved, how long until it may happen again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND_US } from '../../src/core/limits.ts';
import { mayUseTo, UNUSED, usedOnceMore, waitUs } from '../../src/core/pace.ts';

/** Something that happens as often as it may. */
class Limited {
  usedTo = UNUSED;
  readonly #eachUs: number;
  readonly #burst: number;

  constructor(eachUs: number, burst: number) {
    this.#eachUs = eachUs;
    this.#burst = burst;
  }

  /** How often it happened now. */
  happen(now: number): number {
    for (let times = 0; ; times += 1) {
      const usedTo = usedOnceMore(this.usedTo, now, this.#eachUs, this.#burst);
      if (!mayUseTo(usedTo, now)) return times;
      this.usedTo = usedTo;
    }
  }

  waitUs(now: number): number {
    return waitUs(this.usedTo, now, this.#eachUs, this.#burst);
  }
}

test('pace: what was never used has all of its burst, whenever it is first looked at', () => {
  for (const burst of [1, 5, 2_000])
    for (const now of [0, 34, 1e15]) assert.equal(new Limited(7, burst).happen(now), burst, `${burst} at ${now}`);
});

test('pace: time saves no more than the burst, however long it was', () => {
  const limited = new Limited(10, 3);
  for (const now of [0, 1_000, 1e12]) assert.equal(limited.happen(now), 3);
});

test('pace: after the burst it happens once in its time, and what was refused has cost nothing', () => {
  const limited = new Limited(10, 3);
  assert.equal(limited.happen(0), 3);
  const happened = Array.from({ length: 50 }, (_, i) => i + 1).filter((now) => limited.happen(now) === 1);
  assert.deepEqual(happened, [10, 20, 30, 40, 50]);
});

test('pace: a rate that is not whole neither gains nor loses in many looks', () => {
  for (const perS of [0.01, 0.1, 0.3, 3, 7, 2_000, 262_144]) {
    const limited = new Limited(SECOND_US / perS, 2);
    let times = 0;
    let now = 0;
    for (; times < 1_000; now += limited.waitUs(now)) times += limited.happen(now);
    const aboutAt = (999 * SECOND_US) / perS;
    assert.ok(now - aboutAt >= -1 && now - aboutAt <= 1, `${perS}: ${now}, not ${aboutAt}`);
  }
});

test('pace: after the wait it may happen, a microsecond before it may not', () => {
  for (const perS of [0.01, 0.1, 1, 3, 200, 262_144])
    for (const usedTo of [-3, 0, 0.4, 999_999, 5 * SECOND_US]) {
      const eachUs = SECOND_US / perS;
      const us = waitUs(usedTo, 0, eachUs, 1_000);
      assert.ok(Number.isSafeInteger(us) && us >= 0);
      assert.equal(mayUseTo(usedOnceMore(usedTo, us, eachUs, 1_000), us), true, `${usedTo} at ${perS}`);
      if (us > 0) assert.equal(mayUseTo(usedOnceMore(usedTo, us - 1, eachUs, 1_000), us - 1), false);
    }
});
