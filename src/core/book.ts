/**
 * The addresses a node knows: learn, vouch, fail, forget. Addresses and outcomes go in, slots come out; it dials nothing. Rules 31-37.
 *
 * A book is columns, not rows: ten thousand simulated nodes with a thousand addresses each must fit. Slots 0 to size - 1 are in use;
 * a forgotten address leaves its slot to the last one, so a slot is good only until the next `addAddress` or `forgetAddress`.
 */
import type { Settings } from '../settings.ts';
import { type Address, isLocal, parseAddress } from '../wire/address.ts';
import { type AddressIndex, createAddressIndex, dropSlot, moveSlot, putSlot, slotOf } from './address-index.ts';
import type { Context } from './context.ts';
import type { Via } from './events.ts';
import {
  COLLISIONS_MAX,
  EVICTION_SAMPLE,
  FORGET_FAILURES,
  FORGET_FAILURES_AFTER_US,
  FORGET_FAILURES_NEVER,
  FORGET_UNSEEN_US,
  GROUP_SHARE,
  TRIED_GROUPS,
} from './limits.ts';
import type { ReasonCode } from './reasons.ts';
import { atMost, createTally, type Tally, tally } from './tally.ts';

/** Who told us an address. */
export interface Source {
  /** Address text of the teller, or `bootstrap`, `manual`, `file`, or the kind of dial that proved it. */
  readonly name: string;
  /** What one teller can fill only a share of (rule 36). */
  readonly group: string;
  readonly via: Via;
}

/** What came of dialling an address; most addresses were never dialled and have none. */
export interface Outcome {
  /** In the table `tried`: a handshake we dialled ended well there. */
  tried: boolean;
  triedAt: number | null;
  succeededAt: number | null;
  /** Failures since the last success. */
  failures: number;
  handshakesFailed: number;
  lastError: ReasonCode | null;
  nextDialAt: number;
  /** What the latest success changed, to be undone should it turn out to be none. */
  before: Pick<Outcome, 'succeededAt' | 'handshakesFailed'> | null;
}

/** Rule 36: a proven address waits for a place in a full `tried` until the one it would replace has been tested. */
export interface Collision {
  readonly candidate: string;
  readonly incumbent: string;
}

export interface Book {
  readonly index: AddressIndex;
  readonly addresses: Address[];
  /** The id a hello proved there, else the one gossip told. */
  readonly ids: (string | null)[];
  readonly sources: Source[];
  readonly outcomes: (Outcome | null)[];
  readonly heardAt: number[];
  /** When it was last known alive, by ourselves or by a carried age; -Infinity: hearsay without age. */
  readonly seenAt: number[];
  /** Addresses of the table `new` by source group. */
  readonly perSource: Map<string, number>;
  /** Public addresses of the table `new` by their own group. */
  readonly newByGroup: Tally;
  /** The same of the table `tried`. */
  readonly triedByGroup: Tally;
  readonly collisions: Collision[];
  tried: number;
  /** How many of all are loopback or private. */
  local: number;
}

/** What the book needs of its node's context. */
export type Moment = Pick<Context, 'now' | 'random'>;

export function createBook(): Book {
  return {
    index: createAddressIndex(),
    addresses: [],
    ids: [],
    sources: [],
    outcomes: [],
    heardAt: [],
    seenAt: [],
    perSource: new Map(),
    newByGroup: createTally(NEW_TALLY),
    triedByGroup: createTally(TRIED_TALLY),
    collisions: [],
    tried: 0,
    local: 0,
  };
}

export const bookSize = (book: Book) => book.addresses.length;
const newCount = (book: Book) => book.addresses.length - book.tried;

/** The slot of an address; -1 when it is not known. */
export const findAddress = (book: Book, address: Address): number => slotOf(book.index, book.addresses, address);

/** The same for the text of an address. */
export function findText(book: Book, text: string): number {
  const address = parseAddress(text);
  return address === null ? -1 : findAddress(book, address);
}

export const isTried = (book: Book, slot: number): boolean => book.outcomes[slot]?.tried === true;

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
  const slot = book.addresses.length;
  book.addresses.push(address);
  putSlot(book.index, book.addresses, slot);
  book.ids.push(id);
  book.sources.push(source);
  book.outcomes.push(null);
  book.heardAt.push(moment.now);
  book.seenAt.push(seenAt);
  if (isLocal(address)) book.local += 1;
  countShares(book, address, source, 1);
  return slot;
}

/** What the groups of addresses that a saved book told begin with. */
export const FILE = 'file:';
const LOCAL_GROUPS: ReadonlySet<string> = new Set(['loopback', 'private', `${FILE}loopback`, `${FILE}private`]);

