/**
 * Bytes to lines: chunks of any size go in, whole trimmed lines or a fault come out, in order. It parses no JSON and sends nothing.
 * Rules 1-5.
 */
export type FrameFault = 'line-too-long' | 'not-json' | 'blank-flood' | 'bad-utf8' | 'bom' | 'too-deep';

/** Both answer whether to go on; false ends the splitting of this chunk and drops the rest. */
export interface FrameSink {
  line(text: string): boolean;
  fault(fault: FrameFault): boolean;
}

export interface Splitter {
  /** Longest line in bytes, without its newline; the owner may change it between lines (rule 2). */
  lineBytesMax: number;
  /** Until the first hello, rule 3 holds: a line begins with `{`, and blank lines are counted. */
  greeting: boolean;
  blankLines: number;
  /** The beginning of a line whose end has not come; `heldBytes` of it are in use. */
  held: Uint8Array;
  heldBytes: number;
}

const NEWLINE = 0x0a;
const RETURN = 0x0d;
const SPACE = 0x20;
const TAB = 0x09;
const QUOTE = 0x22;
const BACKSLASH = 0x5c;
const BRACE = 0x7b;
/** Rule 1: blank lines before hello. */
const BLANK_LINES_MAX = 16;
/** Rule 5: nesting, and the shortest line that can be deeper. */
const DEPTH_MAX = 8;
const DEEP_LINE_BYTES_MIN = 2 * (DEPTH_MAX + 1);
const HELD_BYTES_START = 256;

export function createSplitter(lineBytesMax: number): Splitter {
  return { lineBytesMax, greeting: true, blankLines: 0, held: new Uint8Array(0), heldBytes: 0 };
}

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Hands every line that the chunk completes to the sink; keeps the rest. The chunk may be reused afterwards. */
export function splitChunk(splitter: Splitter, chunk: Uint8Array, sink: FrameSink): void {
  let start = 0;
  let end = chunk.indexOf(NEWLINE);
  const whole = end >= 0 && isAscii(chunk) ? decoder.decode(chunk) : null;
  while (end >= 0) {
    const goOn =
      splitter.heldBytes > 0
        ? finishHeld(splitter, chunk, end, sink)
        : takeLine(splitter, chunk, start, end, whole, sink);
    if (!goOn) return dropHeld(splitter);
    start = end + 1;
    end = chunk.indexOf(NEWLINE, start);
  }
  if (start < chunk.length && !hold(splitter, chunk, start, sink)) dropHeld(splitter);
}

function dropHeld(splitter: Splitter): void {
  splitter.held = new Uint8Array(0);
  splitter.heldBytes = 0;
}

/** Keeps the beginning of a line; doubling keeps a dripping peer linear, the cap keeps it bounded. */
function hold(splitter: Splitter, chunk: Uint8Array, start: number, sink: FrameSink): boolean {
  const first = splitter.heldBytes === 0 ? firstByte(chunk, start, chunk.length) : -1;
  if (splitter.greeting && first >= 0 && first !== BRACE) return sink.fault('not-json') && false;
  const bytes = splitter.heldBytes + chunk.length - start;
  if (bytes > splitter.lineBytesMax) return sink.fault('line-too-long') && false;
  if (bytes > splitter.held.length) {
    const grown = new Uint8Array(
      Math.min(splitter.lineBytesMax, Math.max(HELD_BYTES_START, bytes, 2 * splitter.held.length)),
    );
    grown.set(splitter.held.subarray(0, splitter.heldBytes));
    splitter.held = grown;
  }
  splitter.held.set(chunk.subarray(start), splitter.heldBytes);
  splitter.heldBytes = bytes;
  return true;
}

/** The end of a line whose beginning is held. */
function finishHeld(splitter: Splitter, chunk: Uint8Array, end: number, sink: FrameSink): boolean {
  const bytes = splitter.heldBytes + end;
  if (bytes > splitter.lineBytesMax) return sink.fault('line-too-long') && false;
  const line = new Uint8Array(bytes);
  line.set(splitter.held.subarray(0, splitter.heldBytes));
  line.set(chunk.subarray(0, end), splitter.heldBytes);
  dropHeld(splitter);
  return takeLine(splitter, line, 0, bytes, null, sink);
}

/** One whole line in `bytes[start..end)`; `whole` is the decoded chunk when all of it is ASCII. */
function takeLine(
  splitter: Splitter,
  bytes: Uint8Array,
  start: number,
  end: number,
  whole: string | null,
  sink: FrameSink,
): boolean {
  if (end - start > splitter.lineBytesMax) return sink.fault('line-too-long') && false;
  let from = start;
  let to = end;
  while (from < to && isBlank(bytes[from])) from += 1;
  while (to > from && isBlank(bytes[to - 1])) to -= 1;
  if (from === to) {
    if (!splitter.greeting) return true;
    splitter.blankLines += 1;
    return splitter.blankLines <= BLANK_LINES_MAX || (sink.fault('blank-flood') && false);
  }
  if (splitter.greeting && bytes[from] !== BRACE) return sink.fault('not-json') && false;
  if (to - from >= DEEP_LINE_BYTES_MIN && isTooDeep(bytes, from, to)) return sink.fault('too-deep');
  if (whole !== null) return sink.line(whole.slice(from, to));
  if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) return sink.fault('bom');
  let text: string;
  try {
    text = decoder.decode(bytes.subarray(from, to));
  } catch {
    return sink.fault('bad-utf8');
  }
  return sink.line(text);
}

const isBlank = (byte: number | undefined) => byte === SPACE || byte === RETURN || byte === TAB;

function firstByte(bytes: Uint8Array, start: number, end: number): number {
  for (let i = start; i < end; i += 1) if (!isBlank(bytes[i])) return bytes[i] as number;
  return -1;
}

function isAscii(bytes: Uint8Array): boolean {
  for (let i = 0; i < bytes.length; i += 1) if ((bytes[i] as number) > 0x7f) return false;
  return true;
}

/** Counts brackets outside strings; `[` and `{` differ from `]` and `}` by 2, and both pairs share bits with 0x20 masked out. */
function isTooDeep(bytes: Uint8Array, from: number, to: number): boolean {
  let depth = 0;
  for (let i = from; i < to; i += 1) {
    const byte = bytes[i] as number;
    if (byte === QUOTE) {
      i += 1;
      while (i < to && bytes[i] !== QUOTE) i += bytes[i] === BACKSLASH ? 2 : 1;
    } else if ((byte | 0x20) === 0x7b) {
      depth += 1;
      if (depth > DEPTH_MAX) return true;
    } else if ((byte | 0x20) === 0x7d) depth -= 1;
  }
  return false;
}
