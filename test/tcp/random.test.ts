/** Random numbers of a live node: their range, and that no two sources say the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSecretRandom } from '../../src/tcp/random.ts';

const DRAWN = 10_000;

test('random: numbers lie from 0 to below 1 and everywhere between', () => {
  const random = createSecretRandom();
  const tenths = new Array<number>(10).fill(0);
  for (let i = 0; i < DRAWN; i += 1) {
    const number = random();
    assert.ok(number >= 0 && number < 1);
    tenths[Math.floor(number * 10)] = (tenths[Math.floor(number * 10)] ?? 0) + 1;
  }
  for (const count of tenths) assert.ok(count > DRAWN / 20 && count < DRAWN / 5, `${count} of ${DRAWN / 10}`);
});

test('random: neither one source nor two repeat themselves', () => {
  const [one, other] = [createSecretRandom(), createSecretRandom()];
  const drawn = new Set<number>();
  for (let i = 0; i < 1_000; i += 1) drawn.add(one()).add(other());
  // Two of two thousand out of 2^32 are the same in one run of two thousand, ten never.
  assert.ok(drawn.size > 1_990);
});
