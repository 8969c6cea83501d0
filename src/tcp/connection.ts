/**
 * One connection: chunks of its socket go in, lines come out to its attendant; lines to send go in, few large writes come
 * out. It decides nothing about the peer. There is one for every peer, so all of them share their handlers. Rules 11, 56.
 */
import type { Socket } from 'node:net';
import { BYTES_PER_WORK, CUT_OFF_US, KEEPALIVE_US, LINES_PER_TURN, MILLISECOND_US } from '../core/limits.ts';
import type { ReasonCode } from '../core/reasons.ts';
import {
  createSplitter,
  type FrameFault,
  type FrameSink,
  type Splitter,
  splitChunk,
  splitMore,
} from '../wire/frames.ts';
import { addLine, flush, type Outbox } from './outbox.ts';
import type { Turns } from './turns.ts';

/** What a connection tells its node. */
export interface Attendant {
  /** To be split: lines and faults come while this runs. Null: it is the connection's turn to go on with the last one. */
  chunkCame(connection: Connection, chunk: Buffer | null): void;
  lineCame(connection: Connection, text: string): void;
  /** `text` null: nothing after it can be read. */
  faultCame(connection: Connection, fault: FrameFault, text: string | null): void;
  /** Whether lines of it are stopped, before which it must not end. */
  isHolding(connection: Connection): boolean;
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
  readonly turns: Turns<Connection>;
  text = '';
  large = false;
  written = 0;
  /** Why it is gone, should the core not have closed it. */
  reason: ReasonCode = 'remote-closed';
  /** Our side is over: nothing more is queued and nothing that comes is read. */
  isEnding = false;
  /** Our side is about to be over: lines of ours that were stopped go before that. */
  isLeaving = false;
  /** What makes all that comes after it unreadable, until it is told. */
  brokenBy: FrameFault | null = null;
  /** Lines that are stopped and are none, by their numbers; null: there never was one. */
  refused: Map<number, { readonly fault: FrameFault; readonly text: string }> | null = null;
  /** More of the last chunk, or all of it, waits for its turn. */
  isMidChunk = false;
  /** All of it. */
  #chunk: Buffer | null = null;
  /** The peer has ended its side. */
  #hasEnded = false;
  #isKeptAlive = false;
  /** Told not to read for a while (rule 54). */
  #pause: NodeJS.Timeout | null = null;
  /** So many of its messages are in hand that no more are read. */
  #isFull = false;
  /** Cuts off a peer that does not take what waits (rule 56), or that does not close after us. */
  #cut: NodeJS.Timeout | null = null;

  constructor(n: number, socket: Socket, attendant: Attendant, turns: Turns<Connection>, lineBytesMax: number) {
    this.n = n;
    this.socket = socket;
    this.attendant = attendant;
    this.turns = turns;
    this.splitter = createSplitter(lineBytesMax);
  }

  /** From here on the attendant is told what comes. */
  attend(): void {
    const socket: AttendedSocket = this.socket;
    socket[CONNECTION] = this;
    socket.on('data', takeChunk);
    socket.on('end', takeEnd);
    socket.on('close', takeClose);
  }

  /** From now on TCP asks by itself whether the other end is there (rule 27). */
  keepAlive(): void {
    if (this.#isKeptAlive) return;
    this.#isKeptAlive = true;
    this.socket.setKeepAlive(true, KEEPALIVE_US / MILLISECOND_US);
  }

  get isReading(): boolean {
    return !this.isEnding && this.brokenBy === null && !this.socket.destroyed;
  }

  line(text: string): boolean {
    this.turns.spend(1);
    this.attendant.lineCame(this, text);
    return this.isReading;
  }

  fault(fault: FrameFault, text: string | null): boolean {
    this.attendant.faultCame(this, fault, text);
    return this.isReading;
  }

  /** Hands the next lines of a chunk to the attendant; what is more than one turn may take goes on in the next (rule 55). */
  split(came: Buffer | null): void {
    const hasToWait = came !== null && !this.turns.hasRoom;
    const chunk = came ?? this.#chunk;
    this.#chunk = hasToWait ? came : null;
    const isDone = !hasToWait && this.#splitSome(chunk);
    const wasMidChunk = this.isMidChunk;
    this.isMidChunk = !isDone && this.isReading;
    if (this.isMidChunk && !this.isPaused) this.turns.wait(this);
    if (this.isMidChunk !== wasMidChunk) this.#readOrNot();
    this.goOnEnding();
  }

  #splitSome(chunk: Buffer | null): boolean {
    if (chunk === null) return splitMore(this.splitter, this, LINES_PER_TURN);
    this.turns.spend(chunk.length / BYTES_PER_WORK);
    return splitChunk(this.splitter, chunk, this, LINES_PER_TURN);
  }

