/**
 * One connection: it is opened, pinged, struck, closed and forgotten here, and its deadlines are kept. What a message does is decided
 * in receive.ts, which of several connections of one peer survives in peers.ts.
 *
 * | stage  | leaves by                                  | deadline                       |
 * | hello  | a hello (peers.ts), or quiet speech         | close hello-timeout, or quiet  |
 * | quiet  | a hello, close                             | ping-timeout                   |
 * | ready  | losing to another connection, close        | ping-timeout                   |
 * | rival  | the old connection's answer, or its end    | promoted (deadline of the old) |
 * | leaving | close                                     | close duplicate, or visit      |
 * | closing | the driver's report                       | -                              |
 */
import type { Address } from '../wire/address.ts';
import type { Message, Nonce } from '../wire/messages.ts';
import { dueBy, enterAgenda, leaveAgenda } from './agenda.ts';
import { discourage } from './bans.ts';
import type { Context } from './context.ts';
import { addCounts, countSent, createCounts } from './counts.ts';
import type { Direction, Via } from './events.ts';
import {
  ADDR_AFTER_GETADDR,
  GONE_MAX,
  NONCES,
  PING_JITTER,
  PINGS_OUT_MAX,
  SECOND_US,
  USER_PING_WAIT_US,
} from './limits.ts';
import { UNUSED } from './pace.ts';
import type { ReasonCode } from './reasons.ts';
import { mayFreeDial } from './slots.ts';
import type { NodeState, OutstandingPing, Session } from './state.ts';
import { tally } from './tally.ts';

const PING = { type: 'ping', nonce: null } as const;
const GETADDR = { type: 'getaddr' } as const;
const NO_EXTENSIONS: readonly string[] = [];
const NO_STRIKES: readonly number[] = [];
/** Most of the time there is none: an array of its own for each session would be a quarter of it. */
const NO_PINGS: readonly OutstandingPing[] = [];

const placeOf = ({ listen, remote }: Session) => (listen ?? remote).text;

/** What every event about a connection begins with; those of every connection and message are written out, which costs a third. */
export const aboutOf = (session: Session) => ({
  n: session.n,
  id: session.id,
  address: placeOf(session),
  dir: session.dir,
});

export function emitConnected(ctx: Context, session: Session, attempt: number | null): void {
  const { n, id, dir, via, remote } = session;
  const local = session.local?.text ?? null;
  ctx.emit({ kind: 'connected', n, id, address: placeOf(session), dir, attempt, via, local, remote: remote.text });
}

export function emitHello(ctx: Context, session: Session, kind: 'hello-sent' | 'hello-received'): void {
  const { n, id, dir } = session;
  ctx.emit({ kind, n, id, address: placeOf(session), dir });
}

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
  // What every message touches stands together, in the order in which it is touched.
  const session: Session = {
    stage: 'hello',
    n: node.connections,
    messagesUsedTo: UNUSED,
    lastReceiveAt: null,
    counts: createCounts(),
    lastSendAt: null,
    pings: NO_PINGS,
    pongs: 0,
    lastPongAt: null,
    rttUs: null,
    rttMinUs: null,
    suspect: false,
    rival: null,
    userPings: 0,
    dir,
    row: 0,
    nextPingAt: Infinity,
    deadlineAt: ctx.now + node.settings['hello.timeout'],
    readyAt: null,
    probeUntil: null,
    userPingAt: null,
    id: null,
    ext: NO_EXTENSIONS,
    listen: null,
    confirmed: dialled !== null,
    remote,
    via,
    local,
    openedAt: ctx.now,
    agent: null,
    observed: null,
    spokeAt: null,
    strikeTimes: NO_STRIKES,
    lastError: null,
    bytesSent: 0,
    bytesReceived: 0,
    bytesUsedTo: UNUSED,
    pauses: null,
    addrUsedTo: ctx.now - node.settings['addr.burst'] * addrEachUs(node),
    getaddrUsedTo: UNUSED,
    addresses: 0,
    usefulAt: null,
    closeReason: null,
    closeBy: 'them',
    said: null,
  };
  node.sessions.set(session.n, session);
  if (dir === 'inbound') tally(node.inboundByGroup, remote, 1);
  else node.slots = null;
  enterAgenda(node.agenda, session);
  setListen(node, session, dialled);
  dueBy(node.agenda, session, session.deadlineAt);
  return session;
}

