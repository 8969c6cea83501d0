/** What holds of every address book at every moment: a book and its settings go in, a failed assertion comes out or nothing. */
import assert from 'node:assert/strict';
import { type Book, findAddress } from '../../src/core/book-columns.ts';
import { COLLISIONS_MAX } from '../../src/core/limits.ts';
import type { Settings } from '../../src/settings.ts';
import { isLocal } from '../../src/wire/address.ts';

export function checkBook(book: Book, settings: Settings, now: number): void {
  const { addresses, ids, sources, outcomes, heardAt, seenAt, index, perSource, collisions } = book;
  for (const column of [ids, sources, outcomes, heardAt, seenAt]) assert.equal(column.length, addresses.length);
  assert.equal(index.used, addresses.length, 'every address has one slot');
  const expected = { tried: 0, local: 0, perSource: new Map<string, number>() };
  for (const [slot, address] of addresses.entries()) {
    assert.equal(findAddress(book, address), slot, `${address.text} is where the index says`);
    const outcome = outcomes[slot];
    if (isLocal(address)) expected.local += 1;
    if (outcome?.tried === true) {
      expected.tried += 1;
      assert.ok(outcome.succeededAt !== null, 'what is tried has worked');
    } else {
      const group = sources[slot]?.group ?? '';
      expected.perSource.set(group, (expected.perSource.get(group) ?? 0) + 1);
    }
    assert.ok((seenAt[slot] as number) <= now && (heardAt[slot] as number) <= now, 'nothing was seen in the future');
    assert.ok((outcome?.failures ?? 0) >= 0 && (outcome?.handshakesFailed ?? 0) >= 0);
  }
  assert.equal(book.tried, expected.tried);
  assert.equal(book.local, expected.local);
  assert.equal(perSource.size, expected.perSource.size);
  for (const [group, count] of expected.perSource) assert.equal(perSource.get(group), count, group);
  assert.ok(book.tried <= settings['book.tried'], 'tried keeps its bound');
  assert.ok(addresses.length - book.tried <= settings['book.new'], 'new keeps its bound');
  assert.ok(collisions.length <= COLLISIONS_MAX);
  assert.equal(new Set(collisions.map(({ candidate }) => candidate)).size, collisions.length, 'nobody waits twice');
}
