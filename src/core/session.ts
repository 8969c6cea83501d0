/**
 * One connection's states and reactions: a message or a deadline goes in, replies and state changes come out. Which of several
 * connections of one peer survives is decided in peers.ts; whom to dial in dialer.ts.
 *
 * | stage  | hello                  | ping            | other messages | deadline             |
 * | hello  | admit (peers.ts)       | strike, or rule 15 when we dialled | same | close hello-timeout, or quiet |
 * | quiet  | admit                  | pong            | handled        | -                    |
 * | ready  | ignore, or id-changed  | pong            | handled        | ping-timeout         |
 * | rival  | ignore, or id-changed  | ignored         | ignored        | promoted (peers.ts)  |
 * | loser, closing | ignored        | ignored         | ignored        | close duplicate      |
 */

import type { Address } from '../wire/address.ts';
import type { Message, MessageType, Nonce, Pong } from '../wire/messages.ts';
import { MESSAGE_TYPES } from '../wire/messages.ts';
import type { Context } from './context.ts';
import type { Direction, Via } from './events.ts';
import { answerGetaddr, ownAddressMessage, takeAddr } from './gossip.ts';
import { ADDR_AFTER_GETADDR, GONE_MAX, PING_JITTER, USER_PING_WAIT_US } from './limits.ts';
import { admit, promoteRival, rivalProved, sessionLeft } from './peers.ts';
import type { ReasonCode } from './reasons.ts';
import type { NodeState, Session } from './state.ts';

const PING = { type: 'ping', nonce: null } as const;
const GETADDR = { type: 'getaddr' } as const;
const PONG: Pong = { type: 'pong', nonce: null };
const TYPE_INDEX = new Map<MessageType, number>(MESSAGE_TYPES.map((type, index) => [type, index]));

export const aboutOf = (session: Session) => ({
  n: session.n,
  id: session.id,
  address: session.listen?.text ?? session.remote.text,
  dir: session.dir,
});

export function openSession(
  node: NodeState,
  ctx: Context,
  dir: Direction,
  via: Via,
  remote: Address,
  local: Address | null,
  dialled: Address | null,
): Session {
  node.connections += 1;
  const session: Session = {
    n: node.connections,
    dir,
    via,
    remote,
    local,
    openedAt: ctx.now,
    stage: 'hello',
    id: null,
    listen: dialled,
    confirmed: dialled !== null,
    agent: null,
    observed: null,
    ext: [],
    readyAt: null,
    spokeAt: null,
    deadlineAt: ctx.now + node.settings['hello.timeout'],
    nextPingAt: Infinity,
    ping: null,
    userPings: 0,
    userPingAt: Infinity,
    lastPongAt: null,
    rttUs: null,
    rttMinUs: null,
    suspect: false,
    lastSendAt: null,
    lastReceiveAt: null,
    strikeTimes: [],
    lastError: null,
    sent: MESSAGE_TYPES.map(() => 0),
    received: MESSAGE_TYPES.map(() => 0),
    bytesSent: 0,
    bytesReceived: 0,
    addrTokens: node.settings['addr.burst'],
    addrTokensAt: ctx.now,
    getaddrTokens: -1,
    getaddrTokensAt: ctx.now,
    addresses: 0,
    rival: null,
    probeUntil: Infinity,
    closeReason: null,
    closeBy: 'them',
    said: null,
  };
  node.sessions.set(session.n, session);
  return session;
}

export function sendMessage(node: NodeState, ctx: Context, session: Session, message: Message): void {
  const index = TYPE_INDEX.get(message.type) ?? 0;
  session.sent[index] = (session.sent[index] ?? 0) + 1;
  node.sent[index] = (node.sent[index] ?? 0) + 1;
  session.lastSendAt = ctx.now;
  ctx.send(session.n, message);
}

export function sendGetaddr(node: NodeState, ctx: Context, session: Session): void {
  session.addrTokens += ADDR_AFTER_GETADDR;
  sendMessage(node, ctx, session, GETADDR);
}

