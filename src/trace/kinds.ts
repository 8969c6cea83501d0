/** Kinds of recorded events and types of lines, as numbers for columns and as words for readers. */
import { KINDS } from '../query/fields.ts';
import { encodeMessage, MESSAGE_TYPES, type Message } from '../wire/messages.ts';
import { LINE_KINDS } from './event.ts';

/** What set a node going, beside a line that came. */
const FACT_KINDS: readonly string[] = ['timer', 'order', 'join', 'stop', 'fault'];

/** What becomes of a line; a node reports a lateness of its own. */
export const VERDICT_KINDS: readonly string[] = LINE_KINDS.filter(
  (kind) => kind !== 'send' && kind !== 'recv' && kind !== 'late',
);

/** What a record has beside what nodes report. */
export const RECORD_KINDS: readonly string[] = [...FACT_KINDS, ...VERDICT_KINDS];

/** Those of a node first: there are fewer than 256. */
export const KIND_NAMES: readonly string[] = [
  ...Object.keys(KINDS).filter((kind) => kind !== 'message'),
  ...LINE_KINDS,
  ...FACT_KINDS,
];
const CODES = new Map(KIND_NAMES.map((name, code) => [name, code]));
export const kindCode = (name: string): number => CODES.get(name) ?? 0;

export const SEND = kindCode('send');
export const RECV = kindCode('recv');
export const isLine = (kind: string): boolean => (LINE_KINDS as readonly string[]).includes(kind);

/** 0: no line; the last one: a line that is no message. */
export const TYPE_NAMES: readonly (string | null)[] = [null, ...MESSAGE_TYPES, 'malformed'];
const TYPE_CODES: Readonly<Record<string, number>> = Object.fromEntries(
  TYPE_NAMES.map((name, code) => [name ?? '', code]),
);
export const typeCode = (name: string): number => TYPE_CODES[name] ?? 0;

/** The same, without a look-up for those that pass most. */
export function typeCodeOf({ type }: Message): number {
  if (type === 'ping') return PING;
  return type === 'pong' ? PONG : typeCode(type);
}

export const MALFORMED = typeCode('malformed');

const HELLO = typeCode('hello');
const PING = typeCode('ping');
const PONG = typeCode('pong');
const GETADDR = typeCode('getaddr');
const ADDR = typeCode('addr');

/** What a line of each type mostly is, as text; '' where there is no such. */
export const LIKELY_LINES: readonly string[] = TYPE_NAMES.map((name) =>
  name === 'ping' || name === 'pong' ? encodeMessage({ type: name, nonce: null }) : '',
);

export const asks = (type: number): boolean => type === PING || type === GETADDR || type === HELLO;

/** The type of line that this one can answer; -1: none. */
export function answered(type: number): number {
  if (type === PONG) return PING;
  if (type === ADDR) return GETADDR;
  return type === HELLO ? HELLO : -1;
}
