/**
 * Whom to dial when: the bootstrap list and kept peers for ever, gossiped addresses within limits, commands at once. State and time go
 * in, dials come out; what a dial leads to is decided in peers.ts. Rules 20, 41-48.
 */
import type { Address } from '../wire/address.ts';
import { type BookEntry, failAddress, isLocal, learnAddress } from './book.ts';
import type { Context } from './context.ts';
import type { Via } from './events.ts';
import {
  BACKOFF_SPREAD,
  HANDSHAKES_FAILED_MAX,
  LONG_BACKOFF_LOCAL_US,
  LONG_BACKOFF_PUBLIC_US,
  OUTBOUND_PER_GROUP,
  PUBLIC_DIALS_BURST,
  PUBLIC_DIALS_PER_S,
  SECOND_US,
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
  attempt: number | null = null,
): number {
  const number = attempt ?? nextAttempt(node);
  const dial: Dial = { attempt: number, address, via, startedAt: ctx.now };
  node.dials.set(number, dial);
  const source = via === 'boot' ? 'bootstrap' : 'manual';
  const entry =
    node.book.entries.get(address.text) ??
    learnAddress(node.book, node.settings, ctx.now, address, null, source, address.group, via, null)?.entry;
  if (entry !== undefined) entry.triedAt = ctx.now;
  ctx.emit({ kind: 'dialing', attempt: number, address: address.text, via });
  ctx.dial(number, address, isLocal(address) ? node.settings['dial.timeout'] : node.settings['dial.timeout.public']);
  return number;
}

export function nextAttempt(node: NodeState): number {
  node.attempts += 1;
  return node.attempts;
}

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
  const entry = node.book.entries.get(address.text);
  if (entry === undefined) return;
  if (handshake) entry.handshakesFailed += 1;
  if (failAddress(node.book, entry, reason, ctx.now)) return ctx.emit({ kind: 'forgotten', address: address.text });
  const long =
    entry.handshakesFailed >= HANDSHAKES_FAILED_MAX ? (local ? LONG_BACKOFF_LOCAL_US : LONG_BACKOFF_PUBLIC_US) : 0;
  entry.nextDialAt =
    ctx.now +
    Math.max(long, backoffUs(ctx, node.settings['dial.retry'], node.settings['dial.retry.max'], entry.failures, false));
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
  const entry = node.book.entries.get(address.text);
  if (entry !== undefined) entry.failures = 0;
}

function targetsOf(node: NodeState, address: Address): Target[] {
  return node.targets.filter((target) => target.resolved.some((resolved) => resolved.text === address.text));
}

/** Why this address is not dialled now, null when it may be. Commands ask only for the first three (rule 44). */
export function whyNotDial(node: NodeState, now: number, address: Address, via: Via): ReasonCode | null {
  if (node.selves.has(address.text) || node.listening.some((own) => own.text === address.text && via === 'gossip'))
    return 'is-self';
  for (const dial of node.dials.values()) if (dial.address.text === address.text) return 'dialing';
  if (sessionAt(node, address) !== null) return 'connected';
  if (via === 'manual') return null;
  if ((node.held.get(address.text) ?? 0) > now) return 'held';
  if (via !== 'gossip') return null;
  if (!node.settings['gossip.dial']) return 'gossip-off';
  const entry = node.book.entries.get(address.text);
  if (entry === undefined) return null;
  if (entry.id !== null && (node.peers.has(entry.id) || handshakePendingWith(node, entry.id))) return 'connected';
  if (entry.nextDialAt > now) return 'backoff';
  if (entry.triedAt !== null && now - entry.triedAt < node.settings['dial.history']) return 'just-dialled';
  return hasSlot(node, countSlots(node), address) ? null : 'slots';
}

/** The live session whose listening address this is. */
export function sessionAt(node: NodeState, address: Address): Session | null {
  for (const session of node.sessions.values())
    if (session.stage !== 'closing' && session.listen?.text === address.text) return session;
  return null;
}

function handshakePendingWith(node: NodeState, id: string): boolean {
  for (const session of node.sessions.values()) if (session.id === id && session.stage === 'rival') return true;
  return false;
}

