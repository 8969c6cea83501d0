/** Rows of connections: a session and the time go in, what is to be seen of it comes out. Changes nothing. */
import { MESSAGE_TYPES } from '../wire/messages.ts';
import { isVisitor } from './admission.ts';
import { type Counts, messagesOf } from './counts.ts';
import type { LineDirection } from './events.ts';
import { advertisedTo, ownAddress } from './gossip.ts';
import type { NodeState, Session } from './state.ts';
import type { PeerDetailView, PeerStateName, PeerView } from './view-rows.ts';
import { ms, msSince } from './view-time.ts';

function stateName(session: Session): PeerStateName {
  switch (session.stage) {
    case 'hello':
    case 'rival':
      return 'handshaking';
    case 'quiet':
      return 'hello-less';
    case 'ready':
      return session.suspect ? 'suspect' : 'ready';
    case 'leaving':
      return 'closing';
    case 'closing':
      return isVisitor(session) ? 'visitor' : 'closing';
    default:
      return session.stage satisfies never;
  }
}

export function peerView(session: Session, now: number): PeerView {
  const pausedUntil = session.pauses?.until ?? -Infinity;
  return {
    n: session.n,
    id: session.id,
    dir: session.dir,
    via: session.via,
    address: session.remote.text,
    listen: session.listen?.text ?? null,
    agent: session.agent,
    state: stateName(session),
    pingMs: session.rttUs === null ? null : ms(session.rttUs),
    pingMinMs: session.rttMinUs === null ? null : ms(session.rttMinUs),
    lastSendMs: msSince(now, session.lastSendAt),
    lastReceiveMs: msSince(now, session.lastReceiveAt),
    lastPongMs: msSince(now, session.lastPongAt),
    addresses: session.addresses,
    ageMs: ms(now - session.openedAt),
    pausedMs: pausedUntil > now && session.stage !== 'closing' ? ms(pausedUntil - now) : null,
  };
}

export function detailView(node: NodeState, session: Session, now: number, closedAt: number | null): PeerDetailView {
  const advertised = advertisedTo(node, session);
  const own = ownAddress(node, session);
  const [oldest] = session.pings;
  return {
    ...peerView(session, now),
    state: closedAt === null ? stateName(session) : 'closed',
    counts: { sent: byType(session.counts, 'sent'), received: byType(session.counts, 'received') },
    bytes: { sent: session.bytesSent, received: session.bytesReceived },
    strikes: session.strikeTimes.length,
    outstandingPingMs: closedAt === null && oldest !== undefined ? ms(now - oldest.at) : null,
    lastError: session.lastError,
    closed:
      closedAt === null || session.closeReason === null
        ? null
        : { reason: session.closeReason, by: session.closeBy, said: session.said, agoMs: ms(now - closedAt) },
    advertised: advertised?.text ?? null,
    notAdvertised: advertised === null && own !== null ? `not advertised: ${own.class}` : null,
    observed: session.observed?.text ?? null,
    ext: session.ext,
  };
}

function byType(counts: Counts, direction: LineDirection): Record<string, number> {
  return Object.fromEntries(
    MESSAGE_TYPES.map((type) => [type, messagesOf(counts, direction, type)] as const).filter(
      ([, count]) => count !== 0,
    ),
  );
}
