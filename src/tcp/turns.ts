/**
 * Who may work now: takers that have more to do come in, and are called one after the other, each once in a turn of the event loop,
 * until the turn has done what it may (rule 55). It knows nothing of connections. All else of the process waits no longer than that.
 */
import { WORK_PER_TURN } from '../core/limits.ts';

export interface Turns<Taker> {
  /** Whether one more may work at once, without waiting behind others. */
  readonly hasRoom: boolean;
  /** Work was done: a line is one. */
  spend(work: number): void;
  /** Its turn comes once, after those that wait already. Bounded by the takers there are: none waits twice. */
  wait(taker: Taker): void;
}

export function createTurns<Taker>(take: (taker: Taker) => void): Turns<Taker> {
  const waiting = new Set<Taker>();
  /** Since the last round: it may span turns that do little, so that those need no round to end them. */
  let spent = 0;
  let isDue = false;

  function round(): void {
    isDue = false;
    spent = 0;
    let left = waiting.size;
    for (const taker of waiting) {
      if (left === 0 || spent >= WORK_PER_TURN) break;
      left -= 1;
      waiting.delete(taker);
      take(taker);
    }
    if (waiting.size > 0) plan();
    // Nobody is behind: as much may be done of what comes next, so that many short chunks at once hardly ever wait.
    else spent = 0;
  }

  function plan(): void {
    if (isDue) return;
    isDue = true;
    setImmediate(round);
  }

  return {
    get hasRoom() {
      return spent < WORK_PER_TURN && waiting.size === 0;
    },
    spend(work) {
      spent += work;
    },
    wait(taker) {
      waiting.add(taker);
      plan();
    },
  };
}
