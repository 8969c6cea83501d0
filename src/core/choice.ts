/** Which of the known addresses is dialled next: a question about each goes in, one that is due comes out, or the time when one will be. */
import { bookSize, isTried } from './book.ts';
import type { Context } from './context.ts';
import { CHOICE_GUESSES } from './limits.ts';
import type { NodeState } from './state.ts';

/** The dialler looks again at this time, or before. */
export const later = (node: NodeState, at: number) => {
  node.nextDialAt = Math.min(node.nextDialAt, at);
};

/**
 * A random address that is due now, -1 when there is none; then the next look is when the first will be. Guesses first: in a book of
 * many fresh addresses they hit, and the whole of it is not read. Half of the choices are of proven addresses where any is due, however
 * many there are of the others: hearsay alone must not decide whom we meet (as Bitcoin Core's AddrMan::Select).
 */
export function chooseAddress(node: NodeState, ctx: Context, dueAt: (slot: number) => number): number {
  const size = bookSize(node.book);
  const wantsTried = ctx.random() * 2 < 1 && node.book.tried > 0;
  for (let i = 0; i < CHOICE_GUESSES && size > CHOICE_GUESSES; i += 1) {
    const slot = Math.floor(ctx.random() * size);
    if (isTried(node.book, slot) === wantsTried && dueAt(slot) <= ctx.now) return slot;
  }
  let chosen = -1;
  let isWanted = false;
  let due = 0;
  let nextAt = Infinity;
  for (let slot = 0; slot < size; slot += 1) {
    const at = dueAt(slot);
    if (at > ctx.now) {
      nextAt = Math.min(nextAt, at);
      continue;
    }
    const isOfTable = isTried(node.book, slot) === wantsTried;
    if (isWanted && !isOfTable) continue;
    // The first of the table that is wanted takes the place of all others.
    due = isWanted === isOfTable ? due + 1 : 1;
    isWanted = isOfTable;
    if (ctx.random() * due < 1) chosen = slot;
  }
  if (chosen < 0) later(node, nextAt);
  return chosen;
}
