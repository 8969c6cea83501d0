/**
 * Whom to dial when: anchors first, the bootstrap list and kept peers for ever, gossiped addresses within limits, commands at once. State
 * and time go in, dials come out; what a dial leads to is decided in peers.ts. Rules 20, 41-48.
 */
import { type Address, isLocal, isSamePlace } from '../wire/address.ts';
import { banOn } from './bans.ts';
import { bookSize, failAddress, findAddress, isTried, keepIncumbent, learnAddress, noteDial } from './book.ts';
import type { Context } from './context.ts';
import type { Via } from './events.ts';
import {
  BACKOFF_SPREAD,
  CHOICE_GUESSES,
  DIALLED_IPS_MAX,
  HANDSHAKES_FAILED_MAX,
  LONG_BACKOFF_LOCAL_US,
  LONG_BACKOFF_PUBLIC_US,
  PUBLIC_DIALS_BURST,
  PUBLIC_DIALS_PER_S,
  SAME_IP_US,
  SECOND_US,
  VISITS_MAX,
} from './limits.ts';
import type { ReasonCode } from './reasons.ts';
import { closeSession, sendGetaddr } from './session.ts';
import type { Dial, NodeState, Session, Target } from './state.ts';

/** Starts one dial; the answer comes as a fact. */
export function startDial(
  node: NodeState,
  ctx: Context,
  address: Address,
  via: Via,
  attempt: number = nextAttempt(node),
): number {
  const dial: Dial = { attempt, address, via, startedAt: ctx.now };
  node.dials.set(attempt, dial);
  const name = via === 'boot' ? 'bootstrap' : 'manual';
  let slot = findAddress(node.book, address);
  if (slot < 0)
    slot = learnAddress(node.book, node.settings, ctx, address, null, { name, group: name, via }, -Infinity);
  if (slot >= 0) noteDial(node.book, slot, ctx.now);
  if (address.class === 'public' && isHearsay(via)) noteIp(node, address.ip, ctx.now);
  ctx.emit({ kind: 'dialing', attempt, address: address.text, via });
  ctx.dial(attempt, address, isLocal(address) ? node.settings['dial.timeout'] : node.settings['dial.timeout.public']);
  return attempt;
}

export function nextAttempt(node: NodeState): number {
  node.attempts += 1;
  return node.attempts;
}

/** Nobody whom we trust named the address. */
const isHearsay = (via: Via) => via === 'gossip' || via === 'peer' || via === 'feeler';

/** Rule 42: remembers when a public IP was dialled by hearsay. */
function noteIp(node: NodeState, ip: string, now: number): void {
  node.dialledIps.delete(ip);
  node.dialledIps.set(ip, now);
  for (const [oldest, at] of node.dialledIps) {
    if (now - at < SAME_IP_US && node.dialledIps.size <= DIALLED_IPS_MAX) return;
    node.dialledIps.delete(oldest);
  }
}

/** When rule 42 lets this IP be dialled by hearsay again. */
const ipDueAt = (node: NodeState, address: Address) =>
  address.class === 'public' ? (node.dialledIps.get(address.ip) ?? -Infinity) + SAME_IP_US : -Infinity;

/** Backoff of rule 44 after `failures` in a row, spread so that a network does not dial in step. */
function backoffUs(ctx: Context, baseUs: number, maxUs: number, failures: number, doubling: boolean): number {
  let wait = baseUs;
  if (doubling) for (let i = 1; i < failures && wait < maxUs; i += 1) wait *= 2;
  else wait += failures * failures * SECOND_US;
  const spread = 1 + BACKOFF_SPREAD * (2 * ctx.random() - 1);
  return Math.floor(Math.min(wait, maxUs) * spread);
}

