/** How pure work stays in small steps: a list goes in, it comes out one by one with a rest now and then, where whoever drives the work may let a node go on. */

/** Some tenths of a millisecond to a few milliseconds of work. */
const STEPS_PER_REST = 500;

/** What a rest looks like among the pieces of a file. */
export const REST = '';

/** Does something for each and rests between. */
export function* forEach<One>(
  list: readonly One[],
  work: (one: One, at: number) => void,
): Generator<typeof REST, void> {
  for (const [at, one] of list.entries()) {
    work(one, at);
    if (at % STEPS_PER_REST === STEPS_PER_REST - 1) yield REST;
  }
}
