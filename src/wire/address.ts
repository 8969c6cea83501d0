/**
 * Addresses as the network writes them: text goes in, one canonical frozen Address comes out (or null), with its class and group.
 * It resolves no names and opens nothing. Rules 31-33, 40.
 */
import ipaddr from 'ipaddr.js';
import { PORT_GOSSIP_MIN } from './limits.ts';

export type AddressClass = 'loopback' | 'private' | 'public' | 'special';

/** A canonical IP address and port; two addresses are the same place exactly when their `text` is equal. */
export interface Address {
  /** `127.0.0.1:5999` or `[::1]:5999`, canonical. */
  readonly text: string;
  readonly ip: string;
  /** 1-65535. */
  readonly port: number;
  readonly family: 4 | 6;
  /** `private` includes link-local; `special` is never dialled and never gossiped (rule 32). */
  readonly class: AddressClass;
  /** What one operator is likely to control: `v4:1.2` (a /16) or `v6:2001:db8` (a /32); loopback and private are one group each. */
  readonly group: string;
  /** Signed 32-bit hashes of `text` and of `group`, for tables: unsigned, half of them would be a box on the heap each. */
  readonly hash: number;
  readonly groupHash: number;
}

const PORT = /^[1-9][0-9]{0,4}$/;
const PORT_MAX = 65_535;
/** Digits of IPv6 and of a dotted tail, nothing that a lenient parser could read as hexadecimal or octal bytes. */
const V6 = /^[0-9A-Fa-f:.]{2,45}$/;
/** With room for a zone id, which is dropped. */
const V6_LENGTH_MAX = 64;

const DOT = 0x2e;
const ZERO = 0x30;
const NINE = 0x39;
const COLON = 0x3a;

/** Reads `1.2.3.4:5` or `[v6]:5`, nothing looser (rule 31); null for all else. */
export function parseAddress(text: string): Address | null {
  if (!text.startsWith('[')) return parseV4(text);
  const end = text.lastIndexOf(']:');
  const port = text.slice(end + 2);
  return end > 0 && PORT.test(port) && Number(port) <= PORT_MAX ? parseV6(text.slice(1, end), Number(port)) : null;
}

/** The same from its parts, as sockets report them (`::ffff:127.0.0.1` and zone ids included). */
export function addressOf(ip: string, port: number): Address | null {
  if (!Number.isInteger(port) || port < 1 || port > PORT_MAX) return null;
  return ip.includes(':') ? parseV6(ip, port) : parseV4(`${ip}:${port}`);
}

/** One pass over `a.b.c.d:port`. What it accepts has one spelling only, so the text itself is the canonical form. */
function parseV4(text: string): Address | null {
  let bits = 0;
  let part = 0;
  let value = -1;
  let groupEnd = 0;
  let ipEnd = 0;
  for (let i = 0; i < text.length; i += 1) {
    const code = text.charCodeAt(i);
    if (code >= ZERO && code <= NINE) {
      // A second digit after a leading zero could be octal to somebody else.
      if (value === 0) return null;
      value = (value < 0 ? 0 : value * 10) + code - ZERO;
      if (value > (part < 4 ? 255 : PORT_MAX)) return null;
    } else {
      if (value < 0 || part > 3 || code !== (part < 3 ? DOT : COLON)) return null;
      if (part === 1) groupEnd = i;
      if (part === 3) ipEnd = i;
      bits = (bits << 8) | value;
      part += 1;
      value = -1;
    }
  }
  if (part !== 4 || value < 1) return null;
  const kind = classOfV4(bits);
  const group = kind === 'public' ? `v4:${text.slice(0, groupEnd)}` : kind;
  return addressWith(text, text.slice(0, ipEnd), value, 4, kind, group);
}

/** By the special-purpose registry of RFC 6890; comparisons, since a table of ranges took more than half of the parsing. */
function classOfV4(bits: number): AddressClass {
  const a = bits >>> 24;
  const b = (bits >>> 16) & 0xff;
  const c = (bits >>> 8) & 0xff;
  if (a === 127) return 'loopback';
  if (a === 10 || (a === 172 && b >>> 4 === 1) || (a === 192 && b === 168) || (a === 169 && b === 254))
    return 'private';
  // This network; multicast, reserved and broadcast; carrier-grade NAT.
  if (a === 0 || a >= 224 || (a === 100 && b >>> 6 === 1)) return 'special';
  // Protocol assignments and documentation, relays of 6to4, benchmarks, documentation twice more.
  if (a === 192 && ((b === 0 && (c === 0 || c === 2)) || (b === 88 && c === 99))) return 'special';
  if (a === 198 && (b >>> 1 === 9 || (b === 51 && c === 100))) return 'special';
  return a === 203 && b === 0 && c === 113 ? 'special' : 'public';
}

