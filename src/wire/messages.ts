/**
 * THE PROTOCOL on one page: the shape of every message, its check, its line. A line goes in, a checked message or a malformed verdict
 * comes out, and the other way round. It reacts to nothing: that is core/receive.ts.
 */
import { asciiOnly } from '../util/ascii.ts';
import { type Address, parseAddress } from './address.ts';
import {
  ADDR_ENTRIES_READ_MAX,
  AGE_S_MAX,
  AGENT_LENGTH_MAX,
  EXT_LENGTH_MAX,
  EXT_MAX,
  LINE_SENT_BYTES_MAX,
  MSGTYPE_LENGTH_MAX,
  NONCE_LENGTH_MAX,
  REASON_LENGTH_MAX,
} from './limits.ts';

export type Nonce = string | number;

export interface Hello {
  readonly type: 'hello';
  readonly nodeid: string;
  readonly listen: number | null;
  readonly agent: string | null;
  readonly observed: Address | null;
  readonly ext: readonly string[];
}
export interface Ping {
  readonly type: 'ping';
  readonly nonce: Nonce | null;
}
export interface Pong {
  readonly type: 'pong';
  readonly nonce: Nonce | null;
}
export interface Getaddr {
  readonly type: 'getaddr';
}
/** One entry of addr: where, who (null when the entry named nobody usable), and seconds since it was last seen alive (null: not told). */
export interface AddrEntry {
  readonly address: Address;
  readonly nodeid: string | null;
  readonly age: number | null;
}
/** `skipped` counts entries that were not usable; `listed` counts all that stood in the line. */
export interface Addr {
  readonly type: 'addr';
  readonly peers: readonly AddrEntry[];
  readonly skipped: number;
  readonly listed: number;
}
export interface Bye {
  readonly type: 'bye';
  readonly reason: string | null;
}
/** A valid object whose msgtype we do not know (rule 8). */
export interface Unknown {
  readonly type: 'unknown';
  readonly msgtype: string;
}

export type Message = Hello | Ping | Pong | Getaddr | Addr | Bye | Unknown;
export type MessageType = Message['type'];

/**
 * One row per message type, in the order of a conversation: what it says, and what its fields mean beside `msgtype`. Help, completion
 * and the README are printed from it. Only nodeid and peers are required; an optional field counts as absent unless it is as said here.
 */
export const MESSAGES = {
  hello: {
    summary: 'who I am; the dialler speaks first, the listener answers with its own',
    fields: {
      nodeid: 'my id: a letter or digit, then up to 63 letters, digits and hyphens',
      listen: 'the port at which I can be dialled',
      agent: 'what program I am, up to 64 characters',
      observed: 'the ip:port at which I see you',
      ext: 'extensions I understand: nonce, v6; visit: I only ask whether this address works',
    },
  },
  ping: { summary: 'are you there', fields: { nonce: 'text or whole number that the pong repeats' } },
  pong: { summary: 'yes, I am here', fields: { nonce: 'the nonce of the ping' } },
  getaddr: { summary: 'tell me peers', fields: {} },
  addr: {
    summary: 'my own listening address, or peers I can vouch for',
    fields: {
      peers: 'a list of pairs ["ip:port", "nodeid"]',
      ages: 'for each pair, the seconds since it was last seen alive, or null',
    },
  },
  bye: { summary: 'I close this connection', fields: { reason: 'why, up to 128 characters' } },
  unknown: { summary: 'a message of a later version; ignored', fields: {} },
} as const satisfies Record<
  MessageType,
  { readonly summary: string; readonly fields: Readonly<Record<string, string>> }
>;

export const MESSAGE_TYPES = Object.keys(MESSAGES) as readonly MessageType[];

/** A line that is no message (rule 9). `detail` is our own sentence, never the peer's text. */
export interface Malformed {
  readonly type: 'malformed';
  readonly reason: 'not-json' | 'not-an-object' | 'no-msgtype' | 'bad-field';
  readonly detail: string;
}

const NODE_ID = /^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/;
const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const UUID_LENGTH = 36;

const PING: Ping = Object.freeze({ type: 'ping', nonce: null });
const PONG: Pong = Object.freeze({ type: 'pong', nonce: null });
const GETADDR: Getaddr = Object.freeze({ type: 'getaddr' });

/** The lines that pass most are read without JSON.parse; the spaced forms are what Python's json writes. */
const PING_LINE = '{"msgtype":"ping"}';
const PONG_LINE = '{"msgtype":"pong"}';
const GETADDR_LINE = '{"msgtype":"getaddr"}';
const PING_LINE_SPACED = '{"msgtype": "ping"}';
const PONG_LINE_SPACED = '{"msgtype": "pong"}';
const GETADDR_LINE_SPACED = '{"msgtype": "getaddr"}';
const CONSTANT_LENGTH_MAX = GETADDR_LINE_SPACED.length;
/** All of them, the most frequent first: frames.ts finds them without decoding. */
export const CONSTANT_LINES: readonly string[] = [
  PING_LINE,
  PONG_LINE,
  PING_LINE_SPACED,
  PONG_LINE_SPACED,
  GETADDR_LINE,
  GETADDR_LINE_SPACED,
];

