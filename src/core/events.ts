/**
 * EVENTS: every fact a node reports. The core emits them in order through its context; the shell, waits, traces and tests read them.
 * They are plain frozen-by-convention data; addresses are texts; nothing here is formatted for people.
 */
import type { AddrEntry } from '../wire/messages.ts';
import type { ReasonCode } from './reasons.ts';

export type Direction = 'inbound' | 'outbound';
export type LineDirection = 'sent' | 'received';
/**
 * How we came to have the connection: a command, the bootstrap list, gossip, `connect --keep`, the peer dialled us, or a short visit to
 * see whether an address works: one that a peer claims (rule 20) or any that we know (rule 47).
 */
export type Via = 'manual' | 'boot' | 'gossip' | 'keep' | 'peer' | 'dialback' | 'feeler';

/** What every event about a connection says of it; `n` is its number, `id` is null before hello. */
interface About {
  readonly n: number;
  readonly id: string | null;
  readonly address: string;
  readonly dir: Direction;
}

export type NodeEvent =
  | { readonly kind: 'listening'; readonly address: string }
  | { readonly kind: 'resolving'; readonly attempt: number; readonly host: string }
  | { readonly kind: 'dialing'; readonly attempt: number; readonly address: string; readonly via: Via }
  /** The dial ended without a connection. `detail` is the system's word for it (ECONNREFUSED), never a peer's text. */
  | {
      readonly kind: 'dial-failed';
      readonly attempt: number;
      readonly address: string;
      readonly via: Via;
      readonly reason: ReasonCode;
      readonly detail: string;
    }
  /** A command's dial turned out to be another one in progress (`into`) or a connection that already is (`n`). */
  | { readonly kind: 'dial-merged'; readonly attempt: number; readonly into: number | null; readonly n: number | null }
  /** TCP is up. `attempt` is null for inbound connections. */
  | (About & {
      readonly kind: 'connected';
      readonly attempt: number | null;
      readonly via: Via;
      /** The two ends of the socket. */
      readonly local: string | null;
      readonly remote: string;
    })
  | (About & { readonly kind: 'hello-sent' })
  | (About & { readonly kind: 'hello-received' })
  /** Counts as a peer now. `helloLess` peers never said hello (rule 15). */
  | (About & { readonly kind: 'ready'; readonly via: Via; readonly helloLess: boolean; readonly agent: string | null })
  /** The connection is gone from the table. `by` says whose end closed first; `said` is the peer's bye reason, raw. */
  | (About & {
      readonly kind: 'closed';
      readonly reason: ReasonCode;
      readonly by: 'us' | 'them';
      readonly said: string | null;
      readonly wasReady: boolean;
      readonly ageUs: number;
    })
  /** Our own address answered a dial (rule 18). */
  | (About & { readonly kind: 'self' })
  /** A pong that answered an outstanding ping. `user` is true when a `ping` order asked for it. */
  | (About & { readonly kind: 'pong'; readonly rttUs: number; readonly user: boolean })
  | (About & { readonly kind: 'suspect' })
  /** An addr message was taken in. `fresh` are addresses new to us, `known` those we had; `ignored` counts all others, of which `refused` tells those we could read; own is true when it only names the sender. */
  | (About & {
      readonly kind: 'addr';
      readonly listed: number;
      readonly own: boolean;
      readonly fresh: readonly AddrEntry[];
      readonly known: readonly AddrEntry[];
      readonly ignored: number;
      readonly refused: readonly Refused[];
    })
  /** A connection was turned away before it said a word, or for a greeting that is none; `count` says how many were since the last such event. */
  | { readonly kind: 'refused'; readonly address: string; readonly reason: ReasonCode; readonly count: number }
  /** A peer sends more than it may and is not read for a while; at most once a minute for each. */
  | (About & { readonly kind: 'flood' })
  | (About & { readonly kind: 'strike'; readonly reason: string; readonly strikes: number })
  /** An address left the book. */
  | { readonly kind: 'forgotten'; readonly address: string }
  | { readonly kind: 'late'; readonly gapUs: number }
  | { readonly kind: 'saved'; readonly addresses: number }
  /** Something of our own side went wrong (disk, listener, a handler); said once per cause. */
  | { readonly kind: 'error'; readonly message: string }
  | { readonly kind: 'stopped' };

/** An address we did not take from a peer, and why. */
export interface Refused {
  readonly address: string;
  readonly reason: ReasonCode;
}
