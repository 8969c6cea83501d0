/**
 * The machine: facts and orders go in here, each is routed to the part that reacts, and afterwards the one deadline is set anew. A
 * driver calls these functions and nothing else of the core; see context.ts for the contract.
 */

import type { Settings } from '../settings.ts';
import { type Address, addressOf, parseAddress } from '../wire/address.ts';
import { MESSAGE_TYPES, type Message } from '../wire/messages.ts';
import { createBook, forgetUnseen } from './book.ts';
import type { Context } from './context.ts';
import {
  askForMore,
  closeSurplus,
  dialLater,
  livedWell,
  nextAttempt,
  pumpDials,
  rotate,
  sessionAt,
  startDial,
  whyNotDial,
} from './dialer.ts';
import type { Via } from './events.ts';
import { BOOTSTRAP_MAX, HELD_MAX, LIVED_US, NAME_ADDRESSES_MAX, PUBLIC_DIALS_BURST, USER_PINGS_MAX } from './limits.ts';
import { admitRival, sendHello } from './peers.ts';
import type { ReasonCode } from './reasons.ts';
import {
  aboutOf,
  closeSession,
  forgetSession,
  handleMessage,
  openSession,
  sendGetaddr,
  sendMessage,
  sessionDeadline,
  shiftSession,
  strike,
  userPing,
  wakeSession,
} from './session.ts';
import type { NodeState, Session, Target } from './state.ts';
import type { HostPort, Order, OrderAnswer } from './world.ts';

export type { NodeState, Session } from './state.ts';

export interface NewNode {
  /** Lower-case UUID, fresh for every start. */
  readonly id: string;
  readonly agent: string;
  readonly settings: Settings;
  readonly bootstrap: readonly HostPort[];
}

export function createNode(config: NewNode): NodeState {
  const node: NodeState = {
    id: config.id,
    agent: config.agent,
    settings: config.settings,
    startedAt: 0,
    stopping: false,
    listening: [],
    connections: 0,
    attempts: 0,
    nonces: 0,
    sessions: new Map(),
    peers: new Map(),
    dials: new Map(),
    targets: [],
    names: new Map(),
    selves: new Map(),
    held: new Map(),
    book: createBook(),
    gone: [],
    reasons: new Map(),
    sent: MESSAGE_TYPES.map(() => 0),
    received: MESSAGE_TYPES.map(() => 0),
    bytes: { sent: 0, received: 0, sentByType: MESSAGE_TYPES.map(() => 0), receivedByType: MESSAGE_TYPES.map(() => 0) },
    dialbacks: [],
    publicDialTokens: PUBLIC_DIALS_BURST,
    publicDialTokensAt: 0,
    nextAskAt: Infinity,
    nextRotateAt: Infinity,
    selfSaidAt: -Infinity,
    dialDue: false,
    nextDialAt: Infinity,
    wakeAt: Infinity,
  };
  for (const { host, port } of config.bootstrap) addTarget(node, host, port, 'boot', 0);
  return node;
}

export function startNode(node: NodeState, ctx: Context, listening: readonly Address[]): void {
  node.startedAt = ctx.now;
  node.publicDialTokensAt = ctx.now;
  node.nextAskAt = ctx.now + node.settings['getaddr.ask'];
  node.nextRotateAt = ctx.now + node.settings['dial.rotate'];
  for (const target of node.targets) target.nextAt = ctx.now;
  for (const address of listening) {
    node.listening.push(address);
    ctx.emit({ kind: 'listening', address: address.text });
  }
  node.dialDue = true;
  settleDeadline(node, ctx);
}

export function listeningOn(node: NodeState, ctx: Context, address: Address): void {
  node.listening.push(address);
  ctx.emit({ kind: 'listening', address: address.text });
  settleDeadline(node, ctx);
}

