/** What time does to a session: its deadlines go in with the time, pings, verdicts and closes come out. Rules 13, 15, 21, 22, 24-28. */
import { reviewAll, visitDue } from './agenda.ts';
import type { Context } from './context.ts';
import { greet } from './gossip.ts';
import { PING_JITTER } from './limits.ts';
import { closeLeaving, isVisit, promoteRival } from './peers.ts';
import {
  aboutOf,
  becomeReady,
  closeSession,
  hasRoomForPing,
  pongDueAt,
  schedulePing,
  sendPing,
  sendWaitingUserPing,
  sessionDeadline,
} from './session.ts';
import type { NodeState, Session } from './state.ts';

/** Does what is due in every session; `lateByUs` is 0 unless we slept. */
export function wakeSessions(node: NodeState, ctx: Context, lateByUs: number): void {
  if (lateByUs > 0) {
    for (const session of node.sessions.values()) shiftSession(node, ctx, session, lateByUs);
    reviewAll(node.agenda, ctx.now);
  }
  visitDue(node.agenda, ctx.now, (session) => {
    if (sessionDeadline(node, session) <= ctx.now) wakeSession(node, ctx, session);
    return sessionDeadline(node, session);
  });
}

function wakeSession(node: NodeState, ctx: Context, session: Session): void {
  if (ctx.now >= session.deadlineAt) return meetDeadline(node, ctx, session);
  if (ctx.now >= (session.probeUntil ?? Infinity)) return promoteRival(node, ctx, session);
  if (ctx.now >= pongDueAt(node, session)) return closeSession(node, ctx, session, 'ping-timeout', 'ping timeout');
  if (ctx.now >= (session.userPingAt ?? Infinity)) sendWaitingUserPing(node, ctx, session);
  if (ctx.now >= session.nextPingAt) pingAgain(node, ctx, session);
}

/** The one deadline of stages hello and leaving. Rule 15 keeps a listener that only lacks a hello, but a visit is never kept. */
function meetDeadline(node: NodeState, ctx: Context, session: Session): void {
  if (session.stage === 'leaving') return closeLeaving(node, ctx, session);
  const isQuiet = session.spokeAt !== null && session.deadlineAt >= session.spokeAt + node.settings['hello.quiet'];
  if (!isQuiet || isVisit(session)) return closeSession(node, ctx, session, 'hello-timeout', null, true);
  becomeReady(node, ctx, session);
  greet(node, ctx, session);
}

/** Rule 27: a ping still unanswered when the next falls due makes the peer suspect; one that a user sent since is too young for that. */
function pingAgain(node: NodeState, ctx: Context, session: Session): void {
  const [oldest] = session.pings;
  if (oldest === undefined) sendPing(ctx, session, false);
  else if (!session.suspect && ctx.now - oldest.at >= node.settings['ping.interval'] * (1 - PING_JITTER)) {
    session.suspect = true;
    ctx.emit({ kind: 'suspect', ...aboutOf(session) });
  }
  schedulePing(node, ctx, session);
}

/**
 * Rule 28: we slept, not the peer. Every deadline moves by the gap, and the peer is asked again and gets the time of a probe to answer
 * before it is judged: the deadline that we slept through would else be due at once.
 */
function shiftSession(node: NodeState, ctx: Context, session: Session, gapUs: number): void {
  if (session.stage === 'closing') return;
  const soonest = ctx.now + node.settings['probe.timeout'];
  session.deadlineAt = Math.max(session.deadlineAt + gapUs, soonest);
  if (session.probeUntil !== null) session.probeUntil = Math.max(session.probeUntil + gapUs, soonest);
  if (session.spokeAt !== null) session.spokeAt = Math.min(session.spokeAt + gapUs, ctx.now);
  if (session.readyAt === null || session.stage === 'leaving') return;
  const byUs = Math.max(gapUs, soonest - pongDueAt(node, session));
  if (session.lastPongAt !== null) session.lastPongAt = Math.min(session.lastPongAt + byUs, ctx.now);
  session.readyAt = Math.min(session.readyAt + byUs, ctx.now);
  for (const ping of session.pings) ping.at = Math.min(ping.at + gapUs, ctx.now);
  if (hasRoomForPing(session)) sendPing(ctx, session, false);
  schedulePing(node, ctx, session);
}