/** A dial or its connection failed, or ended too soon: when may this address be dialled again? */
export function dialLater(
  node: NodeState,
  ctx: Context,
  address: Address,
  reason: ReasonCode,
  handshake: boolean,
): void {
  const local = isLocal(address);
  for (const target of targetsOf(node, address)) {
    target.failures += 1;
    target.lastError = reason;
    target.nextAt =
      ctx.now +
      backoffUs(
        ctx,
        node.settings['bootstrap.retry'],
        local ? node.settings['bootstrap.retry.max'] : node.settings['bootstrap.retry.max.public'],
        target.failures,
        true,
      );
  }
  const slot = findAddress(node.book, address);
  if (slot < 0) return;
  if (failAddress(node.book, slot, reason, ctx.now)) return ctx.emit({ kind: 'forgotten', address: address.text });
  const outcome = node.book.outcomes[slot];
  if (outcome === null || outcome === undefined) return;
  if (handshake) outcome.handshakesFailed += 1;
  const tooMany = outcome.handshakesFailed >= HANDSHAKES_FAILED_MAX;
  const longUs = tooMany ? (local ? LONG_BACKOFF_LOCAL_US : LONG_BACKOFF_PUBLIC_US) : 0;
  const { 'dial.retry': retryUs, 'dial.retry.max': retryMaxUs } = node.settings;
  outcome.nextDialAt = ctx.now + Math.max(longUs, backoffUs(ctx, retryUs, retryMaxUs, outcome.failures, false));
}

/** A handshake at this address ended well. */
export function dialWorked(node: NodeState, address: Address): void {
  for (const target of targetsOf(node, address)) target.lastError = null;
}

/** The connection lived long enough: failures before it no longer count (rule 44). */
export function livedWell(node: NodeState, address: Address, now: number): void {
  for (const target of targetsOf(node, address)) {
    target.failures = 0;
    target.nextAt = now;
  }
  const outcome = node.book.outcomes[findAddress(node.book, address)];
  if (outcome !== null && outcome !== undefined) outcome.failures = 0;
}

/** The dial was a success that left no connection: an entry of the list is not dialled again in the same moment. */
export function dialNoSooner(node: NodeState, address: Address, now: number): void {
  for (const target of targetsOf(node, address))
    target.nextAt = Math.max(target.nextAt, now + node.settings['bootstrap.retry']);
}

function targetsOf(node: NodeState, address: Address): Target[] {
  return node.targets.filter((target) => target.resolved.some((resolved) => resolved.text === address.text));
}

/** Why this address is not dialled now, null when it may be. Commands ask only for the first three (rule 44). */
export function whyNotDial(node: NodeState, now: number, address: Address, via: Via): ReasonCode | null {
  if (isOwn(node, address, via)) return 'is-self';
  if (isDialled(node, address)) return 'dialing';
  if (node.places.has(address.text)) return 'connected';
  if (via === 'manual') return null;
  if (heldUntil(node, address, null) > now) return 'held';
  const id = idAt(node, address);
  if (banOn(node, now, address, id)?.by === 'hand') return 'banned';
  if (!isHearsay(via)) return null;
  if (!node.settings['gossip.dial']) return 'gossip-off';
  const slot = findAddress(node.book, address);
  if (slot < 0) return null;
  const outcome = node.book.outcomes[slot];
  if (id !== null && node.peers.has(id)) return 'connected';
  if (heldUntil(node, address, id) > now) return 'held';
  if (banOn(node, now, address, id) !== null) return 'discouraged';
  if (outcome != null && outcome.nextDialAt > now) return 'backoff';
  if (outcome?.triedAt != null && now - outcome.triedAt < node.settings['dial.history']) return 'just-dialled';
  if (ipDueAt(node, address) > now) return 'same-ip';
  return hasSlot(node, countSlots(node), address) ? null : 'slots';
}

/** Proven to be us, or a port we listen on: the bootstrap list is let through once, to find that out (rule 48). */
const isOwn = (node: NodeState, address: Address, via: Via) =>
  (node.selves.size > 0 && node.selves.has(address.text)) ||
  (isHearsay(via) && node.listening.some((own) => isSamePlace(own, address)));

function isDialled(node: NodeState, address: Address): boolean {
  for (const dial of node.dials.values()) if (isSamePlace(dial.address, address)) return true;
  return false;
}

/** The id that an address of the book is known by. */
const idAt = (node: NodeState, address: Address): string | null =>
  node.book.ids[findAddress(node.book, address)] ?? null;

const heldUntil = (node: NodeState, address: Address, id: string | null) =>
  node.held.size === 0
    ? -Infinity
    : Math.max(node.held.get(address.text) ?? -Infinity, id === null ? -Infinity : (node.held.get(id) ?? -Infinity));