export function connectionAccepted(node: NodeState, ctx: Context, remote: Address, local: Address | null): number {
  const session = openSession(node, ctx, 'inbound', 'peer', remote, local, null);
  ctx.emit({ kind: 'connected', ...aboutOf(session), attempt: null, via: 'peer' });
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
  const dial = node.dials.get(attempt);
  if (dial === undefined || node.stopping) return 0;
  node.dials.delete(attempt);
  if (local !== null && local.text === remote.text) {
    failDial(node, ctx, attempt, dial.address, dial.via, 'self-connect', 'self-connect');
    settleDeadline(node, ctx);
    return 0;
  }
  const session = openSession(node, ctx, 'outbound', dial.via, remote, local, dial.address);
  ctx.emit({ kind: 'connected', ...aboutOf(session), attempt, via: dial.via });
  sendHello(node, ctx, session);
  settleDeadline(node, ctx);
  return session.n;
}

export function dialFailed(node: NodeState, ctx: Context, attempt: number, reason: ReasonCode, detail: string): void {
  const dial = node.dials.get(attempt);
  if (dial === undefined) return;
  node.dials.delete(attempt);
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
  node.reasons.set(reason, (node.reasons.get(reason) ?? 0) + 1);
  dialLater(node, ctx, address, reason, false);
  node.dialDue = true;
  ctx.emit({ kind: 'dial-failed', attempt, address: address.text, via, reason, detail });
}

