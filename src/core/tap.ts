/**
 * The port of messages in hand: rules stop lines before they leave a node or before its core hears them, and a user says what becomes
 * of each. Both worlds implement it (tap/tap.ts decides); orders go in, plain views and changes come out.
 */
import type { LineDirection } from './events.ts';

/** Where a line is stopped: before it leaves its node, or before the core of the node it came to hears it. */
export type TapPoint = 'send' | 'recv';

/**
 * held: waits for a user or for its time. blocked: nothing stops it, but a line before it. The others are over: delivered, dropped, or
 * gone with the connection.
 */
export type Fate = 'held' | 'blocked' | 'delivered' | 'dropped' | 'gone';

/** One message that is or was in hand. */
export interface MessageInHand {
  /** `m17`. */
  readonly id: string;
  /** Where it was stopped, on which connection of that node, and which way it was going. */
  readonly node: string;
  readonly n: number;
  readonly direction: LineDirection;
  /** Id of the peer, null where it is not known yet. */
  readonly peer: string | null;
  readonly type: string;
  /** As it goes on now, and as it was. */
  readonly line: string;
  readonly original: string;
  readonly fate: Fate;
  /** The message that it waits behind; null: none. */
  readonly blockedBy: string | null;
  /** Rule that stopped it; null: it only stands behind another one. */
  readonly by: string | null;
  /** World's time in microseconds; `dueUs` null: it goes on when told. */
  readonly sinceUs: number;
  readonly dueUs: number | null;
  /** How often it goes on. */
  readonly copies: number;
  /** Later lines do not wait for it. */
  readonly isOvertaken: boolean;
  /** Why it is in hand though its rule wanted something else; null mostly. */
  readonly why: string | null;
}

export interface RuleInHand {
  /** `k1`. */
  readonly id: string;
  /** As it can be typed after `break`. */
  readonly text: string;
  /** The only node it is about; null: all. */
  readonly node: string | null;
  /** How often it did something. */
  readonly hits: number;
  /** Its time or its turns are over. */
  readonly isSpent: boolean;
}

/** What a user does; plain data, so that a simulated world can do it again. Ids are `k1` of rules, `m17` of messages. */
export type TapOrder =
  | { readonly kind: 'break'; readonly text: string; readonly node: string | null }
  /** By id, or `all`. */
  | { readonly kind: 'unbreak'; readonly id: string }
  /** A whole line. */
  | { readonly kind: 'edit'; readonly id: string; readonly line: string }
  | { readonly kind: 'revert'; readonly id: string }
  /** By id, or `all`; now, or so much later. */
  | { readonly kind: 'deliver'; readonly id: string; readonly inUs: number }
  | { readonly kind: 'drop'; readonly id: string }
  /** So many more. */
  | { readonly kind: 'dup'; readonly id: string; readonly copies: number }
  /** Its line once more, past every rule and every line that waits. */
  | { readonly kind: 'resend'; readonly id: string }
  /** A line as if the peer had sent it, likewise. */
  | { readonly kind: 'inject'; readonly node: string; readonly n: number; readonly line: string };

/** What came of an order: the rules or messages that it was about, as they are now. */
export type TapAnswer =
  | { readonly ok: true; readonly messages: readonly MessageInHand[]; readonly rules: readonly RuleInHand[] }
  | {
      readonly ok: false;
      readonly code: 'usage' | 'no-such-message' | 'no-such-rule' | 'too-many';
      readonly message: string;
    };

/**
 * held, blocked: taken in hand. changed: it went on, but not as it was, not at once or not once. dropped: by a rule. reset: a rule cut its
 * connection. released: nobody said anything for long. flooded: too much waited on its connection, so all of that went on. gone: its
 * connection ended. settled: what a user said of it was done.
 */
export type TapChange = {
  readonly kind: 'held' | 'blocked' | 'changed' | 'dropped' | 'reset' | 'released' | 'flooded' | 'gone' | 'settled';
  readonly message: MessageInHand;
};

export interface TapPort {
  order(order: TapOrder): TapAnswer;
  rules(): readonly RuleInHand[];
  /** In hand now, in the order in which they came. */
  held(): readonly MessageInHand[];
  /** Also one of those that went last; null when it is forgotten or never was. */
  message(id: string): MessageInHand | null;
  /** Called after each change; returns the function that ends it. It must not give orders. */
  onChange(listener: (change: TapChange) => void): () => void;
}
