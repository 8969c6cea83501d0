/**
 * The line editor: Node's REPLServer between a gate and a screen, used for its editing, history and reverse search only.
 * Lines typed come out by `onLine`; drawing goes in. It evaluates nothing and must use documented members only.
 */
import { type REPLServer, start } from 'node:repl';
import type { Gate } from './gate.ts';
import type { Screen } from './screen.ts';
import { endsSearch, searchRow } from './search.ts';
import { CLEAR_FROM_HERE, rowsUp } from './terminal.ts';

const GIVE_UP = '\x07';
const INTERRUPT = '\x03';

export interface EditorOptions {
  readonly gate: Gate;
  readonly screen: Screen;
  /** Lines of earlier shells, oldest first. */
  readonly history: readonly string[];
  readonly historyLinesMax: number;
  complete(line: string, callback: (error: null, result: [string[], string]) => void): void;
  onLine(line: string): void;
  /** Ctrl-C with no command running. */
  onInterrupt(): void;
  onSuspend(): void;
  /** The line editor has closed by itself. */
  onClose(): void;
}

export class Editor {
  #server: REPLServer;
  #screen: Screen;
  #isClosed = false;
  #hasDrawnSearch = false;

  constructor(options: EditorOptions) {
    this.#screen = options.screen;
    // The REPL shows its prompt in its constructor; the first one is ours to show, after the banner.
    this.#server = options.screen.muted(() => startQuietly(options));
    options.screen.on('search', () => this.afterKey());
    this.#server.once('close', () => {
      if (this.#isClosed) return;
      this.#isClosed = true;
      options.onClose();
    });
  }

  /** On a terminal that cannot move its cursor nothing is drawn above a typed line (readline decides by the same variable). */
  get isDrawable(): boolean {
    return !isDumb() || this.#server.line === '';
  }

  /** What is typed so far. */
  get line(): string {
    return this.#server.line;
  }

  /** Draws a fresh prompt for an empty line; the cursor stands in column 0 of an empty row. */
  prompt(prompt: string): void {
    if (this.#isClosed) return;
    this.#server.setPrompt(prompt);
    this.#server.prompt();
  }

  /** Prints lines above the prompt and draws prompt and typed text again below them; '' only draws again. */
  above(text: string, prompt: string): void {
    if (this.#isClosed) return;
    if (isDumb()) {
      if (text === '') return;
      this.#screen.draw(`\n${text}\n`);
      this.prompt(prompt);
      return;
    }
    const rows = this.#settle();
    this.#server.setPrompt(prompt);
    this.#screen.draw(`${rowsUp(rows)}${CLEAR_FROM_HERE}${text === '' ? '' : `${text}\n`}`);
    this.#redraw(rows);
  }

  /** The terminal has another size. */
  resize(): void {
    const rowsBefore = this.#server.getCursorPos().rows;
    this.#screen.measure();
    if (this.#isClosed || this.#screen.isSearching || isDumb()) return;
    const rows = this.#settle();
    // Some terminals fold the typed line again and some do not, and none says so: going up by the smaller count may
    // leave a piece of the old prompt, going up by the larger one would eat what stands above.
    this.#screen.draw(`${rowsUp(Math.min(rows, rowsBefore))}${CLEAR_FROM_HERE}`);
    this.#redraw(rows);
  }

  /** Takes prompt and typed text off the screen; `redraw` puts them back wherever the cursor is then. */
  erase(): void {
    if (this.#isClosed || isDumb()) return;
    // A search stands in one row, however many rows the hidden line has.
    this.#screen.draw(`${this.#hasDrawnSearch ? '' : rowsUp(this.#settle())}${CLEAR_FROM_HERE}`);
  }

  redraw(): void {
    if (!this.#isClosed) this.#redraw(this.#settle());
  }

  /** Leaves the typed line as it stands on the screen and goes on below it with an empty one. */
  abandonLine(): void {
    if (this.#isClosed) return;
    this.#server.write(null, { ctrl: true, name: 'e' });
    this.#screen.draw('\n');
    // Deleted like a person would, so that Ctrl-Y brings it back.
    this.#screen.muted(() => this.#server.write(null, { ctrl: true, name: 'u' }));
  }

  insert(text: string): void {
    if (this.#isClosed) return;
    this.#server.write(text);
    this.afterKey();
  }

  /**
   * Takes what a reverse search has found before a key acts on it, so that its drawing is not mixed with the search's. Ctrl-G, which gives
   * a search up everywhere else, becomes the Ctrl-C that does so here.
   */
  beforeKey(key: string): string {
    if (this.#isClosed || !this.#screen.isSearching) return key;
    if (key === GIVE_UP) return INTERRUPT;
    if (!endsSearch(key)) return key;
    // A key that does nothing ends a search like any other.
    this.#server.write(null, { name: 'f12' });
    this.afterKey();
    return key;
  }

  /** Draws the reverse search, if there is one, in place of prompt and typed text; or these again when it is over. */
  afterKey(): void {
    if (this.#isClosed || !this.#screen.isSearching) return;
    const drawing = this.#screen.searchDrawing;
    if (drawing !== null) {
      if (!this.#hasDrawnSearch) this.erase();
      this.#hasDrawnSearch = true;
      this.#screen.draw(`${CLEAR_FROM_HERE}${searchRow(drawing, this.#server.line, this.#screen.columns)}`);
    } else {
      this.#hasDrawnSearch = false;
      this.#screen.endSearch();
      this.#screen.draw(CLEAR_FROM_HERE);
      this.redraw();
    }
  }

  close(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#screen.muted(() => this.#server.close());
  }

  /** How many rows the cursor is below the prompt's first row; readline then counts the same, also for another width. */
  #settle(): number {
    const { rows } = this.#server.getCursorPos();
    this.#screen.muted(() => this.#server.prompt(true));
    return rows;
  }

  /** `prompt` first goes up by the rows of the last drawing, so that many rows are given to it to go up. */
  #redraw(rows: number): void {
    this.#screen.draw('\n'.repeat(rows));
    this.#server.prompt(true);
  }
}

function startQuietly(options: EditorOptions): REPLServer {
  const server = withoutNewGlobals(() =>
    start({
      prompt: '',
      input: options.gate,
      output: options.screen,
      terminal: true,
      // On, Enter executes the grey completion: `drop a` would run as `drop a1b2c3` (SHELL.md, point 5).
      preview: false,
      // On, 26 colours words as JavaScript.
      useColors: false,
      // A realm of its own takes longer to start, and nothing runs in it anyway.
      useGlobal: true,
      completer: (line: string, callback: (error: null, result: [string[], string]) => void) =>
        options.complete(line, callback),
      // The REPL hands this to readline (20 to 26), whose option it is; the typings do not know. Without it there are 30 lines.
      ...{ historySize: options.historyLinesMax },
    }),
  );
  // The REPL's own listener is its evaluator: dot-words (`.then(…)` inside a longer input is one for it), a domain that
  // swallows errors (Node #64034 replaces it after 26), prompts of its own. Lines go to the session instead.
  server.removeAllListeners('line');
  fillHistory(server, options.history);
  server.on('history', (lines) => {
    if (lines[0]?.startsWith(' ')) lines.shift();
  });
  server.on('line', (line) => options.onLine(line));
  server.removeAllListeners('SIGINT');
  server.on('SIGINT', () => options.onInterrupt());
  server.on('SIGTSTP', () => options.onSuspend());
  return server;
}

/** The 'history' event is the documented way to the list itself, and it comes with a line: a line is entered and goes. */
function fillHistory(server: REPLServer, oldestFirst: readonly string[]): void {
  server.once('history', (lines) => lines.splice(0, lines.length, ...oldestFirst.toReversed()));
  server.write('x');
  server.write(null, { name: 'return' });
}

/**
 * With `useGlobal` the REPL puts `_`, `require`, `fs` and some 50 more on globalThis. What the user's JavaScript sees is
 * the session's to decide, and assigning the REPL's `_` would print a line; so globalThis is left as it was.
 */
function withoutNewGlobals<Result>(run: () => Result): Result {
  const before = Object.getOwnPropertyDescriptors(globalThis) as PropertyDescriptorMap;
  const result = run();
  for (const name of Object.getOwnPropertyNames(globalThis)) {
    const descriptor = before[name];
    if (descriptor === undefined) Reflect.deleteProperty(globalThis, name);
    else if (descriptor.configurable) Object.defineProperty(globalThis, name, descriptor);
  }
  return result;
}

function isDumb(): boolean {
  return process.env['TERM'] === 'dumb';
}
