/**
 * The output stream of the line editor: writes go in, one write per tick goes to the terminal. It can be muted, knows
 * the terminal's size and reports a terminal that is gone. It must not draw by itself nor know what a prompt is.
 */
import { Writable } from 'node:stream';
import { isSearchDrawing } from './search.ts';
import { COLUMNS_UNKNOWN, ROWS_UNKNOWN, type TerminalOutput } from './terminal.ts';

/** Every way out of a reverse search clears the rows below the prompt, and so does each step inside it before it draws. */
const CLEAR_DOWN = '\x1b[0J';

export class Screen extends Writable {
  readonly isTTY = true;
  columns = COLUMNS_UNKNOWN;
  rows = ROWS_UNKNOWN;
  /** What readline drew last for a reverse search; null when the search is over. */
  searchDrawing: string | null = null;
  /** A reverse search is on. Nothing readline draws gets through until `endSearch`. */
  isSearching = false;
  #target: TerminalOutput;
  #onGone: (message: string) => void;
  #batch = '';
  #isMuted = false;
  #isGone = false;

  /** `onGone` is called once, when a write to the terminal failed: EPIPE of a pipe, EIO of a terminal that hung up. */
  constructor(target: TerminalOutput, onGone: (message: string) => void) {
    super({ decodeStrings: false });
    this.#target = target;
    this.#onGone = onGone;
    this.measure();
    // These two stay for good: an 'error' of the terminal after the console has ended must not kill the process either.
    target.on('error', (error: Error) => this.#gone(error.message));
    target.on('close', () => this.#gone('the terminal was closed'));
  }

  /** Reads the terminal's size again. It emits no `resize`: readline would redraw from row counts of the old width. */
  measure(): void {
    this.columns = this.#target.columns || COLUMNS_UNKNOWN;
    this.rows = this.#target.rows || ROWS_UNKNOWN;
  }

  /** The terminal does not take more at the moment (a stopped or slow one); what can wait should wait. */
  get isStuck(): boolean {
    return this.#target.writableNeedDrain;
  }

  get isGone(): boolean {
    return this.#isGone;
  }

  /** Whatever `draw` writes is thrown away. */
  muted<Result>(draw: () => Result): Result {
    this.#isMuted = true;
    try {
      return draw();
    } finally {
      this.#isMuted = false;
    }
  }

  endSearch(): void {
    this.isSearching = false;
  }

  /** Like `write`, for the console's own drawing: it gets through a reverse search, too. */
  draw(text: string): void {
    if (this.#isGone || text === '') return;
    if (this.#batch === '') process.nextTick(() => this.flush());
    this.#batch += text;
  }

  /** Settles when the terminal has taken everything drawn so far, or is gone. */
  taken(): Promise<void> {
    this.flush();
    return new Promise((resolve) => {
      if (this.#isGone) resolve();
      else this.#target.write('', () => resolve());
    });
  }

  /** Hands everything drawn so far to the terminal now. */
  flush(): void {
    const batch = this.#batch;
    this.#batch = '';
    if (batch !== '' && !this.#isGone) this.#target.write(batch);
  }

  override _write(chunk: string | Uint8Array, _encoding: BufferEncoding, done: () => void): void {
    if (!this.#isMuted) this.#take(typeof chunk === 'string' ? chunk : Buffer.from(chunk).toString());
    done();
  }

  #take(text: string): void {
    if (isSearchDrawing(text)) {
      this.isSearching = true;
      this.#setSearchDrawing(text);
    } else if (this.isSearching && text === CLEAR_DOWN) {
      this.#setSearchDrawing(null);
    }
    if (!this.isSearching) this.draw(text);
  }

  /** Says `search` afterwards, for the Escape that readline takes for one only half a second after it was pressed. */
  #setSearchDrawing(drawing: string | null): void {
    this.searchDrawing = drawing;
    process.nextTick(() => this.emit('search'));
  }

  #gone(message: string): void {
    if (this.#isGone) return;
    this.#isGone = true;
    this.#batch = '';
    this.#onGone(message);
  }
}
