/** Why an answer did not come, when a message in hand is the reason: a peer and the types of question and answer go in, a few words come out. */
import type { MessageInHand } from '../../core/tap.ts';
import type { World } from '../../core/world.ts';
import type { Shell } from '../shell.ts';

export interface HeldUp {
  readonly id: string;
  /** `ping held as m17 by k1`. */
  readonly text: string;
}

/** null: nothing between the two is in hand. In a lab it may be so at either of them. */
export function heldBetween(
  shell: Shell,
  { n, id }: { readonly n: number; readonly id: string | null },
  types: readonly string[],
): HeldUp | null {
  const { world, node } = shell;
  const other = id === null ? undefined : world.nodes().find(({ state }) => state.id === id);
  const isMeant = (one: MessageInHand) =>
    types.includes(one.type) &&
    ((one.node === node.name && one.n === n) || (one.node === other?.name && one.peer === node.state.id));
  const found = world.tap.held().find(isMeant);
  if (found === undefined) return null;
  const by = found.by === null ? '' : ` by ${found.by}`;
  const how =
    found.blockedBy === null ? `held as ${found.id}${by}` : `in hand as ${found.id}, behind ${found.blockedBy}`;
  return { id: found.id, text: `${found.type} ${how}` };
}

/** Tells later what has come in hand since, for which the time of a lab stands still: its id; null: nothing, or the time goes on anyway. */
export function heldSince({ kind, tap }: World): () => string | null {
  const before = new Set(tap.held().map(({ id }) => id));
  const isNew = ({ id, fate, dueUs }: MessageInHand) => fate === 'held' && dueUs === null && !before.has(id);
  return () => (kind === 'sim' ? (tap.held().findLast(isNew)?.id ?? null) : null);
}
