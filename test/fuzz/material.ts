/** What random cases are made of: addresses, ids, messages and lines, few of each so that they meet again. Numbers go in, the same things come out. */
import { type Address, parseAddress } from '../../src/wire/address.ts';
import { type AddrEntry, encodeMessage, type Message, type Nonce } from '../../src/wire/messages.ts';
import { OUR_ID } from './rig.ts';

export const pick = <Item>(items: readonly Item[], index: number): Item => items[index % items.length] as Item;

export const ADDRESSES: readonly Address[] = [
  '127.0.0.1:5999',
  '127.0.0.1:5000',
  '127.0.0.1:6001',
  '127.0.0.1:6002',
  '10.0.0.1:5999',
  '10.0.0.2:5999',
  '10.0.0.3:5999',
  '192.168.1.1:7000',
  '169.254.0.9:5999',
  '60.1.0.1:5999',
  '60.1.0.2:5999',
  '60.1.0.2:6000',
  '60.1.7.3:5999',
  '61.2.0.1:5999',
  '61.2.0.1:80',
  '62.3.0.1:6667',
  '63.4.0.1:5999',
  '64.5.0.1:5999',
  '[2a00:1::1]:5999',
  '[2a00:1::2]:5999',
  '[2a01:2::1]:5999',
  '[fd00::1]:5999',
  '[::1]:5999',
  '224.0.0.1:5999',
  '0.0.0.0:5999',
].flatMap((text) => parseAddress(text) ?? []);

export const IDS: readonly string[] = [
  OUR_ID,
  ...Array.from({ length: 12 }, (_, i) => `${(i + 2).toString(16)}0000000-0000-4000-8000-00000000000${i.toString(16)}`),
  'x',
  'another-kind-of-id',
];

const NONCES: readonly Nonce[] = ['', 'n', '\u007f'.repeat(64), 'ü€😀"\\', 0, 1, 2, 3, 4, 5, 6, 7, 8, -1, 2 ** 53 - 1];
const EXTS: readonly (readonly string[])[] = [[], ['nonce'], ['nonce', 'v6'], ['nonce', 'v6', 'visit'], ['visit']];
const PORTS = [null, 5_999, 6_000, 80, 1, 65_535];

/** `a` chooses what, `b` the details. */
export function messageOf(a: number, b: number): Message {
  switch (a % 10) {
    case 0:
    case 1:
      return {
        type: 'hello',
        nodeid: pick(IDS, b),
        listen: pick(PORTS, b >> 4),
        agent: (b & 64) === 0 ? null : 'fuzz\u0007',
        observed: (b & 128) === 0 ? null : pick(ADDRESSES, b >> 3),
        ext: pick(EXTS, b >> 5),
      };
    case 2:
      return { type: 'ping', nonce: (b & 1) === 0 ? null : pick(NONCES, b >> 1) };
    case 3:
    case 4:
      return { type: 'pong', nonce: (b & 1) === 0 ? null : pick(NONCES, b >> 1) };
    case 5:
      return { type: 'getaddr' };
    case 6:
    case 7:
      return addrOf(b);
    case 8:
      return { type: 'bye', reason: (b & 1) === 0 ? null : 'duplicate' };
    default:
      return { type: 'unknown', msgtype: 'later' };
  }
}

function addrOf(b: number): Message {
  const count = pick([0, 1, 1, 2, 5, 30, 120], b);
  const peers: AddrEntry[] = Array.from({ length: count }, (_, i) => ({
    address: i < 6 ? pick(ADDRESSES, b + 7 * i) : manyOf(b + i),
    nodeid: (b + i) % 5 === 0 ? null : pick(IDS, b + i),
    age: (b + i) % 3 === 0 ? null : (b * 13 + i) % 400,
  }));
  const skipped = (b & 512) === 0 ? 0 : 1_000;
  return { type: 'addr', peers, skipped, listed: count + skipped };
}

const many = new Map<number, Address>();

/** One of some thousand public addresses in some hundred networks. */
function manyOf(index: number): Address {
  const k = (index * 2_654_435_761) % 4_096;
  const known = many.get(k);
  if (known !== undefined) return known;
  const made = parseAddress(`${20 + (k % 60)}.${k % 7}.${k >> 4}.1:5999`) as Address;
  many.set(k, made);
  return made;
}

/** One line of every shape that the protocol has, ours and those that old peers write. */
export const LINES: readonly string[] = [
  ...Array.from({ length: 60 }, (_, i) => encodeMessage(messageOf(i, i * 37 + 3))),
  '{"msgtype": "ping"}',
  '{"msgtype": "addr", "peers": [["127.0.0.1:5000", "x"], "10.0.0.1:5999", ["60.1.0.1:5999"]]}',
  '{"msgtype": "hello", "nodeid": "80000000-0000-4000-8000-00000000000A"}',
  '{"a":{"b":[[[{"c":1}]]]},"msgtype":"ping"}',
  '{"msgtype":"ping","__proto__":{"x":1},"constructor":1,"nonce":"\\u0000\\ud800"}',
];
