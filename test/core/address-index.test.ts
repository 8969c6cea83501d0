/** The index of a book finds what it holds and nothing else, whatever the hashes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createAddressIndex, dropSlot, moveSlot, putSlot, slotOf } from '../../src/core/address-index.ts';
import { type Address, addressOf } from '../../src/wire/address.ts';
import { fc } from '../helpers/random-cases.ts';

/** Addresses of few different hashes, so that many begin their search at the same place. */
const withHash = (k: number, hash: number): Address =>
  Object.freeze({ ...(addressOf(`20.0.${k >> 8}.${k & 255}`, 5999) as Address), hash });

test('address index: holds what a Map of texts holds, through any puts, drops and moves', () => {
  const step = fc.record({ k: fc.nat(60), hash: fc.constantFrom(0, 1, 15, 16, 31, 0xffffffff) });
  fc.assert(
    fc.property(fc.array(step, { maxLength: 300, size: 'max' }), (steps) => {
      const index = createAddressIndex();
      const addresses: Address[] = [];
      const hashes = new Map<number, number>();
      for (const { k, hash } of steps) {
        // One address has one hash.
        if (!hashes.has(k)) hashes.set(k, hash);
        const address = withHash(k, hashes.get(k) as number);
        const slot = slotOf(index, addresses, address);
        assert.equal(
          slot,
          addresses.findIndex(({ text }) => text === address.text),
        );
        if (slot < 0) {
          addresses.push(address);
          putSlot(index, addresses, addresses.length - 1);
          continue;
        }
        const last = addresses.length - 1;
        dropSlot(index, addresses, address);
        if (slot !== last) moveSlot(index, addresses, last, slot);
        const moved = addresses.pop() as Address;
        if (slot !== last) addresses[slot] = moved;
      }
      assert.equal(index.used, addresses.length);
      assert.ok(index.table.length >= 2 * index.used);
      for (const [slot, address] of addresses.entries()) assert.equal(slotOf(index, addresses, address), slot);
    }),
    { numRuns: 300 },
  );
});

test('address index: another address of the same hash is not taken for it', () => {
  const index = createAddressIndex();
  const addresses = [withHash(1, 7)];
  putSlot(index, addresses, 0);
  assert.equal(slotOf(index, addresses, withHash(2, 7)), -1);
  dropSlot(index, addresses, withHash(2, 7));
  assert.equal(slotOf(index, addresses, withHash(1, 7)), 0);
});
