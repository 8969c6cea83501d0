// A condition on things outside this process goes in; the promise settles when it holds, or fails at the limit with
// what was still missing. For processes only: what can run on virtual time is tested there.
import { setTimeout as delay } from 'node:timers/promises';

const POLL_MS = 25;
export const LIMIT_MS = 30_000;

/** `missing` answers null once the condition holds, else one phrase saying what is still missing. */
export async function until(
  what: string,
  missing: () => string | null | Promise<string | null>,
  limitMs = LIMIT_MS,
): Promise<void> {
  const started = performance.now();
  for (;;) {
    const gap = await missing();
    if (gap === null) return;
    if (performance.now() - started > limitMs) throw new Error(`${what}: not within ${limitMs / 1000} s: ${gap}`);
    await delay(POLL_MS);
  }
}
