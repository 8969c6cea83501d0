/**
 * The places a node always wants to be connected to: the bootstrap list and kept peers. Names, addresses and look-ups go in, the list
 * stays free of twins; it dials nothing. Rule 48.
 */
import { type Address, addressOf, parseAddress } from '../wire/address.ts';
import { BOOTSTRAP_MAX, NAME_ADDRESSES_MAX, NAME_KEPT_US } from './limits.ts';
import type { NodeState, Target } from './state.ts';

/** Adds nothing to a full list, nor what it holds already. `from`: the directory that lists it. */
export function addTarget(
  node: NodeState,
  host: string,
  port: number,
  via: Target['via'],
  now: number,
  from: string | null = null,
): void {
  const twin = node.targets.find(
    (target) =>
      target.port === port && (target.host === host || target.resolved.some((address) => address.ip === host)),
  );
  // Who is told by a user stays, whatever a directory says later.
  if (twin !== undefined && from === null) twin.from = null;
  if (twin !== undefined || node.targets.length >= BOOTSTRAP_MAX) return;
  const literal = parseAddress(host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`);
  node.targets.push({
    host,
    port,
    via,
    from,
    resolved: literal === null ? [] : [literal],
    resolving: false,
    lookUpAt: literal === null ? now : Infinity,
    self: false,
    failures: 0,
    nextAt: now,
    lastError: literal?.class === 'special' ? 'bad-address' : null,
  });
}

/** A look-up ended; no address means that it failed: what was known before still holds, and it is tried again later. */
export function resolveTarget(node: NodeState, now: number, target: Target, ips: readonly string[]): void {
  const resolved = ips
    .slice(0, NAME_ADDRESSES_MAX)
    .map((ip) => addressOf(ip, target.port))
    .filter((address): address is Address => address !== null && address.class !== 'special');
  target.resolving = false;
  target.lookUpAt = now + NAME_KEPT_US;
  if (resolved.length === 0 && target.resolved.length > 0) return;
  target.resolved = resolved;
  if (resolved.length > 0) {
    target.lastError = null;
    target.self = target.resolved.every((address) => node.selves.has(address.text));
    mergeTargets(node, target);
    return;
  }
  target.failures += 1;
  target.lastError = 'no-name';
  planLookUp(node, now, target);
}

/** When a name that could not be resolved is looked up again. */
export function planLookUp(node: NodeState, now: number, target: Target): void {
  target.nextAt = now + lookUpRetryUs(node, target.failures);
}

/** How long a name that could not be looked up so many times in a row waits for the next time. */
export const lookUpRetryUs = (node: NodeState, failures: number) =>
  Math.min(node.settings['bootstrap.retry.max.public'], node.settings['bootstrap.retry'] * failures);

/** `localhost` and `127.0.0.1` are one entry: the later of two that resolve alike goes, or the one that only a directory lists. */
function mergeTargets(node: NodeState, target: Target): void {
  const texts = target.resolved.map((address) => address.text).join();
  const twin = node.targets.findIndex(
    (other) => other !== target && other.resolved.map((address) => address.text).join() === texts,
  );
  if (twin < 0) return;
  const isListed = node.targets[twin]?.from != null;
  node.targets.splice(isListed ? twin : Math.max(twin, node.targets.indexOf(target)), 1);
}
