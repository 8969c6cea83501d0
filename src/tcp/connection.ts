/**
 * One connection: chunks of its socket go in, lines come out to its attendant; lines to send go in, few large writes come
 * out. It decides nothing about the peer. There is one for every peer, so all of them share their handlers. Rules 11, 56.
 */
import type { Socket } from 'node:net';
import type { ReasonCode } from '../core/reasons.ts';
import { createSplitter, type FrameFault, type FrameSink, type Splitter } from '../wire/frames.ts';
import { addLine, flush, type Outbox } from './outbox.ts';

const CUT_OFF_MS = 1_000;
const KEEPALIVE_MS = 30_000;

/** What a connection tells its node. */
export interface Attendant {
  /** To be split: lines and faults come while this runs. */
  chunkCame(connection: Connection, chunk: Buffer): void;
  lineCame(connection: Connection, text: string): void;
  faultCame(connection: Connection, fault: FrameFault): void;
  /** Exactly once for every connection that was attended. */
  connectionEnded(connection: Connection): void;
}

const CONNECTION = Symbol('connection');
type AttendedSocket = Socket & { [CONNECTION]?: Connection };

export class Connection implements FrameSink, Outbox {
  /** What the core calls it. */
  readonly n: number;
  readonly socket: Socket;
  readonly splitter: Splitter;
  readonly attendant: Attendant;
  text = '';
  large = false;
  written = 0;
  /** Why it is gone, should the core not have closed it. */
  reason: ReasonCode = 'remote-closed';
  /** Our side is over: nothing more is queued and nothing that comes is read. */
  isEnding = false;
  /** Cuts off a peer that does not take what waits (rule 56), or that does not close after us. */
  #cut: NodeJS.Timeout | null = null;

  constructor(n: number, socket: Socket, attendant: Attendant, lineBytesMax: number) {
    this.n = n;
    this.socket = socket;
    this.attendant = attendant;
    this.splitter = createSplitter(lineBytesMax);
  }

  /** From here on the attendant is told what comes. */
  attend(): void {
    const socket: AttendedSocket = this.socket;
    socket[CONNECTION] = this;
    socket.setKeepAlive(true, KEEPALIVE_MS);
    socket.on('data', takeChunk);
    socket.on('close', takeClose);
  }

  get isReading(): boolean {
    return !this.isEnding && !this.socket.destroyed;
  }

  line(text: string): boolean {
    this.attendant.lineCame(this, text);
    return this.isReading;
  }

  fault(fault: FrameFault): boolean {
    this.attendant.faultCame(this, fault);
    return this.isReading;
  }

  /** Queues one line, which leaves at the end of the fact. Answers whether it is the first that waits. */
  queue(line: string): boolean {
    const isFirst = this.text.length === 0;
    addLine(this, line);
    return isFirst;
  }

  /** Writes what waits, then ends our side if that is what was asked, or stops reading a peer that does not read. */
  settle(queueBytesMax: number, drainMs: number): void {
    flush(this);
    if (this.isEnding) this.socket.end();
    else if (this.socket.writableLength > queueBytesMax) this.#waitForDrain(drainMs);
  }

  /** Nothing more is read or queued; what waits may still leave, and the peer has a second to close its side. */
  end(): void {
    this.isEnding = true;
    this.#cutOffAfter(CUT_OFF_MS);
    if (this.socket.isPaused()) this.socket.resume();
  }

  /** Gone at once. What waits is handed to the system, which may or may not send it. */
  destroy(): void {
    flush(this);
    this.isEnding = true;
    this.socket.destroy();
  }

  forget(): void {
    this.isEnding = true;
    if (this.#cut !== null) clearTimeout(this.#cut);
  }

  /** Rule 56: a peer that does not read is not read either, and not for long. */
  #waitForDrain(drainMs: number): void {
    const { socket } = this;
    if (this.#cut !== null) return;
    socket.pause();
    this.#cutOffAfter(drainMs);
    socket.once('drain', () => {
      if (this.isEnding) return;
      if (this.#cut !== null) clearTimeout(this.#cut);
      this.#cut = null;
      socket.resume();
    });
  }

  #cutOffAfter(limitMs: number): void {
    if (this.#cut !== null) clearTimeout(this.#cut);
    this.#cut = setTimeout(() => {
      if (!this.isEnding) this.reason = 'write-failed';
      this.socket.destroy();
    }, limitMs);
  }
}

/** Every socket has a handler of errors before any I/O (rule 65), the same for its whole life. */
export function guard(socket: Socket): void {
  socket.on('error', takeError);
}

function takeChunk(this: AttendedSocket, chunk: Buffer): void {
  const connection = this[CONNECTION];
  connection?.attendant.chunkCame(connection, chunk);
}

function takeClose(this: AttendedSocket): void {
  const connection = this[CONNECTION];
  if (connection === undefined) return;
  connection.forget();
  connection.attendant.connectionEnded(connection);
}

function takeError(this: AttendedSocket, error: NodeJS.ErrnoException): void {
  const connection = this[CONNECTION];
  if (connection !== undefined) connection.reason = error.code === 'EPIPE' ? 'write-failed' : 'reset';
  this.destroy();
}
