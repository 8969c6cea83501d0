/**
 * The clock of a node was set back: by how much goes in, and whatever it waits for comes as soon as it would have come, or sooner; what it
 * counts from a time that is still to come, it counts from now. What is saved up or used of a rate stays as it was, since what was saved
 * lies behind. It does nothing of what is due.
 */
import { reviewAll } from './agenda.ts';
import type { NodeState, Session } from './state.ts';

export function setBack(node: NodeState, now: number, byUs: number): void {
  const earlier = (at: number) => Math.max(now, at - byUs);
  const earlierOrNull = (at: number | null) => (at === null ? null : earlier(at));
  const past = (at: number | null) => (at === null ? null : Math.min(at, now));

  function setBackSession(session: Session): void {
    session.deadlineAt = earlier(session.deadlineAt);
    session.nextPingAt = earlier(session.nextPingAt);
    session.userPingAt = earlierOrNull(session.userPingAt);
    session.probeUntil = earlierOrNull(session.probeUntil);
    session.spokeAt = past(session.spokeAt);
    session.readyAt = past(session.readyAt);
    session.lastPongAt = past(session.lastPongAt);
    for (const ping of session.pings) ping.at = Math.min(ping.at, now);
    session.messagesUsedTo -= byUs;
    session.bytesUsedTo -= byUs;
    session.addrUsedTo -= byUs;
    session.getaddrUsedTo -= byUs;
    if (session.pauses !== null) {
      session.pauses.until = earlier(session.pauses.until);
      session.pauses.since = Math.min(session.pauses.since, now);
    }
  }

  for (const session of node.sessions.values()) setBackSession(session);
  for (const target of node.targets) {
    target.nextAt = earlier(target.nextAt);
    target.lookUpAt = earlier(target.lookUpAt);
  }
  for (const outcome of node.book.outcomes) if (outcome !== null) outcome.nextDialAt = earlier(outcome.nextDialAt);
  for (const [key, until] of node.held) node.held.set(key, earlier(until));
  for (const [key, ban] of node.bans) node.bans.set(key, { ...ban, until: earlier(ban.until) });
  for (const [key, usedTo] of node.accepts) node.accepts.set(key, usedTo - byUs);
  node.publicDialsUsedTo -= byUs;
  node.nextAskAt = earlier(node.nextAskAt);
  node.nextRotateAt = earlier(node.nextRotateAt);
  node.nextFeelerAt = earlier(node.nextFeelerAt);
  node.nextDialAt = earlier(node.nextDialAt);
  node.dialDue = true;
  // The next wake-up finds the true deadlines.
  node.wakeAt = now;
  reviewAll(node.agenda, now);
}
