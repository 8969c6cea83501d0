/**
 * A standard stream as the program writes to it: lines go in, and neither a reader that is gone nor one that does not read nor a full disk
 * harms the node (rule 62). An answer waits for its reader; a notice that finds a full queue is only counted. It must not decide what is
 * written.
 */
import type { Writable } from 'node:stream';

/** Notices that wait for a slow reader, in bytes; some ten thousand lines, then they count only. */
export const NOTICES_BYTES_MAX = 1_048_576;

/** What goes by: the next line may be written again. All else means that nobody is there any more. */
const DISK_FULL: ReadonlySet<string | undefined> = new Set(['ENOSPC', 'EDQUOT']);

export interface Output {
  /** Settles when the reader has room for more, or is gone. */
  answer(line: string): Promise<void>;
  notice(line: string): void;
}

/** `lost` is the line that tells how many lines were not written; `onFull` hears of a full disk once, until there is room again. */
export function createOutput(
  stream: Writable,
  lost: (count: number) => string,
  onFull: (code: string) => void = () => undefined,
): Output {
  let isBroken = false;
  let isFull = false;
  let lostCount = 0;
  let waiting: (() => void)[] = [];
  const release = (): void => {
    for (const resolve of waiting.splice(0)) resolve();
  };
  const breakOff = (): void => {
    isBroken = true;
    release();
  };
  const tellLost = (): void => {
    if (lostCount === 0 || isBroken) return;
    const count = lostCount;
    lostCount = 0;
    write(lost(count), count);
  };
  /** `count` is how many lines are lost with this one. */
  const write = (line: string, count = 1): boolean =>
    stream.write(`${line}\n`, (error: NodeJS.ErrnoException | null | undefined) => {
      if (error == null) {
        isFull = false;
        if (stream.writableLength === 0) tellLost();
      } else if (DISK_FULL.has(error.code)) {
        lostCount += count;
        if (!isFull) onFull(error.code ?? '');
        isFull = true;
      }
    });
  stream.on('error', (error: NodeJS.ErrnoException) => (DISK_FULL.has(error.code) ? release() : breakOff()));
  // Node says so of a standard stream after each error, though it goes on.
  stream.on('close', () => stream.destroyed && breakOff());
  stream.on('drain', () => {
    tellLost();
    release();
  });
  return {
    answer(line) {
      if (isBroken || write(line)) return Promise.resolve();
      return new Promise((resolve) => {
        waiting = [...waiting, resolve];
      });
    },
    notice(line) {
      if (isBroken) return;
      if (stream.writableLength > NOTICES_BYTES_MAX) lostCount += 1;
      else write(line);
    },
  };
}
