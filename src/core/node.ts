/**
 * The machine: facts and orders go in here, each is routed to the part that reacts, and afterwards the one deadline is set anew. A
 * driver calls these functions and nothing else of the core; see context.ts for the contract.
 */

import type { Settings } from '../settings.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { readDirectory } from '../wire/directory.ts';
import type { Message } from '../wire/messages.ts';
import { makeRoom, noteRefusal, sayRefusal, whyRefuse } from './admission.ts';
import { createAgenda } from './agenda.ts';
import { forgetBans } from './bans.ts';
import { disproveAddress, forgetUnseen, hearAgain } from './book.ts';
import { createBook, findAddress } from './book-columns.ts';
import { loadEntries, type SavedEntry, savedEntries } from './book-saved.ts';
import type { Context } from './context.ts';
import { createCounts } from './counts.ts';
import { wakeSessions } from './deadlines.ts';
import { dialLater, dialNoSooner, forgetDial, livedWell } from './dial.ts';
import { pumpDials } from './dialer.ts';
import { addDirectory, directoryAnswered } from './directories.ts';
import type { Via } from './events.ts';
import { spendBytes, spendMessage } from './flood.ts';
import { ANCHORS_MAX, LIVED_US } from './limits.ts';
import { dialByHand, obey } from './orders.ts';
import { UNUSED } from './pace.ts';
import { admitRival, sendHello } from './peers.ts';
import { type LineFault, REASONS, type ReasonCode } from './reasons.ts';
import { receiveMessage } from './receive.ts';
import { askForMore, feel, rotate } from './rotation.ts';
import { closeSession, countReason, emitConnected, forgetSession, openSession, strike } from './session.ts';
import { mayDialMore } from './slots.ts';
import type { NodeState, Session } from './state.ts';
import { createTally } from './tally.ts';
import { addTarget, resolveTarget } from './targets.ts';
import type { HostPort, Order, OrderAnswer } from './world.ts';

export type { NodeState } from './state.ts';

export interface NewNode {
  /** Lower-case UUID, fresh for every start. */
  readonly id: string;
  readonly agent: string;
  readonly settings: Settings;
  readonly bootstrap: readonly HostPort[];
}

/** Places of the tally of inbound connections. */
const INBOUND_TALLY = 64;

export function createNode(config: NewNode): NodeState {
  const node: NodeState = {
    id: config.id,
    agent: config.agent,
    salt: 0,
    settings: config.settings,
    startedAt: 0,
    stopping: false,
    listening: [],
    connections: 0,
    attempts: 0,
    sessions: new Map(),
    agenda: createAgenda(),
    places: new Map(),
    peers: new Map(),
    dials: new Map(),
    slots: null,
    targets: [],
    directories: [],
    names: new Map(),
    selves: new Map(),
    held: new Map(),
    book: createBook(),
    bans: new Map(),
    accepts: new Map(),
    inboundByGroup: createTally(INBOUND_TALLY),
    refusals: { said: 0, unsaid: 0, at: -Infinity },
    gone: [],
    reasons: new Map(),
    counts: createCounts(),
    bytes: { sent: 0, received: 0 },
    dialbacks: [],
    anchors: [],
    keptAnswers: new Map(),
    dialledIps: new Map(),
    publicDialsUsedTo: UNUSED,
    nextAskAt: Infinity,
    nextRotateAt: Infinity,
    nextFeelerAt: Infinity,
    selfSaidAt: -Infinity,
    dialDue: false,
    nextDialAt: Infinity,
    wakeAt: Infinity,
  };
  for (const { host, port } of config.bootstrap) {
    if (readDirectory(host) === null) addTarget(node, host, port, 'boot', 0);
    else addDirectory(node, host, port, 0);
  }
  return node;
}