/** Names a session's listening address; where another live session has the same one, that one keeps the place. */
export function setListen(node: NodeState, session: Session, listen: Address | null): void {
  leavePlace(node, session);
  session.listen = listen;
  if (listen !== null && !node.places.has(listen.text)) node.places.set(listen.text, session.n);
}

function leavePlace(node: NodeState, session: Session): void {
  const { listen } = session;
  if (listen === null || node.places.get(listen.text) !== session.n) return;
  node.places.delete(listen.text);
  for (const other of node.sessions.values())
    if (other !== session && other.stage !== 'closing' && other.listen?.text === listen.text)
      return void node.places.set(listen.text, other.n);
}

/** A reason is counted for every refusal, close, failed dial and address that is not taken. */
export function countReason(node: NodeState, reason: ReasonCode, times = 1): void {
  if (times > 0) node.reasons.set(reason, (node.reasons.get(reason) ?? 0) + times);
}

export function sendMessage(ctx: Context, session: Session, message: Message): void {
  const bytes = ctx.send(session.n, message);
  if (bytes < 0) return;
  countSent(session, message.type, bytes);
  session.lastSendAt = ctx.now;
}

/** How much of its rate an address uses that a peer teaches us (rule 35). */
export const addrEachUs = ({ settings }: NodeState) => SECOND_US / settings['addr.rate'];

export function sendGetaddr(node: NodeState, ctx: Context, session: Session): void {
  session.addrUsedTo -= ADDR_AFTER_GETADDR * addrEachUs(node);
  sendMessage(ctx, session, GETADDR);
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
  if (bye !== null) sendMessage(ctx, session, { type: 'bye', reason: bye });
  session.closeReason = reason;
  session.closeBy = 'us';
  session.stage = 'closing';
  session.deadlineAt = Infinity;
  session.nextPingAt = Infinity;
  leaveTables(node, session);
  ctx.close(session.n, abrupt);
}

/** The connection is gone, whoever closed it: forget it, remember why. */
export function forgetSession(node: NodeState, ctx: Context, session: Session, reason: ReasonCode): void {
  const why = session.closeReason ?? (session.said === null ? reason : 'bye');
  session.closeReason = why;
  session.stage = 'closing';
  leaveTables(node, session);
  node.sessions.delete(session.n);
  if (session.dir === 'inbound') tally(node.inboundByGroup, session.remote, -1);
  addCounts(node.counts, session.counts);
  leaveAgenda(node.agenda, session);
  if (why !== 'visit') remember(node, ctx, session);
  countReason(node, why);
  ctx.emit({
    kind: 'closed',
    n: session.n,
    id: session.id,
    address: placeOf(session),
    dir: session.dir,
    reason: why,
    by: session.closeBy,
    said: session.said,
    wasReady: session.readyAt !== null,
    ageUs: ctx.now - session.openedAt,
  });
}

/** For those who ask about it later; visits are too many and say nothing. */
function remember(node: NodeState, ctx: Context, session: Session): void {
  node.gone.push({ session, at: ctx.now });
  if (node.gone.length > GONE_MAX) node.gone.shift();
}

function leaveTables(node: NodeState, session: Session): void {
  if (session.dir === 'outbound') node.slots = null;
  leavePlace(node, session);
  if (session.id !== null && node.peers.get(session.id) === session) node.peers.delete(session.id);
  node.dialDue ||= mayFreeDial(node, session);
}

export function strike(node: NodeState, ctx: Context, session: Session, what: string): void {
  const since = ctx.now - node.settings['strike.window'];
  session.strikeTimes = [...session.strikeTimes.filter((at) => at > since), ctx.now];
  session.lastError = what;
  ctx.emit({ kind: 'strike', ...aboutOf(session), reason: what, strikes: session.strikeTimes.length });
  if (session.strikeTimes.length < node.settings['strike.max']) return;
  discourage(node, ctx.now, session);
  closeSession(node, ctx, session, 'strikes', null, true);
}

