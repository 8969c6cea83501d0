/** Shows a person how far something is that takes its time: one line in place, from a short while on. */
import type { Shell } from '../shell.ts';

/** What is over sooner needs no line. */
const EVERY_MS = 250;

export async function withProgress<Result>(
  shell: Shell,
  text: () => string,
  work: () => Promise<Result>,
): Promise<Result> {
  if (!shell.options.interactive) return work();
  const timer = setInterval(() => shell.showProgress(text()), EVERY_MS);
  timer.unref();
  try {
    return await work();
  } finally {
    clearInterval(timer);
    shell.showProgress('');
  }
}
