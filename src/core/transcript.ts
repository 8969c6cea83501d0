/**
 * What crosses the border of a core, word for word: facts that are given to it, and wishes of its context that come of each. Whoever
 * writes both down can give the same facts to a core again, and see whether the same comes of them. It changes nothing.
 */
import type { Address } from '../wire/address.ts';
import type { Message } from '../wire/messages.ts';
import type { Context } from './context.ts';
import type { NodeEvent } from './events.ts';
import type { LineFault, ReasonCode } from './reasons.ts';
import type { NodeState } from './state.ts';
import type { Order } from './world.ts';

/** One call of core/node.ts, by the fact that it hands in. */
export type Given =
  | { readonly kind: 'start'; readonly listening: readonly Address[] }
  | { readonly kind: 'listening'; readonly address: Address }
  | { readonly kind: 'accepted'; readonly remote: Address; readonly local: Address | null }
  | { readonly kind: 'dialled'; readonly attempt: number; readonly remote: Address; readonly local: Address | null }
  | { readonly kind: 'dial-failed'; readonly attempt: number; readonly reason: ReasonCode; readonly detail: string }
  | {
      readonly kind: 'resolved';
      readonly host: string;
      readonly ips: readonly string[];
      readonly detail: string | null;
    }
  | { readonly kind: 'heard'; readonly n: number; readonly message: Message; readonly bytes: number }
  | { readonly kind: 'refused'; readonly n: number; readonly reason: LineFault; readonly detail: string }
  | { readonly kind: 'bytes'; readonly n: number; readonly bytes: number }
  | { readonly kind: 'closed'; readonly n: number; readonly reason: ReasonCode }
  | { readonly kind: 'woken' }
  | { readonly kind: 'order'; readonly order: Order }
  | { readonly kind: 'stop' };

/** One call of a context. What the context answered is part of what the core was told, and no wish. */
export type Wish =
  | { readonly kind: 'draw' }
  | { readonly kind: 'resolve'; readonly host: string }
  | { readonly kind: 'dial'; readonly attempt: number; readonly address: string; readonly timeoutUs: number }
  | { readonly kind: 'cancel'; readonly attempt: number }
  | { readonly kind: 'send'; readonly n: number; readonly message: Message }
  | { readonly kind: 'send-line'; readonly n: number; readonly line: string }
  | { readonly kind: 'pause'; readonly n: number; readonly until: number }
  | { readonly kind: 'close'; readonly n: number; readonly abrupt: boolean }
  /** Null: no timer. */
  | { readonly kind: 'wake'; readonly at: number | null }
  | { readonly kind: 'emit'; readonly event: NodeEvent };

/** Writes one node's part down. It must neither throw nor change anything. */
export interface Scribe {
  /** Before anything comes of it; `node` is as it was before. */
  given(node: NodeState, now: number, given: Given): void;
  /** `answer` is what the context said: a random number, bytes of a line; 0 where it says nothing. */
  wished(wish: Wish, answer: number): void;
}

/** Seats a scribe at a context, or lets it go. Its wishes are overheard from the first scribe on, and cost nothing before. */
export function seatScribe(context: Context, scribe: Scribe | null): void {
  const isOverheard = context.scribe !== undefined;
  context.scribe = scribe;
  if (!isOverheard && scribe !== null) overhear(context);
}

function overhear(context: Context): void {
  const own: Context = { ...context };
  const told = (wish: Wish, answer = 0) => context.scribe?.wished(wish, answer);
  context.random = () => {
    const number = own.random();
    told({ kind: 'draw' }, number);
    return number;
  };
  context.resolve = (host) => {
    told({ kind: 'resolve', host });
    own.resolve(host);
  };
  context.dial = (attempt, address, timeoutUs) => {
    told({ kind: 'dial', attempt, address: address.text, timeoutUs });
    own.dial(attempt, address, timeoutUs);
  };
  context.cancel = (attempt) => {
    told({ kind: 'cancel', attempt });
    own.cancel(attempt);
  };
  // A line and an event are told after whoever watches the world has seen them.
  context.send = (n, message) => {
    const bytes = own.send(n, message);
    told({ kind: 'send', n, message }, bytes);
    return bytes;
  };
  context.sendLine = (n, line) => {
    own.sendLine(n, line);
    told({ kind: 'send-line', n, line });
  };
  context.pause = (n, until) => {
    told({ kind: 'pause', n, until });
    own.pause(n, until);
  };
  context.close = (n, abrupt) => {
    told({ kind: 'close', n, abrupt });
    own.close(n, abrupt);
  };
  context.wake = (at) => {
    told({ kind: 'wake', at: at === Infinity ? null : at });
    own.wake(at);
  };
  context.emit = (event) => {
    own.emit(event);
    told({ kind: 'emit', event });
  };
}

export interface Transcripts {
  /** One at a time: gives each node a scribe, also those to come. Returns the function that ends it. */
  readonly begin: (scribeOf: (name: string) => Scribe) => () => void;
  /** A node is about to start. */
  readonly join: (name: string, context: Context) => void;
}

/** `contexts` are those of the nodes that run. */
export function createTranscripts(contexts: () => Iterable<readonly [name: string, Context]>): Transcripts {
  let current: ((name: string) => Scribe) | null = null;
  return {
    begin(scribeOf) {
      if (current !== null) throw new Error('the transcript of this world is being written already');
      current = scribeOf;
      for (const [name, context] of contexts()) seatScribe(context, scribeOf(name));
      return () => {
        if (current !== scribeOf) return;
        current = null;
        for (const [, context] of contexts()) seatScribe(context, null);
      };
    },
    join(name, context) {
      if (current !== null) seatScribe(context, current(name));
    },
  };
}
