/**
 * Why an address is not dialled now, and until when: an address goes in, a reason or a time comes out. The answer that `addrs` shows and
 * the one that the dialler acts on are the same. Rules 19, 20, 41, 42, 44, 45, 59.
 */
import { type Address, isLocal, isSamePlace } from '../wire/address.ts';
import { banOn } from './bans.ts';
import { type Book, findAddress } from './book-columns.ts';
import type { Via } from './events.ts';
import { FULL_PATIENCE_US, SAME_IP_US } from './limits.ts';
import type { ReasonCode } from './reasons.ts';
import { countSlots, hasSlot } from './slots.ts';
import type { NodeState, Session, Target } from './state.ts';

/** Nobody whom we trust named the address. */
export const isHearsay = (via: Via) => via === 'gossip' || via === 'dialback' || via === 'feeler';

/** Why this address is not dialled now, null when it may be. Commands ask only for the first four (rules 32, 44). */
export function whyNotDial(node: NodeState, now: number, address: Address, via: Via): ReasonCode | null {
  if (address.class === 'special') return 'bad-address';
  if (isOwn(node, address, via)) return 'is-self';
  if (isDialled(node, address)) return 'dialing';
  if (node.places.has(address.text)) return 'connected';
  if (via === 'manual') return null;
  if (heldUntil(node, address, null) > now) return 'held';
  if (banOn(node, now, address, idAt(node, address))?.by === 'hand') return 'banned';
  if (!isHearsay(via)) return null;
  if (!node.settings['gossip.dial']) return 'gossip-off';
  const slot = findAddress(node.book, address);
  if (slot < 0) return null;
  return whyNotHearsay(node, now, slot) ?? (hasSlot(node, countSlots(node), address) ? null : 'slots');
}

/** The same for an address of the book that is dialled because peers told of it, slots apart. */
function whyNotHearsay(node: NodeState, now: number, slot: number): ReasonCode | null {
  const { book } = node;
  const address = book.addresses[slot] as Address;
  const id = provenId(book, slot);
  if (id === node.id || isOwn(node, address, 'gossip')) return 'is-self';
  if (isDialled(node, address)) return 'dialing';
  if (node.places.has(address.text) || (id !== null && node.peers.has(id))) return 'connected';
  const bound = boundId(book, slot);
  if (heldUntil(node, address, bound) > now) return 'held';
  const ban = banOn(node, now, address, bound);
  if (ban !== null) return ban.by === 'hand' ? 'banned' : 'discouraged';
  const outcome = book.outcomes[slot];
  if (outcome != null && outcome.nextDialAt > now) return 'backoff';
  if (outcome?.triedAt != null && now - outcome.triedAt < node.settings['dial.history']) return 'just-dialled';
  return ipDueAt(node, address) > now ? 'same-ip' : null;
}

/** When it may be dialled by hearsay, slots apart: `now` when it may at once, Infinity when not while things are as they are. */
export function hearsayDueAt(node: NodeState, now: number, slot: number): number {
  const why = whyNotHearsay(node, now, slot);
  if (why === null) return now;
  if (why === 'is-self' || why === 'dialing' || why === 'connected') return Infinity;
  const address = node.book.addresses[slot] as Address;
  const id = boundId(node.book, slot);
  const outcome = node.book.outcomes[slot];
  return Math.max(
    outcome?.nextDialAt ?? -Infinity,
    outcome?.triedAt == null ? -Infinity : outcome.triedAt + node.settings['dial.history'],
    ipDueAt(node, address),
    heldUntil(node, address, id),
    banOn(node, now, address, id)?.until ?? -Infinity,
  );
}

/** Proven to be us, or a port we listen on: the bootstrap list is let through once, to find that out (rule 48). */
export const isOwn = (node: NodeState, address: Address, via: Via) =>
  (node.selves.size > 0 && node.selves.has(address.text)) ||
  (isHearsay(via) && node.listening.some((own) => isSamePlace(own, address)));

export function isDialled(node: NodeState, address: Address): boolean {
  for (const dial of node.dials.values()) if (isSamePlace(dial.address, address)) return true;
  return false;
}

/** The id that is kept away where the address is, if any is; see `boundId`. */
export const idAt = (node: NodeState, address: Address): string | null =>
  boundId(node.book, findAddress(node.book, address));

/**
 * The id that a hello proved at an address, else that of the local peer that told us itself that it listens there: its word counts at once,
 * as it does for sharing. What others say of an id binds to nothing (rules S0, 23).
 */
const boundId = (book: Book, slot: number): string | null =>
  provenId(book, slot) ?? (isOwnWord(book, slot) ? (book.ids[slot] ?? null) : null);

function isOwnWord({ addresses, sources }: Book, slot: number): boolean {
  const address = addresses[slot];
  return address !== undefined && isLocal(address) && sources[slot]?.name === address.text;
}

const provenId = (book: Book, slot: number): string | null =>
  book.outcomes[slot]?.succeededAt == null ? null : (book.ids[slot] ?? null);

export const heldUntil = (node: NodeState, address: Address, id: string | null) =>
  node.held.size === 0
    ? -Infinity
    : Math.max(node.held.get(address.text) ?? -Infinity, id === null ? -Infinity : (node.held.get(id) ?? -Infinity));

/** Until when a user keeps us away from an address of the list: by `drop` or by a ban. */
export function awayUntil(node: NodeState, now: number, address: Address): number {
  const ban = banOn(node, now, address, idAt(node, address));
  return Math.max(heldUntil(node, address, null), ban?.by === 'hand' ? ban.until : -Infinity);
}

/** When rule 42 lets this IP be dialled by hearsay again. */
export const ipDueAt = (node: NodeState, address: Address) =>
  address.class === 'public' ? (node.dialledIps.get(address.ip) ?? -Infinity) + SAME_IP_US : -Infinity;

/**
 * When a place of the list is dialled again. A full one is no hurry for whoever has all the peers it wants: a network of ten thousand
 * would keep its bootstrap nodes busy with nothing but visits. Once a slot is free it is asked as soon as any other (rules 44, 52).
 */
export function listDueAt(node: NodeState, { nextAt, lastError, resolved }: Target): number {
  const isPatient =
    lastError === 'full' && !resolved.every(isLocal) && countSlots(node).public >= node.settings['peers.outbound'];
  return nextAt + (isPatient ? FULL_PATIENCE_US : 0);
}

/** The live session whose listening address this is. */
export function sessionAt(node: NodeState, address: Address): Session | null {
  const n = node.places.get(address.text);
  return n === undefined ? null : (node.sessions.get(n) ?? null);
}

/** Whether a dial of this address has reached a live peer, which we have by another one. A later connection that only says that id is not meant. */
export function leadsToPeer(node: NodeState, address: Address): boolean {
  const slot = findAddress(node.book, address);
  const peer = slot < 0 ? undefined : node.peers.get(node.book.ids[slot] ?? '');
  return peer !== undefined && (node.book.outcomes[slot]?.succeededAt ?? -Infinity) >= peer.openedAt;
}