/** Ends our side of a connection, saying bye to a peer that knows us. The session leaves the tables when the driver reports the close. */
export function closeSession(
  node: NodeState,
  ctx: Context,
  session: Session,
  reason: ReasonCode,
  bye: string | null = null,
  abrupt = false,
): void {
  if (session.stage === 'closing') return;
  if (bye !== null) sendMessage(node, ctx, session, { type: 'bye', reason: bye });
  session.closeReason = reason;
  session.closeBy = 'us';
  session.stage = 'closing';
  session.deadlineAt = Infinity;
  session.nextPingAt = Infinity;
  sessionLeft(node, session);
  ctx.close(session.n, abrupt);
}

/** The connection is gone, whoever closed it: forget it, remember why. */
export function forgetSession(node: NodeState, ctx: Context, session: Session, reason: ReasonCode): void {
  const why = session.closeReason ?? (session.said === null ? reason : 'bye');
  session.closeReason = why;
  session.stage = 'closing';
  sessionLeft(node, session);
  node.sessions.delete(session.n);
  node.gone.push({ session, at: ctx.now });
  if (node.gone.length > GONE_MAX) node.gone.shift();
  node.reasons.set(why, (node.reasons.get(why) ?? 0) + 1);
  ctx.emit({
    kind: 'closed',
    ...aboutOf(session),
    reason: why,
    by: session.closeBy,
    said: session.said,
    wasReady: session.readyAt !== null,
    ageUs: ctx.now - session.openedAt,
  });
}

export function strike(node: NodeState, ctx: Context, session: Session, what: string): void {
  const since = ctx.now - node.settings['strike.window'];
  session.strikeTimes = session.strikeTimes.filter((at) => at > since);
  session.strikeTimes.push(ctx.now);
  session.lastError = what;
  ctx.emit({ kind: 'strike', ...aboutOf(session), reason: what, strikes: session.strikeTimes.length });
  if (session.strikeTimes.length >= node.settings['strike.max'])
    closeSession(node, ctx, session, 'strikes', null, true);
}

export function handleMessage(node: NodeState, ctx: Context, session: Session, message: Message): void {
  if (session.stage === 'closing' || session.stage === 'loser') return;
  const index = TYPE_INDEX.get(message.type) ?? 0;
  session.received[index] = (session.received[index] ?? 0) + 1;
  node.received[index] = (node.received[index] ?? 0) + 1;
  session.lastReceiveAt = ctx.now;
  if (message.type === 'hello') return handleHello(node, ctx, session, message);
  if (session.stage === 'rival') {
    if (message.type === 'bye') session.said = message.reason ?? '';
    return;
  }
  if (session.stage === 'hello') {
    if (session.dir === 'inbound') return strike(node, ctx, session, `${message.type} before hello`);
    if (session.spokeAt === null) {
      session.spokeAt = ctx.now;
      session.deadlineAt = Math.min(session.deadlineAt, ctx.now + node.settings['hello.quiet']);
    }
    if (message.type !== 'ping') return;
  }
  switch (message.type) {
    case 'ping':
      sendMessage(node, ctx, session, message.nonce === null ? PONG : { type: 'pong', nonce: message.nonce });
      return;
    case 'pong':
      return handlePong(node, ctx, session, message.nonce);
    case 'getaddr':
      return answerGetaddr(node, ctx, session);
    case 'addr':
      return takeAddr(node, ctx, session, message);
    case 'bye':
      session.said = message.reason ?? '';
      return;
    case 'unknown':
      return;
    default:
      message satisfies never;
  }
}

function handleHello(
  node: NodeState,
  ctx: Context,
  session: Session,
  hello: Extract<Message, { type: 'hello' }>,
): void {
  if (session.id !== null) {
    if (hello.nodeid !== session.id) closeSession(node, ctx, session, 'id-changed');
    return;
  }
  admit(node, ctx, session, hello);
}

/** The connection counts from now on: rule 24's first ping, our own address, a question for more. */
export function becomeReady(node: NodeState, ctx: Context, session: Session): void {
  const helloLess = session.id === null;
  session.stage = helloLess ? 'quiet' : 'ready';
  session.readyAt = ctx.now;
  session.deadlineAt = Infinity;
  ctx.emit({ kind: 'ready', ...aboutOf(session), via: session.via, helloLess, agent: session.agent });
  sendPing(node, ctx, session, false);
  schedulePing(node, ctx, session);
  const own = ownAddressMessage(node, session);
  if (own !== null) sendMessage(node, ctx, session, own);
  sendGetaddr(node, ctx, session);
}