/** Looks through everything that could be dialled now; sets the time of the next look. */
export function pumpDials(node: NodeState, ctx: Context): void {
  node.dialDue = false;
  node.nextDialAt = Infinity;
  if (node.stopping) return;
  for (const target of node.targets) pumpTarget(node, ctx, target);
  pumpDialbacks(node, ctx);
  pumpGossip(node, ctx);
}

const later = (node: NodeState, at: number) => {
  node.nextDialAt = Math.min(node.nextDialAt, at);
};

function pumpTarget(node: NodeState, ctx: Context, target: Target): void {
  if (target.self || target.resolving) return;
  if (
    target.resolved.length === 0 ||
    (target.failures > 0 && target.nextAt <= ctx.now && target.lastError === 'no-name')
  ) {
    if (target.nextAt > ctx.now) return later(node, target.nextAt);
    target.resolving = true;
    return ctx.resolve(target.host);
  }
  if (target.resolved.some((address) => sessionAt(node, address) !== null)) return;
  if (target.nextAt > ctx.now) return later(node, target.nextAt);
  for (const address of target.resolved) {
    const until = node.held.get(address.text) ?? 0;
    if (until > ctx.now) later(node, until);
    else if (
      whyNotDial(node, ctx.now, address, target.via) === null &&
      node.dials.size < node.settings['dial.parallel']
    ) {
      startDial(node, ctx, address, target.via);
      return;
    }
  }
}

/** Rule 20: one dial to the claimed address of an inbound public peer; it ends as a duplicate, which confirms the address. */
function pumpDialbacks(node: NodeState, ctx: Context): void {
  while (node.dials.size < node.settings['dial.parallel']) {
    const address = node.dialbacks.shift();
    if (address === undefined) return;
    const why = whyNotDial(node, ctx.now, address, 'peer');
    if ((why === null || why === 'connected') && sessionAt(node, address)?.confirmed !== true)
      startDial(node, ctx, address, 'peer');
  }
}

/** Outbound connections and dials by kind and group, counted once for a look through the whole book. */
interface Slots {
  local: number;
  public: number;
  readonly groups: Map<string, number>;
  readonly occupied: Set<string>;
  /** Ids whose second connection waits to be let in. */
  readonly rivals: Set<string>;
}

function countSlots(node: NodeState): Slots {
  const slots: Slots = {
    local: 0,
    public: 0,
    groups: new Map(),
    occupied: new Set(node.selves.keys()),
    rivals: new Set(),
  };
  for (const own of node.listening) slots.occupied.add(own.text);
  for (const session of node.sessions.values()) {
    if (session.stage === 'closing') continue;
    if (session.listen !== null) slots.occupied.add(session.listen.text);
    if (session.stage === 'rival' && session.id !== null) slots.rivals.add(session.id);
    if (session.dir === 'outbound' && session.via !== 'peer') takeSlot(slots, session.listen ?? session.remote);
  }
  for (const dial of node.dials.values()) {
    if (dial.via === 'peer') slots.occupied.add(dial.address.text);
    else takeSlot(slots, dial.address);
  }
  return slots;
}

function takeSlot(slots: Slots, address: Address): void {
  slots.occupied.add(address.text);
  if (isLocal(address)) slots.local += 1;
  else slots.public += 1;
  slots.groups.set(address.group, (slots.groups.get(address.group) ?? 0) + 1);
}

function hasSlot(node: NodeState, slots: Slots, address: Address): boolean {
  if (isLocal(address)) return slots.local < node.settings['peers.outbound.local'];
  return slots.public < node.settings['peers.outbound'] && (slots.groups.get(address.group) ?? 0) < OUTBOUND_PER_GROUP;
}

