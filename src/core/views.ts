/**
 * Plain rows of what a node looks like from outside, in the units of people and JSON (ms, counts, null for unknown). Reads a state and
 * the time; changes nothing.
 */

import type { Address } from '../wire/address.ts';
import { placeText } from '../wire/directory.ts';
import { type AddrEntry, MESSAGE_TYPES } from '../wire/messages.ts';
import { isVisitor } from './admission.ts';
import { bookSize, type Source } from './book-columns.ts';
import { addCounts, bytesOf, type Counts, createCounts, messagesIn, messagesOf } from './counts.ts';
import type { Direction, LineDirection, Via } from './events.ts';
import { advertisedTo, ownAddress } from './gossip.ts';
import { MILLISECOND_US } from './limits.ts';
import { leadsToPeer, listDueAt, sessionAt, whyNotDial } from './obstacles.ts';
import type { ReasonCode } from './reasons.ts';
import { isReady } from './session.ts';
import type { DirectoryState, NodeState, Session, Target } from './state.ts';

export type PeerStateName = 'handshaking' | 'ready' | 'suspect' | 'hello-less' | 'visitor' | 'closing';

export interface StatusView {
  readonly nodeId: string;
  readonly agent: string;
  readonly listening: readonly string[];
  readonly advertised: string | null;
  readonly uptimeMs: number;
  readonly peers: {
    readonly inbound: number;
    readonly outbound: number;
    readonly handshaking: number;
    readonly dialing: number;
    /** Guests of a full node on their way out (rule 52). */
    readonly visitors: number;
  };
  /** Kept away: by hand, and for breaking the rules. */
  readonly bans: { readonly hand: number; readonly strikes: number };
  readonly book: { readonly new: number; readonly tried: number };
  readonly messages: { readonly sent: number; readonly received: number };
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly nextPingMs: number | null;
}

/** One connection. Times are milliseconds ago, with at most 3 decimals; null: not known or never. */
export interface PeerView {
  readonly n: number;
  readonly id: string | null;
  readonly dir: Direction;
  readonly via: Via;
  readonly address: string;
  readonly listen: string | null;
  readonly agent: string | null;
  readonly state: PeerStateName | 'closed';
  readonly pingMs: number | null;
  readonly pingMinMs: number | null;
  readonly lastSendMs: number | null;
  readonly lastReceiveMs: number | null;
  readonly lastPongMs: number | null;
  readonly addresses: number;
  readonly ageMs: number;
  /** It sent more than it may and is not read for so long yet (rule 54); null when it is read. */
  readonly pausedMs: number | null;
}

/** The row and all else we know of a connection; also of one that has just gone. */
export interface PeerDetailView extends PeerView {
  readonly counts: {
    readonly sent: Readonly<Record<string, number>>;
    readonly received: Readonly<Record<string, number>>;
  };
  readonly bytes: { readonly sent: number; readonly received: number };
  readonly strikes: number;
  readonly outstandingPingMs: number | null;
  readonly lastError: string | null;
  /** Why it closed, whose doing it was, and how long ago; null while it lives. */
  readonly closed: {
    readonly reason: ReasonCode;
    readonly by: 'us' | 'them';
    readonly said: string | null;
    readonly agoMs: number;
  } | null;
  /** What we tell this peer of ourselves, or why nothing (`not-advertised`). */
  readonly advertised: string | null;
  readonly notAdvertised: string | null;
  readonly observed: string | null;
  readonly ext: readonly string[];
}

export interface AddrView {
  readonly address: string;
  /** Of the peer that is connected there, else what the book has. */
  readonly id: string | null;
  readonly table: 'new' | 'tried';
  /** The address that told us, or `bootstrap`, `manual`, `file`; `dialback`, `feeler`, `gossip` for what such a dial proved after it was forgotten. */
  readonly source: string;
  readonly via: Via;
  readonly heardMs: number | null;
  readonly triedMs: number | null;
  readonly tries: number;
  readonly state: 'connected' | 'dialing' | 'waiting' | 'self' | 'idle';
  /** Why it is not dialled or connected now; null when it is. */
  readonly reason: ReasonCode | null;
  readonly lastError: ReasonCode | null;
  /** Until the next try may be made; null when none is planned. */
  readonly nextDialMs: number | null;
}

export interface BootstrapView {
  /** `HOST:PORT`, or a directory as it was typed. */
  readonly address: string;
  /** The directory that lists it; null: it stands in the list for itself. */
  readonly from: string | null;
  readonly resolved: readonly string[];
  readonly self: boolean;
  /** Of a directory `resolving`, `listing` with what it listed last, or `waiting`. */
  readonly state: 'connected' | 'dialing' | 'waiting' | 'self' | 'resolving' | 'listing' | 'held' | 'banned';
  /** Of a directory until it is asked again. */
  readonly nextDialMs: number | null;
  readonly lastError: ReasonCode | null;
}

export interface BanView {
  /** IP, /56 of IPv6, `ip:port` or node id. */
  readonly target: string;
  readonly by: 'hand' | 'strikes';
  readonly leftMs: number;
}

