/** Shows a person how far something is that takes its time: one line in place, from a short while on. */
import type { Shell } from '../shell.ts';

/** What is over sooner needs no line. */
const EVERY_MS = 250;

export async function withProgress<Result>(
  shell: Shell,
  text: () => string,
  work: () => Promise<Result>,
  /** From when on there is nothing to show. */
  until?: AbortSignal,
): Promise<Result> {
  if (!shell.options.interactive) return work();
  const timer = setInterval(() => shell.showProgress(text()), EVERY_MS);
  timer.unref();
  const end = () => {
    clearInterval(timer);
    shell.showProgress('');
  };
  until?.addEventListener('abort', end, { once: true });
  try {
    return await work();
  } finally {
    end();
  }
}