/**
 * Two shares, as the buckets of Bitcoin Core's AddrMan have them: of whoever tells, and of the network that the address lies in. A liar
 * may name any network, but where he answers himself is in the few that he has.
 */
function isOverShare(book: Book, settings: Settings, address: Address, { group }: Source): boolean {
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
function countShares(book: Book, address: Address, { group }: Source, change: 1 | -1): void {
  countIn(book.perSource, group, change);
  if (!isLocal(address)) tally(book.newByGroup, address, change);
}

/** Places of the tallies: few enough to be small, and so many that most networks have one of their own. */
const NEW_TALLY = 256;
const TRIED_TALLY = 64;

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
  if (isLocal(address)) book.local -= 1;
  const last = book.addresses.length - 1;
  dropSlot(book.index, book.addresses, address);
  if (slot !== last) moveSlot(book.index, book.addresses, last, slot);
  moveLast(book.addresses, slot);
  moveLast(book.ids, slot);
  moveLast(book.sources, slot);
  moveLast(book.outcomes, slot);
  moveLast(book.heardAt, slot);
  moveLast(book.seenAt, slot);
}

/** The last of a column takes the place of the one that goes. */
function moveLast<Value>(column: Value[], slot: number): void {
  const last = column.pop() as Value;
  if (slot < column.length) column[slot] = last;
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

function outcomeOf(book: Book, slot: number): Outcome {
  const known = book.outcomes[slot];
  if (known !== null && known !== undefined) return known;
  const outcome: Outcome = {
    tried: false,
    triedAt: null,
    succeededAt: null,
    failures: 0,
    handshakesFailed: 0,
    lastError: null,
    nextDialAt: 0,
    before: null,
  };
  book.outcomes[slot] = outcome;
  return outcome;
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

/**
 * Whether a public network has all the places in `tried` that one may have. As the buckets of Bitcoin Core's AddrMan: a network can be
 * in 8 of 256 of them, however many of its addresses are proven. Without this, whoever has a few networks takes every place that falls
 * free, since only proven and dead addresses lose theirs.
 */
function isCrowded(book: Book, settings: Settings, address: Address): boolean {
  if (isLocal(address)) return false;
  const most = Math.max(1, Math.floor(settings['book.tried'] / TRIED_GROUPS));
  return atMost(book.triedByGroup, address) >= most && countOfGroup(book, address.group, true) >= most;
}

function promote(book: Book, slot: number, outcome: Outcome): void {
  outcome.tried = true;
  book.tried += 1;
  tally(book.triedByGroup, book.addresses[slot] as Address, 1);
  countShares(book, book.addresses[slot] as Address, book.sources[slot] as Source, -1);
}

function demote(book: Book, slot: number, outcome: Outcome): void {
  outcome.tried = false;
  book.tried -= 1;
  tally(book.triedByGroup, book.addresses[slot] as Address, -1);
  countShares(book, book.addresses[slot] as Address, book.sources[slot] as Source, 1);
}

/** Sets a random old address up for a test, of the candidate's own network where that is crowded; whoever waits already waits on. */
function challenge(book: Book, moment: Moment, candidate: string, crowd: string | null): void {
  if (book.collisions.length >= COLLISIONS_MAX || book.collisions.some((one) => one.candidate === candidate)) return;
  const size = bookSize(book);
  const first = Math.floor(moment.random() * size);
  for (let i = 0; i < size; i += 1) {
    const slot = (first + i) % size;
    const { text, group } = book.addresses[slot] as Address;
    if (!isTried(book, slot) || (crowd !== null && group !== crowd)) continue;
    book.collisions.push({ candidate, incumbent: text });
    return;
  }
}

/** Takes collisions off the list and returns them. */
function settleCollisions(book: Book, settled: (collision: Collision) => boolean): Collision[] {
  const taken = book.collisions.filter(settled);
  for (const collision of taken) book.collisions.splice(book.collisions.indexOf(collision), 1);
  return taken;
}

/** The old address of a collision still works: it keeps its place. */
export function keepIncumbent(book: Book, incumbent: string): void {
  settleCollisions(book, (collision) => collision.incumbent === incumbent);
}

/** The old address of a collision failed its test: the waiting one takes its place in `tried`. */
function replaceIncumbent(book: Book, slot: number, outcome: Outcome): void {
  const text = (book.addresses[slot] as Address).text;
  const [first] = settleCollisions(book, (collision) => collision.incumbent === text);
  const candidate = first === undefined ? -1 : findText(book, first.candidate);
  // It may have been forgotten since and heard of anew: then it is hearsay again.
  if (candidate < 0 || isTried(book, candidate) || book.outcomes[candidate]?.succeededAt == null) return;
  demote(book, slot, outcome);
  promote(book, candidate, outcomeOf(book, candidate));
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
