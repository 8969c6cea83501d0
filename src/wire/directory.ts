/**
 * Places of the bootstrap list as users type them: text goes in, a host and a port come out, or what is wrong with it. A host may be a
 * directory: a DNS name that lists places, `dns:NAME` by its addresses and `dnssrv:_SERVICE._tcp.NAME` by its SRV records. Rule 48.
 */
import { type HostPortReading, isHostName, parseHostPort } from './address.ts';

const ADDRESSES = 'dns:';
const SERVICES = 'dnssrv:';
/** The port of `dns:NAME` alone: the first of the list that everybody has. */
const DIRECTORY_PORT = 5_999;
/** Of `dnssrv:`, whose records say the ports. */
const NO_PORT = 0;
const SERVICE_NAME = /^_[0-9A-Za-z-]+\._tcp\.[0-9A-Za-z_]/;
const TYPED_SHOWN_MAX = 80;

/** What is asked of a directory, and the name to ask for. */
export interface Directory {
  readonly kind: 'addresses' | 'services';
  readonly name: string;
}

/** A host of the bootstrap list read as a directory; null: it is none. */
export function readDirectory(host: string): Directory | null {
  if (host.startsWith(ADDRESSES)) return { kind: 'addresses', name: host.slice(ADDRESSES.length) };
  return host.startsWith(SERVICES) ? { kind: 'services', name: host.slice(SERVICES.length) } : null;
}

/** `HOST:PORT`, `dns:NAME[:PORT]` or `dnssrv:_SERVICE._tcp.NAME`; of the last the port is 0. */
export function parsePlace(text: string): HostPortReading {
  const typed = text.trim();
  const directory = readDirectory(typed.toLowerCase());
  if (directory === null) return parseHostPort(typed);
  const wrong = (what: string) => ({ error: `${JSON.stringify(typed.slice(0, TYPED_SHOWN_MAX))} ${what}` });
  if (directory.kind === 'services') {
    const { name } = directory;
    if (name.includes(':')) return wrong('has a port, which the records say: leave it out');
    if (!isHostName(name) || !SERVICE_NAME.test(name))
      return wrong('names no service: type one such as dnssrv:_peersh._tcp.example.org');
    return { host: `${SERVICES}${name}`, port: NO_PORT };
  }
  const colon = directory.name.indexOf(':');
  const name = colon < 0 ? directory.name : directory.name.slice(0, colon);
  const port = colon < 0 ? String(DIRECTORY_PORT) : directory.name.slice(colon + 1);
  if (!isHostName(name)) return wrong('has no name to look up: type one such as dns:seeds.example.org:5999');
  const reading = parseHostPort(`${name}:${port}`);
  return 'error' in reading
    ? wrong('has no valid port: type a number from 1 to 65535')
    : { ...reading, host: `${ADDRESSES}${name}` };
}

/** The text that reads back as this place. */
export function placeText(host: string, port: number): string {
  if (port === NO_PORT) return host;
  return `${readDirectory(host) === null && host.includes(':') ? `[${host}]` : host}:${port}`;
}
