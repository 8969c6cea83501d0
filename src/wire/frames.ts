/**
 * Bytes to lines: chunks of any size go in, whole trimmed lines or a fault come out, in order, the same however the bytes were cut.
 * It parses no JSON and sends nothing. Rules 1-5.
 */
import { assert } from '../util/assert.ts';
import { BLANK_LINES_MAX, DEPTH_MAX } from './limits.ts';
import { CONSTANT_LINES } from './messages.ts';

export type FrameFault = 'line-too-long' | 'not-json' | 'not-object' | 'blank-flood' | 'bad-utf8' | 'bom' | 'too-deep';

/**
 * Both answer whether to go on; false ends the splitting of this chunk and drops the rest. After `line-too-long`, `not-json`,
 * `not-object` and `blank-flood` there is no going on, whatever the answer. A line may share memory with its whole chunk: copy what you keep.
 */
export interface FrameSink {
  line(text: string): boolean;
  /** `text` is the line as far as it can be read; null where it has no end that could be found. */
  fault(fault: FrameFault, text: string | null): boolean;
}

export interface Splitter {
  /** Longest line in bytes, without its newline; the owner may change it between lines (rule 2). */
  lineBytesMax: number;
  /** Until the first hello, rule 3 holds: a line begins with `{`, and blank lines are counted. */
  greeting: boolean;
  blankLines: number;
  /** The beginning of a line whose end has not come; `heldBytes` of it are in use, the first `heldBlanks` of them blank. */
  held: Uint8Array;
  heldBytes: number;
  heldBlanks: number;
  /** A chunk of which only so many lines were wanted yet; `restText` is its text where that has been read. */
  rest: Uint8Array | null;
  restStart: number;
  restText: string | null | undefined;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
/** What a JSON value that is no object begins with. */
const VALUE_STARTS = new Set(Uint8Array.from('["-0123456789tfn', (letter) => letter.charCodeAt(0)));
const BRACE = 0x7b;
const BRACE_END = 0x7d;
/** A bracket and a brace differ in this bit only, so that two comparisons find all four. */
const BRACE_BIT = 0x20;
/** Rule 5: the shortest object that is too deep. What is shorter and deeper is no object, so no message either. */
const DEEP_LINE_BYTES_MIN = '{"":[[[[[[[[]]]]]]]]}'.length;
const HELD_BYTES_START = 256;
const NOTHING = new Uint8Array(0);

interface Constant {
  readonly line: string;
  /** Its bytes and a newline. */
  readonly ended: Uint8Array;
}
const CONSTANTS: readonly Constant[] = CONSTANT_LINES.map((line) => ({
  line,
  ended: Uint8Array.from(`${line}\n`, (letter) => letter.charCodeAt(0)),
}));

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const lenientDecoder = new TextDecoder('utf-8', { ignoreBOM: true });

export function createSplitter(lineBytesMax: number): Splitter {
  assert(lineBytesMax > 0, 'a line may have at least one byte');
  return {
    lineBytesMax,
    greeting: true,
    blankLines: 0,
    held: NOTHING,
    heldBytes: 0,
    heldBlanks: 0,
    rest: null,
    restStart: 0,
    restText: undefined,
  };
}

/**
 * Hands the lines that the chunk completes to the sink and keeps what is no whole line yet. With `linesMax` at most so many now; false
 * says that there are more: call `splitMore` before the next chunk, and leave this one alone until then.
 */
export function splitChunk(splitter: Splitter, chunk: Uint8Array, sink: FrameSink, linesMax = Infinity): boolean {
  if (splitter.heldBytes === 0) return splitFrom(splitter, chunk, 0, undefined, sink, linesMax);
  const end = chunk.indexOf(NEWLINE);
  const isHeld = hold(splitter, chunk, 0, end < 0 ? chunk.length : end, sink);
  if (isHeld && end < 0) return true;
  if (!isHeld || !takeHeld(splitter, sink)) {
    dropHeld(splitter);
    return true;
  }
  return splitFrom(splitter, chunk, end + 1, undefined, sink, linesMax - 1);
}

/** Goes on with a chunk that was only begun. True when nothing of it is left. */
export function splitMore(splitter: Splitter, sink: FrameSink, linesMax = Infinity): boolean {
  const { rest, restStart, restText } = splitter;
  if (rest === null) return true;
  splitter.rest = null;
  splitter.restText = undefined;
  return splitFrom(splitter, rest, restStart, restText, sink, linesMax);
}

/** `ascii` is the text of the whole chunk, once a line asks for it. */
function splitFrom(
  splitter: Splitter,
  chunk: Uint8Array,
  from: number,
  text: string | null | undefined,
  sink: FrameSink,
  linesMax: number,
): boolean {
  let ascii = text;
  let start = from;
  for (let lines = 0; start < chunk.length; lines += 1) {
    if (lines === linesMax) {
      splitter.rest = chunk;
      splitter.restStart = start;
      splitter.restText = ascii;
      return false;
    }
    const constant = constantAt(chunk, start);
    if (constant !== null && constant.length <= splitter.lineBytesMax) {
      if (!sink.line(constant)) return true;
      start += constant.length + 1;
      continue;
    }
    const end = chunk.indexOf(NEWLINE, start);
    if (end < 0) {
      if (!hold(splitter, chunk, start, chunk.length, sink)) dropHeld(splitter);
      return true;
    }
    if (ascii === undefined) ascii = decodeAscii(chunk);
    if (!takeLine(splitter, chunk, start, end, ascii, sink)) return true;
    start = end + 1;
  }
  return true;
}

/** The constant line that stands here with its newline: a peer's ping is found so without being decoded, sliced or compared as text. */
function constantAt(bytes: Uint8Array, start: number): string | null {
  for (let i = 0; i < CONSTANTS.length; i += 1) {
    const constant = CONSTANTS[i] as Constant;
    if (standsAt(constant.ended, bytes, start)) return constant.line;
  }
  return null;
}

/** From the end, since all constants begin alike; past the end of the chunk there is nothing that could be equal. */
function standsAt(wanted: Uint8Array, bytes: Uint8Array, start: number): boolean {
  if (start + wanted.length > bytes.length) return false;
  for (let i = wanted.length - 1; i >= 0; i -= 1) if (bytes[start + i] !== wanted[i]) return false;
  return true;
}

/** The chunk as text when every byte is ASCII, so that text and bytes have the same offsets (rule 4); else null. */
function decodeAscii(chunk: Uint8Array): string | null {
  const text = decode(chunk);
  return text !== null && text.length === chunk.length ? text : null;
}

function decode(bytes: Uint8Array): string | null {
  try {
    return decoder.decode(bytes);
  } catch {
    return null;
  }
}

/** For people: what is no UTF-8 is replaced. */
const readable = (bytes: Uint8Array, from: number, to: number) => lenientDecoder.decode(bytes.subarray(from, to));

function dropHeld(splitter: Splitter): void {
  splitter.held = NOTHING;
  splitter.heldBytes = 0;
  splitter.heldBlanks = 0;
}

/** Adds to the held line; doubling keeps a dripping peer linear, the cap keeps it bounded. False: a fault was told. */
function hold(splitter: Splitter, chunk: Uint8Array, start: number, end: number, sink: FrameSink): boolean {
  const bytes = splitter.heldBytes + end - start;
  if (splitter.heldBlanks === splitter.heldBytes) {
    const from = skipBlanks(chunk, start, end);
    splitter.heldBlanks += from - start;
    if (from < end && isRefused(splitter, chunk[from])) return stopFor(refusalOf(chunk[from]), sink);
  }
  if (bytes > splitter.lineBytesMax) return stopFor('line-too-long', sink);
  if (bytes > splitter.held.length) {
    const room = Math.max(HELD_BYTES_START, bytes, 2 * splitter.held.length);
    const grown = new Uint8Array(Math.min(splitter.lineBytesMax, room));
    grown.set(splitter.held.subarray(0, splitter.heldBytes));
    splitter.held = grown;
  }
  splitter.held.set(chunk.subarray(start, end), splitter.heldBytes);
  splitter.heldBytes = bytes;
  return true;
}

/** The held line is whole. */
function takeHeld(splitter: Splitter, sink: FrameSink): boolean {
  const { held, heldBytes } = splitter;
  dropHeld(splitter);
  return takeLine(splitter, held, 0, heldBytes, null, sink);
}

/** One whole line in `bytes[start..end)`; `ascii` is the text of all `bytes` where that has the same offsets. */
function takeLine(
  splitter: Splitter,
  bytes: Uint8Array,
  start: number,
  end: number,
  ascii: string | null,
  sink: FrameSink,
): boolean {
  const from = skipBlanks(bytes, start, end);
  if (from < end && isRefused(splitter, bytes[from])) return stopFor(refusalOf(bytes[from]), sink);
  if (end - start > splitter.lineBytesMax) return stopFor('line-too-long', sink);
  if (from === end) return takeBlank(splitter, sink);
  let to = end;
  while (isBlank(bytes[to - 1])) to -= 1;
  if (to - from >= DEEP_LINE_BYTES_MIN && isTooDeep(bytes, from, to))
    return sink.fault('too-deep', readable(bytes, from, to));
  if (ascii !== null) return sink.line(ascii.slice(from, to));
  if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf)
    return sink.fault('bom', readable(bytes, from, to));
  const text = decode(bytes.subarray(from, to));
  return text === null ? sink.fault('bad-utf8', readable(bytes, from, to)) : sink.line(text);
}

