/**
 * The most memory that strangers can make a node hold: settings go in, bytes come out, by arithmetic and not by measuring. It counts
 * bytes of content; a heap needs some more for the same, which a test measures. Rule 57.
 */
import type { Settings } from '../settings.ts';
import {
  ACCEPT_PACES_MAX,
  ANSWERS_KEPT_MAX,
  BANS_MAX,
  DIALLED_IPS_MAX,
  GONE_MAX,
  HELD_MAX,
  SELF_MAX,
  VISITS_MAX,
} from './limits.ts';

/** What one read of a socket brings at most. */
export const CHUNK_BYTES = 65_536;
/** A nonce of characters that JSON lets a peer write in one byte each and that we write in six: the pong is so many times the ping. */
export const ANSWER_GROWTH = 4.5;
/** One session with its socket, its timers and the texts of its peer. */
const SESSION_BYTES = 8_192;
/** What is said to somebody who does not stay: hello, an answer to getaddr in lines of rule 11, bye. */
const FAREWELL_BYTES = 8_192;
/** One address with its text, id, source and outcome. */
const ENTRY_BYTES = 768;
/** One row of a small table: a key and two numbers. */
const ROW_BYTES = 256;
/** An entry of a kept answer; the book may have forgotten its address by then. */
const ANSWER_ENTRY_BYTES = 512;

export interface MemoryBounds {
  readonly peers: number;
  /** Of a full node, second connections, visits to us. */
  readonly guests: number;
  /** Who has not said hello. */
  readonly pending: number;
  /** Our own visits to others. */
  readonly visits: number;
  readonly book: number;
  /** Bans, paces, kept answers and what else is remembered of many. */
  readonly tables: number;
  readonly all: number;
}

/**
 * Of one connection whose lines may be so long: a line whose end has not come, or the text of a chunk that is taken line by line; that
 * chunk; and one more that was read before the socket was told to wait.
 */
export const readingBytes = (lineBytesMax: number): number => Math.max(lineBytesMax, CHUNK_BYTES) + 2 * CHUNK_BYTES;

/** What waits for a peer that does not read: as much as is let pass, and the answers to the chunk that went over it (rule 56). */
export const waitingBytes = (settings: Settings): number =>
  settings['queue.max'] + Math.floor(ANSWER_GROWTH * CHUNK_BYTES);

export function memoryBounds(settings: Settings): MemoryBounds {
  const reading = readingBytes(settings['line.max']);
  const peers = settings['peers.max'] * (SESSION_BYTES + reading + waitingBytes(settings));
  const guests = settings['visitors.max'] * (SESSION_BYTES + reading + FAREWELL_BYTES);
  const pending = settings['pending.max'] * (SESSION_BYTES + readingBytes(settings['hello.line']) + FAREWELL_BYTES);
  const visits = VISITS_MAX * (SESSION_BYTES + reading + FAREWELL_BYTES);
  const book = (settings['book.new'] + settings['book.tried']) * ENTRY_BYTES;
  const rows = BANS_MAX + ACCEPT_PACES_MAX + DIALLED_IPS_MAX + HELD_MAX + SELF_MAX;
  const answers = ANSWERS_KEPT_MAX * settings['addr.answer'] * ANSWER_ENTRY_BYTES;
  const tables = rows * ROW_BYTES + answers + GONE_MAX * SESSION_BYTES;
  return { peers, guests, pending, visits, book, tables, all: peers + guests + pending + visits + book + tables };
}
