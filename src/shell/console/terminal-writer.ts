/**
 * A terminal that never makes the process wait: text goes in, and what the terminal does not take now waits here and is tried again.
 * Node writes to a terminal synchronously, so that one which stops reading (a frozen window, a dead ssh) would stop the node with it.
 */
import { closeSync, constants, openSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import type { WriteStream } from 'node:tty';
import type { TerminalOutput } from './terminal.ts';

/** A terminal that took nothing is tried again after this. */
const RETRY_MS = 20;
/** What waits when the console ends is given this long. */
const LEAVE_MS = 500;

export interface OwnTerminal {
  readonly output: TerminalOutput;
  /** Settles when all is written, or soon. */
  leave(): Promise<void>;
}

/**
 * `stdout` itself where its terminal cannot be opened a second time. Only Linux has a path for that; opened anew it has flags of its
 * own, so that whoever else writes to this terminal still waits as before.
 */
export function openTerminal(stdout: WriteStream & { readonly fd: number }): OwnTerminal {
  const fd = process.platform === 'linux' ? openAnew(`/proc/self/fd/${stdout.fd}`) : null;
  if (fd === null) return { output: stdout, leave: () => Promise.resolve() };
  const output = new TerminalWriter(stdout, fd);
  return { output, leave: () => output.leave() };
}

function openAnew(path: string): number | null {
  try {
    return openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
  } catch {
    return null;
  }
}

class TerminalWriter extends Writable {
  #terminal: WriteStream;
  #fd: number;
  #retry: NodeJS.Timeout | undefined;

  constructor(terminal: WriteStream, fd: number) {
    super();
    this.#terminal = terminal;
    this.#fd = fd;
    terminal.on('resize', () => this.emit('resize'));
    terminal.on('error', (error: Error) => this.destroy(error));
  }

  get columns(): number {
    return this.#terminal.columns;
  }

  get rows(): number {
    return this.#terminal.rows;
  }

  leave(): Promise<void> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.destroy(), LEAVE_MS);
      this.once('close', () => {
        clearTimeout(limit);
        resolve();
      });
      if (this.destroyed) this.emit('close');
      else this.end();
    });
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    this.#send(chunk, done);
  }

  override _writev(chunks: readonly { readonly chunk: Buffer }[], done: (error?: Error) => void): void {
    this.#send(Buffer.concat(chunks.map(({ chunk }) => chunk)), done);
  }

  override _destroy(error: Error | null, done: (error?: Error | null) => void): void {
    clearTimeout(this.#retry);
    closeSync(this.#fd);
    done(error);
  }

  #send(bytes: Buffer, done: (error?: Error) => void): void {
    let rest = bytes;
    try {
      while (rest.length > 0) rest = rest.subarray(writeSync(this.#fd, rest));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === 'EAGAIN')
        this.#retry = setTimeout(() => this.#send(rest, done), RETRY_MS);
      else done(error as Error);
      return;
    }
    done();
  }
}