/** What we write before an integer nonce, and the digits after it that are certainly a safe integer. */
const PING_NONCE = '{"msgtype":"ping","nonce":';
const PONG_NONCE = '{"msgtype":"pong","nonce":';
const NONCE_AT = PING_NONCE.length;
const LETTER_AT = PING_NONCE.indexOf('i');
const NONCE_DIGITS_MAX = 15;

const ZERO = 0x30;
const LETTER_D = 0x64;
const LETTER_I = 0x69;
const LETTER_O = 0x6f;

/** Reads one line (no newline). Never throws, never returns an object of the peer's making. */
export function parseMessage(line: string): Message | Malformed {
  const quick = line.length <= CONSTANT_LENGTH_MAX ? readConstant(line) : readInteger(line);
  return quick ?? readJson(line);
}

/** Comparing costs most here, so the letter that differs in `ping`, `pong` and `getaddr` chooses what to compare with. */
function readConstant(line: string): Message | null {
  switch (line.charCodeAt(line.length - 5)) {
    case LETTER_I:
      return line === PING_LINE || line === PING_LINE_SPACED ? PING : null;
    case LETTER_O:
      return line === PONG_LINE || line === PONG_LINE_SPACED ? PONG : null;
    case LETTER_D:
      return line === GETADDR_LINE || line === GETADDR_LINE_SPACED ? GETADDR : null;
    default:
      return null;
  }
}

/** A ping or pong with an integer nonce, written as we write it. */
function readInteger(line: string): Ping | Pong | null {
  const end = line.length - 1;
  if (end > NONCE_AT + NONCE_DIGITS_MAX || end <= NONCE_AT || line[end] !== '}') return null;
  const isPing = line.charCodeAt(LETTER_AT) === LETTER_I;
  if (line.slice(0, NONCE_AT) !== (isPing ? PING_NONCE : PONG_NONCE)) return null;
  if (line.charCodeAt(NONCE_AT) === ZERO && end > NONCE_AT + 1) return null;
  let nonce = 0;
  for (let i = NONCE_AT; i < end; i += 1) {
    const digit = line.charCodeAt(i) - ZERO;
    if (digit < 0 || digit > 9) return null;
    nonce = nonce * 10 + digit;
  }
  return { type: isPing ? 'ping' : 'pong', nonce };
}

function readJson(line: string): Message | Malformed {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return malformed('not-json', 'a line that is not JSON');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    return malformed('not-an-object', 'JSON that is not an object');
  const msgtype = own(value, 'msgtype');
  if (typeof msgtype !== 'string') return malformed('no-msgtype', 'an object without msgtype');
  switch (msgtype) {
    case 'hello':
      return readHello(value);
    case 'ping':
      return readNonce(value, PING);
    case 'pong':
      return readNonce(value, PONG);
    case 'getaddr':
      return GETADDR;
    case 'addr':
      return readAddr(value);
    case 'bye': {
      const reason = own(value, 'reason');
      return { type: 'bye', reason: typeof reason === 'string' && reason.length <= REASON_LENGTH_MAX ? reason : null };
    }
    default:
      return { type: 'unknown', msgtype: msgtype.slice(0, MSGTYPE_LENGTH_MAX) };
  }
}

const malformed = (reason: Malformed['reason'], detail: string): Malformed => ({ type: 'malformed', reason, detail });

/** An own property of a parsed object, so that `__proto__` and `constructor` are only names (rule 6). */
const own = (value: object, key: string): unknown =>
  Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined;

/** JSON can say -0, and we would write it as 0. */
const unsigned = (value: number) => (value === 0 ? 0 : value);

/** Rule 30. */
function readNonce<Kind extends Ping | Pong>(value: object, plain: Kind): Kind {
  const nonce = own(value, 'nonce');
  if (typeof nonce === 'string') return nonce.length <= NONCE_LENGTH_MAX ? { ...plain, nonce } : plain;
  return typeof nonce === 'number' && Number.isSafeInteger(nonce) ? { ...plain, nonce: unsigned(nonce) } : plain;
}

/** Rule 14: null for what is no id; only a whole UUID is lower-cased, other ids are compared as they are. */
export function readNodeId(raw: unknown): string | null {
  if (typeof raw !== 'string' || !NODE_ID.test(raw)) return null;
  return raw.length === UUID_LENGTH && UUID.test(raw) ? raw.toLowerCase() : raw;
}

function readHello(value: object): Hello | Malformed {
  const nodeid = readNodeId(own(value, 'nodeid'));
  if (nodeid === null) return malformed('bad-field', 'a hello without a usable nodeid');
  const listen = own(value, 'listen');
  const agent = own(value, 'agent');
  const observed = own(value, 'observed');
  const ext = own(value, 'ext');
  return {
    type: 'hello',
    nodeid,
    listen: typeof listen === 'number' && Number.isInteger(listen) && listen >= 1 && listen <= 65_535 ? listen : null,
    agent: typeof agent === 'string' && agent.length <= AGENT_LENGTH_MAX ? agent : null,
    observed: typeof observed === 'string' ? parseAddress(observed) : null,
    ext: Array.isArray(ext)
      ? ext.slice(0, EXT_MAX).filter((one): one is string => typeof one === 'string' && one.length <= EXT_LENGTH_MAX)
      : [],
  };
}