function parseV6(text: string, port: number): Address | null {
  if (text.length > V6_LENGTH_MAX) return null;
  const zone = text.indexOf('%');
  const bare = withoutDots(zone < 0 ? text : text.slice(0, zone));
  if (bare === null || !ipaddr.IPv6.isValid(bare)) return null;
  const parsed = ipaddr.IPv6.parse(bare);
  if (parsed.isIPv4MappedAddress()) return parseV4(`${parsed.toIPv4Address().toString()}:${port}`);
  const ip = parsed.toRFC5952String();
  const [first = 0, second = 0] = parsed.parts;
  const kind = classOfV6(parsed.range(), first);
  const group = kind === 'public' ? `v6:${first.toString(16)}:${second.toString(16)}` : kind;
  return addressWith(`[${ip}]:${port}`, ip, port, 6, kind, group);
}

/** Rewrites a strict dotted tail as two groups: ipaddr.js takes `::1.2.3.4` for a mapped address, and reads 0x7f as a byte. */
function withoutDots(text: string): string | null {
  if (!V6.test(text)) return null;
  const colon = text.lastIndexOf(':');
  if (!text.includes('.')) return text;
  const tail = parseV4(`${text.slice(colon + 1)}:1`);
  if (tail === null) return null;
  const [a = 0, b = 0, c = 0, d = 0] = tail.ip.split('.').map(Number);
  return `${text.slice(0, colon + 1)}${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
}

/**
 * Only 2000::/3 is given out to anybody. Translated and tunnelled ranges (64:ff9b::/96, 2002::/16, `::1.2.3.4`) reach IPv4 places in
 * disguise, so they are not public.
 */
function classOfV6(range: string, firstPart: number): AddressClass {
  if (range === 'loopback') return 'loopback';
  if (range === 'uniqueLocal' || range === 'linkLocal') return 'private';
  return range === 'unicast' && firstPart >>> 13 === 1 ? 'public' : 'special';
}

function addressWith(
  text: string,
  ip: string,
  port: number,
  family: 4 | 6,
  kind: AddressClass,
  group: string,
): Address {
  return Object.freeze({ text, ip, port, family, class: kind, group, hash: hashOf(text), groupHash: hashOf(group) });
}

/** FNV-1a. Runs of the simulator are pinned by it. */
function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}

/** The hash tells most pairs apart without a look at the texts. */
export const isSamePlace = (a: Address, b: Address) => a === b || (a.hash === b.hash && a.text === b.text);

/** Loopback or private: what one machine or one site reaches, where most limits do not apply (rule S0). */
export const isLocal = (address: Address) => address.class === 'loopback' || address.class === 'private';

const HELD_BITS = '/56';

/**
 * What shares, bans and discouragement go by: an IP, or `2a00:1:2:3400::/56`, since who holds one IPv6 address of a provider holds its
 * /56. Of a site's own addresses many machines have one each. Rules 51, 59.
 */
export function ipKey(address: Address): string {
  if (address.family === 4 || isLocal(address)) return address.ip;
  const [head = '', tail = ''] = address.ip.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === '' ? [] : tail.split(':');
  const parts = [...before, ...Array.from({ length: 8 - before.length - after.length }, () => '0'), ...after];
  const fourth = Number.parseInt(parts[3] ?? '0', 16) & 0xff00;
  const held = [...parts.slice(0, 3), fourth.toString(16)].join(':').replace(/(?::0)+$/, '');
  return `${held}::${HELD_BITS}`;
}

/** The key of a text that is an IP or such a /56; null for all else. */
export function readIpKey(text: string): string | null {
  if (!text.endsWith(HELD_BITS)) {
    const address = addressOf(text, 1);
    return address === null ? null : ipKey(address);
  }
  const address = addressOf(text.slice(0, -HELD_BITS.length), 1);
  const key = address === null ? '' : ipKey(address);
  return key.endsWith(HELD_BITS) ? key : null;
}

/** Rule 32, for what we hear and for what we tell alike: may an address of this class pass between us and a peer of that class? */
export function mayGossip(address: Address, peerClass: AddressClass): boolean {
  switch (address.class) {
    case 'special':
      return false;
    case 'loopback':
      return peerClass === 'loopback';
    case 'private':
      return peerClass === 'private' || peerClass === 'loopback';
    case 'public':
      return true;
    default:
      return address.class satisfies never;
  }
}

/** Ports of 1024 and above that belong to other services, from Bitcoin Core's IsBadPort (src/netbase.cpp). */
const BAD_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080,
]);

/** Rule 33: a gossiped port that might aim us at somebody's other service. */
export function isBadPort(port: number): boolean {
  return port < PORT_GOSSIP_MIN || BAD_PORTS.has(port);
}

export type HostPortReading = { readonly host: string; readonly port: number } | { readonly error: string };

const HOST_NAME = /^(?=.{1,253}$)[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,62})(?:\.[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,62}))*\.?$/;
/** Resolvers read a name that ends in a number as an IPv4 address: `127.1`, `2130706433`, `1.0x2`. */
const ENDS_IN_NUMBER = /(?:^|\.)(?:[0-9]+|0[xX][0-9A-Fa-f]*)\.?$/;
const TYPED_SHOWN_MAX = 80;

/** Reads what a user types: `localhost:5998`, `1.2.3.4:5`, `[::1]:5999`. With `anyPort` port 0 is good too. */
export function parseHostPort(text: string, options: { readonly anyPort?: boolean } = {}): HostPortReading {
  const typed = text.trim();
  const wrong = (what: string) => ({ error: `${JSON.stringify(typed.slice(0, TYPED_SHOWN_MAX))} ${what}` });
  const { host, digits } = splitTyped(typed);
  const first = options.anyPort === true ? 0 : 1;
  const port = PORT.test(digits) || digits === '0' ? Number(digits) : -1;
  const isPort = port >= first && port <= PORT_MAX;
  if (host === '') return wrong(`has no host: type HOST:PORT, for example localhost:${isPort ? port : 5999}`);
  if (!host.startsWith('[') && host.includes(':')) {
    return wrong(
      host.includes('/')
        ? 'is not HOST:PORT: leave out everything but the host and the port, for example localhost:5999'
        : 'is not HOST:PORT: write an IPv6 address in brackets, for example [::1]:5999',
    );
  }
  const reading = readHost(host);
  if ('wrong' in reading) return wrong(reading.wrong);
  if (digits === '') return wrong(`has no port: type HOST:PORT, for example ${host.slice(0, TYPED_SHOWN_MAX)}:5999`);
  if (!isPort) return wrong(`has no valid port: type a number from ${first} to ${PORT_MAX}`);
  return { host: reading.host, port };
}

/** A number alone is a port without a host, all else without a port is a host. */
function splitTyped(typed: string): { readonly host: string; readonly digits: string } {
  if (/^[0-9]*$/.test(typed)) return { host: '', digits: typed };
  const end = typed.startsWith('[') ? typed.lastIndexOf(']') : 0;
  const colon = typed.lastIndexOf(':');
  if (colon <= end && colon !== 0) return { host: typed, digits: '' };
  return { host: typed.slice(0, colon), digits: typed.slice(colon + 1) };
}

/** A name that a resolver cannot take for an address. */
export const isHostName = (text: string) => HOST_NAME.test(text) && !ENDS_IN_NUMBER.test(text);

function readHost(host: string): { readonly host: string } | { readonly wrong: string } {
  if (host.startsWith('[')) {
    if (host.includes('%'))
      return { wrong: 'has a zone id, which no address here can have: type an address without one' };
    const address = host.endsWith(']') ? parseV6(host.slice(1, -1), 1) : null;
    return address === null ? { wrong: 'is not an IPv6 address: type one such as [::1]:5999' } : { host: address.ip };
  }
  if (ENDS_IN_NUMBER.test(host)) {
    if (parseV4(`${host}:1`) !== null) return { host };
    return { wrong: 'is not an IPv4 address: type all four numbers, for example 127.0.0.1:5999' };
  }
  if (HOST_NAME.test(host)) return { host: host.toLowerCase() };
  return { wrong: 'is not a host name: type HOST:PORT, for example localhost:5999 or [::1]:5999' };
}