export function startNode(node: NodeState, ctx: Context, listening: readonly Address[]): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'start', listening });
  node.startedAt = ctx.now;
  node.salt = Math.floor(ctx.random() * 4_294_967_296);
  node.nextAskAt = ctx.now + node.settings['getaddr.ask'];
  node.nextRotateAt = ctx.now + node.settings['dial.rotate'];
  node.nextFeelerAt = ctx.now + node.settings['dial.feeler'];
  for (const target of node.targets) target.nextAt = ctx.now;
  for (const address of listening) {
    node.listening.push(address);
    ctx.emit({ kind: 'listening', address: address.text });
  }
  node.dialDue = true;
  settleDeadline(node, ctx);
}

/** Takes in a saved book; `agedUs` has passed since it was saved. Call before `startNode`. */
export function loadBook(node: NodeState, ctx: Context, entries: readonly unknown[], agedUs: number): void {
  node.anchors.push(...loadEntries(node.book, node.settings, ctx, entries, agedUs));
}

/** The book as it is to be saved; after a clean stop with the peers to dial first. */
export const saveBook = (node: NodeState, now: number): SavedEntry[] =>
  savedEntries(node.book, now, node.stopping ? node.anchors : []);

export function listeningOn(node: NodeState, ctx: Context, address: Address): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'listening', address });
  node.listening.push(address);
  ctx.emit({ kind: 'listening', address: address.text });
  settleDeadline(node, ctx);
}

/** Number of the new connection; 0 when it is refused: cut it off, no close fact follows. */
export function connectionAccepted(node: NodeState, ctx: Context, remote: Address, local: Address | null): number {
  ctx.scribe?.given(node, ctx.now, { kind: 'accepted', remote, local });
  const refused = node.stopping ? 'stopping' : whyRefuse(node, ctx, remote);
  if (refused !== null) {
    noteRefusal(node, ctx, remote, refused);
    return 0;
  }
  makeRoom(node, ctx);
  const session = openSession(node, ctx, 'inbound', 'peer', remote, local, null);
  emitConnected(ctx, session, null);
  settleDeadline(node, ctx);
  return session.n;
}

/** Number of the new connection; 0 when it is not wanted any more: cut it off, no close fact follows. */
export function dialSucceeded(
  node: NodeState,
  ctx: Context,
  attempt: number,
  remote: Address,
  local: Address | null,
): number {
  ctx.scribe?.given(node, ctx.now, { kind: 'dialled', attempt, remote, local });
  const dial = node.dials.get(attempt);
  if (dial === undefined || node.stopping) return 0;
  node.dialDue ||= !mayDialMore(node);
  forgetDial(node, attempt);
  if (local !== null && local.text === remote.text) {
    failDial(node, ctx, attempt, dial.address, dial.via, 'self-connect', 'self-connect');
    settleDeadline(node, ctx);
    return 0;
  }
  const session = openSession(node, ctx, 'outbound', dial.via, remote, local, dial.address);
  emitConnected(ctx, session, attempt);
  sendHello(node, ctx, session);
  settleDeadline(node, ctx);
  return session.n;
}

export function dialFailed(node: NodeState, ctx: Context, attempt: number, reason: ReasonCode, detail: string): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'dial-failed', attempt, reason, detail });
  const dial = node.dials.get(attempt);
  if (dial === undefined) return;
  forgetDial(node, attempt);
  failDial(node, ctx, attempt, dial.address, dial.via, reason, detail);
  settleDeadline(node, ctx);
}

function failDial(
  node: NodeState,
  ctx: Context,
  attempt: number,
  address: Address,
  via: Via,
  reason: ReasonCode,
  detail: string,
): void {
  countReason(node, reason);
  dialLater(node, ctx, address, reason, false);
  node.dialDue = true;
  ctx.emit({ kind: 'dial-failed', attempt, address: address.text, via, reason, detail });
}