function readAddr(value: object): Addr | Malformed {
  const list = own(value, 'peers');
  if (!Array.isArray(list)) return malformed('bad-field', 'an addr without a list of peers');
  const ages = own(value, 'ages');
  const peers: AddrEntry[] = [];
  const read = Math.min(list.length, ADDR_ENTRIES_READ_MAX);
  for (let i = 0; i < read; i += 1) {
    const entry = readEntry(list[i], Array.isArray(ages) ? ages[i] : null);
    if (entry !== null) peers.push(entry);
  }
  return { type: 'addr', peers, skipped: list.length - peers.length, listed: list.length };
}

/** A pair, a 1-tuple or a bare string. */
function readEntry(raw: unknown, age: unknown): AddrEntry | null {
  const text: unknown = Array.isArray(raw) ? raw[0] : raw;
  const address = typeof text === 'string' ? parseAddress(text) : null;
  if (address === null) return null;
  const known = typeof age === 'number' && Number.isFinite(age) && age >= 0;
  return {
    address,
    nodeid: Array.isArray(raw) ? readNodeId(raw[1]) : null,
    age: known ? unsigned(Math.min(Math.floor(age), AGE_S_MAX)) : null,
  };
}

/** One line without its newline: ASCII-only JSON, `msgtype` first. Reading it back gives an equal message. */
export function encodeMessage(message: Message): string {
  switch (message.type) {
    case 'ping':
    case 'pong':
      if (message.nonce === null) return message.type === 'ping' ? '{"msgtype":"ping"}' : '{"msgtype":"pong"}';
      return `{"msgtype":"${message.type}","nonce":${typeof message.nonce === 'number' ? String(message.nonce) : quote(message.nonce)}}`;
    case 'getaddr':
      return '{"msgtype":"getaddr"}';
    case 'hello': {
      let line = `{"msgtype":"hello","nodeid":"${message.nodeid}"`;
      if (message.listen !== null) line += `,"listen":${message.listen}`;
      if (message.agent !== null) line += `,"agent":${quote(message.agent)}`;
      if (message.observed !== null) line += `,"observed":"${message.observed.text}"`;
      if (message.ext.length > 0) line += extText(message.ext);
      return `${line}}`;
    }
    case 'addr': {
      const aged = message.peers.some((entry) => entry.age !== null);
      const ages = aged ? `,"ages":[${message.peers.map((entry) => String(entry.age)).join(',')}]` : '';
      return `{"msgtype":"addr","peers":[${message.peers.map(encodeEntry).join(',')}]${ages}}`;
    }
    case 'bye':
      return message.reason === null ? '{"msgtype":"bye"}' : `{"msgtype":"bye","reason":${quote(message.reason)}}`;
    case 'unknown':
      return `{"msgtype":${quote(message.msgtype)}}`;
    default:
      return message satisfies never;
  }
}

/** Of the list that was written last: a node says the same one to everybody, and the list is half the work of a hello. */
let lastExt: readonly string[] = [];
let lastExtText = '';

function extText(ext: readonly string[]): string {
  if (ext !== lastExt) {
    lastExt = ext;
    lastExtText = `,"ext":[${ext.map(quote).join(',')}]`;
  }
  return lastExtText;
}

/** Always a pair: old peers unpack nothing else. An entry without an id names nobody. */
const encodeEntry = (entry: AddrEntry): string => `["${entry.address.text}","${entry.nodeid ?? ''}"]`;

/** Text that stands in JSON as it is. */
const PLAIN = /^[ !#-[\]-~]*$/;

/** JSON with everything outside ASCII escaped (rule 11). */
function quote(text: string): string {
  if (PLAIN.test(text)) return `"${text}"`;
  return asciiOnly(JSON.stringify(text));
}

/** What an entry is beside its address and id. */
const ENTRY_FRAME = '["",""]'.length;

/** Spreads entries over as many messages as lines of at most 1,400 bytes need; one empty message when there are none. */
export function splitAddr(entries: readonly AddrEntry[]): Addr[] {
  const messages: Addr[] = [];
  const frame = '{"msgtype":"addr","peers":[],"ages":[]}'.length;
  let part: AddrEntry[] = [];
  let bytes = frame;
  const flush = () => {
    messages.push({ type: 'addr', peers: part, skipped: 0, listed: part.length });
    part = [];
    bytes = frame;
  };
  for (const entry of entries) {
    const size = ENTRY_FRAME + entry.address.text.length + (entry.nodeid?.length ?? 0) + String(entry.age).length + 2;
    if (bytes + size > LINE_SENT_BYTES_MAX) flush();
    part.push(entry);
    bytes += size;
  }
  if (part.length > 0 || messages.length === 0) flush();
  return messages;
}
