/** Which of the known addresses is dialled next: a question about each goes in, one that is due comes out, or the time when one will be. */
import { bookSize, isTried } from './book-columns.ts';
import type { Context } from './context.ts';
import { CHOICE_GUESSES } from './limits.ts';
import type { NodeState } from './state.ts';

/** The dialler looks again at this time, or before. */
export const later = (node: NodeState, at: number) => {
  node.nextDialAt = Math.min(node.nextDialAt, at);
};

/**
 * A random address that is due now, -1 when there is none; then the next look is when the first will be. Half of the choices are of
 * proven addresses where any is due, however many there are of the others: hearsay alone must not decide whom we meet (as Bitcoin
 * Core's AddrMan::Select). Of hearsay guesses come first: in a book of many fresh addresses they hit, and the whole of it is not read.
 */
export function chooseAddress(node: NodeState, ctx: Context, dueAt: (slot: number) => number): number {
  const { book } = node;
  const wantsTried = ctx.random() * 2 < 1 && book.tried > 0;
  const wanted = wantsTried ? chooseOf(true, node, ctx, dueAt) : null;
  if (wanted !== null && wanted.slot >= 0) return wanted.slot;
  const size = bookSize(book);
  for (let i = 0; i < CHOICE_GUESSES && size > CHOICE_GUESSES; i += 1) {
    const slot = Math.floor(ctx.random() * size);
    if (!isTried(book, slot) && dueAt(slot) <= ctx.now) return slot;
  }
  const hearsay = chooseOf(false, node, ctx, dueAt);
  if (hearsay.slot >= 0) return hearsay.slot;
  const proven = wanted ?? chooseOf(true, node, ctx, dueAt);
  if (proven.slot < 0) later(node, Math.min(hearsay.nextAt, proven.nextAt));
  return proven.slot;
}

/** One at random of all in a table of the book that are due, and when the next of the others will be. */
function chooseOf(tried: boolean, { book }: NodeState, ctx: Context, dueAt: (slot: number) => number) {
  let slot = -1;
  let due = 0;
  let nextAt = Infinity;
  for (let other = 0; other < bookSize(book); other += 1) {
    if (isTried(book, other) !== tried) continue;
    const at = dueAt(other);
    if (at > ctx.now) nextAt = Math.min(nextAt, at);
    else {
      due += 1;
      if (ctx.random() * due < 1) slot = other;
    }
  }
  return { slot, nextAt };
}
