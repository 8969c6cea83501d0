/** What drives a core, and what it wishes, in one line for people: facts and wishes go in. Peers' texts stay raw. */
import type { NodeEvent } from '../core/events.ts';
import type { Given, Wish } from '../core/transcript.ts';
import { encodeMessage } from '../wire/messages.ts';
import { eventText, factText } from './details.ts';
import type { PlainWish } from './drive-lines.ts';

export const happened = (kind: string, text: string | null): string => (text === null ? kind : `${kind} ${text}`);
export const eventWords = (event: NodeEvent): string => happened(event.kind, eventText(event));

export function givenText(given: Given): string {
  switch (given.kind) {
    case 'start':
      return 'the start';
    case 'listening':
      return `listening on ${given.address.text}`;
    case 'accepted':
      return `a connection from ${given.remote.text}`;
    case 'dialled':
      return `an answer of ${given.remote.text}`;
    case 'dial-failed':
      return `a dial that failed (${given.reason})`;
    case 'resolved':
      return `the addresses of ${given.host}`;
    case 'heard':
      return `the ${given.message.type} on #${given.n}`;
    case 'refused':
      return `a bad line on #${given.n} (${given.detail})`;
    case 'bytes':
      return `${given.bytes} bytes on #${given.n}`;
    case 'closed':
      return `the end of #${given.n}`;
    case 'woken':
      return 'a timer';
    case 'order':
      return `the order ${factText(given) ?? ''}`;
    case 'stop':
      return 'the stop';
    default:
      return given satisfies never;
  }
}

/** As it is compared. */
export const plainWish = (wish: Wish): PlainWish =>
  wish.kind === 'send' ? { kind: 'send', n: wish.n, line: encodeMessage(wish.message) } : wish;

export function wishText(wish: PlainWish): string {
  switch (wish.kind) {
    case 'draw':
      return 'a random number';
    case 'send':
    case 'send-line':
      return `send #${wish.n} ${wish.line}`;
    case 'resolve':
      return `look ${wish.host} up`;
    case 'dial':
      return `dial ${wish.address} (attempt ${wish.attempt})`;
    case 'cancel':
      return `call attempt ${wish.attempt} off`;
    case 'pause':
      return `read nothing of #${wish.n} until ${seconds(wish.until)}`;
    case 'close':
      return `${wish.abrupt ? 'cut off' : 'close'} #${wish.n}`;
    case 'wake':
      return wish.at === null ? 'no timer' : `a timer at ${seconds(wish.at)}`;
    case 'emit':
      return wish.event.kind;
    default:
      wish satisfies never;
      return 'a wish that no core has';
  }
}

export const seconds = (us: number): string => `${us / 1_000_000} s`;
