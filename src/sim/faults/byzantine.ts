/**
 * A node that lies: what its core sends is altered on the way out, the core itself knows nothing of it. `lie-addr` names places of
 * nobody, or of one victim; `wrong-id` claims another node's id, the same on all of a connection, and connections made so are reset when
 * it ends; `silent` lets no line out; `flood` adds pings of its own.
 */
import { type Address, addressOf } from '../../wire/address.ts';
import type { AddrEntry, Message } from '../../wire/messages.ts';
import { NodeInhabitant } from '../inhabitant.ts';
import { type Host, type Network, sendMessage } from '../network.ts';
import { mix } from '../random.ts';
import { type Behaviour, callFaults, type Passage, resetConnection } from './passage.ts';
import { oneNode } from './silence.ts';
import type { ValuesOf } from './spec.ts';
import type { ActiveFault } from './state.ts';
import { tellMadeUp } from './verdicts.ts';

const LIES = 16;
const TICK_US = 50_000;
/** 200 a second. */
const PINGS_PER_TICK = 10;
const PING: Message = Object.freeze({ type: 'ping', nonce: null });

export const byzantine: Behaviour<ValuesOf<'byzantine'>> = {
  reach: ({ node }) => ({ kind: 'links', from: oneNode(node), to: null, both: false }),
  starts({ node, kind }, fault, network) {
    if (kind === 'flood') callFaults(network, network.kernel.now + TICK_US, 'tick', fault.number);
    return kind === 'flood' && network.names.has(node);
  },
  leaves(passage, { kind, victim }, fault, network) {
    const { message, lane } = passage;
    if (message === null) return false;
    if (kind === 'silent') {
      passage.fate = 'dropped';
      return true;
    }
    if (kind === 'lie-addr' && message.type === 'addr') {
      passage.message = { type: 'addr', peers: lies(passage, fault, network, victim), skipped: 0, listed: LIES };
      return true;
    }
    if (kind === 'wrong-id' && message.type === 'hello' && lane !== null) {
      lane.isFalse = true;
      passage.message = { ...message, nodeid: stolenId(passage, fault, network, victim) };
      return true;
    }
    return false;
  },
  ticks({ node }, fault, network) {
    const host = network.names.get(node);
    if (host !== undefined && host.frozen === null)
      for (const end of host.ends.values())
        for (let i = 0; i < PINGS_PER_TICK && end.isOpen; i += 1) {
          tellMadeUp(network, end, PING, fault.id);
          sendMessage(network, end, PING);
        }
    callFaults(network, network.kernel.now + TICK_US, 'tick', fault.number);
  },
  ends({ node, kind }, _fault, network) {
    const host = network.names.get(node);
    if (kind !== 'wrong-id' || host === undefined) return;
    for (const end of host.ends.values())
      if (network.faults.lanes.get(end.id)?.isFalse === true) resetConnection(network, end);
  },
};

function lies(passage: Passage, fault: ActiveFault, { names }: Network, victim: string | null): AddrEntry[] {
  const target = victim === null ? undefined : names.get(victim);
  return Array.from({ length: LIES }, (_, k) => ({
    address: target?.address ?? nowhere(passage.from, mix(passage.lots, fault.number, k)),
    nodeid: madeUpId(mix(passage.lots, fault.number, k, 1)),
    age: 1,
  }));
}

/** A place where nobody lives, of a class that the peers of the liar take from it. */
function nowhere({ address }: Host, lot: number): Address {
  const parts = [lot & 63, (lot >>> 8) % 250, 1 + ((lot >>> 16) % 250)] as const;
  const first = address.class === 'public' ? 128 + (lot >>> 30) : 10;
  const second = address.class === 'public' ? parts[0] : 128 + parts[0];
  return addressOf(`${first}.${second}.${parts[1]}.${parts[2]}`, address.port) ?? address;
}

function madeUpId(lot: number): string {
  const hex = (k: number) => mix(lot, k).toString(16).padStart(8, '0');
  return `${hex(0)}-${hex(1).slice(0, 4)}-4${hex(2).slice(0, 3)}-8${hex(3).slice(0, 3)}-${hex(4)}${hex(5).slice(0, 4)}`;
}

/** Of the victim, else of a node that is neither of the two; with two nodes only it is made up. */
function stolenId(passage: Passage, fault: ActiveFault, network: Network, victim: string | null): string {
  const lot = mix(passage.lane?.ordinal ?? 0, fault.number, passage.from.index, passage.to?.index ?? 0, network.seed);
  const others =
    victim === null
      ? [...network.names.values()].filter((host) => host !== passage.from && host !== passage.to)
      : [network.names.get(victim)];
  const ids = others.flatMap((host) => (host?.inhabitant instanceof NodeInhabitant ? [host.inhabitant.node.id] : []));
  return ids[lot % Math.max(1, ids.length)] ?? madeUpId(lot);
}