/** Until when a user keeps us away from an address of the list: by `drop` or by a ban. */
function awayUntil(node: NodeState, now: number, address: Address): number {
  const ban = banOn(node, now, address, idAt(node, address));
  return Math.max(heldUntil(node, address, null), ban?.by === 'hand' ? ban.until : -Infinity);
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

/** Looks through everything that could be dialled now; sets the time of the next look. */
export function pumpDials(node: NodeState, ctx: Context): void {
  node.dialDue = false;
  node.nextDialAt = Infinity;
  if (node.stopping) return;
  pumpAnchors(node, ctx);
  for (const target of node.targets) pumpTarget(node, ctx, target);
  pumpDialbacks(node, ctx);
  pumpGossip(node, ctx);
}

const later = (node: NodeState, at: number) => {
  node.nextDialAt = Math.min(node.nextDialAt, at);
};

/** Rule 42, and no dial that a full table could not take in (rule 49): what has not shaken hands yet may still want a place. */
export const mayDialMore = (node: NodeState) =>
  node.dials.size < node.settings['dial.parallel'] &&
  node.peers.size + node.dials.size + handshakes(node) < node.settings['peers.max'];

/** Connections we dialled that are no peers, or not yet. */
function handshakes(node: NodeState): number {
  let count = 0;
  for (const { dir, stage } of node.sessions.values())
    if (dir === 'outbound' && (stage === 'hello' || stage === 'quiet')) count += 1;
  return count;
}

/** Visits hold no slot, so they are counted by themselves: whoever accepts and says nothing could gather any number of them. */
function mayVisitMore(node: NodeState): boolean {
  let visits = 0;
  for (const { dir, stage, via } of node.sessions.values())
    if (dir === 'outbound' && stage !== 'closing' && !holdsSlot(via)) visits += 1;
  for (const { via } of node.dials.values()) if (!holdsSlot(via)) visits += 1;
  return visits < VISITS_MAX && mayDialMore(node);
}

/** Rule 47: the peers of the run before come first. */
function pumpAnchors(node: NodeState, ctx: Context): void {
  for (const anchor of node.anchors.splice(0))
    if (whyNotDial(node, ctx.now, anchor, 'gossip') === null) startDial(node, ctx, anchor, 'gossip');
}

function pumpTarget(node: NodeState, ctx: Context, target: Target): void {
  if (target.self || target.resolving) return;
  if (target.resolved.length === 0 || (target.failures > 0 && ctx.now >= target.lookUpAt)) {
    if (target.nextAt > ctx.now) return later(node, target.nextAt);
    target.resolving = true;
    return ctx.resolve(target.host);
  }
  if (target.resolved.some((address) => node.places.has(address.text) || leadsToPeer(node, address))) return;
  if (target.nextAt > ctx.now) return later(node, target.nextAt);
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
  target.via === 'keep' ||
  target.resolved.every(isLocal) ||
  countSlots(node).public < node.settings['peers.outbound.max'];

/** Rule 20: one dial to the claimed address of an inbound public peer; it ends as a duplicate, which confirms the address. */
function pumpDialbacks(node: NodeState, ctx: Context): void {
  while (node.dialbacks.length > 0 && mayVisitMore(node)) {
    const address = node.dialbacks.shift() as Address;
    const session = sessionAt(node, address);
    if (session === null || session.confirmed || isDialled(node, address) || isOwn(node, address, 'peer')) continue;
    if (heldUntil(node, address, session.id) <= ctx.now && ipDueAt(node, address) <= ctx.now)
      startDial(node, ctx, address, 'peer');
  }
}

/** Outbound connections and dials that hold a slot, by kind (rule 41). */
interface Slots {
  local: number;
  public: number;
}

/** Dial-backs and feelers are visits: they hold no slot. */
const holdsSlot = (via: Via) => via !== 'peer' && via !== 'feeler';

function countSlots(node: NodeState): Slots {
  const slots: Slots = { local: 0, public: 0 };
  for (const session of node.sessions.values())
    if (session.dir === 'outbound' && session.stage !== 'closing' && holdsSlot(session.via))
      slots[isLocal(session.remote) ? 'local' : 'public'] += 1;
  for (const { address, via } of node.dials.values())
    if (holdsSlot(via)) slots[isLocal(address) ? 'local' : 'public'] += 1;
  return slots;
}

function hasSlot(node: NodeState, slots: Slots, address: Address): boolean {
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
      holdsSlot(session.via)
    )
      count += 1;
  for (const { address, via } of node.dials.values()) if (address.group === group && holdsSlot(via)) count += 1;
  return count;
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
      hasPublicToken(node, ctx);
    if (!isLocalOpen && !isPublicOpen) return;
    const slot = chooseAddress(node, ctx, (at) => {
      const address = node.book.addresses[at] as Address;
      if (!(isLocal(address) ? isLocalOpen : isPublicOpen)) return Infinity;
      const dueAt = hearsayDueAt(node, ctx.now, at);
      return dueAt > ctx.now || hasSlot(node, slots, address) ? dueAt : Infinity;
    });
    if (slot < 0) return;
    const address = node.book.addresses[slot] as Address;
    if (!isLocal(address)) node.publicDialTokens -= 1;
    startDial(node, ctx, address, 'gossip');
  }
}