function pumpGossip(node: NodeState, ctx: Context): void {
  if (!node.settings['gossip.dial'] || node.dials.size >= node.settings['dial.parallel']) return;
  const slots = countSlots(node);
  refillPublicTokens(node, ctx);
  const isLocalOpen = node.book.local > 0 && slots.local < node.settings['peers.outbound.local'];
  const isPublicOpen = slots.public < node.settings['peers.outbound'];
  const hasToken = node.publicDialTokens >= 1;
  if (isPublicOpen && !hasToken) later(node, ctx.now + Math.floor(SECOND_US / PUBLIC_DIALS_PER_S));
  if (!isLocalOpen && !(isPublicOpen && hasToken)) return;
  const candidates: BookEntry[] = [];
  for (const entry of node.book.entries.values()) {
    if (slots.occupied.has(entry.address.text) || !hasSlot(node, slots, entry.address)) continue;
    if (entry.id !== null && (node.peers.has(entry.id) || entry.id === node.id || slots.rivals.has(entry.id))) continue;
    const heldUntil = Math.max(
      node.held.get(entry.address.text) ?? 0,
      entry.id === null ? 0 : (node.held.get(entry.id) ?? 0),
    );
    const dueAt = Math.max(
      heldUntil,
      entry.nextDialAt,
      entry.triedAt === null ? 0 : entry.triedAt + node.settings['dial.history'],
    );
    if (dueAt > ctx.now) later(node, dueAt);
    else candidates.push(entry);
  }
  while (candidates.length > 0 && node.dials.size < node.settings['dial.parallel']) {
    const at = Math.floor(ctx.random() * candidates.length);
    const entry = candidates[at] as BookEntry;
    candidates[at] = candidates[candidates.length - 1] as BookEntry;
    candidates.pop();
    if (!hasSlot(node, slots, entry.address)) continue;
    if (!isLocal(entry.address) && !takePublicToken(node))
      return later(node, ctx.now + Math.floor(SECOND_US / PUBLIC_DIALS_PER_S));
    takeSlot(slots, entry.address);
    startDial(node, ctx, entry.address, 'gossip');
  }
}

/** Rule 42: public dials by hearsay are a stream, not a flood. */
function takePublicToken(node: NodeState): boolean {
  if (node.publicDialTokens < 1) return false;
  node.publicDialTokens -= 1;
  return true;
}

function refillPublicTokens(node: NodeState, ctx: Context): void {
  const earned = ((ctx.now - node.publicDialTokensAt) / SECOND_US) * PUBLIC_DIALS_PER_S;
  node.publicDialTokens = Math.min(PUBLIC_DIALS_BURST, node.publicDialTokens + earned);
  node.publicDialTokensAt = ctx.now;
}

/** Outbound peers that count against the target of their kind, oldest first. */
function outboundPeers(node: NodeState, local: boolean): Session[] {
  return [...node.peers.values()].filter(
    (peer) => peer.dir === 'outbound' && peer.via !== 'peer' && isLocal(peer.remote) === local,
  );
}

/** Rule 38: below target, one random peer is asked for more now and then. */
export function askForMore(node: NodeState, ctx: Context): void {
  if (ctx.now < node.nextAskAt) return;
  node.nextAskAt = ctx.now + node.settings['getaddr.ask'];
  const peers = [...node.peers.values()].filter((peer) => peer.stage === 'ready');
  const peer = peers[Math.floor(ctx.random() * peers.length)];
  if (peer === undefined || outboundPeers(node, false).length >= node.settings['peers.outbound']) return;
  sendGetaddr(node, ctx, peer);
}

/** Rule 41: at target, one random known address is dialled now and then, so that a healed network finds itself again. */
export function rotate(node: NodeState, ctx: Context): void {
  if (ctx.now < node.nextRotateAt) return;
  node.nextRotateAt = ctx.now + node.settings['dial.rotate'];
  if (!node.settings['gossip.dial']) return;
  const choices = [...node.book.entries.values()].filter(
    (entry) => whyNotDial(node, ctx.now, entry.address, 'gossip') === 'slots',
  );
  const entry = choices[Math.floor(ctx.random() * choices.length)];
  if (entry !== undefined && node.dials.size < node.settings['dial.parallel'])
    startDial(node, ctx, entry.address, 'gossip');
}

/** Closes the oldest outbound peer that is over the target of its kind; peers of commands and of the list stay. */
export function closeSurplus(node: NodeState, ctx: Context, latest: Session): void {
  const local = isLocal(latest.remote);
  const peers = outboundPeers(node, local);
  if (peers.length <= (local ? node.settings['peers.outbound.local'] : node.settings['peers.outbound'])) return;
  const oldest = peers.find((peer) => peer !== latest && peer.via === 'gossip');
  if (oldest !== undefined) closeSession(node, ctx, oldest, 'rotated', 'rotated');
}
