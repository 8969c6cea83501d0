/**
 * Addresses as the network writes them: text goes in, one canonical frozen Address comes out (or null), with its class and group.
 * It resolves no names and opens nothing. Rules 31-33, 40.
 */
import ipaddr from 'ipaddr.js';

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
  /** Unsigned 32-bit hash of `text`, for tables. */
  readonly hash: number;
}

const IPV4 = /^(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})\.(0|[1-9][0-9]{0,2})$/;
const PORT = /^[1-9][0-9]{0,4}$/;
const IPV6_LENGTH_MAX = 64;

/** Reads `1.2.3.4:5` or `[v6]:5`, nothing looser (rule 31); null for all else. */
export function parseAddress(text: string): Address | null {
  const colon = text.lastIndexOf(':');
  if (colon < 0) return null;
  const port = text.slice(colon + 1);
  if (!PORT.test(port)) return null;
  const host = text.slice(0, colon);
  if (host.startsWith('[')) return host.endsWith(']') ? addressOf(host.slice(1, -1), Number(port)) : null;
  return host.includes(':') ? null : addressOf(host, Number(port));
}

/** The same from its parts, as sockets report them (`::ffff:127.0.0.1` and zone ids included). */
export function addressOf(ip: string, port: number): Address | null {
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return null;
  const v4 = IPV4.exec(ip);
  if (v4 !== null) return addressOfV4(Number(v4[1]), Number(v4[2]), Number(v4[3]), Number(v4[4]), port);
  return ip.includes(':') && ip.length <= IPV6_LENGTH_MAX ? addressOfV6(ip, port) : null;
}

function addressOfV4(a: number, b: number, c: number, d: number, port: number): Address | null {
  if (a > 255 || b > 255 || c > 255 || d > 255) return null;
  const ip = `${a}.${b}.${c}.${d}`;
  const kind = classOfV4(a, b, c, d);
  return addressWith(ip, port, 4, kind, kind === 'public' ? `v4:${a}.${b}` : kind);
}

function classOfV4(a: number, b: number, c: number, d: number): AddressClass {
  if (a === 127) return 'loopback';
  if (a === 10 || (a === 172 && b >= 16 && b < 32) || (a === 192 && b === 168) || (a === 169 && b === 254))
    return 'private';
  const documentation =
    (a === 192 && b === 0 && c === 2) || (a === 198 && b === 51 && c === 100) || (a === 203 && b === 0 && c === 113);
  const special =
    a === 0 ||
    a >= 224 ||
    (a === 100 && b >= 64 && b < 128) ||
    (a === 192 && b === 0 && c === 0) ||
    (a === 198 && (b === 18 || b === 19)) ||
    (a === 192 && b === 88 && c === 99);
  return special || documentation || (a === 255 && d === 255) ? 'special' : 'public';
}

function addressOfV6(text: string, port: number): Address | null {
  const zone = text.indexOf('%');
  const bare = zone < 0 ? text : text.slice(0, zone);
  if (!ipaddr.IPv6.isValid(bare)) return null;
  const parsed = ipaddr.IPv6.parse(bare);
  if (parsed.isIPv4MappedAddress()) return addressOf(parsed.toIPv4Address().toString(), port);
  const ip = parsed.toRFC5952String();
  const kind = classOfV6(parsed.range());
  return addressWith(
    ip,
    port,
    6,
    kind,
    kind === 'public'
      ? `v6:${parsed.parts
          .slice(0, 2)
          .map((part) => part.toString(16))
          .join(':')}`
      : kind,
  );
}

/** Translated and tunnelled ranges (64:ff9b::/96, 2002::/16) reach IPv4 places in disguise, so they are not public. */
function classOfV6(range: string): AddressClass {
  if (range === 'loopback') return 'loopback';
  if (range === 'uniqueLocal' || range === 'linkLocal') return 'private';
  return range === 'unicast' ? 'public' : 'special';
}

function addressWith(ip: string, port: number, family: 4 | 6, kind: AddressClass, group: string): Address {
  const text = family === 4 ? `${ip}:${port}` : `[${ip}]:${port}`;
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return Object.freeze({ text, ip, port, family, class: kind, group, hash: hash >>> 0 });
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

const PORT_GOSSIP_MIN = 1_024;
/** Ports of 1024 and above that belong to other services, from Bitcoin Core's IsBadPort (src/netbase.cpp). */
const BAD_PORTS = new Set([
  1719, 1720, 1723, 2049, 3659, 4045, 5060, 5061, 6000, 6566, 6665, 6666, 6667, 6668, 6669, 6697, 10080,
]);

/** Rule 33: a gossiped port that might aim us at somebody's other service. */
export function isBadPort(port: number): boolean {
  return port < PORT_GOSSIP_MIN || BAD_PORTS.has(port);
}

export type HostPortReading = { readonly host: string; readonly port: number } | { readonly error: string };

const HOST_NAME = /^(?=.{1,253}$)[0-9A-Za-z_](?:[0-9A-Za-z_-]{0,62})(?:\.[0-9A-Za-z_][0-9A-Za-z_-]{0,62})*\.?$/;

/** Reads what a user types: `localhost:5998`, `1.2.3.4:5`, `[::1]:5999`. With `anyPort` port 0 is good too. */
export function parseHostPort(text: string, options: { readonly anyPort?: boolean } = {}): HostPortReading {
  const example = 'type HOST:PORT, for example localhost:5998 or [::1]:5999';
  const shown = JSON.stringify(text.slice(0, 80));
  const colon = text.lastIndexOf(':');
  if (colon < 0) return { error: `${shown} has no port: ${example}` };
  const rawHost = text.slice(0, colon);
  const rawPort = text.slice(colon + 1);
  if (rawHost === '') return { error: `${shown} has no host: ${example}` };
  if (!(PORT.test(rawPort) || (options.anyPort === true && rawPort === '0')) || Number(rawPort) > 65_535) {
    return {
      error: `${shown} has no valid port: a port is a number from ${options.anyPort === true ? 0 : 1} to 65535`,
    };
  }
  const port = Number(rawPort);
  const bracketed = rawHost.startsWith('[') && rawHost.endsWith(']');
  const host = bracketed ? rawHost.slice(1, -1) : rawHost;
  if (host.includes(':') || bracketed) {
    if (!bracketed) return { error: `${shown}: write an IPv6 address in brackets, for example [::1]:5999` };
    const address = addressOf(host, 1);
    return address === null ? { error: `${shown} is not an IPv6 address: ${example}` } : { host: address.ip, port };
  }
  const numeric = /^[0-9.]+$/.test(host) || /^0x/i.test(host);
  if (numeric)
    return IPV4.test(host) && addressOf(host, 1) !== null
      ? { host, port }
      : { error: `${shown} is not an IPv4 address: ${example}` };
  return HOST_NAME.test(host)
    ? { host: host.toLowerCase(), port }
    : { error: `${shown} is not a host name: ${example}` };
}