/** Rule 42: public dials by hearsay are a stream, not a flood. Without a token the next look is when there is one. */
function hasPublicToken(node: NodeState, ctx: Context): boolean {
  const earned = ((ctx.now - node.publicDialTokensAt) / SECOND_US) * PUBLIC_DIALS_PER_S;
  node.publicDialTokens = Math.min(PUBLIC_DIALS_BURST, node.publicDialTokens + earned);
  node.publicDialTokensAt = ctx.now;
  if (node.publicDialTokens >= 1) return true;
  later(node, ctx.now + 1 + Math.floor(((1 - node.publicDialTokens) / PUBLIC_DIALS_PER_S) * SECOND_US));
  return false;
}

/** When a known address may be dialled by hearsay, slots apart; not after now: it may. Infinity: not while things are as they are. */
function hearsayDueAt(node: NodeState, now: number, slot: number): number {
  const { book } = node;
  const address = book.addresses[slot] as Address;
  const id = book.ids[slot] as string | null;
  if (node.places.has(address.text) || isOwn(node, address, 'gossip') || isDialled(node, address)) return Infinity;
  if (id !== null && (id === node.id || node.peers.has(id))) return Infinity;
  const outcome = book.outcomes[slot];
  const triedUntil = outcome?.triedAt == null ? -Infinity : outcome.triedAt + node.settings['dial.history'];
  return Math.max(
    now,
    outcome?.nextDialAt ?? -Infinity,
    triedUntil,
    ipDueAt(node, address),
    heldUntil(node, address, id),
    banOn(node, now, address, id)?.until ?? -Infinity,
  );
}

/**
 * A random address that is due now, -1 when there is none; then the next look is when the first will be. Guesses first: in a book of
 * many fresh addresses they hit, and the whole of it is not read. Half of the choices are of proven addresses where any is due, however
 * many there are of the others: hearsay alone must not decide whom we meet (as Bitcoin Core's AddrMan::Select).
 */
function chooseAddress(node: NodeState, ctx: Context, dueAt: (slot: number) => number): number {
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

/** Outbound peers that count against the target of their kind, oldest first. */
function outboundPeers(node: NodeState, local: boolean): Session[] {
  return [...node.peers.values()].filter(
    (peer) => peer.dir === 'outbound' && holdsSlot(peer.via) && isLocal(peer.remote) === local,
  );
}

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

/** At target, and one above it breaks no bound. */
function mayExceed(node: NodeState, slots: Slots, address: Address): boolean {
  if (isLocal(address)) return slots.local >= node.settings['peers.outbound.local'];
  const { 'peers.outbound': target, 'peers.outbound.max': most } = node.settings;
  return (
    slots.public >= target &&
    slots.public < most &&
    outboundOfGroup(node, address.group) < node.settings['peers.outbound.group']
  );
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
    const slot = node.book.slots.get(incumbent);
    if (slot === undefined || node.places.has(incumbent)) keepIncumbent(node.book, incumbent);
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
  const oldest = peers.find((peer) => peer !== latest && peer.via === 'gossip');
  if (oldest !== undefined) closeSession(node, ctx, oldest, 'rotated', 'rotated');
}
