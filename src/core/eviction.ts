/**
 * Which inbound peer makes room when all places are taken: peers go in, the one to evict or null comes out. As Bitcoin Core's
 * SelectNodeToEvict (src/node/eviction.cpp): whoever an attacker cannot easily be is protected first. Rule 52.
 */
import type { Address } from '../wire/address.ts';
import { EVICTION_SPARE_GROUPS, EVICTION_SPARE_PING, EVICTION_SPARE_USEFUL } from './limits.ts';
import type { NodeState, Session } from './state.ts';

/**
 * The youngest of the largest group, if a newcomer of another group makes the peers more various; null: the newcomer is a visitor.
 * Evicting one of a group for another of the same would only make the two take turns.
 */
export function chooseEvicted(node: NodeState, now: number, newcomer: Address): Session | null {
  const inbound = [...node.peers.values()].filter(({ dir }) => dir === 'inbound');
  const grace = now - node.settings['evict.grace'];
  let open = inbound.filter(({ readyAt }) => readyAt !== null && readyAt <= grace);
  open = spare(open, EVICTION_SPARE_GROUPS, (a, b) => saltedHash(node, a) - saltedHash(node, b));
  open = spare(open, EVICTION_SPARE_PING, (a, b) => (a.rttMinUs ?? Infinity) - (b.rttMinUs ?? Infinity));
  open = spare(open, EVICTION_SPARE_USEFUL, (a, b) => (b.usefulAt ?? 0) - (a.usefulAt ?? 0));
  open = spare(open, Math.floor(open.length / 2), (a, b) => (a.readyAt ?? 0) - (b.readyAt ?? 0));
  const groups = new Map<string, Session[]>();
  for (const peer of open) groups.set(peer.remote.group, [...(groups.get(peer.remote.group) ?? []), peer]);
  let largest: readonly Session[] = [];
  for (const group of groups.values()) if (group.length > largest.length) largest = group;
  const youngest = largest.at(-1);
  if (youngest === undefined) return null;
  const sizeOf = (group: string) => inbound.filter(({ remote }) => remote.group === group).length;
  return sizeOf(youngest.remote.group) > sizeOf(newcomer.group) + 1 ? youngest : null;
}

/** Takes the best `count` by an order out of the open ones; the rest stays in order of age. */
function spare(open: readonly Session[], count: number, better: (a: Session, b: Session) => number): Session[] {
  const spared = new Set([...open].sort(better).slice(0, count));
  return open.filter((peer) => !spared.has(peer)).sort((a, b) => (a.readyAt ?? 0) - (b.readyAt ?? 0));
}

/** An order of groups that differs from node to node, so that nobody can aim at the protected ones. */
function saltedHash(node: NodeState, { remote }: Session): number {
  let hash = 0x811c9dc5;
  for (const text of [node.id, remote.group])
    for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash >>> 0;
}
