/**
 * The input stream of the line editor: bytes of the terminal go in, one key or one run of plain text at a time comes
 * out, and nothing while a command runs. It must not know what the keys mean beyond Enter, Ctrl-C, Ctrl-D, Ctrl-Z and the one that ends
 * what is watched.
 */
import { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import type { TerminalInput } from './terminal.ts';

/** More than anyone types ahead or pastes by hand; a longer text belongs into a file. In UTF-16 units. */
export const TYPE_AHEAD_MAX = 256 * 1024;

const INTERRUPT = '\x03';
const END_OF_INPUT = '\x04';
const SUSPEND = '\x1a';
const FINISH = 'q';

/** One escape sequence (also an unfinished one), one control character, or a run of plain text. */
const KEY =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: keys are control characters.
  /^(?:\x1b+(?:\[\[?[\d;?<]*[ -/]*[@-~]?|O\d*[A-Za-z]?|[^[O\x00-\x1f])?|[\x00-\x1f\x7f]|[^\x00-\x1f\x7f]+)/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const TEXT = /^[^\x00-\x1f\x7f]/;
// biome-ignore lint/suspicious/noControlCharactersInRegex: as above.
const UNFINISHED_ESCAPE = /^\x1b+(?:\[\[?[\d;?<]*[ -/]*|O\d*)?$/;
/** 8-bit control characters move the cursor of some terminals; readline counts the two separators as line ends since 24. */
const UNSHOWABLE = /[\x80-\x9f\u2028\u2029]/g;

interface Key {
  readonly text: string;
  readonly isPlain: boolean;
}

export interface GateHandlers {
  /** Ctrl-C while a command runs. */
  interrupt(): void;
  /** q while something is watched. */
  finish(): void;
  /** Ctrl-Z while a command runs. */
  suspend(): void;
  /** Called before and after each key that is handed to the line editor by the stream; what is handed over is what it answers. */
  beforeKey(key: string): string;
  afterKey(): void;
  /** Ctrl-D; false hands it to the line editor. */
  leave(): boolean;
  /**
   * Plain text, one character or a whole paste. It goes round the stream because readline, given several characters at
   * once, inserts them at the wrong place when the cursor is inside the line (before 24) and miscounts the rows.
   */
  insert(text: string): void;
  /** More was typed ahead than is kept; what came last is lost. Once for each command. */
  overflowed(): void;
  /** Nothing more comes: `message` says why, null after an orderly end. */
  ended(message: string | null): void;
}

export class Gate extends Readable {
  readonly isTTY = true;
  isRaw = false;
  #source: TerminalInput;
  #handlers: GateHandlers;
  #decoder = new StringDecoder('utf8');
  #queue = '';
  #unfinishedEscape = '';
  #isHeld = false;
  #isWatching = false;
  #isWaitingForNextTick = false;
  #hasSeenReturn = false;
  #hasOverflowed = false;
  #hasEnded = false;
  #onData = (bytes: Buffer | string): void =>
    this.#take(typeof bytes === 'string' ? bytes : this.#decoder.write(bytes));
  #onEnd = (): void => this.#end(null);

  constructor(source: TerminalInput, handlers: GateHandlers) {
    super({ encoding: 'utf8', read: () => undefined });
    this.#source = source;
    this.#handlers = handlers;
    source.on('data', this.#onData).on('end', this.#onEnd).on('close', this.#onEnd);
    // Stays for good: an 'error' of a terminal that hung up must not kill the process.
    source.on('error', (error: Error) => this.#end(error.message));
    // The line editor pauses its input while it completes.
    this.on('resume', () => this.#pumpSoon());
  }

  setRawMode(mode: boolean): this {
    this.isRaw = mode;
    this.#source.setRawMode?.(mode);
    return this;
  }

  /** A command runs: keys wait, Ctrl-C goes to `interrupt`. */
  hold(): void {
    this.#isHeld = true;
    this.#scanForSignals();
  }

  /** Until the command has ended, q ends it. */
  watch(): void {
    this.#isWatching = true;
  }

  release(): void {
    this.#isHeld = false;
    this.#isWatching = false;
    this.#hasOverflowed = false;
    this.#pumpSoon();
  }

  /** Reads nothing more and leaves the terminal as it was found, until `takeBack`. */
  handOver(): void {
    this.#source.pause();
    this.setRawMode(false);
  }

  takeBack(): void {
    if (this.#hasEnded) return;
    this.setRawMode(true);
    this.#source.resume();
  }

  /** Leaves the terminal as it was found. */
  detach(): void {
    this.#hasEnded = true;
    this.#queue = '';
    if (this.isRaw) this.setRawMode(false);
    this.#source.off('data', this.#onData).off('end', this.#onEnd).off('close', this.#onEnd);
    this.#source.pause();
  }

  #take(chunk: string): void {
    // A Tab at the end of what came at once asks for completion. One inside a pasted text is only blank space, and has no
    // width that readline and a terminal agree on near the right edge.
    const text = chunk
      .replace(/\t+$/, '\t')
      .replace(/\t(?!$)/g, '  ')
      .replace(UNSHOWABLE, ' ');
    const finishAt = this.#isWatching ? text.indexOf(FINISH) : -1;
    if (finishAt >= 0) {
      // Once: what follows is typed ahead.
      this.#isWatching = false;
      this.#queue = text.slice(finishAt + 1, finishAt + 1 + TYPE_AHEAD_MAX);
      this.#handlers.finish();
      this.#scanForSignals();
      return;
    }
    const room = TYPE_AHEAD_MAX - this.#queue.length;
    this.#queue += text.slice(0, room);
    // The signals are looked for in what does not fit as well: a flood must not make Ctrl-C deaf.
    if (this.#isHeld) this.#scanForSignals(text.slice(room < 0 ? 0 : room));
    else this.#pump();
    if (text.length <= room || this.#hasOverflowed || this.#hasEnded) return;
    this.#hasOverflowed = true;
    this.#handlers.overflowed();
  }

  /** Ctrl-C forgets what was typed ahead of it, as a terminal in line mode does. */
  #scanForSignals(overflow = ''): void {
    const all = this.#queue + overflow;
    const interruptedAt = all.lastIndexOf(INTERRUPT);
    if (interruptedAt >= 0) {
      this.#queue = all.slice(interruptedAt + 1, interruptedAt + 1 + TYPE_AHEAD_MAX);
      this.#handlers.interrupt();
    }
    if (this.#queue.includes(SUSPEND)) {
      this.#queue = this.#queue.replaceAll(SUSPEND, '');
      this.#handlers.suspend();
    }
  }

  #pump(): void {
    while (
      !this.#isHeld &&
      !this.#isWaitingForNextTick &&
      !this.#hasEnded &&
      this.#queue !== '' &&
      // Keys already handed over but not yet read come first, or `insert` would overtake them.
      !this.isPaused() &&
      this.readableLength === 0
    ) {
      this.#deliver(this.#nextKey());
    }
  }

  #pumpSoon(): void {
    if (this.#isWaitingForNextTick) return;
    this.#isWaitingForNextTick = true;
    setImmediate(() => {
      this.#isWaitingForNextTick = false;
      this.#pump();
    });
  }

  #nextKey(): Key {
    const begun = this.#unfinishedEscape;
    this.#unfinishedEscape = '';
    // The editor has the beginning of an unfinished sequence already and waits for its end.
    const matched = (KEY.exec(begun + this.#queue)?.[0] ?? '').slice(begun.length);
    const text = matched === '' ? (KEY.exec(this.#queue)?.[0] ?? this.#queue.slice(0, 1)) : matched;
    this.#queue = this.#queue.slice(text.length);
    const sequence = matched === '' ? text : begun + matched;
    if (UNFINISHED_ESCAPE.test(sequence)) this.#unfinishedEscape = sequence;
    return { text, isPlain: begun === '' && TEXT.test(text) };
  }

  #deliver({ text, isPlain }: Key): void {
    const followsReturn = this.#hasSeenReturn;
    this.#hasSeenReturn = text === '\r';
    if (text === '\n' && followsReturn) return;
    if (isPlain) {
      this.#handlers.insert(text);
      return;
    }
    const key = this.#handlers.beforeKey(text);
    if (text === END_OF_INPUT && this.#handlers.leave()) return;
    const isReturn = text === '\r' || text === '\n';
    this.push(isReturn ? '\r' : key);
    this.#handlers.afterKey();
    // One line per tick, so that what a line caused is seen before the next one.
    if (isReturn) this.#pumpSoon();
  }

  #end(message: string | null): void {
    if (this.#hasEnded) return;
    this.#hasEnded = true;
    this.#handlers.ended(message);
  }
}