function schedulePing(node: NodeState, ctx: Context, session: Session): void {
  const interval = node.settings['ping.interval'];
  session.nextPingAt = ctx.now + interval - Math.floor(interval * PING_JITTER * ctx.random());
}

export function sendPing(node: NodeState, ctx: Context, session: Session, user: boolean): void {
  let nonce: Nonce | null = null;
  if (session.ext.includes('nonce')) {
    node.nonces += 1;
    nonce = node.nonces;
  }
  session.ping = { at: ctx.now, nonce, user };
  sendMessage(node, ctx, session, nonce === null ? PING : { type: 'ping', nonce });
}

/** A `ping` order: at once, or when the outstanding ping is answered or has waited a second. */
export function userPing(node: NodeState, ctx: Context, session: Session): void {
  if (session.ping === null) return sendPing(node, ctx, session, true);
  session.userPings += 1;
  if (session.userPingAt === Infinity) session.userPingAt = Math.max(ctx.now, session.ping.at + USER_PING_WAIT_US);
}

function sendWaitingUserPing(node: NodeState, ctx: Context, session: Session): void {
  session.userPings -= 1;
  session.userPingAt = session.userPings > 0 ? ctx.now + USER_PING_WAIT_US : Infinity;
  sendPing(node, ctx, session, true);
}

function handlePong(node: NodeState, ctx: Context, session: Session, nonce: Nonce | null): void {
  const ping = session.ping;
  if (ping === null || (nonce !== null && nonce !== ping.nonce)) return;
  session.ping = null;
  session.suspect = false;
  session.lastPongAt = ctx.now;
  session.rttUs = ctx.now - ping.at;
  session.rttMinUs = session.rttMinUs === null ? session.rttUs : Math.min(session.rttMinUs, session.rttUs);
  ctx.emit({ kind: 'pong', ...aboutOf(session), rttUs: session.rttUs, user: ping.user });
  if (session.rival !== null) rivalProved(node, ctx, session);
  if (session.userPings > 0) sendWaitingUserPing(node, ctx, session);
}

/** When a pong is overdue, counted from the last one or from ready (rule 26). */
const pongDueAt = (node: NodeState, session: Session) =>
  session.readyAt === null
    ? Infinity
    : Math.max(session.lastPongAt ?? 0, session.readyAt) + node.settings['ping.timeout'];

/** The session's earliest deadline. */
export function sessionDeadline(node: NodeState, session: Session): number {
  if (session.stage === 'closing') return Infinity;
  return Math.min(
    session.deadlineAt,
    session.nextPingAt,
    session.userPingAt,
    session.probeUntil,
    pongDueAt(node, session),
  );
}

/** Does what is due. */
export function wakeSession(node: NodeState, ctx: Context, session: Session): void {
  if (ctx.now >= session.deadlineAt) {
    if (session.stage === 'hello') {
      if (session.spokeAt === null || ctx.now >= session.openedAt + node.settings['hello.timeout'])
        return closeSession(node, ctx, session, 'hello-timeout', null, true);
      return becomeReady(node, ctx, session);
    }
    if (session.stage === 'loser') return closeSession(node, ctx, session, 'duplicate', 'duplicate');
    session.deadlineAt = Infinity;
  }
  if (ctx.now >= session.probeUntil) return promoteRival(node, ctx, session);
  if (ctx.now >= pongDueAt(node, session)) return closeSession(node, ctx, session, 'ping-timeout', 'ping timeout');
  if (ctx.now >= session.userPingAt && session.userPings > 0) sendWaitingUserPing(node, ctx, session);
  if (ctx.now >= session.nextPingAt) {
    if (session.ping === null) sendPing(node, ctx, session, false);
    else if (!session.suspect) {
      session.suspect = true;
      ctx.emit({ kind: 'suspect', ...aboutOf(session) });
    }
    schedulePing(node, ctx, session);
  }
}

/** Rule 28: we slept, not the peer. Every deadline moves by the gap and the peer is asked again before it is judged. */
export function shiftSession(node: NodeState, ctx: Context, session: Session, gapUs: number): void {
  session.deadlineAt += gapUs;
  session.probeUntil += gapUs;
  if (session.lastPongAt !== null) session.lastPongAt += gapUs;
  if (session.readyAt !== null) {
    session.readyAt += gapUs;
    if (session.stage !== 'closing') sendPing(node, ctx, session, false);
  }
}
