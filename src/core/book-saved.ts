/**
 * The address book as it is kept between two starts: a book becomes plain entries, and entries become a book again, each checked as if
 * a stranger had told it. It reads and writes no file. Rules 47, 64.
 */
import type { Settings } from '../settings.ts';
import { type Address, isBadPort, parseAddress } from '../wire/address.ts';
import { readNodeId } from '../wire/messages.ts';
import { learnAddress, type Moment, restoreOutcome } from './book.ts';
import { type Book, bookSize, isTried } from './book-columns.ts';
import { FILE } from './book-shares.ts';
import { ANCHORS_MAX, SECOND_US } from './limits.ts';

/** One entry of the saved book; times are seconds before the moment of saving. */
export interface SavedEntry {
  readonly address: string;
  readonly id: string | null;
  readonly table: 'new' | 'tried';
  readonly seenAgeS: number | null;
  /** Since it was last told; earlier versions did not save this and the next. */
  readonly heardAgeS: number;
  /** Since a handshake last ended well there. */
  readonly provenAgeS: number | null;
  readonly failures: number;
  /** Present on the peers to dial first at the next start (rule 47). */
  readonly anchor?: true;
}

const FAILURES_MAX = 1_000;

export function savedEntries(book: Book, now: number, anchors: readonly Address[]): SavedEntry[] {
  const first = new Set(anchors.map(({ text }) => text));
  const entries: SavedEntry[] = [];
  for (let slot = 0; slot < bookSize(book); slot += 1) {
    const address = book.addresses[slot] as Address;
    if (address.class === 'special') continue;
    entries.push({
      address: address.text,
      id: book.ids[slot] ?? null,
      table: isTried(book, slot) ? 'tried' : 'new',
      seenAgeS: ageS(now, book.seenAt[slot] ?? null),
      heardAgeS: ageS(now, book.heardAt[slot] ?? null) ?? 0,
      provenAgeS: ageS(now, book.outcomes[slot]?.succeededAt ?? null),
      failures: book.outcomes[slot]?.failures ?? 0,
      ...(first.has(address.text) ? { anchor: true } : {}),
    });
  }
  return entries;
}

const ageS = (now: number, at: number | null): number | null =>
  at === null || at === -Infinity ? null : Math.max(0, Math.floor((now - at) / SECOND_US));

/** Takes saved entries back; `agedUs` has passed since they were saved. Returns the addresses to dial first. */
export function loadEntries(
  book: Book,
  settings: Settings,
  moment: Moment,
  entries: readonly unknown[],
  agedUs: number,
): Address[] {
  const anchors: Address[] = [];
  // Proven ones first, so that hearsay of the same network does not take their share.
  const isProven = (raw: unknown) => (raw as { table?: unknown } | null)?.table === 'tried';
  for (const raw of [...entries].sort((a, b) => Number(isProven(b)) - Number(isProven(a)))) {
    if (typeof raw !== 'object' || raw === null) continue;
    const saved = raw as Partial<Record<keyof SavedEntry, unknown>>;
    const { address: text, id, table, failures, anchor } = saved;
    const address = typeof text === 'string' ? parseAddress(text) : null;
    if (address === null || address.class === 'special' || isBadPort(address.port)) continue;
    // A clock that began anew has not reached most of these times yet: they are below zero.
    const timeOf = (age: unknown) => (isCount(age) ? moment.now - agedUs - age * SECOND_US : null);
    const seenAt = timeOf(saved.seenAgeS) ?? -Infinity;
    const heardAt = timeOf(saved.heardAgeS) ?? moment.now;
    const slot = learnAddress(
      book,
      settings,
      { now: heardAt, random: () => moment.random() },
      address,
      readNodeId(id),
      { name: 'file', group: `${FILE}${address.group}`, via: 'gossip' },
      seenAt,
    );
    if (slot < 0) continue;
    const failed = isCount(failures) && failures < FAILURES_MAX ? failures : 0;
    const wasTried = table === 'tried';
    const lastGoodAt = wasTried ? (seenAt === -Infinity ? heardAt : seenAt) : null;
    const provenAt = timeOf(saved.provenAgeS) ?? lastGoodAt;
    if (failed > 0 || provenAt !== null) restoreOutcome(book, settings, slot, failed, provenAt, wasTried);
    if (anchor === true && anchors.length < ANCHORS_MAX) anchors.push(address);
  }
  return anchors;
}

const isCount = (value: unknown): value is number => Number.isSafeInteger(value) && (value as number) >= 0;
