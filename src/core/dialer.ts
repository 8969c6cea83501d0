/**
 * Whom to dial now: anchors first, the bootstrap list and kept peers for ever, claimed addresses once, gossiped ones while there are
 * slots. State and time go in, dials come out; what a dial leads to is decided in peers.ts. Rules 20, 41-48.
 */
import { type Address, isLocal } from '../wire/address.ts';
import { bookSize } from './book-columns.ts';
import { chooseAddress, later } from './choice.ts';
import type { Context } from './context.ts';
import { startDial } from './dial.ts';
import { pumpDirectories } from './directories.ts';
import { DIALS_BESIDE_LIST, PUBLIC_DIALS_BURST, PUBLIC_DIALS_PER_S, SECOND_US } from './limits.ts';
import {
  awayUntil,
  hearsayDueAt,
  heldUntil,
  ipDueAt,
  isDialled,
  isOwn,
  leadsToPeer,
  listDueAt,
  sessionAt,
  whyNotDial,
} from './obstacles.ts';
import { usedOnceMore, waitUs } from './pace.ts';
import { countSlots, hasSlot, mayDialMore, mayVisitMore } from './slots.ts';
import type { NodeState, Target } from './state.ts';

/** Looks through everything that could be dialled now; sets the time of the next look. */
export function pumpDials(node: NodeState, ctx: Context): void {
  node.dialDue = false;
  node.nextDialAt = Infinity;
  if (node.stopping) return;
  pumpAnchors(node, ctx);
  pumpDirectories(node, ctx);
  // The one that waited longest comes first, or the end of a long list would never have its turn.
  for (const target of inTurn(node, ctx.now)) pumpTarget(node, ctx, target);
  pumpDialbacks(node, ctx);
  pumpGossip(node, ctx);
}

/** Where no two are due there is nothing to sort. */
function inTurn(node: NodeState, now: number): readonly Target[] {
  const { targets } = node;
  let due = 0;
  for (const target of targets)
    if (!target.self && !isReached(node, target) && listDueAt(node, target) <= now) due += 1;
  return due < 2 ? targets : [...targets].sort((a, b) => a.nextAt - b.nextAt);
}

/** Rule 47: the peers of the run before come first. */
function pumpAnchors(node: NodeState, ctx: Context): void {
  for (const anchor of node.anchors.splice(0))
    if (whyNotDial(node, ctx.now, anchor, 'gossip') === null) startDial(node, ctx, anchor, 'gossip');
}

const isReached = (node: NodeState, { resolved }: Target) => resolved.some(({ text }) => node.places.has(text));

function pumpTarget(node: NodeState, ctx: Context, target: Target): void {
  if (target.self || target.resolving) return;
  // Failures count until a connection has ended that lived (rule 44); as long as it lives they mean nothing.
  if (isReached(node, target) || target.resolved.some((address) => leadsToPeer(node, address))) return;
  if (target.resolved.length === 0 || (target.failures > 0 && ctx.now >= target.lookUpAt)) {
    if (target.nextAt > ctx.now) return later(node, target.nextAt);
    target.resolving = true;
    return ctx.resolve(target.host);
  }
  const dueAt = listDueAt(node, target);
  if (dueAt > ctx.now) return later(node, dueAt);
  for (let i = 0; i < target.resolved.length; i += 1) {
    // Each failure begins with the next address.
    const address = target.resolved[(target.failures + i) % target.resolved.length] as Address;
    const until = awayUntil(node, ctx.now, address);
    if (until > ctx.now) later(node, until);
    else if (
      whyNotDial(node, ctx.now, address, target.via) === null &&
      mayDialMore(node) &&
      mayDialTarget(node, target)
    )
      return void startDial(node, ctx, address, target.via);
  }
}

/** Rule 41: the list may fill public slots beyond the target, but not without end; kept peers always may. */
const mayDialTarget = (node: NodeState, target: Target): boolean =>
  listDials(node) < Math.max(1, node.settings['dial.parallel'] - DIALS_BESIDE_LIST) &&
  (target.via === 'keep' ||
    target.resolved.every(isLocal) ||
    countSlots(node).public < node.settings['peers.outbound.max']);

/** Dials of the list on their way: a list of silent places must leave some for all others (rule 42). */
function listDials(node: NodeState): number {
  let count = 0;
  for (const { via } of node.dials.values()) if (via === 'boot' || via === 'keep') count += 1;
  return count;
}

/** Rule 20: one dial to the claimed address of an inbound public peer; it ends as a duplicate, which confirms the address. */
function pumpDialbacks(node: NodeState, ctx: Context): void {
  const waiting: Address[] = [];
  while (node.dialbacks.length > 0 && mayVisitMore(node)) {
    const address = node.dialbacks.shift() as Address;
    const session = sessionAt(node, address);
    if (session === null || session.confirmed || isDialled(node, address) || isOwn(node, address, 'dialback')) continue;
    if (heldUntil(node, address, session.id) > ctx.now) continue;
    const dueAt = ipDueAt(node, address);
    if (dueAt <= ctx.now) startDial(node, ctx, address, 'dialback');
    else {
      waiting.push(address);
      later(node, dueAt);
    }
  }
  node.dialbacks.push(...waiting);
}

/** Rules 41, 42: learnt addresses are dialled while there are slots and, for public ones, tokens. */
function pumpGossip(node: NodeState, ctx: Context): void {
  if (!node.settings['gossip.dial']) return;
  while (mayDialMore(node)) {
    const slots = countSlots(node);
    const isLocalOpen = node.book.local > 0 && slots.local < node.settings['peers.outbound.local'];
    const isPublicOpen =
      bookSize(node.book) > node.book.local &&
      slots.public < node.settings['peers.outbound'] &&
      mayDialPublic(node, ctx);
    if (!isLocalOpen && !isPublicOpen) return;
    const slot = chooseAddress(node, ctx, (at) => {
      const address = node.book.addresses[at] as Address;
      if (!(isLocal(address) ? isLocalOpen : isPublicOpen)) return Infinity;
      const dueAt = hearsayDueAt(node, ctx.now, at);
      return dueAt > ctx.now || hasSlot(node, slots, address) ? dueAt : Infinity;
    });
    if (slot < 0) return;
    const address = node.book.addresses[slot] as Address;
    if (!isLocal(address))
      node.publicDialsUsedTo = usedOnceMore(node.publicDialsUsedTo, ctx.now, PUBLIC_DIAL_EACH_US, PUBLIC_DIALS_BURST);
    startDial(node, ctx, address, 'gossip');
  }
}

const PUBLIC_DIAL_EACH_US = SECOND_US / PUBLIC_DIALS_PER_S;

/** Rule 42: public dials by hearsay are a stream, not a flood. If none may be made, the next look is when one may. */
function mayDialPublic(node: NodeState, ctx: Context): boolean {
  const us = waitUs(node.publicDialsUsedTo, ctx.now, PUBLIC_DIAL_EACH_US, PUBLIC_DIALS_BURST);
  if (us > 0) later(node, ctx.now + us);
  return us === 0;
}
