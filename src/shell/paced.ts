/** Work in small steps that a node goes on beside: a generator goes in, its pieces are handed on as they come, what it returns comes out. */

/** So long at a stretch; a peer that waits does not notice. */
const STRETCH_MS = 10;

/** Throws the signal's reason when it is aborted. */
export async function paced<Piece, Result>(
  work: Generator<Piece, Result>,
  signal: AbortSignal,
  take: (piece: Piece) => void = () => undefined,
): Promise<Result> {
  let began = performance.now();
  for (;;) {
    const step = work.next();
    if (step.done === true) return step.value;
    take(step.value);
    if (performance.now() - began < STRETCH_MS) continue;
    await new Promise((resolve) => setImmediate(resolve));
    signal.throwIfAborted();
    began = performance.now();
  }
}
