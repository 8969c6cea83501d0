/**
 * Faults that make the way slower, as TCP shows it: a line may take longer, none is lost and none overtakes another of its direction.
 * `latency` sets the one-way time with its jitter (uniform: within ±J; normal and pareto: J is the standard deviation; never below 0).
 * `loss` delays by retransmission. `rate` sends one line after the other. `slice` takes each line through the reader of lines in pieces.
 */
import { createSplitter, splitChunk } from '../../wire/frames.ts';
import { encodeMessage, type Message, parseMessage } from '../../wire/messages.ts';
import { type Behaviour, draw, happens, type Passage, RTO_US_MAX } from './passage.ts';
import type { ValuesOf } from './spec.ts';
import type { ActiveFault } from './state.ts';

const SECOND_US = 1_000_000;
/** Linux gives a connection up after so many retransmissions of one line; here the line arrives then. */
const RETRANSMISSIONS_MAX = 15;
const PIECE_US = 1_000;
const LINE_BYTES_MAX = 65_536;

/** The sum of twelve lots has the variance 1. */
const NORMAL_LOTS = 12;
/** Pareto of shape 4, which needs square roots only, as every engine rounds them alike; moved to mean 0 and deviation 1. */
const PARETO_MEAN = 4 / 3;
const PARETO_DEVIATION = 0.4714;

function jitterOf(passage: Passage, fault: ActiveFault, distribution: string): number {
  if (distribution === 'normal') {
    let sum = 0;
    for (let k = 0; k < NORMAL_LOTS; k += 1) sum += draw(passage, fault, k);
    return sum - NORMAL_LOTS / 2;
  }
  if (distribution === 'pareto')
    return (1 / Math.sqrt(Math.sqrt(1 - draw(passage, fault))) - PARETO_MEAN) / PARETO_DEVIATION;
  return 2 * draw(passage, fault) - 1;
}

export const latency: Behaviour<ValuesOf<'latency'>> = {
  leaves(passage, { delay, distribution }, fault) {
    const jitter = delay.jitterUs === 0 ? 0 : delay.jitterUs * jitterOf(passage, fault, distribution ?? 'uniform');
    passage.latencyUs = Math.max(0, Math.floor(delay.us + jitter));
    return true;
  },
};

export const loss: Behaviour<ValuesOf<'loss'>> = {
  leaves(passage, { chance }, fault) {
    let rtoUs = passage.rtoUs;
    let losses = 0;
    while (losses < RETRANSMISSIONS_MAX && happens(passage, fault, chance, losses)) {
      passage.waitUs += rtoUs;
      rtoUs = Math.min(2 * rtoUs, RTO_US_MAX);
      losses += 1;
    }
    return losses > 0;
  },
};

/** The line of a passage with its newline. */
export const bytesOf = (message: Message): number => encodeMessage(message).length + 1;

export const rate: Behaviour<ValuesOf<'rate'>> = {
  leaves(passage, values) {
    if (passage.message === null) return false;
    passage.busyUs += Math.floor((bytesOf(passage.message) * SECOND_US) / values.rate);
    return true;
  },
};

export const slice: Behaviour<ValuesOf<'slice'>> = {
  leaves(passage, { size }) {
    if (passage.message === null) return false;
    const bytes = Uint8Array.from(`${encodeMessage(passage.message)}\n`, (letter) => letter.charCodeAt(0));
    const heard = readInPieces(bytes, size);
    if (heard === null) passage.fate = 'dropped';
    passage.message = heard;
    passage.busyUs += Math.floor((bytes.length - 1) / size) * PIECE_US;
    return true;
  },
};

/** Null: what the reader of lines makes of it is no message. */
function readInPieces(bytes: Uint8Array, size: number): Message | null {
  const lines: string[] = [];
  const splitter = createSplitter(LINE_BYTES_MAX);
  const sink = { line: (text: string) => lines.push(text) > 0, fault: () => false };
  for (let at = 0; at < bytes.length; at += size) splitChunk(splitter, bytes.slice(at, at + size), sink);
  const heard = parseMessage(lines[0] ?? '');
  return heard.type === 'malformed' ? null : heard;
}
