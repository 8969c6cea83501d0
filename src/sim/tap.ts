/**
 * Messages in hand of a simulated network: the carrier that lets them go on as messages of the model, and has itself called by the queue.
 * All that is remembered is plain and part of the snapshot.
 */
import type { TapChange } from '../core/tap.ts';
import type { Scope } from '../query/observation.ts';
import type { Peer } from '../tap/carrier.ts';
import { createTap, type Tap } from '../tap/tap.ts';
import { parseMessage } from '../wire/messages.ts';
import { resetConnection } from './faults/passage.ts';
import { callTap, type End, eased, messageLeaves, type Network } from './network.ts';
import { nodeOf } from './population.ts';
import { messageHeard } from './step.ts';

export function createSimTap(network: Network, scope: Scope, tell: (change: TapChange) => void): Tap {
  const { kernel } = network;
  const peer: Peer = { id: null, name: '' };

  function endOf(name: string, n: number): End | null {
    const end = network.names.get(name)?.ends.get(n);
    return end?.isOpen === true ? end : null;
  }

  return createTap({
    scope,
    // Time stands still while somebody looks.
    patienceUs: Infinity,
    // A message passes both points, and would be stopped twice.
    usualPoint: 'send',
    now: () => kernel.now,
    peerOf(name, n) {
      const end = endOf(name, n);
      if (end === null) return null;
      const other = end.other?.host ?? null;
      peer.id = other === null ? null : nodeOf(other).id;
      peer.name = other?.name ?? '';
      return peer;
    },
    carry(name, n, direction, line, number) {
      const end = endOf(name, n);
      const message = parseMessage(line);
      if (end === null || message.type === 'malformed') return false;
      if (direction === 'sent') messageLeaves(network, end, message, number);
      else if (end.isLeaving) return false;
      else messageHeard(network, end, message, number);
      return true;
    },
    nextNumber() {
      network.lines += 1;
      return network.lines;
    },
    reset(name, n) {
      const end = endOf(name, n);
      if (end !== null) resetConnection(network, end);
    },
    refuses(line) {
      const message = parseMessage(line);
      return message.type === 'malformed' ? `what travels here must be a message, and this is ${message.detail}` : null;
    },
    wake(at) {
      if (at !== Infinity) callTap(network, at);
    },
    setFull: () => undefined,
    eased(name, n) {
      const end = endOf(name, n);
      if (end !== null) eased(network, end);
    },
    tell,
    record({ node, line, ...deed }) {
      const message = parseMessage(line);
      if (network.witness === null || message.type === 'malformed') return;
      network.witness.verdict(node, kernel.now, { ...deed, line: null, message, isInHand: true });
    },
  });
}
