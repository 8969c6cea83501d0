/**
 * What all shells of one node have in common: its lab, the file that is being recorded, and whose turn it is in the lab. Work goes in and
 * is done when nobody else's is under way. It knows nothing of lines nor of who prints.
 */

import type { Recorder } from '../trace/recorder.ts';
import type { Lab } from './lab/lab.ts';
import type { RecordFile } from './record-file.ts';

interface Waiting {
  readonly who: object;
  readonly go: () => void;
}

export class Workshop {
  /** The lab beside the user's own node. */
  lab: Lab | null = null;
  /** The file that `record` writes. */
  recordFile: RecordFile | null = null;
  /** Of the live node, where it is recorded only since somebody asked. */
  lateRecorder: Recorder | null = null;
  /** Where other shells come in. */
  door: { close(): Promise<void> } | null = null;
  /** The node stops. */
  isClosed = false;
  private holder: object | null = null;
  /** How many works of the holder are within each other. */
  private depth = 0;
  /** One for each shell at most, so that it is as bounded as they are. */
  private waiting: Waiting[] = [];

  /** Everybody leaves. */
  async close(): Promise<void> {
    this.isClosed = true;
    this.recordFile?.stop();
    await this.door?.close();
  }

  /** Whether somebody else is at work in the lab. */
  isTakenFor(who: object): boolean {
    return this.holder !== null && this.holder !== who;
  }

  /**
   * Does the work, at once when nobody else is at work: time that one shell moves must not be moved by another meanwhile, nor a journey to
   * another moment be disturbed. Work within work of the same one goes on. Throws the signal's reason when that is aborted before.
   */
  async inTurn<Result>(who: object, signal: AbortSignal, work: () => Promise<Result>): Promise<Result> {
    if (this.isTakenFor(who)) await this.turnOf(who, signal);
    this.holder = who;
    this.depth += 1;
    try {
      return await work();
    } finally {
      this.depth -= 1;
      if (this.depth === 0) this.passOn();
    }
  }

  private async turnOf(who: object, signal: AbortSignal): Promise<void> {
    await new Promise<void>((resolve, reject) => {
      const waiting = {
        who,
        go: () => {
          signal.removeEventListener('abort', giveUp);
          resolve();
        },
      };
      const giveUp = () => {
        this.waiting = this.waiting.filter((one) => one !== waiting);
        reject(signal.reason as Error);
      };
      this.waiting.push(waiting);
      signal.addEventListener('abort', giveUp, { once: true });
    });
  }

  private passOn(): void {
    const next = this.waiting.shift();
    this.holder = next?.who ?? null;
    next?.go();
  }
}
