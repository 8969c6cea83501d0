/** How many connections we may dial, and how many we have: sessions and dials are counted, room or none comes out. Rules 41, 42, 49. */
import { type Address, isLocal } from '../wire/address.ts';
import type { Via } from './events.ts';
import { VISITS_MAX } from './limits.ts';
import type { NodeState, Session } from './state.ts';

/** Rule 42, and no dial that a full table could not take in (rule 49): what has not shaken hands yet may still want a place. */
export const mayDialMore = (node: NodeState) =>
  node.dials.size < node.settings['dial.parallel'] &&
  // Whether all there is would fit is soon known; only else is it looked at one by one.
  (node.sessions.size + node.dials.size < node.settings['peers.max'] ||
    node.peers.size + comingPeers(node) < node.settings['peers.max']);

/** Dials and connections of ours that are no peers yet and may become some; visits never do. */
export function comingPeers(node: NodeState): number {
  let count = 0;
  for (const { via } of node.dials.values()) if (takesSlot(via)) count += 1;
  for (const { dir, stage, via } of node.sessions.values())
    if (dir === 'outbound' && (stage === 'hello' || stage === 'quiet' || stage === 'rival') && takesSlot(via))
      count += 1;
  return count;
}

/** Visits take no slot, so they are counted by themselves: whoever accepts and says nothing could gather any number of them. */
export function mayVisitMore(node: NodeState): boolean {
  if (node.sessions.size + node.dials.size < VISITS_MAX) return mayDialMore(node);
  let visits = 0;
  for (const { dir, stage, via } of node.sessions.values())
    if (dir === 'outbound' && stage !== 'closing' && !takesSlot(via)) visits += 1;
  for (const { via } of node.dials.values()) if (!takesSlot(via)) visits += 1;
  return visits < VISITS_MAX && mayDialMore(node);
}

/** Whether the end of this connection may let us dial what we could not dial before: a slot, a place or a visit is free. */
export const mayFreeDial = (node: NodeState, { dir, via, readyAt, listen }: Session): boolean =>
  (dir === 'outbound' ? takesSlot(via) : readyAt !== null) ||
  node.dialbacks.length > 0 ||
  (listen !== null && !node.places.has(listen.text));

/** Outbound connections and dials that take a slot, by kind (rule 41). */
export interface Slots {
  readonly local: number;
  readonly public: number;
}

/** Dial-backs and feelers are visits: they take no slot. */
export const takesSlot = (via: Via) => via !== 'dialback' && via !== 'feeler';

export function countSlots(node: NodeState): Slots {
  node.slots ??= recountSlots(node);
  return node.slots;
}

/** The same, connection by connection. */
export function recountSlots(node: NodeState): Slots {
  const slots = { local: 0, public: 0 };
  for (const session of node.sessions.values())
    if (session.dir === 'outbound' && session.stage !== 'closing' && takesSlot(session.via))
      slots[isLocal(session.remote) ? 'local' : 'public'] += 1;
  for (const { address, via } of node.dials.values())
    if (takesSlot(via)) slots[isLocal(address) ? 'local' : 'public'] += 1;
  return slots;
}

export function hasSlot(node: NodeState, slots: Slots, address: Address): boolean {
  if (isLocal(address)) return slots.local < node.settings['peers.outbound.local'];
  return (
    slots.public < node.settings['peers.outbound'] &&
    outboundOfGroup(node, address.group) < node.settings['peers.outbound.group']
  );
}

function outboundOfGroup(node: NodeState, group: string): number {
  let count = 0;
  for (const session of node.sessions.values())
    if (
      session.dir === 'outbound' &&
      session.remote.group === group &&
      session.stage !== 'closing' &&
      takesSlot(session.via)
    )
      count += 1;
  for (const { address, via } of node.dials.values()) if (address.group === group && takesSlot(via)) count += 1;
  return count;
}

/** At target, and one above it breaks no bound. */
export function mayExceed(node: NodeState, slots: Slots, address: Address): boolean {
  if (isLocal(address)) return slots.local >= node.settings['peers.outbound.local'];
  const { 'peers.outbound': target, 'peers.outbound.max': most } = node.settings;
  return (
    slots.public >= target &&
    slots.public < most &&
    outboundOfGroup(node, address.group) < node.settings['peers.outbound.group']
  );
}

/** Outbound peers that count against the target of their kind, oldest first. */
export function outboundPeers(node: NodeState, local: boolean): Session[] {
  return [...node.sessions.values()].filter(
    ({ dir, stage, via, remote }) =>
      dir === 'outbound' && (stage === 'ready' || stage === 'quiet') && takesSlot(via) && isLocal(remote) === local,
  );
}
