/** The whole state of one node as plain data: no closures, no sockets, so that it can be shown, copied and compared. It does nothing. */
import type { Settings } from '../settings.ts';
import type { Address } from '../wire/address.ts';
import type { Nonce } from '../wire/messages.ts';
import type { Agenda } from './agenda.ts';
import type { Book } from './book-columns.ts';
import type { Counts } from './counts.ts';
import type { Direction, Via } from './events.ts';
import type { ReasonCode } from './reasons.ts';
import type { Slots } from './slots.ts';
import type { Tally } from './tally.ts';

/**
 * hello: waits for the peer's hello. quiet: a peer that never said hello (rule 15). ready: a peer.
 * rival: a second connection of a live id that waits for the old one to prove itself (rule 22).
 * leaving: its dialler is to close it, because it lost a collision (rule 21) or only visits us; `closeReason` says which.
 * closing: our end is closed, the socket is on its way out.
 */
export type Stage = 'hello' | 'quiet' | 'ready' | 'rival' | 'leaving' | 'closing';

/** A ping without its pong. A sleep of ours moves `at`, so that it is no part of the round trip. */
export interface OutstandingPing {
  at: number;
  readonly nonce: Nonce | null;
  readonly user: boolean;
}

/** When a peer that talks too fast was not read (rule 54). */
export interface Pauses {
  /** Not read until then. */
  until: number;
  /** For how long in all in the minute that began at `since`. */
  totalUs: number;
  since: number;
}

export interface Session {
  readonly n: number;
  /** Where it stands in the agenda. */
  row: number;
  readonly dir: Direction;
  via: Via;
  readonly remote: Address;
  readonly local: Address | null;
  readonly openedAt: number;
  stage: Stage;
  id: string | null;
  /** The peer's listening address: the one we dialled, or the remote IP with the port it claims (rule 17). Set by `setListen` only. */
  listen: Address | null;
  /** Whether `listen` may be told to others (see Sharing). */
  confirmed: boolean;
  agent: string | null;
  observed: Address | null;
  ext: readonly string[];
  readyAt: number | null;
  /** When the first valid line came before a hello, on a connection we dialled. */
  spokeAt: number | null;
  /** The one deadline of stages hello and leaving. */
  deadlineAt: number;
  nextPingAt: number;
  /** Oldest first; at most PINGS_OUT_MAX. */
  pings: readonly OutstandingPing[];
  /** Pongs that answered a ping of ours. */
  pongs: number;
  userPings: number;
  userPingAt: number | null;
  lastPongAt: number | null;
  rttUs: number | null;
  rttMinUs: number | null;
  suspect: boolean;
  lastSendAt: number | null;
  lastReceiveAt: number | null;
  strikeTimes: readonly number[];
  lastError: string | null;
  counts: Counts;
  bytesSent: number;
  bytesReceived: number;
  /** Up to when what came has used the rate (rule 54); see pace.ts. Not whole microseconds. */
  messagesUsedTo: number;
  bytesUsedTo: number;
  /** Null until it was for the first time. */
  pauses: Pauses | null;
  /** The same of the addresses that it may teach us (rule 35). */
  addrUsedTo: number;
  /** The same of the answers that it may ask for (rule 38). */
  getaddrUsedTo: number;
  /** Addresses this peer taught us. */
  addresses: number;
  /** When it last did. */
  usefulAt: number | null;
  /** The rival that waits for this session's pong, and until when. */
  rival: number | null;
  probeUntil: number | null;
  closeReason: ReasonCode | null;
  closeBy: 'us' | 'them';
  said: string | null;
}

export interface Dial {
  readonly attempt: number;
  readonly address: Address;
  readonly via: Via;
  readonly startedAt: number;
}

/** A place we always want to be connected to: of the bootstrap list, or kept by `connect --keep`. */
export interface Target {
  readonly host: string;
  readonly port: number;
  readonly via: 'boot' | 'keep';
  /** The directory that lists it, as text; null: it stands for itself. */
  from: string | null;
  resolved: readonly Address[];
  resolving: boolean;
  /** When the name is to be looked up, again if it was before; Infinity: it is an address. */
  lookUpAt: number;
  self: boolean;
  failures: number;
  nextAt: number;
  lastError: ReasonCode | null;
}

