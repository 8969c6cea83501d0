/** What time does to a session: its deadlines go in with the time, pings, verdicts and closes come out. Rules 13, 15, 21, 22, 24-28. */
import { reviewAll, visitDue } from './agenda.ts';
import type { Context } from './context.ts';
import { greet } from './gossip.ts';
import { closeLoser, isVisit, promoteRival } from './peers.ts';
import {
  aboutOf,
  becomeReady,
  closeSession,
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
    const { stage } = session;
    if (sessionDeadline(node, session) <= ctx.now) wakeSession(node, ctx, session);
    if (session.stage !== stage) node.dialDue = true;
    return sessionDeadline(node, session);
  });
}

function wakeSession(node: NodeState, ctx: Context, session: Session): void {
  if (ctx.now >= session.deadlineAt) return meetDeadline(node, ctx, session);
  if (ctx.now >= session.probeUntil) return promoteRival(node, ctx, session);
  if (ctx.now >= pongDueAt(node, session)) return closeSession(node, ctx, session, 'ping-timeout', 'ping timeout');
  if (ctx.now >= session.userPingAt && session.userPings > 0) sendWaitingUserPing(node, ctx, session);
  if (ctx.now >= session.nextPingAt) pingAgain(node, ctx, session);
}

/** The one deadline of stages hello and loser. A visit is over without a hello: only a connection that holds a slot is kept quiet. */
function meetDeadline(node: NodeState, ctx: Context, session: Session): void {
  if (session.stage === 'loser') return closeLoser(node, ctx, session);
  const isLate = ctx.now >= session.openedAt + node.settings['hello.timeout'];
  if (session.spokeAt === null || isLate || isVisit(session))
    return closeSession(node, ctx, session, 'hello-timeout', null, true);
  becomeReady(node, ctx, session);
  greet(node, ctx, session);
}

/** Rule 27: a ping still unanswered when the next falls due makes the peer suspect. */
function pingAgain(node: NodeState, ctx: Context, session: Session): void {
  if (session.ping === null) sendPing(node, ctx, session, false);
  else if (!session.suspect) {
    session.suspect = true;
    ctx.emit({ kind: 'suspect', ...aboutOf(session) });
  }
  schedulePing(node, ctx, session);
}

/** Rule 28: we slept, not the peer. Every deadline moves by the gap and the peer is asked again before it is judged. */
function shiftSession(node: NodeState, ctx: Context, session: Session, gapUs: number): void {
  session.deadlineAt += gapUs;
  session.probeUntil += gapUs;
  if (session.lastPongAt !== null) session.lastPongAt += gapUs;
  if (session.readyAt === null) return;
  session.readyAt += gapUs;
  if (session.stage !== 'closing') sendPing(node, ctx, session, false);
}
