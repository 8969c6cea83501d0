/**
 * The end of a node: an exit code goes in, and the process ends with it, also when JavaScript that a shell typed goes on, or the system
 * never answers a write to a dead disk (rule 66).
 */

/** What is still to be written is looked at so often. */
const LOOK_MS = 100;
/** For a log whose reader does not read any more. An answer waits for its reader as long as he likes. */
export const UNREAD_MS_MAX = 1_000;

/** Nothing is waited for where the process ends by itself. */
export function endSoon(code: number, unreadMs: number): void {
  setTimeout(() => {
    const isWritten = process.stdout.writableLength + process.stderr.writableLength === 0;
    if (isWritten || unreadMs <= 0) process.exit(code);
    endSoon(code, unreadMs - LOOK_MS);
  }, LOOK_MS).unref();
}