/** A DNS name of the bootstrap list; each place that it lists is a target of its own. */
export interface DirectoryState {
  /** As wire/directory.ts reads it, with 0 for the port where the records say it. */
  readonly host: string;
  readonly port: number;
  /** Those that were taken of the last answer. */
  listed: readonly Address[];
  resolving: boolean;
  /** When it is asked next. */
  lookUpAt: number;
  failures: number;
  /** What the resolver said of the last failure; null after an answer. */
  trouble: string | null;
}

/** A `connect` that waits for its host name. */
export interface PendingName {
  readonly attempt: number;
  readonly host: string;
  readonly port: number;
  readonly keep: boolean;
}

/** What public askers of one group were told; the same is told again for a while, as far as it is still known (rule 38). */
export interface KeptAnswer {
  readonly at: number;
  /** Entry by entry, in columns: objects would be the largest part of a node. Whose address it is the book knows. */
  readonly addresses: readonly Address[];
  /** Seconds, as of `at`. */
  readonly ages: readonly number[];
}

/** Until when an IP or id is kept away, and whether a user said so or its peers broke the rules. */
export interface Ban {
  readonly until: number;
  readonly by: 'hand' | 'strikes';
}

export interface Gone {
  readonly session: Session;
  readonly at: number;
}

export interface NodeState {
  readonly id: string;
  readonly agent: string;
  /** Known to nobody else: what is chosen by it cannot be aimed at. */
  salt: number;
  /** Replaced when one of them changes, so that nodes may share them. */
  settings: Settings;
  startedAt: number;
  stopping: boolean;
  listening: Address[];
  connections: number;
  attempts: number;
  readonly sessions: Map<number, Session>;
  readonly agenda: Agenda;
  /** Numbers of sessions by their listening address: one live session each. */
  readonly places: Map<string, number>;
  /** Peers by id: sessions in stage ready. */
  readonly peers: Map<string, Session>;
  readonly dials: Map<number, Dial>;
  /** Outbound connections and dials by kind, when they were last counted; null: to be counted anew. */
  slots: Slots | null;
  readonly targets: Target[];
  readonly directories: DirectoryState[];
  readonly names: Map<number, PendingName>;
  /** Addresses known to be our own (rule 19). */
  readonly selves: Map<string, number>;
  /** Dropped by hand: address text or id, and until when neither side may connect by itself. */
  readonly held: Map<string, number>;
  /** By IP or /56, address text or node id (rule 59). */
  readonly bans: Map<string, Ban>;
  /** Up to when new connections of a public IP have used its rate (rule 51); see pace.ts. */
  readonly accepts: Map<string, number>;
  /** Inbound connections by network, to know soon that an IP has few (rule 51). */
  readonly inboundByGroup: Tally;
  /** What was said of refused connections, and what was not (rule 53). */
  readonly refusals: { said: number; unsaid: number; at: number };
  readonly book: Book;
  readonly gone: Gone[];
  readonly reasons: Map<ReasonCode, number>;
  /** Of connections that are gone. */
  readonly counts: Counts;
  readonly bytes: { sent: number; received: number };
  /** Claimed addresses of inbound public peers, to be confirmed by one dial each (rule 20). */
  readonly dialbacks: Address[];
  /** Peers of the run before, to be dialled first (rule 47); at a clean stop, those to save. */
  readonly anchors: Address[];
  /** By group of the asker. */
  readonly keptAnswers: Map<string, KeptAnswer>;
  /** Public IPs dialled by hearsay, and when (rule 42). */
  readonly dialledIps: Map<string, number>;
  /** Up to when public dials by hearsay have used their rate (rule 42). */
  publicDialsUsedTo: number;
  nextAskAt: number;
  nextRotateAt: number;
  nextFeelerAt: number;
  selfSaidAt: number;
  /** The dialler has something to look at before its next deadline. */
  dialDue: boolean;
  nextDialAt: number;
  wakeAt: number;
}
