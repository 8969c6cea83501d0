/**
 * A node behind a NAT can dial and is hard to dial: what comes uninvited is dropped, so that its dialler waits in vain. The connections it
 * has stay. Its dials are remembered only from when the fault is on.
 */
import type { Host, SimDial } from '../network.ts';
import type { Behaviour } from './passage.ts';
import { oneNode } from './silence.ts';
import type { ValuesOf } from './spec.ts';
import { NAT_DIALS_MAX } from './state.ts';

const REMEMBERED_US = 120_000_000;

const keyOf = (node: string, ip: string) => `${node} ${ip}`;

/** A mapping is there as long as something that the node dialled is open. */
const hasDialled = ({ ends }: Host) => [...ends.values()].some((end) => end.isDialled && end.isOpen);

const isConnectedTo = ({ ends }: Host, ip: string) =>
  [...ends.values()].some((end) => end.isOpen && end.other?.host.address.ip === ip);

export const nat: Behaviour<ValuesOf<'nat'>> = {
  reach: ({ node }) => ({ kind: 'nodes', nodes: oneNode(node) }),
  leaves({ kind, from, dialled }, { node }, _fault, { faults, kernel }) {
    if (kind !== 'dial' || dialled === null || from.name !== node) return false;
    const key = keyOf(node, dialled.ip);
    faults.natDials.delete(key);
    faults.natDials.set(key, kernel.now);
    const [oldest] = faults.natDials.keys();
    if (oldest !== undefined && faults.natDials.size > NAT_DIALS_MAX) faults.natDials.delete(oldest);
    return false;
  },
  meets(target, { from }: SimDial, { node, kind }, { faults, kernel }) {
    if (target.name !== node) return null;
    const { ip } = from.address;
    const dialledAt = faults.natDials.get(keyOf(node, ip)) ?? -Infinity;
    const isInvited = {
      full: () => hasDialled(target),
      restricted: () => isConnectedTo(target, ip) || kernel.now - dialledAt <= REMEMBERED_US,
      symmetric: () => false,
    };
    return isInvited[kind]() ? null : 'dropped';
  },
};
