/**
 * The addresses a node knows: learn, vouch, fail, forget. Addresses and outcomes go in, entries come out; it dials nothing. Rules 31-37, 64.
 */

import type { Settings } from '../settings.ts';
import { type Address, parseAddress } from '../wire/address.ts';
import type { Via } from './events.ts';
import {
  FORGET_FAILURES,
  FORGET_FAILURES_AFTER_US,
  FORGET_FAILURES_NEVER,
  FORGET_UNSEEN_US,
  NEW_PER_LOCAL_SOURCE,
  NEW_PER_PUBLIC_SOURCE,
  SECOND_US,
} from './limits.ts';
import type { ReasonCode } from './reasons.ts';

export const isLocal = (address: Address) => address.class === 'loopback' || address.class === 'private';

export interface BookEntry {
  readonly address: Address;
  /** The id a hello proved there, else the one gossip told. */
  id: string | null;
  table: 'new' | 'tried';
  /** Address text of who told us, or `bootstrap`, `manual`, `file`. */
  readonly source: string;
  readonly sourceGroup: string;
  readonly via: Via;
  heardAt: number;
  /** When it was last known alive, by ourselves or by a carried age; null: hearsay without age. */
  seenAt: number | null;
  triedAt: number | null;
  succeededAt: number | null;
  /** Failures since the last success. */
  failures: number;
  handshakesFailed: number;
  lastError: ReasonCode | null;
  nextDialAt: number;
}

export interface Book {
  readonly entries: Map<string, BookEntry>;
  readonly perSource: Map<string, number>;
  new: number;
  tried: number;
  /** How many of all are loopback or private. */
  local: number;
}

/** One entry of the saved book; times are seconds before the moment of saving. */
export interface SavedEntry {
  readonly address: string;
  readonly id: string | null;
  readonly table: 'new' | 'tried';
  readonly seenAgeS: number | null;
  readonly failures: number;
}

export function createBook(): Book {
  return { entries: new Map(), perSource: new Map(), new: 0, tried: 0, local: 0 };
}

export type Learning = { readonly entry: BookEntry; readonly fresh: boolean } | null;

/** Takes one address in; null when its source has used up its share of a full table. */
export function learnAddress(
  book: Book,
  settings: Settings,
  now: number,
  address: Address,
  id: string | null,
  source: string,
  sourceGroup: string,
  via: Via,
  seenAt: number | null,
): Learning {
  const known = book.entries.get(address.text);
  if (known !== undefined) {
    known.heardAt = now;
    if (known.id === null) known.id = id;
    if (seenAt !== null && (known.seenAt === null || seenAt > known.seenAt)) known.seenAt = seenAt;
    return { entry: known, fresh: false };
  }
  const told = book.perSource.get(sourceGroup) ?? 0;
  if (
    via === 'gossip' &&
    told >= (sourceGroup === 'loopback' || sourceGroup === 'private' ? NEW_PER_LOCAL_SOURCE : NEW_PER_PUBLIC_SOURCE)
  )
    return null;
  if (book.new >= settings['book.new'] && !evictNew(book)) return null;
  const entry: BookEntry = {
    address,
    id,
    table: 'new',
    source,
    sourceGroup,
    via,
    heardAt: now,
    seenAt,
    triedAt: null,
    succeededAt: null,
    failures: 0,
    handshakesFailed: 0,
    lastError: null,
    nextDialAt: 0,
  };
  book.entries.set(address.text, entry);
  book.new += 1;
  if (isLocal(address)) book.local += 1;
  book.perSource.set(sourceGroup, told + 1);
  return { entry, fresh: true };
}

/** The oldest entry with failures, else the oldest of all, makes room. */
function evictNew(book: Book): boolean {
  let worst: BookEntry | null = null;
  for (const entry of book.entries.values()) {
    if (
      entry.table === 'new' &&
      (worst === null ||
        entry.failures > worst.failures ||
        (entry.failures === worst.failures && entry.heardAt < worst.heardAt))
    )
      worst = entry;
  }
  if (worst !== null) forgetAddress(book, worst);
  return worst !== null;
}

export function forgetAddress(book: Book, entry: BookEntry): void {
  if (!book.entries.delete(entry.address.text)) return;
  if (entry.table === 'new') book.new -= 1;
  else book.tried -= 1;
  if (isLocal(entry.address)) book.local -= 1;
  const told = book.perSource.get(entry.sourceGroup) ?? 0;
  if (told <= 1) book.perSource.delete(entry.sourceGroup);
  else book.perSource.set(entry.sourceGroup, told - 1);
}

/** A handshake at this address ended well: it is proven. With `tried` full the entry stays `new`: an old proven address is not given up untested. */
export function vouchAddress(book: Book, settings: Settings, entry: BookEntry, id: string | null, now: number): void {
  entry.id = id;
  entry.seenAt = now;
  entry.succeededAt = now;
  entry.handshakesFailed = 0;
  entry.lastError = null;
  if (entry.table === 'new' && book.tried < settings['book.tried']) {
    entry.table = 'tried';
    book.new -= 1;
    book.tried += 1;
  }
}

/** Counts a failure; true when the address was forgotten for it (rule 37). Addresses of the list and of commands are kept. */
export function failAddress(book: Book, entry: BookEntry, reason: ReasonCode, now: number): boolean {
  entry.failures += 1;
  entry.lastError = reason;
  if (entry.via !== 'gossip') return false;
  const never = entry.succeededAt === null && entry.failures >= FORGET_FAILURES_NEVER;
  const long =
    entry.failures >= FORGET_FAILURES && now - (entry.succeededAt ?? entry.heardAt) >= FORGET_FAILURES_AFTER_US;
  if (never || long) forgetAddress(book, entry);
  return never || long;
}

/** Forgets what nobody has seen for a month. */
export function forgetUnseen(book: Book, now: number): void {
  for (const entry of [...book.entries.values()]) {
    if (now - (entry.seenAt ?? entry.heardAt) > FORGET_UNSEEN_US) forgetAddress(book, entry);
  }
}

export function savedEntries(book: Book, now: number): SavedEntry[] {
  return [...book.entries.values()]
    .filter((entry) => entry.address.class !== 'special')
    .map((entry) => ({
      address: entry.address.text,
      id: entry.id,
      table: entry.table,
      seenAgeS: entry.seenAt === null ? null : Math.max(0, Math.floor((now - entry.seenAt) / SECOND_US)),
      failures: entry.failures,
    }));
}

/** Takes saved entries back, each checked as if a stranger had told it; returns how many were good. */
export function loadEntries(book: Book, settings: Settings, now: number, entries: readonly unknown[]): number {
  let taken = 0;
  for (const raw of entries) {
    if (typeof raw !== 'object' || raw === null) continue;
    const { address: text, id, seenAgeS, failures } = raw as Partial<Record<keyof SavedEntry, unknown>>;
    const address = typeof text === 'string' ? parseAddress(text) : null;
    if (address === null || address.class === 'special') continue;
    const seenAt =
      typeof seenAgeS === 'number' && seenAgeS >= 0 && Number.isSafeInteger(seenAgeS)
        ? now - seenAgeS * SECOND_US
        : null;
    const learning = learnAddress(
      book,
      settings,
      now,
      address,
      typeof id === 'string' && id.length <= 64 ? id : null,
      'file',
      `file:${address.group}`,
      'gossip',
      seenAt,
    );
    if (learning === null) continue;
    if (typeof failures === 'number' && Number.isSafeInteger(failures) && failures >= 0 && failures < 1_000)
      learning.entry.failures = failures;
    taken += 1;
  }
  return taken;
}
