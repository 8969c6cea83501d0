/** Work that rests now and then, done at once: a generator goes in, what it returns comes out. */
export function resultOf<Result>(work: Generator<unknown, Result>): Result {
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
  }
}
