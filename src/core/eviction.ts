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
  if (!mayHaveLarge(node)) return null;
  const inbound = [...node.peers.values()].filter(({ dir, via }) => dir === 'inbound' && via === 'peer');
  const sizes = new Map<string, number>();
  for (const { remote } of inbound) sizes.set(remote.group, (sizes.get(remote.group) ?? 0) + 1);
  const enough = (sizes.get(newcomer.group) ?? 0) + 1;
  const isLarge = ({ remote }: Session) => (sizes.get(remote.group) ?? 0) > enough;
  if (!inbound.some(isLarge)) return null;
  const youngest = largestGroup(unprotected(node, now, inbound)).at(-1);
  return youngest !== undefined && isLarge(youngest) ? youngest : null;
}

/** Most full nodes have peers of as many groups, and are asked for a place again and again: no two hashes alike, no large group. */
function mayHaveLarge({ peers }: NodeState): boolean {
  const hashes = new Int32Array(peers.size);
  let at = 0;
  for (const { remote } of peers.values()) {
    hashes[at] = remote.groupHash;
    at += 1;
  }
  hashes.sort();
  for (let i = 1; i < hashes.length; i += 1) if (hashes[i] === hashes[i - 1]) return true;
  return false;
}

/** Who may be evicted, oldest first. */
function unprotected(node: NodeState, now: number, inbound: readonly Session[]): Session[] {
  const grace = now - node.settings['evict.grace'];
  const order = new Map(inbound.map((peer) => [peer, saltedHash(node, peer)]));
  let open = inbound.filter(({ readyAt }) => readyAt !== null && readyAt <= grace);
  open = spare(open, EVICTION_SPARE_GROUPS, (a, b) => (order.get(a) ?? 0) - (order.get(b) ?? 0));
  open = spare(open, EVICTION_SPARE_PING, (a, b) => provenRttUs(a) - provenRttUs(b));
  open = spare(open, EVICTION_SPARE_USEFUL, (a, b) => (b.usefulAt ?? 0) - (a.usefulAt ?? 0));
  return spare(open, Math.floor(open.length / 2), (a, b) => (a.readyAt ?? 0) - (b.readyAt ?? 0));
}

/** Without nonces an answer may be older than its question. */
const provenRttUs = ({ ext, rttMinUs }: Session) =>
  ext.includes('nonce') && rttMinUs !== null ? rttMinUs : Number.MAX_SAFE_INTEGER;

function largestGroup(peers: readonly Session[]): readonly Session[] {
  const groups = new Map<string, Session[]>();
  for (const peer of peers) {
    const group = groups.get(peer.remote.group);
    if (group === undefined) groups.set(peer.remote.group, [peer]);
    else group.push(peer);
  }
  let largest: readonly Session[] = [];
  for (const group of groups.values()) if (group.length > largest.length) largest = group;
  return largest;
}

/** Takes the best `count` by an order out of the open ones; the rest stays in order of age. */
function spare(open: readonly Session[], count: number, better: (a: Session, b: Session) => number): Session[] {
  const spared = new Set([...open].sort(better).slice(0, count));
  return open.filter((peer) => !spared.has(peer)).sort((a, b) => (a.readyAt ?? 0) - (b.readyAt ?? 0));
}

/** An order of groups that differs from node to node, so that nobody can aim at the protected ones. */
function saltedHash(node: NodeState, { remote }: Session): number {
  let hash = 0x811c9dc5 ^ node.salt;
  for (let i = 0; i < remote.group.length; i += 1) hash = Math.imul(hash ^ remote.group.charCodeAt(i), 0x01000193);
  return Math.imul(hash ^ (hash >>> 15), node.salt | 1) >>> 0;
}
