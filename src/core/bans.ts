/**
 * Whom we keep away, by IP (of IPv6 by /56) or by node id: bans that a user gave, and discouragement of public IPs whose peers broke the rules. Keys and
 * times go in, a verdict comes out; it closes nothing. Rule 59.
 */
import { type Address, ipKey, isLocal, parseAddress } from '../wire/address.ts';
import { BANS_MAX } from './limits.ts';
import { forgetOldest } from './oldest.ts';
import type { Ban, NodeState, Session } from './state.ts';

/** Takes a ban in; over the limit the oldest discouragement goes, then the oldest ban. */
export function addBan(node: NodeState, key: string, ban: Ban): void {
  node.bans.delete(key);
  node.bans.set(key, ban);
  if (node.bans.size <= BANS_MAX) return;
  for (const [oldest, { by }] of node.bans) if (by === 'strikes') return void node.bans.delete(oldest);
  forgetOldest(node.bans, BANS_MAX);
}

/** The ban that holds now for an address or an id; one by hand before one by strikes. */
export function banOn(node: NodeState, now: number, address: Address, id: string | null): Ban | null {
  if (node.bans.size === 0) return null;
  const found = [ipKey(address), address.text, id ?? '']
    .map((key) => node.bans.get(key))
    .filter((ban) => ban !== undefined && ban.until > now);
  return found.find((ban) => ban?.by === 'hand') ?? found[0] ?? null;
}

/** What a ban on this peer is kept under: its IP where that is its own, its id where many share one IP (rule S0), or we do. */
export function banKey(node: NodeState, { id, remote }: Session): string {
  const key = ipKey(remote);
  return isLocal(remote) || isOwnKey(node, key) ? (id ?? remote.text) : key;
}

/** Whether a ban that is kept under this would be one on ourselves. */
export function isOwnKey(node: NodeState, key: string): boolean {
  const told = [node.settings.advertise, ...node.selves.keys()].map(parseAddress);
  const own = [...node.listening, ...told, ...[...node.sessions.values()].map(({ local }) => local)];
  return key === node.id || own.some((address) => address !== null && (address.text === key || ipKey(address) === key));
}

/** A peer from outside broke the rules once too often; local ones and those of commands are only disconnected. */
export function discourage(node: NodeState, now: number, session: Session): void {
  const { remote, via } = session;
  if (isLocal(remote) || via === 'manual' || via === 'keep') return;
  const key = ipKey(remote);
  const ban = node.bans.get(key);
  if (ban?.by === 'hand' && ban.until > now) return;
  addBan(node, key, { until: now + node.settings['ban.time'], by: 'strikes' });
}

export function forgetBans(node: NodeState, now: number): void {
  for (const [key, { until }] of node.bans) if (until <= now) node.bans.delete(key);
}
