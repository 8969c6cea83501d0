/**
 * How a book holds what it knows of addresses: columns, not rows, since ten thousand simulated nodes with a thousand addresses each must
 * fit. Rows go in and out here; what is taken, kept and forgotten is decided in book.ts. Slots 0 to size - 1 are in use; a forgotten
 * address leaves its slot to the last one, so a slot is good only until the next address is added or forgotten.
 */
import { type Address, isLocal, parseAddress } from '../wire/address.ts';
import { type AddressIndex, createAddressIndex, dropSlot, moveSlot, putSlot, slotOf } from './address-index.ts';
import type { Via } from './events.ts';
import type { ReasonCode } from './reasons.ts';
import { createTally, type Tally } from './tally.ts';

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

/** Places of the tallies: few enough to be small, and so many that most networks have one of their own. */
const NEW_TALLY = 256;
const TRIED_TALLY = 64;

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

/** The slot of an address; -1 when it is not known. */
export const findAddress = (book: Book, address: Address): number => slotOf(book.index, book.addresses, address);

/** The same for the text of an address. */
export function findText(book: Book, text: string): number {
  const address = parseAddress(text);
  return address === null ? -1 : findAddress(book, address);
}

export const isTried = (book: Book, slot: number): boolean => book.outcomes[slot]?.tried === true;

/** A row for an address that the book does not have; its slot. */
export function addRow(
  book: Book,
  address: Address,
  id: string | null,
  source: Source,
  heardAt: number,
  seenAt: number,
): number {
  const slot = book.addresses.length;
  book.addresses.push(address);
  putSlot(book.index, book.addresses, slot);
  book.ids.push(id);
  book.sources.push(source);
  book.outcomes.push(null);
  book.heardAt.push(heardAt);
  book.seenAt.push(seenAt);
  if (isLocal(address)) book.local += 1;
  return slot;
}

export function dropRow(book: Book, slot: number): void {
  const address = book.addresses[slot] as Address;
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

/** The outcome of a slot, made when there is none. */
export function outcomeOf(book: Book, slot: number): Outcome {
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
