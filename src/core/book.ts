/**
 * The addresses a node knows: learn, vouch, fail, forget. Addresses and outcomes go in, slots come out; it dials nothing. Rules 31-37.
 */
import type { Settings } from '../settings.ts';
import type { Address } from '../wire/address.ts';
import { challenge, replaceIncumbent, settleCollisions } from './book-collisions.ts';
import { addRow, type Book, bookSize, dropRow, findAddress, isTried, outcomeOf, type Source } from './book-columns.ts';
import { countShares, demote, isCrowded, isOverShare, promote } from './book-shares.ts';
import type { Context } from './context.ts';
import {
  EVICTION_SAMPLE,
  FORGET_FAILURES,
  FORGET_FAILURES_AFTER_US,
  FORGET_FAILURES_NEVER,
  FORGET_UNSEEN_US,
} from './limits.ts';
import type { ReasonCode } from './reasons.ts';
import { tally } from './tally.ts';

/** What the book needs of its node's context. */
export type Moment = Pick<Context, 'now' | 'random'>;

const newCount = (book: Book) => book.addresses.length - book.tried;

/** Takes one address in, or hears of it again. Its slot; -1 when its source or its network has used up its share (rule 36). */
export function learnAddress(
  book: Book,
  settings: Settings,
  moment: Moment,
  address: Address,
  id: string | null,
  source: Source,
  seenAt: number,
): number {
  const known = findAddress(book, address);
  if (known < 0) return addAddress(book, settings, moment, address, id, source, seenAt);
  hearAgain(book, known, moment.now, id, seenAt);
  return known;
}

/** A known address was told again: `seenAt` only ever moves forward, and an id is not overwritten by hearsay. */
export function hearAgain(book: Book, slot: number, now: number, id: string | null, seenAt: number): void {
  book.heardAt[slot] = now;
  if (book.ids[slot] === null) book.ids[slot] = id;
  if (seenAt > (book.seenAt[slot] as number)) book.seenAt[slot] = seenAt;
}

/** By strangers: not the list, nor a command. */
const isTold = ({ via }: Source) => via !== 'boot' && via !== 'manual' && via !== 'keep';

/** Takes an unknown address in; as `learnAddress`. */
export function addAddress(
  book: Book,
  settings: Settings,
  moment: Moment,
  address: Address,
  id: string | null,
  source: Source,
  seenAt: number,
): number {
  if (isTold(source) && isOverShare(book, settings, address, source)) return -1;
  if (newCount(book) >= settings['book.new'] && !evictNew(book, moment)) return -1;
  const slot = addRow(book, address, id, source, moment.now, seenAt);
  countShares(book, address, source, 1);
  return slot;
}

/** Of some chosen at random, the one with most failures, then the one heard of longest ago, makes room. */
function evictNew(book: Book, moment: Moment): boolean {
  let worst = -1;
  for (let i = 0; i < EVICTION_SAMPLE; i += 1) {
    const slot = Math.floor(moment.random() * bookSize(book));
    if (!isTried(book, slot) && (worst < 0 || isWorse(book, slot, worst))) worst = slot;
  }
  if (worst < 0) worst = book.outcomes.findIndex((outcome) => outcome?.tried !== true);
  if (worst >= 0) forgetAddress(book, worst);
  return worst >= 0;
}

function isWorse(book: Book, slot: number, than: number): boolean {
  const more = (book.outcomes[slot]?.failures ?? 0) - (book.outcomes[than]?.failures ?? 0);
  return more > 0 || (more === 0 && (book.heardAt[slot] as number) < (book.heardAt[than] as number));
}

export function forgetAddress(book: Book, slot: number): void {
  const address = book.addresses[slot] as Address;
  const source = book.sources[slot] as Source;
  if (isTried(book, slot)) {
    book.tried -= 1;
    tally(book.triedByGroup, address, -1);
  } else countShares(book, address, source, -1);
  dropRow(book, slot);
}

/** Notes that an address is dialled now. */
export function noteDial(book: Book, slot: number, now: number): void {
  outcomeOf(book, slot).triedAt = now;
}

/** What a saved book says of an address: how often it failed lately, when it was proven, and whether it has a place in `tried`. */
export function restoreOutcome(
  book: Book,
  settings: Settings,
  slot: number,
  failures: number,
  succeededAt: number | null,
  tried: boolean,
): void {
  const outcome = outcomeOf(book, slot);
  outcome.failures = failures;
  outcome.succeededAt ??= succeededAt;
  if (!tried || outcome.tried || book.tried >= settings['book.tried']) return;
  if (isCrowded(book, settings, book.addresses[slot] as Address)) return;
  promote(book, slot, outcome);
}

/** A handshake that we dialled ended well: the address is proven. With `tried` full it waits until an old one is tested (rule 36). */
export function vouchAddress(book: Book, settings: Settings, moment: Moment, slot: number, id: string | null): void {
  const address = book.addresses[slot] as Address;
  const { text } = address;
  const outcome = outcomeOf(book, slot);
  book.ids[slot] = id;
  book.seenAt[slot] = moment.now;
  outcome.before = { succeededAt: outcome.succeededAt, handshakesFailed: outcome.handshakesFailed };
  outcome.succeededAt = moment.now;
  outcome.handshakesFailed = 0;
  outcome.lastError = null;
  settleCollisions(book, (collision) => collision.incumbent === text);
  if (outcome.tried) return;
  const crowd = isCrowded(book, settings, address) ? address.group : null;
  if (crowd === null && book.tried < settings['book.tried']) promote(book, slot, outcome);
  else challenge(book, moment, text, crowd);
}

/** The latest success turned out to be none: what was proven before it still is. Slots may change. */
export function disproveAddress(book: Book, settings: Settings, moment: Moment, slot: number): void {
  const outcome = outcomeOf(book, slot);
  if (outcome.before === null) return;
  Object.assign(outcome, outcome.before, { before: null });
  if (outcome.succeededAt !== null) return;
  const { text } = book.addresses[slot] as Address;
  settleCollisions(book, (collision) => collision.candidate === text);
  if (!outcome.tried) return;
  demote(book, slot, outcome);
  if (newCount(book) > settings['book.new']) evictNew(book, moment);
}

/** Counts a failure; true when the address was forgotten for it (rule 37). Addresses of the list and of commands are kept. */
export function failAddress(book: Book, slot: number, reason: ReasonCode, now: number): boolean {
  const outcome = outcomeOf(book, slot);
  outcome.failures += 1;
  outcome.lastError = reason;
  if (outcome.tried && book.collisions.length > 0) replaceIncumbent(book, slot, outcome);
  if (!isTold(book.sources[slot] as Source)) return false;
  const never = outcome.succeededAt === null && outcome.failures >= FORGET_FAILURES_NEVER;
  const since = outcome.succeededAt ?? (book.heardAt[slot] as number);
  const long = outcome.failures >= FORGET_FAILURES && now - since >= FORGET_FAILURES_AFTER_US;
  if (never || long) forgetAddress(book, slot);
  return never || long;
}

/** Forgets what nobody has seen for a month. */
export function forgetUnseen(book: Book, now: number): void {
  for (let slot = bookSize(book) - 1; slot >= 0; slot -= 1) {
    const seenAt = book.seenAt[slot] as number;
    if (now - (seenAt === -Infinity ? (book.heardAt[slot] as number) : seenAt) > FORGET_UNSEEN_US)
      forgetAddress(book, slot);
  }
}
