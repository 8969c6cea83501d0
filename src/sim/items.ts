/**
 * What waits in the queue of the model network: whom it concerns goes in, an item comes out that step.ts takes apart again as a fact. All
 * items have the same fields, so that the queue's reader sees one shape.
 */
import type { ReasonCode } from '../core/reasons.ts';
import type { Message } from '../wire/messages.ts';
import type { End, Host, SimDial } from './network.ts';

interface Parts {
  readonly end: End | null;
  readonly message: Message | null;
  readonly host: Host | null;
  readonly dial: SimDial | null;
  readonly text: string;
  readonly number: number;
}

export type Item =
  | (Parts & { readonly kind: 'message'; readonly end: End; readonly message: Message })
  | (Parts & { readonly kind: 'closed'; readonly end: End; readonly text: ReasonCode })
  /** A side that did not read for a while reads again. */
  | (Parts & { readonly kind: 'resume'; readonly end: End })
  /** A dial reaches its target, or the place where nobody is. */
  | (Parts & { readonly kind: 'arrive'; readonly dial: SimDial; readonly text: ReasonCode })
  /** The dialler learns how its dial went; `end` is the far one, null when nobody was there, and `text` the reason then. */
  | (Parts & { readonly kind: 'answer'; readonly dial: SimDial; readonly text: ReasonCode })
  | (Parts & { readonly kind: 'resolved'; readonly host: Host })
  | (Parts & { readonly kind: 'wake'; readonly host: Host })
  /** The links asked to be called, with a number of theirs. */
  | (Parts & { readonly kind: 'links' })
  /** A node that was announced joins; `text` is its name. */
  | (Parts & { readonly kind: 'join' })
  /** The tap asked to be called. */
  | (Parts & { readonly kind: 'tap' });

/** `number` is that of the line in its network. */
export const messageItem = (end: End, message: Message, number: number): Item => ({
  kind: 'message',
  end,
  message,
  host: null,
  dial: null,
  text: '',
  number,
});
export const closedItem = (end: End, text: ReasonCode): Item => ({
  kind: 'closed',
  end,
  message: null,
  host: null,
  dial: null,
  text,
  number: 0,
});
export const resumeItem = (end: End): Item => ({
  kind: 'resume',
  end,
  message: null,
  host: null,
  dial: null,
  text: '',
  number: 0,
});
export const hostItem = (kind: 'resolved' | 'wake', host: Host, text: string, number: number): Item => ({
  kind,
  end: null,
  message: null,
  host,
  dial: null,
  text,
  number,
});

export const dialItem = <Kind extends 'arrive' | 'answer'>(
  kind: Kind,
  dial: SimDial,
  end: End | null,
  text: ReasonCode,
) => ({
  kind,
  end,
  message: null,
  host: null,
  dial,
  text,
  number: 0,
});

export const callItem = (kind: 'links' | 'join' | 'tap', text: string, number: number): Item => ({
  kind,
  end: null,
  message: null,
  host: null,
  dial: null,
  text,
  number,
});