/** A look-up ended: IP texts, of `dnssrv:` names `IP:PORT`; none and a detail when it failed. */
export function nameResolved(
  node: NodeState,
  ctx: Context,
  host: string,
  ips: readonly string[],
  detail: string | null,
): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'resolved', host, ips, detail });
  if (readDirectory(host) !== null) directoryAnswered(node, ctx, host, ips, detail);
  // A target may go as the twin of another.
  for (const target of [...node.targets])
    if (target.host === host && target.resolving) resolveTarget(node, ctx.now, target, ips);
  for (const [attempt, name] of [...node.names]) {
    if (name.host !== host) continue;
    node.names.delete(attempt);
    const address = ips.map((ip) => addressOf(ip, name.port)).find((one) => one !== null);
    if (address === undefined || address === null) {
      ctx.emit({
        kind: 'dial-failed',
        attempt,
        address: `${host}:${name.port}`,
        via: name.keep ? 'keep' : 'manual',
        reason: 'no-name',
        detail: detail ?? '',
      });
      continue;
    }
    const answer = dialByHand(node, ctx, address, name.keep, attempt);
    if (answer.ok && answer.attempt !== attempt)
      ctx.emit({ kind: 'dial-merged', attempt, into: answer.attempt, n: answer.n });
  }
  node.dialDue = true;
  settleDeadline(node, ctx);
}

/** `bytes` is the length of its line, 0 where messages travel without lines. */
export function messageReceived(node: NodeState, ctx: Context, n: number, message: Message, bytes: number): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'heard', n, message, bytes });
  const session = node.sessions.get(n);
  if (session === undefined) return;
  spendMessage(node, ctx, session);
  receiveMessage(node, ctx, session, message, bytes);
  settleDeadline(node, ctx);
}

/** A line that cannot be a message. Rules 2, 3, 9. */
export function lineRefused(node: NodeState, ctx: Context, n: number, reason: LineFault, detail: string): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'refused', n, reason, detail });
  const session = node.sessions.get(n);
  if (session === undefined || session.stage === 'closing') return;
  session.lastError = detail;
  const isGreeting = session.id === null && session.readyAt === null;
  if (isGreeting) sayRefusal(node, ctx, session.remote, reason);
  if (isGreeting || reason === 'line-too-long') closeSession(node, ctx, session, reason, null, true);
  else strike(node, ctx, session, detail);
  settleDeadline(node, ctx);
}

/** The connection is gone; exactly once for every number given out. */
export function connectionClosed(node: NodeState, ctx: Context, n: number, reason: ReasonCode): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'closed', n, reason });
  const session = node.sessions.get(n);
  if (session === undefined) return;
  forgetSession(node, ctx, session, reason);
  admitRival(node, ctx, session);
  if (session.dir === 'outbound' && session.listen !== null) judgeDial(node, ctx, session);
  settleDeadline(node, ctx);
}

/**
 * What the end of a connection we dialled says of its address: a short life is a failure (rule 44), but a closed duplicate of a peer we
 * have is a success (rule 21), and what we end ourselves says nothing against the peer. A duplicate of nobody is a failed handshake, or
 * who calls everything one would be dialled for ever.
 */
function judgeDial(node: NodeState, ctx: Context, session: Session): void {
  const { listen: address, closeReason: reason } = session;
  if (address === null || reason === null) return;
  if (session.readyAt !== null && ctx.now - session.readyAt >= LIVED_US) return livedWell(node, address, ctx.now);
  const isOurs = REASONS[reason].side === 'ours' && reason !== 'internal';
  const isDuplicate = session.said === 'duplicate';
  if (isOurs || (isDuplicate && node.peers.has(session.id ?? ''))) return dialNoSooner(node, address, ctx.now);
  const slot = isDuplicate ? findAddress(node.book, address) : -1;
  if (slot >= 0) {
    disproveAddress(node.book, node.settings, ctx, slot);
    node.dialDue = true;
  }
  dialLater(node, ctx, address, session.said === 'full' ? 'full' : reason, session.readyAt === null || isDuplicate);
}

