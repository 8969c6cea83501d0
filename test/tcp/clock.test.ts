/** The clock of a world of sockets: when its time stands still and when it goes on. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createClock } from '../../src/tcp/clock.ts';

/** Lets the system's time pass by more than the clock can tell apart. */
function passTime(): void {
  const until = performance.now() + 0.01;
  while (performance.now() < until);
}

test('clock: stands still until every hold is released, and is whole microseconds that never go back', () => {
  const clock = createClock();
  const before = clock.now();
  passTime();
  clock.hold();
  const held = clock.now();
  clock.hold();
  passTime();
  clock.release();
  assert.ok(Number.isInteger(held) && held > before);
  assert.equal(clock.now(), held);
  clock.release();
  assert.ok(clock.now() > held);
});