  /** Its turn has come; meanwhile it may have been told not to read, or be gone. */
  takeTurn(): void {
    if (this.isMidChunk && !this.isPaused) this.attendant.chunkCame(this, null);
  }

  /** Rule 67: the peer's end is ours, too, once all that it said has been taken and answered. */
  peerEnded(): void {
    this.#hasEnded = true;
    this.goOnEnding();
  }

  /** Not before the lines that are stopped have gone on. */
  goOnEnding(): void {
    if (this.#hasEnded && !this.isMidChunk && !this.isLeaving) this.#endOurs();
  }

  #endOurs(): void {
    if (this.attendant.isHolding(this)) return;
    flush(this);
    this.socket.end();
  }

  /** Reads nothing for a while. Replies to what came before still leave. */
  pause(limitMs: number): void {
    if (this.#pause !== null) clearTimeout(this.#pause);
    this.#pause = setTimeout(() => {
      this.#pause = null;
      this.#goOn();
    }, limitMs);
    this.#readOrNot();
  }

  /** Reads nothing while it is full. */
  setFull(isFull: boolean): void {
    if (isFull === this.#isFull) return;
    this.#isFull = isFull;
    this.#goOn();
  }

  #goOn(): void {
    if (this.isMidChunk && !this.isPaused) this.turns.wait(this);
    else this.#readOrNot();
  }

  get isPaused(): boolean {
    return this.#pause !== null || this.#isFull;
  }

  /** The one place that decides whether the socket is read. */
  #readOrNot(): void {
    if (this.isEnding || (!this.isMidChunk && !this.isPaused && this.#cut === null)) this.socket.resume();
    else this.socket.pause();
  }

  /** Queues one line, which leaves at the end of the fact. Answers whether it is the first that waits. */
  queue(line: string): boolean {
    const isFirst = this.text.length === 0;
    addLine(this, line);
    return isFirst;
  }

  /** Whether more replies may soon join those that wait; a write for every turn would cost more than all else. */
  get expectsMore(): boolean {
    return this.isMidChunk && !this.isPaused && !this.isEnding;
  }

  /** Whether the peer leaves so much unread that only what must be sent is (rule 56). */
  get isBackedUp(): boolean {
    return this.#cut !== null;
  }

  /** Writes what waits, then ends our side if that is what was asked, or stops reading a peer that does not read. */
  settle(queueBytesMax: number, drainMs: number): void {
    flush(this);
    if (this.isEnding) this.socket.end();
    else if (this.socket.writableLength > queueBytesMax) this.#waitForDrain(queueBytesMax, drainMs);
  }

  /** Nothing more is read or queued; what waits may still leave, and the peer has a second to close its side. */
  end(): void {
    this.isEnding = true;
    this.#cutOffAfter(CUT_OFF_US / MILLISECOND_US);
    this.#readOrNot();
  }

  /** Gone at once. What waits is handed to the system, which may or may not send it. */
  destroy(): void {
    flush(this);
    this.isEnding = true;
    this.socket.destroy();
  }

  /** Gone at once, and the peer learns that it was cut. What waits is lost. */
  reset(): void {
    this.isEnding = true;
    this.text = '';
    this.reason = 'reset';
    this.socket.resetAndDestroy();
  }

  forget(): void {
    this.isEnding = true;
    this.isMidChunk = false;
    this.#chunk = null;
    if (this.#pause !== null) clearTimeout(this.#pause);
    if (this.#cut !== null) clearTimeout(this.#cut);
  }

  /** Rule 56: a peer that does not read is not read either, and not for long. */
  #waitForDrain(queueBytesMax: number, drainMs: number): void {
    if (this.#cut !== null) return;
    this.#cutOffAfter(drainMs);
    this.#readOrNot();
    // Told once all before it has left. Node tells `drain` only of what reached its own mark, which is above a small `queue.max`.
    if (this.socket.writable) this.socket.write('', () => this.#drained(queueBytesMax, drainMs));
  }

  #drained(queueBytesMax: number, drainMs: number): void {
    if (!this.isReading || this.#cut === null) return;
    clearTimeout(this.#cut);
    this.#cut = null;
    if (this.socket.writableLength > queueBytesMax) this.#waitForDrain(queueBytesMax, drainMs);
    else this.#readOrNot();
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

function takeEnd(this: AttendedSocket): void {
  this[CONNECTION]?.peerEnded();
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
