/**
 * The lines that nobody asked for, on their way to the screen: lines go in as they happen, groups of lines come out at
 * most every 50 ms, and no more than `rate` a second, then one line that counts the rest. It must not draw.
 */

const COALESCE_MS = 50;
const WINDOW_MS = 1_000;
/** Lines kept while nothing may be drawn (a long reverse search, a stopped terminal): some screenfuls, then they count only. */
const WAITING_MAX = 500;
/** An answer is never dropped for its rate; this only keeps a terminal that is stopped for hours from eating the memory. */
const ANSWERS_WAITING_MAX = 100_000;

export interface LinesOptions {
  /** Asked for each line, since it may be changed live. */
  rate(): number;
  /** False while drawing would do harm; asked again every 50 ms. */
  canShow(): boolean;
  /** `lines` may be empty when only `wake` was called. */
  show(lines: readonly string[]): void;
}

export class Lines {
  #options: LinesOptions;
  #waiting: string[] = [];
  #isAwake = false;
  #shownInWindow = 0;
  #windowStart = Number.NEGATIVE_INFINITY;
  #notShown = 0;
  #flushTimer: NodeJS.Timeout | null = null;
  #windowTimer: NodeJS.Timeout | null = null;

  constructor(options: LinesOptions) {
    this.#options = options;
  }

  /** A line of its own accord; over the rate it is only counted. */
  add(line: string): void {
    this.#openWindow();
    if (this.#shownInWindow < this.#options.rate() && this.#waiting.length < WAITING_MAX) {
      this.#shownInWindow += 1;
      this.#waiting.push(line);
      this.wake();
    } else {
      this.#notShown += 1;
    }
  }

  /** A line of the running command: never counted against the rate, and shown at once if it can be. */
  answer(line: string): void {
    if (this.#waiting.length < ANSWERS_WAITING_MAX) this.#waiting.push(line);
    else this.#notShown += 1;
    this.flush();
  }

  /** Something else wants to be drawn with the next group. */
  wake(): void {
    this.#isAwake = true;
    this.#flushTimer ??= setTimeout(() => {
      this.#flushTimer = null;
      this.flush();
    }, COALESCE_MS);
  }

  /** Shows what waits now, or as soon as drawing is possible. */
  flush(): void {
    if (this.#waiting.length === 0 && !this.#isAwake) return;
    if (!this.#options.canShow()) {
      this.wake();
      return;
    }
    const lines = this.#waiting;
    this.#waiting = [];
    this.#isAwake = false;
    this.#options.show(lines);
  }

  /** The same, with the count of what was not shown until now: what follows is said of all of it. */
  settle(): void {
    this.#countRest();
    this.flush();
  }

  /** Everything that waits is shown, the count of the rest included; nothing is shown later. */
  end(): void {
    this.settle();
    if (this.#flushTimer !== null) clearTimeout(this.#flushTimer);
    if (this.#windowTimer !== null) clearTimeout(this.#windowTimer);
    this.#flushTimer = null;
    this.#windowTimer = null;
  }

  #openWindow(): void {
    const now = performance.now();
    if (now - this.#windowStart < WINDOW_MS) return;
    this.#countRest();
    this.#windowStart = now;
    this.#shownInWindow = 0;
    if (this.#windowTimer !== null) clearTimeout(this.#windowTimer);
    this.#windowTimer = setTimeout(() => {
      this.#windowTimer = null;
      this.#countRest();
    }, WINDOW_MS);
  }

  #countRest(): void {
    if (this.#notShown === 0) return;
    this.#waiting.push(`… ${this.#notShown} more`);
    this.#notShown = 0;
    this.wake();
  }
}
