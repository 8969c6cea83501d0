/** What there is to say of a recorded event beside its fields, in one line of plain text: events and facts go in. Peers' texts stay raw. */
import type { NodeEvent } from '../core/events.ts';
import type { Fact } from '../core/witness.ts';
import type { Order } from '../core/world.ts';
import { printSetting } from '../settings.ts';
import { placeText } from '../wire/directory.ts';
import { type AddrEntry, encodeMessage } from '../wire/messages.ts';

/** Addresses that a text names. */
const NAMED_MAX = 4;
const LINE_SHOWN_MAX = 200;

const named = (entries: readonly AddrEntry[]) =>
  entries.length === 0
    ? ''
    : `: ${entries
        .slice(0, NAMED_MAX)
        .map(({ address }) => address.text)
        .join(' ')}${entries.length > NAMED_MAX ? ' …' : ''}`;

const after = (before: string, word: string | null) => (word === null || word === '' ? '' : `${before}${word}`);

export function eventText(event: NodeEvent): string | null {
  switch (event.kind) {
    case 'listening':
    case 'forgotten':
      return event.address;
    case 'resolving':
      return event.host;
    case 'dialing':
      return `${event.address} (${event.via})`;
    case 'dial-failed':
      return `${event.address} (${event.via}) ${event.reason}${after(' ', event.detail)}`;
    case 'dial-merged':
      return event.n === null ? 'into another dial' : `into #${event.n}`;
    case 'connected':
      return `${event.dir} ${event.remote} (${event.via})`;
    case 'ready':
      return `${event.dir} ${event.address} (${event.via})${event.helloLess ? ' without a hello' : ''}`;
    case 'closed':
      return `${event.reason} by ${event.by}${after(', it said ', event.said)}`;
    case 'pong':
      return `${event.rttUs / 1_000} ms${event.user ? ', asked by a command' : ''}`;
    case 'addr':
      return `${event.fresh.length} new${named(event.fresh)}, ${event.known.length} known${named(event.known)}, ${event.ignored} ignored`;
    case 'refused':
      return `${event.address} ${event.reason}${event.count === 1 ? '' : `, ${event.count} in all`}`;
    case 'strike':
      return `${event.reason} (strike ${event.strikes})`;
    case 'late':
      return `${event.gapUs / 1_000} ms`;
    case 'saved':
      return `${event.addresses} addresses`;
    case 'error':
      return event.message;
    case 'hello-sent':
    case 'hello-received':
    case 'self':
    case 'suspect':
    case 'flood':
    case 'stopped':
      return null;
    default:
      return event satisfies never;
  }
}

export function factText(fact: Fact): string | null {
  switch (fact.kind) {
    case 'join':
      return fact.id;
    case 'order':
      return orderText(fact.order);
    case 'fault':
      return fact.text;
    case 'timer':
    case 'network':
    case 'stop':
      return null;
    default:
      return fact satisfies never;
  }
}

/** As one would type it. */
function orderText(order: Order): string {
  switch (order.kind) {
    case 'connect':
      return `connect ${order.host}:${order.port}${order.keep ? ' --keep' : ''}`;
    case 'ping':
    case 'getaddr':
    case 'drop':
      return `${order.kind} #${order.n}`;
    case 'send':
      return `send #${order.n} ${encodeMessage(order.message).slice(0, LINE_SHOWN_MAX)}`;
    case 'send-line':
      return `send #${order.n} --raw ${order.line.slice(0, LINE_SHOWN_MAX)}`;
    case 'bootstrap-add':
      return `bootstrap add ${placeText(order.host, order.port)}`;
    case 'bootstrap-remove':
      return `bootstrap rm ${placeText(order.host, order.port)}`;
    case 'ban':
      return `ban ${typeof order.target === 'number' ? `#${order.target}` : order.target}`;
    case 'unban':
      return `unban ${order.target}`;
    case 'set':
      return `set ${order.key} ${printSetting(order.key, order.value)}`;
    default:
      return order satisfies never;
  }
}
