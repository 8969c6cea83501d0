/** What a row of the record holds, by estimate, in bytes: a line, fact, verdict or event goes in, a number comes out. */
import type { NodeEvent } from '../core/events.ts';
import type { Fact } from '../core/witness.ts';
import type { Done, Payload } from './columns.ts';

/** A text beside its letters, a message, an entry of addr, an event. */
const TEXT_BYTES = 24;
const MESSAGE_BYTES = 64;
const ENTRY_BYTES = 120;
const EVENT_BYTES = 160;

export function weightOfLine(payload: Payload | null): number {
  if (payload === null) return 0;
  if (typeof payload === 'string') return TEXT_BYTES + payload.length;
  return 'type' in payload && payload.type === 'addr'
    ? MESSAGE_BYTES + payload.peers.length * ENTRY_BYTES
    : MESSAGE_BYTES;
}

export const weightOfFact = (fact: Fact): number =>
  EVENT_BYTES + (fact.kind === 'order' && fact.order.kind === 'send-line' ? fact.order.line.length : 0);

export const weightOfVerdict = ({ line, text }: Done): number =>
  EVENT_BYTES + (line?.length ?? 0) + (text?.length ?? 0);

export const weightOfEvent = (event: NodeEvent): number =>
  EVENT_BYTES + (event.kind === 'addr' ? event.fresh.length + event.known.length : 0) * ENTRY_BYTES;