/** A look-up ended: IP texts, none and a detail when it failed. */
export function nameResolved(
  node: NodeState,
  ctx: Context,
  host: string,
  ips: readonly string[],
  detail: string | null,
): void {
  for (const target of node.targets)
    if (target.host === host && target.resolving) resolveTarget(node, ctx, target, ips);
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

function resolveTarget(node: NodeState, ctx: Context, target: Target, ips: readonly string[]): void {
  target.resolving = false;
  target.resolved = ips
    .slice(0, NAME_ADDRESSES_MAX)
    .map((ip) => addressOf(ip, target.port))
    .filter((address) => address !== null);
  if (target.resolved.length > 0) {
    target.lastError = null;
    target.self = target.resolved.every((address) => node.selves.has(address.text));
    mergeTargets(node, target);
    return;
  }
  target.failures += 1;
  target.lastError = 'no-name';
  target.nextAt =
    ctx.now + Math.min(node.settings['bootstrap.retry.max.public'], node.settings['bootstrap.retry'] * target.failures);
}

/** `localhost` and `127.0.0.1` are one entry: the later of two that resolve alike goes. */
function mergeTargets(node: NodeState, target: Target): void {
  const texts = target.resolved.map((address) => address.text).join();
  const twin = node.targets.findIndex(
    (other) => other !== target && other.resolved.map((address) => address.text).join() === texts,
  );
  if (twin >= 0) node.targets.splice(Math.max(twin, node.targets.indexOf(target)), 1);
}

export function messageReceived(node: NodeState, ctx: Context, n: number, message: Message): void {
  const session = node.sessions.get(n);
  if (session === undefined) return;
  const stage = session.stage;
  handleMessage(node, ctx, session, message);
  if (session.stage !== stage) {
    if (session.readyAt === ctx.now && session.dir === 'outbound') closeSurplus(node, ctx, session);
    node.dialDue = true;
  }
  if (message.type !== 'ping' || session.stage !== stage) settleDeadline(node, ctx);
}

/** A line that cannot be a message. Rules 2, 3, 9. */
export function lineRefused(
  node: NodeState,
  ctx: Context,
  n: number,
  reason: 'malformed' | 'line-too-long' | 'not-json',
  detail: string,
): void {
  const session = node.sessions.get(n);
  if (session === undefined || session.stage === 'closing') return;
  session.lastError = detail;
  if (reason === 'line-too-long' || session.id === null) closeSession(node, ctx, session, reason, null, true);
  else strike(node, ctx, session, detail);
  settleDeadline(node, ctx);
}

/** The connection is gone; exactly once for every number given out. */
export function connectionClosed(node: NodeState, ctx: Context, n: number, reason: ReasonCode): void {
  const session = node.sessions.get(n);
  if (session === undefined) return;
  forgetSession(node, ctx, session, reason);
  admitRival(node, ctx, session);
  if (session.dir === 'outbound' && session.listen !== null) judgeDial(node, ctx, session);
  node.dialDue = true;
  settleDeadline(node, ctx);
}

/** What the end of a connection we dialled says of its address: a closed duplicate is a success, a short life is not (rules 21, 44). */
function judgeDial(node: NodeState, ctx: Context, session: Session): void {
  const { listen: address, closeReason: reason } = session;
  if (
    address === null ||
    reason === null ||
    reason === 'self' ||
    reason === 'duplicate' ||
    reason === 'id-pending' ||
    session.said === 'duplicate'
  )
    return;
  if (session.readyAt !== null && ctx.now - session.readyAt >= LIVED_US) return livedWell(node, address, ctx.now);
  dialLater(node, ctx, address, reason, session.readyAt === null);
}

/** The one timer fired; earlier than asked is harmless, much later means that we slept (rule 28). */
export function wakeNode(node: NodeState, ctx: Context): void {
  const gapUs = ctx.now - node.wakeAt;
  const late = gapUs > node.settings['late.tick'];
  if (late) ctx.emit({ kind: 'late', gapUs });
  node.wakeAt = Infinity;
  for (const session of [...node.sessions.values()]) {
    if (late) shiftSession(node, ctx, session, gapUs);
    if (session.stage === 'hello' || sessionDeadline(node, session) <= ctx.now) {
      const stage = session.stage;
      wakeSession(node, ctx, session);
      if (session.stage !== stage) node.dialDue = true;
    }
  }
  askForMore(node, ctx);
  if (ctx.now >= node.nextRotateAt) {
    rotate(node, ctx);
    forgetUnseen(node.book, ctx.now);
    for (const [key, until] of node.held) if (until <= ctx.now) node.held.delete(key);
  }
  settleDeadline(node, ctx);
}

/** Dials what is due, then asks for the earliest deadline; nothing is asked when an earlier wake-up already stands. */
function settleDeadline(node: NodeState, ctx: Context): void {
  if (node.dialDue || node.nextDialAt <= ctx.now) pumpDials(node, ctx);
  if (node.stopping) return;
  let at = Math.min(node.nextDialAt, node.nextAskAt, node.nextRotateAt);
  for (const session of node.sessions.values()) at = Math.min(at, sessionDeadline(node, session));
  if (at < node.wakeAt) {
    node.wakeAt = at;
    ctx.wake(at);
  }
}

export function giveOrder(node: NodeState, ctx: Context, order: Order): OrderAnswer {
  const answer = obey(node, ctx, order);
  settleDeadline(node, ctx);
  return answer;
}

const done = (n: number | null = null, attempt: number | null = null): OrderAnswer => ({ ok: true, attempt, n });

function obey(node: NodeState, ctx: Context, order: Order): OrderAnswer {
  if (node.stopping) return { ok: false, reason: 'stopping', message: 'this node is stopping' };
  switch (order.kind) {
    case 'connect':
      return connectByHand(node, ctx, order.host, order.port, order.keep);
    case 'bootstrap-add':
      if (node.targets.length >= BOOTSTRAP_MAX)
        return {
          ok: false,
          reason: 'over-limit',
          message: `the bootstrap list holds at most ${BOOTSTRAP_MAX} entries`,
        };
      addTarget(node, order.host, order.port, 'boot', ctx.now);
      node.dialDue = true;
      return done();
    case 'bootstrap-remove': {
      const at = node.targets.findIndex(
        (target) =>
          target.port === order.port &&
          (target.host === order.host || target.resolved.some((address) => address.ip === order.host)),
      );
      if (at < 0)
        return { ok: false, reason: 'not-listed', message: `${order.host}:${order.port} is not in the bootstrap list` };
      node.targets.splice(at, 1);
      return done();
    }
    case 'set':
      Object.assign(node.settings, { [order.key]: order.value });
      node.dialDue = true;
      return done();
    case 'ping':
    case 'getaddr':
    case 'drop':
    case 'send':
    case 'send-line':
      return obeyOn(node, ctx, order);
    default:
      return order satisfies never;
  }
}

function obeyOn(node: NodeState, ctx: Context, order: Extract<Order, { n: number }>): OrderAnswer {
  const session = node.sessions.get(order.n);
  if (session === undefined || session.stage === 'closing')
    return { ok: false, reason: 'no-such-connection', message: `connection #${order.n} is gone` };
  if (order.kind === 'drop') {
    hold(node, ctx, session);
    closeSession(node, ctx, session, 'dropped', session.readyAt === null ? null : 'dropped');
    node.dialDue = true;
    return done(session.n);
  }
  if (order.kind === 'send-line') {
    session.lastSendAt = ctx.now;
    ctx.sendLine(session.n, order.line);
    return done(session.n);
  }
  if (order.kind === 'send') {
    sendMessage(node, ctx, session, order.message);
    return done(session.n);
  }
  if (session.readyAt === null)
    return { ok: false, reason: 'not-ready', message: `connection #${order.n} has not finished its handshake` };
  if (order.kind === 'getaddr') sendGetaddr(node, ctx, session);
  else if (session.userPings >= USER_PINGS_MAX)
    return { ok: false, reason: 'over-limit', message: 'too many pings wait on this connection' };
  else userPing(node, ctx, session);
  return done(session.n);
}

/** A dropped peer stays away by id and by address until `drop.hold` has passed or `connect` says otherwise. */
function hold(node: NodeState, ctx: Context, session: Session): void {
  const until = ctx.now + node.settings['drop.hold'];
  if (until <= ctx.now) return;
  for (const key of [session.id, session.listen?.text])
    if (key !== null && key !== undefined) node.held.set(key, until);
  while (node.held.size > HELD_MAX)
    for (const oldest of node.held.keys()) {
      node.held.delete(oldest);
      break;
    }
}

function connectByHand(node: NodeState, ctx: Context, host: string, port: number, keep: boolean): OrderAnswer {
  const address = addressOf(host, port);
  if (address === null) {
    const attempt = nextAttempt(node);
    node.names.set(attempt, { attempt, host, port, keep });
    ctx.emit({ kind: 'resolving', attempt, host });
    ctx.resolve(host);
    return done(null, attempt);
  }
  const session = sessionAt(node, address);
  if (session !== null && session.readyAt !== null) return done(session.n);
  return dialByHand(node, ctx, address, keep, nextAttempt(node));
}

function dialByHand(node: NodeState, ctx: Context, address: Address, keep: boolean, attempt: number): OrderAnswer {
  const entry = node.book.entries.get(address.text);
  node.held.delete(address.text);
  if (entry !== undefined && entry.id !== null) node.held.delete(entry.id);
  if (keep) addTarget(node, address.ip, address.port, 'keep', ctx.now);
  for (const target of node.targets)
    if (target.resolved.some((one) => one.text === address.text)) target.nextAt = ctx.now;
  for (const dial of node.dials.values()) if (dial.address.text === address.text) return done(null, dial.attempt);
  if (address.class === 'special') {
    ctx.emit({ kind: 'dial-failed', attempt, address: address.text, via: 'manual', reason: 'bad-address', detail: '' });
    return { ok: false, reason: 'bad-address', message: `${address.text} is not an address that can be dialled` };
  }
  const why = whyNotDial(node, ctx.now, address, 'manual');
  if (why === 'connected') {
    const session = sessionAt(node, address);
    return done(session?.n ?? null);
  }
  return done(null, startDial(node, ctx, address, keep ? 'keep' : 'manual', attempt));
}

function addTarget(node: NodeState, host: string, port: number, via: Target['via'], now: number): void {
  if (
    node.targets.some(
      (target) =>
        target.port === port && (target.host === host || target.resolved.some((address) => address.ip === host)),
    )
  )
    return;
  const literal = parseAddress(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  node.targets.push({
    host,
    port,
    via,
    resolved: literal === null ? [] : [literal],
    resolving: false,
    self: false,
    failures: 0,
    nextAt: now,
    lastError: null,
  });
}

/** Rule 66: says bye to every peer and calls dials off; the driver then waits for the closes. */
export function stopNode(node: NodeState, ctx: Context): void {
  node.stopping = true;
  for (const attempt of node.dials.keys()) ctx.cancel(attempt);
  node.dials.clear();
  node.names.clear();
  for (const session of [...node.sessions.values()])
    closeSession(node, ctx, session, 'stopping', session.readyAt === null ? null : 'stopping');
  node.wakeAt = Infinity;
  ctx.wake(Infinity);
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

export function countBytes(node: NodeState, n: number, sent: number, received: number): void {
  node.bytes.sent += sent;
  node.bytes.received += received;
  const session = node.sessions.get(n);
  if (session === undefined) return;
  session.bytesSent += sent;
  session.bytesReceived += received;
}
