/**
 * How many addresses there are at most of one network: addresses go in and out, a bound comes out. A row of counters by hash stands for
 * a table by name that would be larger than what it counts; a bound that is too high is for the caller to look into.
 */
import type { Address } from '../wire/address.ts';

/** Its length is a power of two. */
export type Tally = Uint16Array;

export const createTally = (length: number): Tally => new Uint16Array(length);

const placeOf = (tally: Tally, { groupHash }: Address) => groupHash & (tally.length - 1);

export function tally(counters: Tally, address: Address, change: 1 | -1): void {
  const place = placeOf(counters, address);
  counters[place] = (counters[place] as number) + change;
}

/** Never less than there are of this address's network. */
export const atMost = (counters: Tally, address: Address): number => counters[placeOf(counters, address)] as number;
