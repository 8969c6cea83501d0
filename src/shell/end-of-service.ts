/** The end of a node that runs as a service: an exit code goes in, and the process ends with it, also when JavaScript that a shell typed goes on. */

/** What is still to be written is looked at so often. */
const LOOK_MS = 100;
/** Nobody reads what is written any more. */
const LOOKS_MAX = 10;

/** Nothing is waited for where the process ends by itself. */
export function endSoon(code: number, looks = 0): void {
  setTimeout(() => {
    const isWritten = process.stdout.writableLength + process.stderr.writableLength === 0;
    if (isWritten || looks === LOOKS_MAX) process.exit(code);
    endSoon(code, looks + 1);
  }, LOOK_MS).unref();
}
