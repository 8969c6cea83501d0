/**
 * Whom a request says it is for: the Host header goes in, whether we answer comes out. A page of somebody else's can have its own name lead to
 * this machine (DNS rebinding), and then reads what it asks for; it can say no address of ours, and no name that is not its own.
 */
import { isIP } from 'node:net';
import { addressOf } from '../wire/address.ts';

/** Answers to any name, as a told one. */
export const ANY_HOST = '*';
const LOOPBACK = new Set(['localhost', '127.0.0.1', '::1']);
const HOST_HEADER = /^(?:\[([0-9A-Fa-f:.]{2,45})\]|([0-9A-Za-z._-]{1,253}))(?::[0-9]{1,5})?$/;

/** `headers` are all Host headers of the request, `localAddress` is where it came to, `told` are names besides ours. */
export function isForUs(headers: readonly string[], localAddress: string, told: readonly string[]): boolean {
  const [header = ''] = headers;
  const [, v6, name] = HOST_HEADER.exec(header) ?? [];
  const host = (v6 ?? name ?? '').toLowerCase();
  if (headers.length !== 1 || host === '') return false;
  if (LOOPBACK.has(host) || told.some((one) => one === ANY_HOST || one.toLowerCase() === host)) return true;
  return isIP(host) !== 0 && addressOf(host, 1)?.ip === addressOf(localAddress, 1)?.ip;
}
