/**
 * Proven addresses that wait for a place in a full `tried`: each has an old one to be tested, and gets its place only if that fails, as
 * Bitcoin Core's test before evict. Rule 36.
 */
import type { Address } from '../wire/address.ts';
import { type Book, bookSize, type Collision, findText, isTried, type Outcome, outcomeOf } from './book-columns.ts';
import { demote, promote } from './book-shares.ts';
import type { Context } from './context.ts';
import { COLLISIONS_MAX } from './limits.ts';

/** Sets a random old address up for a test, of the candidate's own network where that is crowded; whoever waits already waits on. */
export function challenge(
  book: Book,
  { random }: Pick<Context, 'random'>,
  candidate: string,
  crowd: string | null,
): void {
  if (book.collisions.length >= COLLISIONS_MAX || book.collisions.some((one) => one.candidate === candidate)) return;
  const size = bookSize(book);
  const first = Math.floor(random() * size);
  for (let i = 0; i < size; i += 1) {
    const slot = (first + i) % size;
    const { text, group } = book.addresses[slot] as Address;
    if (!isTried(book, slot) || (crowd !== null && group !== crowd)) continue;
    book.collisions.push({ candidate, incumbent: text });
    return;
  }
}

/** Takes collisions off the list and returns them. */
export function settleCollisions(book: Book, settled: (collision: Collision) => boolean): Collision[] {
  const taken = book.collisions.filter(settled);
  for (const collision of taken) book.collisions.splice(book.collisions.indexOf(collision), 1);
  return taken;
}

/** The old address of a collision still works: it keeps its place. */
export function keepIncumbent(book: Book, incumbent: string): void {
  settleCollisions(book, (collision) => collision.incumbent === incumbent);
}

/** The old address of a collision failed its test: the waiting one takes its place in `tried`. */
export function replaceIncumbent(book: Book, slot: number, outcome: Outcome): void {
  const text = (book.addresses[slot] as Address).text;
  const [first] = settleCollisions(book, (collision) => collision.incumbent === text);
  const candidate = first === undefined ? -1 : findText(book, first.candidate);
  // It may have been forgotten since and heard of anew: then it is hearsay again.
  if (candidate < 0 || isTried(book, candidate) || book.outcomes[candidate]?.succeededAt == null) return;
  demote(book, slot, outcome);
  promote(book, candidate, outcomeOf(book, candidate));
}
