/**
 * Bytes of a control socket to messages and back: one JSON object on a line each way. What is no object, or longer than a frame may be, is
 * a fault after which nothing more is read; the reader's own messages in parts are put together again.
 */
import { FRAME_BYTES_MAX, MESSAGE_LENGTH_MAX, PART_LENGTH } from './limits.ts';

type Json = Readonly<Record<string, unknown>>;

const NEWLINE = 0x0a;

/** One message as what goes over the socket; what is longer than a frame comes in parts. */
export function encode(message: object): string {
  const text = JSON.stringify(message);
  if (text.length <= PART_LENGTH) return `${text}\n`;
  let frames = '';
  for (let at = 0; at < text.length; at += PART_LENGTH)
    frames += `${JSON.stringify({ part: text.slice(at, at + PART_LENGTH), isLast: at + PART_LENGTH >= text.length })}\n`;
  return frames;
}

/** One message as one frame, as clients say it; null: it is too long. */
export function encodeWhole(message: object): string | null {
  const text = JSON.stringify(message);
  return Buffer.byteLength(text) <= FRAME_BYTES_MAX ? `${text}\n` : null;
}

export class FrameReader {
  private readonly take: (message: Json) => void;
  /** Whether messages in parts are taken. */
  private readonly takesParts: boolean;
  private held: Buffer[] = [];
  private heldBytes = 0;
  private parts: string[] = [];
  private partsLength = 0;

  constructor(take: (message: Json) => void, takesParts: boolean) {
    this.take = take;
    this.takesParts = takesParts;
  }

  /** What is wrong with what came, in one phrase, or null. After a fault nothing may be pushed any more. */
  push(chunk: Buffer): string | null {
    let start = 0;
    for (;;) {
      const end = chunk.indexOf(NEWLINE, start);
      const piece = chunk.subarray(start, end < 0 ? chunk.length : end);
      if (this.heldBytes + piece.length > FRAME_BYTES_MAX) return `a frame is longer than ${FRAME_BYTES_MAX} bytes`;
      this.held.push(piece);
      this.heldBytes += piece.length;
      if (end < 0) return null;
      const fault = this.frame(Buffer.concat(this.held).toString());
      if (fault !== null) return fault;
      this.held = [];
      this.heldBytes = 0;
      start = end + 1;
    }
  }

  private frame(text: string): string | null {
    const message = readObject(text);
    if (message === null) return 'a frame is no JSON object';
    if (!this.takesParts || typeof message['part'] !== 'string') {
      this.take(message);
      return null;
    }
    this.parts.push(message['part']);
    this.partsLength += message['part'].length;
    if (this.partsLength > MESSAGE_LENGTH_MAX) return `a message is longer than ${MESSAGE_LENGTH_MAX} characters`;
    if (message['isLast'] !== true) return null;
    const whole = readObject(this.parts.join(''));
    this.parts = [];
    this.partsLength = 0;
    if (whole === null) return 'a message in parts is no JSON object';
    this.take(whole);
    return null;
  }
}

function readObject(text: string): Json | null {
  try {
    const value = JSON.parse(text) as unknown;
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Json) : null;
  } catch {
    return null;
  }
}
