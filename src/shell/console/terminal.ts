/**
 * The two ends of a terminal as the console needs them, so that a test can hand in plain streams. It holds no behaviour
 * but the two escape sequences that every drawing starts with.
 */
import type { Readable, Writable } from 'node:stream';

/** `process.stdin` is one. `setRawMode` is missing where there is no real terminal. */
export type TerminalInput = Readable & { setRawMode?: (mode: boolean) => unknown };

/** `process.stdout` is one. Sizes in character cells; it emits `resize` after they changed. */
export type TerminalOutput = Writable & { readonly columns?: number; readonly rows?: number };

/** A size of 0 is what some terminals (a fresh pty, an editor's console) say before they know better. */
export const COLUMNS_UNKNOWN = 80;
export const ROWS_UNKNOWN = 24;

export function rowsUp(rows: number): string {
  return rows > 0 ? `\x1b[${rows}A` : '';
}

/** From the cursor's row on, everything is blank and the cursor stands in column 0. */
export const CLEAR_FROM_HERE = '\r\x1b[J';
