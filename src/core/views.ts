/**
 * Looking at a node: a state and the time go in, rows come out. Changes nothing.
 */
import { type AddrEntry, MESSAGE_TYPES } from '../wire/messages.ts';
import { isVisitor } from './admission.ts';
import { bookSize } from './book-columns.ts';
import { addCounts, bytesOf, type Counts, createCounts, messagesIn, messagesOf } from './counts.ts';
import type { LineDirection } from './events.ts';
import { detailView, peerView } from './peer-views.ts';
import { addrViews, banViews, bootstrapViews } from './place-views.ts';
import { isReady } from './session.ts';
import type { NodeState } from './state.ts';
import type { NodeViews, PeerView, StatusView, TrafficView } from './view-rows.ts';
import { ms } from './view-time.ts';

/** Views of one node; `now` is the world's time in microseconds. */
export function createViews(node: NodeState, now: () => number): NodeViews {
  const rows = () => [...node.sessions.values()].map((session) => peerView(session, now()));
  return {
    status: () => statusView(node, now()),
    peers: () => rows().sort(byDirectionThenPing),
    peer(n) {
      const session = node.sessions.get(n);
      if (session !== undefined) return detailView(node, session, now(), null);
      const gone = node.gone.find((one) => one.session.n === n);
      return gone === undefined ? null : detailView(node, gone.session, now(), gone.at);
    },
    gone: () => node.gone.map((one) => detailView(node, one.session, now(), one.at)).reverse(),
    addrs: () => addrViews(node, now()),
    bootstrap: () => bootstrapViews(node, now()),
    bans: () => banViews(node, now()),
    traffic: (n) => trafficView(node, n),
    ready: () => readyCount(node),
  };
}

/** Peers that count for the prompt and for `peers>=N`. */
export function readyCount(node: NodeState): number {
  let ready = 0;
  for (const session of node.sessions.values()) if (isReady(session)) ready += 1;
  return ready;
}

function byDirectionThenPing(a: PeerView, b: PeerView): number {
  if (a.dir !== b.dir) return a.dir === 'inbound' ? -1 : 1;
  return (a.pingMinMs ?? Infinity) - (b.pingMinMs ?? Infinity) || a.n - b.n;
}

function statusView(node: NodeState, now: number): StatusView {
  const peers = { inbound: 0, outbound: 0, handshaking: 0, dialing: node.dials.size, visitors: 0 };
  const bans = { hand: 0, strikes: 0 };
  for (const { by } of banViews(node, now)) bans[by] += 1;
  const counts = allCounts(node);
  let nextPingAt = Infinity;
  for (const session of node.sessions.values()) {
    if (isReady(session)) peers[session.dir] += 1;
    else if (session.stage === 'hello' || session.stage === 'rival') peers.handshaking += 1;
    if (isVisitor(session)) peers.visitors += 1;
    nextPingAt = Math.min(nextPingAt, session.nextPingAt);
  }
  return {
    nodeId: node.id,
    agent: node.agent,
    listening: node.listening.map((address) => address.text),
    advertised: node.settings.advertise || (node.listening[0]?.text ?? null),
    uptimeMs: ms(now - node.startedAt),
    peers,
    bans,
    book: { new: bookSize(node.book) - node.book.tried, tried: node.book.tried },
    messages: { sent: messagesIn(counts, 'sent'), received: messagesIn(counts, 'received') },
    bytes: { sent: node.bytes.sent, received: node.bytes.received },
    nextPingMs: nextPingAt === Infinity ? null : Math.max(0, ms(nextPingAt - now)),
  };
}

/** An address that a peer told, as it is shown. */
export const learntView = ({ address, nodeid }: AddrEntry) => ({ address: address.text, id: nodeid });

/** Of all connections there are and were. */
function allCounts(node: NodeState): Counts {
  const counts = node.counts.slice();
  for (const session of node.sessions.values()) addCounts(counts, session.counts);
  return counts;
}

function trafficView(node: NodeState, n: number | null): TrafficView {
  const session =
    n === null ? null : (node.sessions.get(n) ?? node.gone.find((one) => one.session.n === n)?.session ?? null);
  const counts = session?.counts ?? (n === null ? allCounts(node) : createCounts());
  const rows = (direction: LineDirection) =>
    Object.fromEntries(
      MESSAGE_TYPES.map(
        (type) =>
          [type, { messages: messagesOf(counts, direction, type), bytes: bytesOf(counts, direction, type) }] as const,
      ).filter(([, row]) => row.messages > 0),
    );
  return { sent: rows('sent'), received: rows('received'), reasons: Object.fromEntries(node.reasons) };
}