/** The connection counts from now on, and rule 24's first ping is sent. */
export function becomeReady(node: NodeState, ctx: Context, session: Session): void {
  const helloLess = session.id === null;
  session.stage = helloLess ? 'quiet' : 'ready';
  session.readyAt = ctx.now;
  session.deadlineAt = Infinity;
  ctx.emit({
    kind: 'ready',
    n: session.n,
    id: session.id,
    address: placeOf(session),
    dir: session.dir,
    via: session.via,
    helloLess,
    agent: session.agent,
  });
  dueBy(node.agenda, session, pongDueAt(node, session));
  sendPing(ctx, session, false);
  schedulePing(node, ctx, session);
}

export function schedulePing(node: NodeState, ctx: Context, session: Session): void {
  const interval = node.settings['ping.interval'];
  session.nextPingAt = ctx.now + interval - Math.floor(interval * PING_JITTER * ctx.random());
  dueBy(node.agenda, session, session.nextPingAt);
}

export function sendPing(ctx: Context, session: Session, user: boolean): void {
  // Nobody can guess it, so that nobody can answer before the ping has come and pass for near.
  const nonce = session.ext.includes('nonce') ? Math.floor(ctx.random() * NONCES) : null;
  const ping = { at: ctx.now, nonce, user };
  session.pings = session.pings.length === 0 ? [ping] : [...session.pings, ping];
  sendMessage(ctx, session, nonce === null ? PING : { type: 'ping', nonce });
}

/** A `ping` order: at once, or when no ping is unanswered any more or the latest has waited a second. */
export function userPing(node: NodeState, ctx: Context, session: Session): void {
  const latest = session.pings.at(-1);
  if (latest === undefined) return sendPing(ctx, session, true);
  session.userPings += 1;
  session.userPingAt ??= Math.max(ctx.now, latest.at + USER_PING_WAIT_US);
  dueBy(node.agenda, session, session.userPingAt);
}

/** It goes beside those that are unanswered: in the place of one of them it would make the answer to that one mean nothing. */
export function sendWaitingUserPing(node: NodeState, ctx: Context, session: Session): void {
  const isSent = hasRoomForPing(session);
  if (isSent) session.userPings -= 1;
  session.userPingAt = session.userPings > 0 ? ctx.now + USER_PING_WAIT_US : null;
  if (session.userPingAt !== null) dueBy(node.agenda, session, session.userPingAt);
  if (isSent) sendPing(ctx, session, true);
}

export const hasRoomForPing = ({ pings }: Session) => pings.length < PINGS_OUT_MAX;

/**
 * Rules 24, 25: whether the pong answers an outstanding ping, the oldest where pings have no nonce; all others only count as messages.
 * Answers keep the order of what they answer, so pings before it are given up.
 */
export function takePong(session: Session, ctx: Context, nonce: Nonce | null): boolean {
  const at = session.pings.findIndex((ping) => ping.nonce === nonce);
  // To read an array at -1 is slow, and a peer can say pongs as fast as it likes.
  const ping = at < 0 ? undefined : session.pings[at];
  if (ping === undefined) return false;
  session.pings = session.pings.length === at + 1 ? NO_PINGS : session.pings.slice(at + 1);
  session.pongs += 1;
  session.suspect = false;
  session.lastPongAt = ctx.now;
  session.rttUs = ctx.now - ping.at;
  session.rttMinUs = session.rttMinUs === null ? session.rttUs : Math.min(session.rttMinUs, session.rttUs);
  ctx.emit({
    kind: 'pong',
    n: session.n,
    id: session.id,
    address: placeOf(session),
    dir: session.dir,
    rttUs: session.rttUs,
    user: ping.user,
  });
  return true;
}

/** Whether it counts as a peer now, with a hello or without. */
export const isReady = ({ stage }: Session) => stage === 'ready' || stage === 'quiet';

/** When a pong is overdue, counted from the last one or from ready (rule 26). */
export const pongDueAt = (node: NodeState, session: Session) =>
  session.readyAt === null || session.stage === 'leaving'
    ? Infinity
    : Math.max(session.lastPongAt ?? 0, session.readyAt) + node.settings['ping.timeout'];

/** The session's earliest deadline. */
export function sessionDeadline(node: NodeState, session: Session): number {
  if (session.stage === 'closing') return Infinity;
  return Math.min(
    session.deadlineAt,
    session.nextPingAt,
    session.userPingAt ?? Infinity,
    session.probeUntil ?? Infinity,
    pongDueAt(node, session),
  );
}
