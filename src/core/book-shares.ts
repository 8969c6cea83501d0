/**
 * How much of a book one teller and one network may fill: an address goes in, room or none comes out, and who enters or leaves which of
 * the two tables is counted. Rule 36.
 */
import type { Settings } from '../settings.ts';
import { type Address, isLocal } from '../wire/address.ts';
import { type Book, bookSize, isTried, type Outcome, type Source } from './book-columns.ts';
import { GROUP_SHARE } from './limits.ts';
import { atMost, tally } from './tally.ts';

/** What the groups of addresses that a saved book told begin with. */
export const FILE = 'file:';
const LOCAL_GROUPS: ReadonlySet<string> = new Set(['loopback', 'private', `${FILE}loopback`, `${FILE}private`]);

/**
 * Two shares, as the buckets of Bitcoin Core's AddrMan have them: of whoever tells, and of the network that the address lies in. A liar
 * may name any network, but where he answers himself is in the few that he has.
 */
export function isOverShare(book: Book, settings: Settings, address: Address, { group }: Source): boolean {
  const most = settings[LOCAL_GROUPS.has(group) ? 'book.source.local' : 'book.source'];
  if ((book.perSource.get(group) ?? 0) >= most) return true;
  const mostOfGroup = Math.max(1, Math.floor(settings['book.source'] / GROUP_SHARE));
  return (
    !isLocal(address) &&
    atMost(book.newByGroup, address) >= mostOfGroup &&
    countOfGroup(book, address.group, false) >= mostOfGroup
  );
}

/** An address enters the table `new` or leaves it. */
export function countShares(book: Book, address: Address, { group }: Source, change: 1 | -1): void {
  countIn(book.perSource, group, change);
  if (!isLocal(address)) tally(book.newByGroup, address, change);
}

/** Addresses of one table that are of one group. */
function countOfGroup(book: Book, group: string, ofTried: boolean): number {
  let count = 0;
  for (let slot = 0; slot < bookSize(book); slot += 1)
    if (isTried(book, slot) === ofTried && book.addresses[slot]?.group === group) count += 1;
  return count;
}

function countIn(counts: Map<string, number>, key: string, change: number): void {
  const count = (counts.get(key) ?? 0) + change;
  if (count <= 0) counts.delete(key);
  else counts.set(key, count);
}

/**
 * Whether a public network has all the places in `tried` that one may have. As the buckets of Bitcoin Core's AddrMan: a network can be
 * in 8 of 256 of them, however many of its addresses are proven. Without this, whoever has a few networks takes every place that falls
 * free, since only proven and dead addresses lose theirs.
 */
export function isCrowded(book: Book, settings: Settings, address: Address): boolean {
  if (isLocal(address)) return false;
  const most = Math.max(1, Math.floor(settings['book.tried'] / settings['book.tried.groups']));
  return atMost(book.triedByGroup, address) >= most && countOfGroup(book, address.group, true) >= most;
}

/** An address gets a place in `tried`, and no longer counts against the shares of `new`. */
export function promote(book: Book, slot: number, outcome: Outcome): void {
  outcome.tried = true;
  book.tried += 1;
  tally(book.triedByGroup, book.addresses[slot] as Address, 1);
  countShares(book, book.addresses[slot] as Address, book.sources[slot] as Source, -1);
}

/** The reverse. */
export function demote(book: Book, slot: number, outcome: Outcome): void {
  outcome.tried = false;
  book.tried -= 1;
  tally(book.triedByGroup, book.addresses[slot] as Address, -1);
  countShares(book, book.addresses[slot] as Address, book.sources[slot] as Source, 1);
}
