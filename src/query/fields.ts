/** FIELDS: what an expression can ask of one thing that happened, with the type and meaning of each. Help, completion and checks read it. */
import type { NodeEvent } from '../core/events.ts';
import { MESSAGE_TYPES } from '../wire/messages.ts';

/**
 * word: one of a few words. name: a node. id: compared by its beginning. address: host:port. text: as it is. count: a plain number.
 * time: a duration. size: bytes. list: asked only what it mentions. any: whatever a state or a nonce holds.
 */
export type FieldType = 'word' | 'name' | 'id' | 'address' | 'text' | 'count' | 'time' | 'size' | 'list' | 'any';

interface FieldRow {
  readonly type: FieldType;
  readonly meaning: string;
  /** The only values there are. */
  readonly values?: readonly string[];
}

/** What may have happened. */
export const KINDS = {
  message: 'a message passed',
  listening: 'the node listens at an address',
  resolving: 'a host name is looked up',
  dialing: 'a dial began',
  'dial-failed': 'a dial ended without a connection',
  'dial-merged': 'a dial turned out to be one that is already made',
  connected: 'a connection is up',
  'hello-sent': 'our hello went out',
  'hello-received': 'the hello of the peer came',
  ready: 'the connection counts as a peer now',
  closed: 'the connection is gone',
  self: 'our own address answered a dial',
  pong: 'a pong answered a ping of ours',
  suspect: 'a peer has not answered for long',
  addr: 'addresses were taken in',
  refused: 'a connection was turned away',
  flood: 'a peer sends more than it may',
  strike: 'a peer sent what is no message',
  forgotten: 'an address left the book',
  late: 'the node slept longer than it meant to',
  saved: 'the address book was saved',
  error: 'something of our own side went wrong',
  stopped: 'the node has stopped',
} as const satisfies Record<'message' | NodeEvent['kind'], string>;

export const FIELDS = {
  type: { type: 'word', values: MESSAGE_TYPES, meaning: 'type of the message; a type alone means type=…' },
  from: { type: 'name', meaning: 'node that sent it' },
  to: { type: 'name', meaning: 'node it is sent to' },
  node: { type: 'name', meaning: 'node where it happened' },
  dir: { type: 'word', values: ['in', 'out'], meaning: 'whether it came in or went out; in or out alone mean dir=…' },
  age: { type: 'time', meaning: 'time since the message was sent' },
  len: { type: 'size', meaning: 'bytes of the message' },
  t: { type: 'time', meaning: 'time since the world began' },
  id: { type: 'id', meaning: 'id of the peer, or its beginning' },
  conn: { type: 'count', meaning: 'number of the connection; #3 alone means conn=3' },
  by: { type: 'text', meaning: 'rule, fault or user that did it' },
  kind: { type: 'word', values: Object.keys(KINDS), meaning: 'kind of what happened' },
} as const satisfies Record<string, FieldRow>;

export type FieldName = keyof typeof FIELDS;
export const isField = (word: string): word is FieldName => Object.hasOwn(FIELDS, word);
export const rowOf = (name: FieldName): FieldRow => FIELDS[name];

/** Where longer paths begin, and the two amounts of the current node; `n3.` before any but body asks node n3. */
export const ROOTS = {
  body: 'the message as it stands in JSON: body.nodeid, body.peers[0][0]',
  state: 'the state of the current node: state.peers.size, n3.state.book.tried',
  peers: 'ready peers of the current node',
  addrs: 'known addresses of the current node',
} as const;

export type AmountName = 'peers' | 'addrs';
