/**
 * Bytes and the ways to cut them: what a splitter, the parser and the core make of a stream must not depend on how it was cut, and nothing
 * may throw. Random pieces go in, the first difference or broken invariant comes out as an error.
 */
import assert from 'node:assert/strict';
import { awaitsHello, lineBytesMax } from '../../src/core/node.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { createSplitter, type FrameSink, splitChunk, splitMore } from '../../src/wire/frames.ts';
import { encodeMessage, parseMessage } from '../../src/wire/messages.ts';
import { fc } from '../helpers/random-cases.ts';
import { ADDRESSES, LINES, pick } from './material.ts';
import { Rig } from './rig.ts';

const GARBAGE: readonly Uint8Array[] = [
  [0x0a],
  [0x0d, 0x0a],
  [0x20, 0x09, 0x0a],
  [0x00],
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xe2, 0x80, 0xa8],
  [0xc3],
  [0x7b],
  [0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b, 0x5b],
  [0x22, 0x5c],
].map((bytes) => Uint8Array.from(bytes));
const HELLO = Buffer.from('{"msgtype":"hello","nodeid":"f0000000-0000-4000-8000-00000000000f","ext":["nonce"]}\n');
/** Small, so that lines go over it. */
const SETTINGS = { 'hello.line': 300, 'line.max': 900 };

/** [kind, choice, place, value] of one piece of a stream. */
type Piece = readonly [number, number, number, number];
const piece: fc.Arbitrary<Piece> = fc.tuple(fc.nat(9), fc.nat(255), fc.nat(4_095), fc.nat(255));

export interface Stream {
  readonly greets: boolean;
  readonly pieces: readonly Piece[];
  readonly cuts: readonly number[];
  readonly linesPerTurn: number;
}

export const streams: fc.Arbitrary<Stream> = fc.record({
  greets: fc.boolean(),
  pieces: fc.array(piece, { maxLength: 6 }),
  cuts: fc.array(fc.nat(2_000), { maxLength: 6 }),
  linesPerTurn: fc.constantFrom(1, 2, 64),
});

function bytesOf([kind, choice, place, value]: Piece): Uint8Array {
  const line = Buffer.from(`${pick(LINES, choice)}\n`);
  switch (kind) {
    case 0:
      return pick(GARBAGE, choice);
    case 1:
      return Uint8Array.from([value]);
    case 2:
      line[place % line.length] = value;
      return line;
    case 3:
      return line.subarray(0, place % line.length);
    case 4:
      return Buffer.concat([Buffer.alloc(place % 1_200, pick([0x20, 0x61, 0x7b, 0x0a], value)), line]);
    case 5:
      return Buffer.concat([line.subarray(0, -1), Buffer.from('\r\n')]);
    default:
      return line;
  }
}

export function checkStream({ greets, pieces, cuts, linesPerTurn }: Stream): void {
  const bytes = Buffer.concat([...(greets ? [HELLO] : []), ...pieces.map(bytesOf)]);
  const whole = hear([bytes], Infinity);
  assert.deepEqual(hear(cutAt(bytes, cuts), linesPerTurn), whole);
  if (bytes.length < 300) assert.deepEqual(hear(cutAt(bytes, [...bytes.keys()]), linesPerTurn), whole);
}

function cutAt(bytes: Buffer, cuts: readonly number[]): Buffer[] {
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].sort((a, b) => a - b);
  return [0, ...places].map((from, i) => Buffer.from(bytes.subarray(from, places[i])));
}

/** Plays the chunks on a fresh node as the driver would; what was heard and said, in order. */
function hear(chunks: readonly Buffer[], linesPerTurn: number): unknown[] {
  const rig = new Rig({ settings: SETTINGS });
  const n = rig.accept(pick(ADDRESSES, 0));
  const heard: unknown[] = [];
  const splitter = createSplitter(rig.node.settings['hello.line']);
  const isReading = () => rig.open.has(n) && !rig.ended.has(n);
  const sink: FrameSink = {
    line(text) {
      const message = parseMessage(text);
      heard.push(message);
      if (message.type === 'malformed') rig.refuseLine(n, 'malformed');
      else {
        const again = parseMessage(encodeMessage(message));
        if (message.type !== 'addr') assert.deepEqual(again, message, 'what we write reads back');
        rig.receive(n, message);
      }
      splitter.greeting = awaitsHello(rig.node, n);
      splitter.lineBytesMax = lineBytesMax(rig.node, n);
      return isReading();
    },
    fault(fault) {
      heard.push(fault);
      rig.refuseLine(
        n,
        fault === 'line-too-long' || fault === 'not-json' || fault === 'not-object' ? fault : 'malformed',
      );
      return isReading();
    },
  };
  for (const chunk of chunks) {
    if (!isReading()) break;
    let isDone = splitChunk(splitter, chunk, sink, linesPerTurn);
    while (!isDone && isReading()) isDone = splitMore(splitter, sink, linesPerTurn);
  }
  assert.deepEqual(brokenInvariants(rig.node), []);
  return [heard, rig.sent, rig.node.sessions.get(n)?.stage, rig.node.sessions.get(n)?.strikeTimes.length];
}
