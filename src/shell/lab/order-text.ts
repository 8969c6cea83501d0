/** Orders as JSON on a line and back: an order goes in and comes out the same; what is none is one clear error. */
import type { Order } from '../../core/world.ts';
import { isSettingKey, printSetting, readSetting } from '../../settings.ts';
import { encodeMessage, parseMessage } from '../../wire/messages.ts';
import { UsageError } from '../errors.ts';
import { quoted, safe } from '../render.ts';

type Kind = 'text' | 'number' | 'switch' | 'either' | 'number?';

/** What each order consists of besides its kind. */
const ORDERS: Readonly<Record<Order['kind'], Readonly<Record<string, Kind>>>> = {
  connect: { host: 'text', port: 'number', keep: 'switch' },
  ping: { n: 'number' },
  getaddr: { n: 'number' },
  drop: { n: 'number' },
  send: { n: 'number', message: 'text' },
  'send-line': { n: 'number', line: 'text' },
  'bootstrap-add': { host: 'text', port: 'number' },
  'bootstrap-remove': { host: 'text', port: 'number' },
  ban: { target: 'either', forUs: 'number?' },
  unban: { target: 'text' },
  set: { key: 'text', value: 'text' },
};

/** A message stands as its line, a setting's value as it is typed. */
export function orderJson(order: Order): string {
  if (order.kind === 'send') return JSON.stringify({ ...order, message: encodeMessage(order.message) });
  if (order.kind === 'set') return JSON.stringify({ ...order, value: printSetting(order.key, order.value) });
  return JSON.stringify(order);
}

function fits(value: unknown, kind: Kind): boolean {
  switch (kind) {
    case 'text':
      return typeof value === 'string';
    case 'number':
      return Number.isSafeInteger(value);
    case 'switch':
      return typeof value === 'boolean';
    case 'either':
      return typeof value === 'string' || Number.isSafeInteger(value);
    case 'number?':
      return value === null || Number.isSafeInteger(value);
    default:
      return kind satisfies never;
  }
}

export function readOrder(text: string): Order {
  let given: unknown;
  try {
    given = JSON.parse(text);
  } catch (error) {
    throw new UsageError(`not JSON: ${safe((error as Error).message)}`);
  }
  const { kind, ...fields } = (typeof given === 'object' && given !== null ? given : {}) as Record<string, unknown>;
  const shape = typeof kind === 'string' && Object.hasOwn(ORDERS, kind) ? ORDERS[kind as Order['kind']] : null;
  if (shape === null) {
    const kinds = Object.keys(ORDERS).join(', ');
    throw new UsageError(
      typeof kind === 'string'
        ? `no order ${quoted(kind)}; there are ${kinds}`
        : `an order is such as {"kind":"ping","n":1}; kinds are ${kinds}`,
    );
  }
  for (const [name, one] of Object.entries(shape))
    if (!fits(fields[name], one))
      throw new UsageError(`the order ${String(kind)} needs ${Object.keys(shape).join(', ')}; ${name} is wrong`);
  const order = Object.fromEntries([
    ['kind', kind],
    ...Object.keys(shape).map((name) => [name, fields[name]]),
  ]) as Order;
  if (order.kind === 'send') {
    const message = parseMessage(String(fields['message']));
    if (message.type === 'malformed')
      throw new UsageError(`the message of send is none: ${quoted(String(fields['message']))}`);
    return { ...order, message };
  }
  return order.kind === 'set' ? settingOrder(String(fields['key']), String(fields['value'])) : order;
}

function settingOrder(key: string, text: string): Order {
  if (!isSettingKey(key)) throw new UsageError(`unknown setting ${quoted(key)}`);
  const reading = readSetting(key, text);
  if (!reading.ok) throw new UsageError(reading.message);
  return { kind: 'set', key, value: reading.value };
}
