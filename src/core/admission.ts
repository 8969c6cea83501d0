/**
 * Whether a new inbound connection may stay, before it has said a word: bans, shares of one IP, pace, and room among those that have not
 * said hello. An address goes in, a refusal or null comes out. Rules 49-51, 53, 59.
 */
import { type Address, ipKey, isLocal } from '../wire/address.ts';
import { banOn } from './bans.ts';
import type { Context } from './context.ts';
import {
  ACCEPT_BURST,
  ACCEPT_EVERY_US,
  ACCEPT_PACES_MAX,
  PLACES_FOR_OUTBOUND,
  REFUSALS_SAID_FIRST,
  REFUSALS_SAY_EVERY_US,
} from './limits.ts';
import { forgetOldest } from './oldest.ts';
import { mayUseTo, UNUSED, usedOnceMore } from './pace.ts';
import type { ReasonCode } from './reasons.ts';
import { closeSession, countReason } from './session.ts';
import { comingPeers } from './slots.ts';
import type { NodeState, Session } from './state.ts';
import { atMost } from './tally.ts';

/** Why this connection is refused; null when it may stay. */
export function whyRefuse(node: NodeState, ctx: Context, remote: Address): ReasonCode | null {
  const ban = banOn(node, ctx.now, remote, null);
  if (ban?.by === 'hand') return 'banned';
  if (ban !== null && isFull(node, 1)) return 'discouraged';
  const { 'ip.public': publicMax, 'ip.private': privateMax } = node.settings;
  // What is neither local nor public (behind a carrier, a tunnel) is a stranger like any other.
  const max = remote.class === 'loopback' ? Infinity : remote.class === 'private' ? privateMax : publicMax;
  if (atMost(node.inboundByGroup, remote) >= max && inboundOf(node, remote) >= max) return 'ip-full';
  return !isLocal(remote) && !takePace(node, ctx.now, ipKey(remote)) ? 'ip-pace' : null;
}

/** IPv4 addresses stand for themselves. */
const isOfOneIp = (a: Address, b: Address) => (a.family === 4 ? a.ip === b.ip : ipKey(a) === ipKey(b));

function inboundOf(node: NodeState, from: Address): number {
  let count = 0;
  for (const { dir, remote } of node.sessions.values())
    if (dir === 'inbound' && remote.family === from.family && isOfOneIp(remote, from)) count += 1;
  return count;
}

/** A pace for each public IP; one that has all of its burst again need not be remembered. */
function takePace(node: NodeState, now: number, key: string): boolean {
  const before = node.accepts.get(key) ?? UNUSED;
  const usedTo = usedOnceMore(before, now, ACCEPT_EVERY_US, ACCEPT_BURST);
  const isAllowed = mayUseTo(usedTo, now);
  node.accepts.delete(key);
  node.accepts.set(key, isAllowed ? usedTo : before);
  forgetOldest(node.accepts, ACCEPT_PACES_MAX, (at) => now - at >= ACCEPT_BURST * ACCEPT_EVERY_US);
  return isAllowed;
}

/** Rule 50: when too many have not said hello, the oldest of the IP that holds most of them makes room. */
export function makeRoom(node: NodeState, ctx: Context): void {
  if (node.sessions.size - node.peers.size < node.settings['pending.max']) return;
  const pending = [...node.sessions.values()].filter(({ dir, stage }) => dir === 'inbound' && stage === 'hello');
  if (pending.length < node.settings['pending.max']) return;
  const counts = new Map<string, number>();
  for (const { remote } of pending) counts.set(ipKey(remote), (counts.get(ipKey(remote)) ?? 0) + 1);
  const most = [...counts.values()].reduce((a, b) => Math.max(a, b), 0);
  const oldest = pending.find(({ remote }) => counts.get(ipKey(remote)) === most);
  if (oldest !== undefined) closeSession(node, ctx, oldest, 'pending-full', null, true);
}

/** Rule 49: whether one more inbound peer, after `more` others, would take a place that is kept for those we dial, or that one of them is about to take. */
export function isFull(node: NodeState, more = 0): boolean {
  const { 'peers.max': max, 'peers.inbound': inboundMax } = node.settings;
  if (node.sessions.size + node.dials.size + more < Math.min(inboundMax, Math.floor(max / 2))) return false;
  let inbound = more;
  for (const peer of node.peers.values()) if (peer.dir === 'inbound') inbound += 1;
  const size = node.peers.size + more + comingPeers(node);
  const kept = Math.min(Math.max(PLACES_FOR_OUTBOUND, size - inbound), Math.floor(max / 2));
  return size >= max || inbound >= Math.min(inboundMax, max - kept);
}

/**
 * Whether one more inbound connection that said hello may stay for a moment without being a peer: a guest of a full node, a visit, the
 * second connection of a live id, one that is being seen out (rule 52).
 */
export function hasRoomForGuest(node: NodeState): boolean {
  let guests = 0;
  for (const { dir, id, stage } of node.sessions.values())
    if (dir === 'inbound' && id !== null && stage !== 'hello' && stage !== 'ready') guests += 1;
  return guests < node.settings['visitors.max'];
}

export const isVisitor = (session: Session) => session.stage === 'closing' && session.closeReason === 'full';

/** A connection that is refused at once has no end to be counted by. */
export function noteRefusal(node: NodeState, ctx: Context, remote: Address, reason: ReasonCode): void {
  countReason(node, reason);
  sayRefusal(node, ctx, remote, reason);
}

/** Rule 53: a refusal is said quietly: the first few one by one, then once in a while with a count. */
export function sayRefusal(node: NodeState, ctx: Context, remote: Address, reason: ReasonCode): void {
  const { refusals } = node;
  refusals.unsaid += 1;
  refusals.said = ctx.now - refusals.at >= REFUSALS_SAY_EVERY_US ? 0 : refusals.said;
  if (refusals.said >= REFUSALS_SAID_FIRST) return;
  ctx.emit({ kind: 'refused', address: remote.text, reason, count: refusals.unsaid });
  refusals.said = refusals.unsaid > 1 ? REFUSALS_SAID_FIRST : refusals.said + 1;
  refusals.unsaid = 0;
  refusals.at = ctx.now;
}
