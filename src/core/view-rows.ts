/**
 * What can be seen of a node from outside, as plain rows in the units of people and JSON (ms, counts, null for unknown). Shapes only; they
 * are filled in views.ts, peer-views.ts and place-views.ts.
 */
import type { Direction, Via } from './events.ts';
import type { ReasonCode } from './reasons.ts';

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
