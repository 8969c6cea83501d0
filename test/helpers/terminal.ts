// A terminal without a window: keys typed go to a stream a console can read, what the console writes is drawn by
// xterm's own parser, and the rows and the cursor can be looked at. It knows nothing of peersh.
import { PassThrough, Writable } from 'node:stream';
import { setTimeout as delay } from 'node:timers/promises';
import headless from '@xterm/headless';
import { LIMIT_MS } from './until.ts';

const POLL_MS = 2;

export interface View {
  /** All rows above and on the screen up to the last that is not blank, without trailing blanks. */
  readonly rows: readonly string[];
  /** Of the cursor, counted from the first of `rows`. */
  readonly row: number;
  readonly column: number;
}

export class TestTerminal {
  readonly input = new PassThrough() as PassThrough & { setRawMode: (mode: boolean) => void };
  readonly output: Writable & { columns: number; rows: number };
  isRaw = false;
  /** Everything ever written, as it was written. */
  written: string[] = [];
  #screen: headless.Terminal;
  #pending = 0;

  constructor(columns = 80, rows = 24) {
    this.#screen = new headless.Terminal({
      cols: columns,
      rows,
      scrollback: 10_000,
      convertEol: true,
      allowProposedApi: true,
    });
    this.#screen.unicode.register(WIDE_EMOJI);
    this.#screen.unicode.activeVersion = WIDE_EMOJI.version;
    this.input.setRawMode = (mode) => {
      this.isRaw = mode;
    };
    const output = new Writable({
      decodeStrings: false,
      write: (chunk: string | Buffer, _encoding, done) => {
        this.written.push(String(chunk));
        this.#pending += 1;
        this.#screen.write(chunk, () => {
          this.#pending -= 1;
        });
        done();
      },
    });
    this.output = Object.assign(output, { columns, rows });
  }

  /** One chunk, as one read of a terminal gives it. */
  type(keys: string): void {
    this.input.write(keys);
  }

  resize(columns: number, rows = this.output.rows): void {
    this.#screen.resize(columns, rows);
    this.output.columns = columns;
    this.output.rows = rows;
    this.output.emit('resize');
  }

  async view(): Promise<View> {
    while (this.#pending > 0) await delay(0);
    const buffer = this.#screen.buffer.active;
    const rows = Array.from({ length: buffer.length }, (_, row) => textOf(buffer.getLine(row)));
    const row = buffer.baseY + buffer.cursorY;
    while (rows.length > 0 && rows.at(-1) === '') rows.pop();
    return { rows, row, column: buffer.cursorX };
  }

  /** Settles with the first view for which `isSo` holds; fails with the last one at the limit. */
  async until(what: string, isSo: (view: View) => boolean): Promise<View> {
    const started = performance.now();
    for (;;) {
      const view = await this.view();
      if (isSo(view)) return view;
      if (performance.now() - started > LIMIT_MS) {
        throw new Error(`${what}: not on the screen:\n${view.rows.join('\n')}\n(cursor ${view.row}:${view.column})`);
      }
      await delay(POLL_MS);
    }
  }

  /** The text stands somewhere, whatever rows it is folded over: by the terminal anywhere, by the program between words. */
  shows(text: string): Promise<View> {
    const isThere = ({ rows }: View) =>
      rows.join('').includes(text) ||
      rows
        .map((row) => row.trim())
        .join(' ')
        .includes(text);
    return this.until(JSON.stringify(text), isThere);
  }

  close(): void {
    this.input.destroy();
    this.#screen.dispose();
  }
}

/** A blank that was written and one that was not look the same. */
function textOf(line: headless.IBufferLine | undefined): string {
  return line?.translateToString(true).trimEnd() ?? '';
}

const MARK = /^\p{Mark}$|^\u200d$/u;
const WIDE =
  /^[\p{Emoji_Presentation}\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60]$/u;

/** xterm counts emoji as one column until an add-on says otherwise; the terminals people have count two. */
const WIDE_EMOJI = {
  version: 'wide-emoji' as never,
  wcwidth(codePoint: number): 0 | 1 | 2 {
    const character = String.fromCodePoint(codePoint);
    if (codePoint < 32 || MARK.test(character)) return 0;
    return WIDE.test(character) ? 2 : 1;
  },
  /** xterm's packing: bit 0 joins the character before, bits 1 and 2 are the width. */
  charProperties(codePoint: number, preceding: number): number {
    const width = WIDE_EMOJI.wcwidth(codePoint);
    if (width > 0 || preceding === 0) return width << 1;
    return (preceding & 0b110) | 1;
  },
};
