/**
 * Bans by hand as they are kept between two starts, and what a ban may be kept under: texts of a user or of a file go in, canonical
 * targets come out, each checked as if a stranger had told it. It reads and writes no file. Rules 59, 64.
 */
import { parseAddress, readIpKey } from '../wire/address.ts';
import { readNodeId } from '../wire/messages.ts';
import { addBan } from './bans.ts';
import { BAN_LONGEST_US, BANS_MAX, SECOND_US } from './limits.ts';
import type { NodeState } from './state.ts';

/** One ban of the saved book; seconds after the moment of saving. */
export interface SavedBan {
  readonly target: string;
  readonly leftS: number;
}

/** An IP, a /56 of IPv6, an `ip:port` or a node id in the one spelling a ban is kept under; null for all else. */
export function readBanTarget(text: string): string | null {
  return readIpKey(text) ?? parseAddress(text)?.text ?? readNodeId(text);
}

export function savedBans(node: NodeState, now: number): SavedBan[] {
  return [...node.bans]
    .filter(([, { by, until }]) => by === 'hand' && until > now)
    .map(([target, { until }]) => ({ target, leftS: Math.floor((until - now) / SECOND_US) }));
}

/** Takes saved bans back; `agedUs` has passed since they were saved. Call before the node dials. */
export function loadBans(node: NodeState, now: number, bans: readonly unknown[], agedUs: number): void {
  for (const raw of bans.slice(0, BANS_MAX)) {
    if (typeof raw !== 'object' || raw === null) continue;
    const { target: text, leftS } = raw as Partial<Record<keyof SavedBan, unknown>>;
    const target = typeof text === 'string' ? readBanTarget(text) : null;
    if (target === null || typeof leftS !== 'number' || !(leftS > 0)) continue;
    const leftUs = Math.min(BAN_LONGEST_US, Math.floor(leftS * SECOND_US) - agedUs);
    if (leftUs > 0) addBan(node, target, { until: now + leftUs, by: 'hand' });
  }
}
