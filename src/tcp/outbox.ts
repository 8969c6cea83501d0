/** What one connection is about to send: lines go in while a fact is handled, one write (or as few as rule 11 allows) comes out. */
import type { Socket } from 'node:net';

/** Rule 11: largest write towards a peer that may not reassemble lines, and towards one that does. */
const WRITE_BYTES_SMALL = 1_400;
const WRITE_BYTES_LARGE = 65_536;

export interface Outbox {
  readonly socket: Socket;
  /** Whole ASCII lines that wait for the end of the fact. */
  text: string;
  large: boolean;
}

export function createOutbox(socket: Socket): Outbox {
  return { socket, text: '', large: false };
}

/** Adds one line; writes what waits before it when both together would be too large. Returns the bytes written. */
export function addLine(outbox: Outbox, line: string): void {
  const most = outbox.large ? WRITE_BYTES_LARGE : WRITE_BYTES_SMALL;
  if (outbox.text.length > 0 && outbox.text.length + line.length + 1 > most) flush(outbox);
  outbox.text += line;
  outbox.text += '\n';
}

/** Our lines are ASCII, so that latin1 writes them byte by byte; a raw line typed by a user may be more. */
export function flush(outbox: Outbox): void {
  const { text, socket } = outbox;
  if (text.length === 0) return;
  outbox.text = '';
  if (socket.writable) socket.write(text, isAscii(text) ? 'latin1' : 'utf8');
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: the range is what ASCII is.
const isAscii = (text: string) => text.length > WRITE_BYTES_SMALL || /^[\x00-\x7f]*$/.test(text);