function takeBlank(splitter: Splitter, sink: FrameSink): boolean {
  if (!splitter.greeting) return true;
  splitter.blankLines += 1;
  return splitter.blankLines <= BLANK_LINES_MAX || stopFor('blank-flood', sink);
}

/** Tells a fault after which the bytes mean nothing any more. */
function stopFor(fault: FrameFault, sink: FrameSink): false {
  sink.fault(fault, null);
  return false;
}

/** Rule 3: what begins like this before hello is HTTP, TLS or a scanner. */
const isRefused = (splitter: Splitter, first: number | undefined) => splitter.greeting && first !== BRACE;

/** The first byte decides, so that nothing is waited for: what it may begin is JSON that is no object, or no JSON at all. */
const refusalOf = (first: number | undefined): FrameFault =>
  first !== undefined && VALUE_STARTS.has(first) ? 'not-object' : 'not-json';

const isBlank = (byte: number | undefined) => byte === SPACE || byte === RETURN || byte === TAB;

function skipBlanks(bytes: Uint8Array, start: number, end: number): number {
  let from = start;
  while (from < end && isBlank(bytes[from])) from += 1;
  return from;
}

/** Counts what opens and closes outside strings. What is unbalanced is no JSON: parsing stops there before it gets deep. */
function isTooDeep(bytes: Uint8Array, from: number, to: number): boolean {
  let depth = 0;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      i += 1;
      while (i < to && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
    } else if ((byte | BRACE_BIT) === BRACE) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if ((byte | BRACE_BIT) === BRACE_END) depth -= 1;
  }
  return false;
}