export interface TrafficView {
  readonly sent: Readonly<Record<string, { readonly messages: number; readonly bytes: number }>>;
  readonly received: Readonly<Record<string, { readonly messages: number; readonly bytes: number }>>;
  readonly reasons: Readonly<Record<string, number>>;
}

/** Looking at one node; every call reads the state as it is now. */
export interface NodeViews {
  status(): StatusView;
  /** Every connection but dials in progress, inbound first, then by least ping. */
  peers(): readonly PeerView[];
  /** By number, also among the last closed ones; null when unknown. */
  peer(n: number): PeerDetailView | null;
  /** The last closed connections, latest first. */
  gone(): readonly PeerDetailView[];
  addrs(): readonly AddrView[];
  bootstrap(): readonly BootstrapView[];
  /** Bans and discouragements that still hold, oldest first. */
  bans(): readonly BanView[];
  /** Of the whole node, or of one connection. */
  traffic(n: number | null): TrafficView;
  /** Peers that count for the prompt and for `peers>=N`: ready, suspect, hello-less. */
  ready(): number;
}

const ms = (us: number) => us / MILLISECOND_US;
const msSince = (now: number, at: number | null) => (at === null ? null : ms(now - at));

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

function peerView(session: Session, now: number): PeerView {
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

function detailView(node: NodeState, session: Session, now: number, closedAt: number | null): PeerDetailView {
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

function addrViews(node: NodeState, now: number): AddrView[] {
  return node.book.addresses.map((_, slot) => addrView(node, slot, now));
}

function addrView(node: NodeState, slot: number, now: number): AddrView {
  const { book } = node;
  const address = book.addresses[slot] as Address;
  const source = book.sources[slot] as Source;
  const id = book.ids[slot] ?? null;
  const outcome = book.outcomes[slot] ?? null;
  const nextDialAt = outcome?.nextDialAt ?? 0;
  const why =
    whyNotDial(node, now, address, source.via === 'manual' ? 'gossip' : source.via) ??
    (nextDialAt > now ? 'backoff' : null);
  const next =
    why === 'held' ? (node.held.get(address.text) ?? (id === null ? now : node.held.get(id)) ?? now) : nextDialAt;
  return {
    address: address.text,
    id: sessionAt(node, address)?.id ?? id,
    table: outcome?.tried === true ? 'tried' : 'new',
    source: source.name,
    via: source.via,
    heardMs: ms(now - (book.heardAt[slot] as number)),
    triedMs: msSince(now, outcome?.triedAt ?? null),
    tries: outcome?.failures ?? 0,
    state: ADDR_STATES[why ?? 'idle'] ?? 'waiting',
    reason: why === 'connected' ? null : why,
    lastError: outcome?.lastError ?? null,
    nextDialMs: next > now ? ms(next - now) : null,
  };
}

const ADDR_STATES: Readonly<Record<string, AddrView['state']>> = {
  idle: 'idle',
  connected: 'connected',
  dialing: 'dialing',
  'is-self': 'self',
};

/** Each directory stands above what it lists. */
function bootstrapViews(node: NodeState, now: number): BootstrapView[] {
  const rows = node.targets.map((target) => bootstrapView(node, target, now));
  const directories = node.directories.map((directory) => directoryView(directory, now));
  return [
    ...rows.filter(({ from }) => from === null),
    ...directories.flatMap((directory) => [directory, ...rows.filter(({ from }) => from === directory.address)]),
  ];
}

function directoryView(
  { host, port, listed, resolving, lookUpAt, trouble }: DirectoryState,
  now: number,
): BootstrapView {
  return {
    address: placeText(host, port),
    from: null,
    resolved: listed.map((address) => address.text),
    self: false,
    state: resolving ? 'resolving' : listed.length > 0 ? 'listing' : 'waiting',
    nextDialMs: Math.max(0, ms(lookUpAt - now)),
    lastError: trouble === null ? null : 'no-name',
  };
}

function bootstrapView(node: NodeState, target: Target, now: number): BootstrapView {
  const banned =
    target.resolved.length > 0 &&
    target.resolved.every((address) => whyNotDial(node, now, address, target.via) === 'banned');
  const held = target.resolved.some((address) => (node.held.get(address.text) ?? 0) > now);
  const connected = target.resolved.some((address) => {
    const session = sessionAt(node, address);
    return (session !== null && isReady(session)) || leadsToPeer(node, address);
  });
  const dialing = [...node.dials.values()].some((dial) =>
    target.resolved.some((address) => address.text === dial.address.text),
  );
  return {
    address: placeText(target.host, target.port),
    from: target.from,
    resolved: target.resolved.map((address) => address.text),
    self: target.self,
    state: target.self
      ? 'self'
      : connected
        ? 'connected'
        : dialing
          ? 'dialing'
          : target.resolving
            ? 'resolving'
            : held
              ? 'held'
              : banned
                ? 'banned'
                : 'waiting',
    nextDialMs: target.self || connected || banned ? null : Math.max(0, ms(listDueAt(node, target) - now)),
    lastError: target.lastError,
  };
}

function banViews(node: NodeState, now: number): BanView[] {
  return [...node.bans]
    .filter(([, { until }]) => until > now)
    .map(([target, { by, until }]) => ({ target, by, leftMs: ms(until - now) }));
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
