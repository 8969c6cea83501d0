/** What is done now and then although nothing is missing: asking for more, rotating, visiting, and closing what is too much. Rules 38, 41, 47. */
import { type Address, isLocal } from '../wire/address.ts';
import { keepIncumbent } from './book-collisions.ts';
import { findText, isTried } from './book-columns.ts';
import { chooseAddress } from './choice.ts';
import type { Context } from './context.ts';
import { startDial } from './dial.ts';
import { hearsayDueAt } from './obstacles.ts';
import { closeSession, sendGetaddr } from './session.ts';
import { countSlots, mayDialMore, mayExceed, mayVisitMore, outboundPeers } from './slots.ts';
import type { NodeState, Session } from './state.ts';

/** Rule 38: below target, one random peer is asked for more now and then. */
export function askForMore(node: NodeState, ctx: Context): void {
  node.nextAskAt = ctx.now + node.settings['getaddr.ask'];
  const peers = [...node.peers.values()];
  const peer = peers[Math.floor(ctx.random() * peers.length)];
  if (peer === undefined || outboundPeers(node, false).length >= node.settings['peers.outbound']) return;
  sendGetaddr(node, ctx, peer);
}

/** Rule 41: at target, one random known address is dialled now and then, so that a healed network finds itself again. */
export function rotate(node: NodeState, ctx: Context): void {
  node.nextRotateAt = ctx.now + node.settings['dial.rotate'];
  if (!node.settings['gossip.dial'] || !mayDialMore(node)) return;
  const slots = countSlots(node);
  const slot = chooseAddress(node, ctx, (at) => {
    const dueAt = hearsayDueAt(node, ctx.now, at);
    return dueAt > ctx.now || mayExceed(node, slots, node.book.addresses[at] as Address) ? dueAt : Infinity;
  });
  if (slot >= 0) startDial(node, ctx, node.book.addresses[slot] as Address, 'gossip');
}

/** Rule 47: with the public slots full, one address is visited now and then: one that `tried` may lose, else one never proven. */
export function feel(node: NodeState, ctx: Context): void {
  node.nextFeelerAt = ctx.now + node.settings['dial.feeler'];
  if (!node.settings['gossip.dial'] || !mayVisitMore(node)) return;
  if (countSlots(node).public < node.settings['peers.outbound']) return;
  const slot = incumbentToTest(node, ctx) ?? unprovenAddress(node, ctx);
  if (slot >= 0) startDial(node, ctx, node.book.addresses[slot] as Address, 'feeler');
}

/** The first address that a proven newcomer would replace (rule 36); one that is connected has passed its test. */
function incumbentToTest(node: NodeState, ctx: Context): number | null {
  for (const { incumbent } of [...node.book.collisions]) {
    const slot = findText(node.book, incumbent);
    if (slot < 0 || node.places.has(incumbent)) keepIncumbent(node.book, incumbent);
    else if (hearsayDueAt(node, ctx.now, slot) <= ctx.now) return slot;
  }
  return null;
}

const unprovenAddress = (node: NodeState, ctx: Context): number =>
  chooseAddress(node, ctx, (at) =>
    isTried(node.book, at) || node.book.addresses[at]?.class !== 'public' ? Infinity : hearsayDueAt(node, ctx.now, at),
  );

/** Closes the oldest outbound peer that is over the target of its kind; peers of commands and of the list stay. */
export function closeSurplus(node: NodeState, ctx: Context, latest: Session): void {
  const local = isLocal(latest.remote);
  const peers = outboundPeers(node, local);
  if (peers.length <= (local ? node.settings['peers.outbound.local'] : node.settings['peers.outbound'])) return;
  const open = peers.filter(({ via }) => via === 'gossip');
  // One that never said hello is worth least, be it the latest.
  const surplus = open.find(({ stage }) => stage === 'quiet') ?? open.find((peer) => peer !== latest);
  if (surplus !== undefined) closeSession(node, ctx, surplus, 'rotated', surplus.id === null ? null : 'rotated');
}
