/**
 * The time of a world of sockets: microseconds since it began come out, and they stand still while a fact is handled, so
 * that all who look during one fact see the time that the core saw. It wakes nobody.
 */
const MS = 1_000;
/** The longest wait that a timer of Node can hold. */
export const TIMER_MS_MAX = 2_147_483_647;

export interface Clock {
  readonly now: () => number;
  /** Time stands still until as many `release` as `hold` have been called. */
  hold(): void;
  release(): void;
}

export function createClock(): Clock {
  const began = performance.now();
  const read = () => Math.floor((performance.now() - began) * MS);
  let holds = 0;
  let held = 0;
  return {
    now: () => (holds > 0 ? held : read()),
    hold() {
      if (holds === 0) held = read();
      holds += 1;
    },
    release() {
      holds -= 1;
    },
  };
}
