/**
 * What one connection is about to send: lines go in while a fact is handled, one write (or as few as rule 11 allows)
 * comes out. It neither waits nor closes.
 */
import type { Socket } from 'node:net';
import { WRITE_BYTES_LARGE, WRITE_BYTES_SMALL } from '../core/limits.ts';

export interface Outbox {
  readonly socket: Socket;
  /** Whole lines that wait for the end of the fact, one character a byte. */
  text: string;
  large: boolean;
  /** Bytes handed to the socket; its owner may count them and begin again at 0. */
  written: number;
}

/** Of the line that was added last, with its newline: most lines are the same pong, and this halves the pieces of a write. */
let lastLine = '';
let lastEnded = '\n';

function ended(line: string): string {
  if (line !== lastLine) {
    lastLine = line;
    lastEnded = `${line}\n`;
  }
  return lastEnded;
}

/** Adds one line of bytes; writes what waits before it when both together would be too large. */
export function addLine(outbox: Outbox, line: string): void {
  const most = outbox.large ? WRITE_BYTES_LARGE : WRITE_BYTES_SMALL;
  if (outbox.text.length > 0 && outbox.text.length + line.length + 1 > most) flush(outbox);
  outbox.text += ended(line);
}

/**
 * A line that a user typed may hold any character: its UTF-8 as one character a byte, which is what an outbox holds.
 */
export function bytesOf(line: string): string {
  return Buffer.from(line, 'utf8').toString('latin1');
}

export function flush(outbox: Outbox): void {
  const { text, socket } = outbox;
  if (text.length === 0) return;
  outbox.text = '';
  if (!socket.writable) return;
  outbox.written += text.length;
  socket.write(text, 'latin1');
}
