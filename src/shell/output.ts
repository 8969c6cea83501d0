/**
 * A standard stream as the program writes to it: lines go in, and neither a reader that is gone nor one that does not read harms the
 * node (rule 62). An answer waits for its reader; a notice that finds a full queue is only counted. It must not decide what is written.
 */
import type { Writable } from 'node:stream';

/** Notices that wait for a slow reader, in bytes; some ten thousand lines, then they count only. */
export const NOTICES_BYTES_MAX = 1_048_576;

export interface Output {
  /** Settles when the reader has room for more, or is gone. */
  answer(line: string): Promise<void>;
  notice(line: string): void;
}

/** `lost` is the line that tells how many notices were not written. */
export function createOutput(stream: Writable, lost: (count: number) => string): Output {
  let isBroken = false;
  let lostCount = 0;
  let waiting: (() => void)[] = [];
  const release = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const breakOff = (): void => {
    isBroken = true;
    release();
  };
  stream.on('error', breakOff);
  stream.on('close', breakOff);
  stream.on('drain', () => {
    if (lostCount > 0 && !isBroken) stream.write(`${lost(lostCount)}\n`);
    lostCount = 0;
    release();
  });
  return {
    answer(line) {
      if (isBroken || stream.write(`${line}\n`)) return Promise.resolve();
      return new Promise((resolve) => {
        waiting = [...waiting, resolve];
      });
    },
    notice(line) {
      if (isBroken) return;
      if (stream.writableLength > NOTICES_BYTES_MAX) lostCount += 1;
      else stream.write(`${line}\n`);
    },
  };
}
