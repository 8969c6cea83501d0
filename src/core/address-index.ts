/**
 * Where the columns of a book hold an address: an address goes in, its slot comes out. A table of numbers with open addressing: the
 * simulator holds ten thousand books and looks into them more than it does anything else, and a Map of texts costs four times as much.
 */
import { type Address, isSamePlace } from '../wire/address.ts';

export interface AddressIndex {
  /** Slots plus one; 0 is a free place. Its length is a power of two, at least twice what is used. */
  table: Int32Array;
  used: number;
}

const LENGTH_START = 16;

export const createAddressIndex = (): AddressIndex => ({ table: new Int32Array(LENGTH_START), used: 0 });

/** Where the search for an address begins in a table of this mask. */
const homeOf = ({ hash }: Address, mask: number) => (hash ^ (hash >>> 15)) & mask;

/** The place of an address in the table, or the free place where it would stand. */
function placeOf({ table }: AddressIndex, addresses: readonly Address[], address: Address): number {
  const mask = table.length - 1;
  let place = homeOf(address, mask);
  for (;;) {
    const entry = table[place] as number;
    if (entry === 0 || isSamePlace(addresses[entry - 1] as Address, address)) return place;
    place = (place + 1) & mask;
  }
}

/** The slot; -1 when the address is not known. */
export const slotOf = (index: AddressIndex, addresses: readonly Address[], address: Address): number =>
  (index.table[placeOf(index, addresses, address)] as number) - 1;

/** The address of this slot is new. */
export function putSlot(index: AddressIndex, addresses: readonly Address[], slot: number): void {
  index.table[placeOf(index, addresses, addresses[slot] as Address)] = slot + 1;
  index.used += 1;
  if (2 * index.used > index.table.length) grow(index, addresses);
}

/** The address of a slot is about to move to another one, whose own is out of the index already. */
export function moveSlot(index: AddressIndex, addresses: readonly Address[], from: number, to: number): void {
  index.table[placeOf(index, addresses, addresses[from] as Address)] = to + 1;
}

function grow(index: AddressIndex, addresses: readonly Address[]): void {
  const old = index.table;
  index.table = new Int32Array(2 * old.length);
  for (const entry of old) {
    if (entry === 0) continue;
    index.table[placeOf(index, addresses, addresses[entry - 1] as Address)] = entry;
  }
}

/** Takes an address out, while the columns still hold it; those behind it close the gap, so that none is cut off from its home. */
export function dropSlot(index: AddressIndex, addresses: readonly Address[], address: Address): void {
  const { table } = index;
  const mask = table.length - 1;
  let gap = placeOf(index, addresses, address);
  if (table[gap] === 0) return;
  table[gap] = 0;
  index.used -= 1;
  for (let place = (gap + 1) & mask; table[place] !== 0; place = (place + 1) & mask) {
    const entry = table[place] as number;
    const home = homeOf(addresses[entry - 1] as Address, mask);
    const isBehindGap = ((place - home) & mask) >= ((place - gap) & mask);
    if (!isBehindGap) continue;
    table[gap] = entry;
    table[place] = 0;
    gap = place;
  }
}
