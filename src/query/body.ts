/**
 * Paths into a message as it stands in JSON on the wire: a path goes in, its type and a function that reads it come out. Our messages
 * are kept in another shape (wire/messages.ts), so each field is read by name and nothing is ever encoded for it.
 */
import { type AddrEntry, MESSAGES, type Message } from '../wire/messages.ts';
import type { Segment } from './expression.ts';
import type { FieldType } from './fields.ts';

/** Everything a message can have, with what it means. */
export const BODY_FIELDS: Readonly<Record<string, string>> = {
  msgtype: 'the type as it stands in the line, also of one we do not know',
  ...Object.fromEntries(Object.values(MESSAGES).flatMap(({ fields }) => Object.entries(fields))),
};

export type BodyReader =
  | { readonly type: 'count'; readonly read: (message: Message) => number | null }
  | { readonly type: 'text' | 'id' | 'address'; readonly read: (message: Message) => string | null }
  | { readonly type: 'any'; readonly read: (message: Message) => unknown }
  /** Whether a test holds for one of its texts; null when the message has no such list. */
  | { readonly type: 'list'; readonly some: (message: Message, test: (text: string) => boolean) => boolean | null };

/** What a path of a body reads, or why there is no such path. */
export function bodyReader(path: readonly Segment[]): BodyReader | string {
  const [name, second, third] = path;
  const isScalar = path.length === 1;
  switch (name) {
    case 'msgtype':
      return isScalar ? { type: 'text', read: (m) => (m.type === 'unknown' ? m.msgtype : m.type) } : deeper(name);
    case 'nodeid':
      return isScalar ? { type: 'id', read: (m) => (m.type === 'hello' ? m.nodeid : null) } : deeper(name);
    case 'listen':
      return isScalar ? { type: 'count', read: (m) => (m.type === 'hello' ? m.listen : null) } : deeper(name);
    case 'agent':
      return isScalar ? { type: 'text', read: (m) => (m.type === 'hello' ? m.agent : null) } : deeper(name);
    case 'observed':
      return isScalar
        ? { type: 'address', read: (m) => (m.type === 'hello' ? (m.observed?.text ?? null) : null) }
        : deeper(name);
    case 'nonce':
      return isScalar
        ? { type: 'any', read: (m) => (m.type === 'ping' || m.type === 'pong' ? (m.nonce ?? undefined) : undefined) }
        : deeper(name);
    case 'reason':
      return isScalar ? { type: 'text', read: (m) => (m.type === 'bye' ? m.reason : null) } : deeper(name);
    case 'ext':
      return extReader(second, path.length);
    case 'ages':
      return agesReader(second, path.length);
    case 'peers':
      return peersReader(second, third, path.length);
    default:
      return name === undefined ? 'body wants a field: body.nodeid' : 'unknown field';
  }
}

const deeper = (name: string) => `body.${name} has nothing inside`;

function extReader(second: Segment | undefined, length: number): BodyReader | string {
  if (length === 1) return { type: 'list', some: (m, test) => (m.type === 'hello' ? m.ext.some(test) : null) };
  if (length > 2) return deeper('ext[0]');
  if (second === 'length') return { type: 'count', read: (m) => (m.type === 'hello' ? m.ext.length : null) };
  if (typeof second !== 'number') return 'body.ext is a list: body.ext[0], body.ext.length';
  return { type: 'text', read: (m) => (m.type === 'hello' ? (m.ext[second] ?? null) : null) };
}

function agesReader(second: Segment | undefined, length: number): BodyReader | string {
  if (length > 2) return deeper('ages[0]');
  if (second === 'length') return { type: 'count', read: (m) => (m.type === 'addr' ? m.peers.length : null) };
  if (typeof second !== 'number') return 'body.ages is a list: body.ages[0], body.ages.length';
  return { type: 'count', read: (m) => (m.type === 'addr' ? (m.peers[second]?.age ?? null) : null) };
}

/** `length` is of the line; the entries are those that could be read. */
function peersReader(second: Segment | undefined, third: Segment | undefined, length: number): BodyReader | string {
  if (length === 1) return { type: 'list', some: (m, test) => (m.type === 'addr' ? somePeer(m.peers, test) : null) };
  if (second === 'length' && length === 2) return { type: 'count', read: (m) => (m.type === 'addr' ? m.listed : null) };
  if (typeof second !== 'number' || length !== 3 || (third !== 0 && third !== 1))
    return 'body.peers is a list of pairs: body.peers[0][0], body.peers[0][1], body.peers.length';
  return third === 0
    ? { type: 'address', read: (m) => (m.type === 'addr' ? (m.peers[second]?.address.text ?? null) : null) }
    : { type: 'id', read: (m) => (m.type === 'addr' ? (m.peers[second]?.nodeid ?? null) : null) };
}

function somePeer(peers: readonly AddrEntry[], test: (text: string) => boolean): boolean {
  for (const { address, nodeid } of peers) if (test(address.text) || (nodeid !== null && test(nodeid))) return true;
  return false;
}

/** The type of a path of a body; `any` when there is no such path, which the checks tell. */
export function bodyType(path: readonly Segment[]): FieldType {
  const reader = bodyReader(path);
  return typeof reader === 'string' ? 'any' : reader.type;
}