/** The one timer fired; earlier than asked is harmless, much later means that we slept (rule 28). */
export function wakeNode(node: NodeState, ctx: Context): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'woken' });
  const gapUs = ctx.now - node.wakeAt;
  const late = gapUs > node.settings['late.tick'];
  if (late) ctx.emit({ kind: 'late', gapUs });
  node.wakeAt = Infinity;
  if (late || ctx.now >= node.agenda.earliest) wakeSessions(node, ctx, late ? gapUs : 0);
  if (ctx.now >= node.nextAskAt) askForMore(node, ctx);
  if (ctx.now >= node.nextFeelerAt) feel(node, ctx);
  if (ctx.now >= node.nextRotateAt) {
    rotate(node, ctx);
    noteAlive(node);
    forgetUnseen(node.book, ctx.now);
    for (const [key, until] of node.held) if (until <= ctx.now) node.held.delete(key);
    forgetBans(node, ctx.now);
  }
  settleDeadline(node, ctx);
}

/** A peer that stays is seen all the time, however long ago it was dialled (rule 37). */
function noteAlive(node: NodeState): void {
  for (const { id, listen, lastPongAt } of node.peers.values()) {
    const slot = listen === null ? -1 : findAddress(node.book, listen);
    if (slot >= 0 && lastPongAt !== null) hearAgain(node.book, slot, lastPongAt, id, lastPongAt);
  }
}

/** Dials what is due, then asks for the earliest deadline; nothing is asked when an earlier wake-up already stands. */
function settleDeadline(node: NodeState, ctx: Context): void {
  if (node.dialDue || node.nextDialAt <= ctx.now) pumpDials(node, ctx);
  if (node.stopping) return;
  const at = Math.min(node.agenda.earliest, node.nextDialAt, node.nextAskAt, node.nextRotateAt, node.nextFeelerAt);
  if (at >= node.wakeAt) return;
  node.wakeAt = at;
  ctx.wake(at);
}

export function giveOrder(node: NodeState, ctx: Context, order: Order): OrderAnswer {
  ctx.scribe?.given(node, ctx.now, { kind: 'order', order });
  const answer = obey(node, ctx, order);
  settleDeadline(node, ctx);
  return answer;
}

/** Rule 66: says bye to every peer and calls dials off; the driver then waits for the closes. */
export function stopNode(node: NodeState, ctx: Context): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'stop' });
  node.stopping = true;
  node.anchors.splice(0, Infinity, ...lastingPeers(node));
  for (const attempt of node.dials.keys()) ctx.cancel(attempt);
  node.dials.clear();
  node.slots = null;
  node.names.clear();
  for (const session of [...node.sessions.values()])
    closeSession(node, ctx, session, 'stopping', session.readyAt === null ? null : 'stopping');
  node.wakeAt = Infinity;
  ctx.wake(Infinity);
}

/** Rule 47: of the peers we dialled by hearsay, those who have been with us longest. */
function lastingPeers(node: NodeState): Address[] {
  const lasting: Address[] = [];
  for (const { via, listen } of node.peers.values())
    if (via === 'gossip' && listen !== null && lasting.length < ANCHORS_MAX) lasting.push(listen);
  return lasting;
}

/** Longest line this connection may send now (rule 2). */
export function lineBytesMax(node: NodeState, n: number): number {
  return awaitsHello(node, n) ? node.settings['hello.line'] : node.settings['line.max'];
}

/** Before hello rule 3 holds: what comes must begin like a JSON object. */
export function awaitsHello(node: NodeState, n: number): boolean {
  const session = node.sessions.get(n);
  return session === undefined || (session.id === null && session.spokeAt === null);
}

/** Whether the peer reassembles lines, so that a write may be large (rule 11). */
export function largeWrites(node: NodeState, n: number): boolean {
  return (node.sessions.get(n)?.ext.length ?? 0) > 0;
}

/** Bytes came in, whole lines or not. */
export function bytesReceived(node: NodeState, ctx: Context, n: number, bytes: number): void {
  ctx.scribe?.given(node, ctx.now, { kind: 'bytes', n, bytes });
  node.bytes.received += bytes;
  const session = node.sessions.get(n);
  if (session === undefined) return;
  session.bytesReceived += bytes;
  spendBytes(node, ctx, session, bytes);
}

/** Bytes are on their way out. */
export function bytesSent(node: NodeState, n: number, bytes: number): void {
  node.bytes.sent += bytes;
  const session = node.sessions.get(n);
  if (session !== undefined) session.bytesSent += bytes;
}
