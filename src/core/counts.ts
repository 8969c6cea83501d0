/** Messages and bytes by type and direction, in one short column for each connection and one for the node: what passes goes in, numbers come out. */
import { MESSAGE_TYPES, type MessageType } from '../wire/messages.ts';
import type { LineDirection } from './events.ts';

/** Messages sent by type, messages received; then, where somebody counts them, bytes sent and bytes received. */
export type Counts = number[];

const TYPES = MESSAGE_TYPES.length;
const TYPE_INDEX = Object.fromEntries(MESSAGE_TYPES.map((type, index) => [type, index])) as Readonly<
  Record<MessageType, number>
>;
const PING_INDEX = TYPE_INDEX.ping;
const PONG_INDEX = TYPE_INDEX.pong;

const NOTHING: Counts = Array.from({ length: 2 * TYPES }, () => 0);

/** A copy costs a tenth of a new one. */
export const createCounts = (): Counts => NOTHING.slice();

/** Most messages are pings and pongs, and a look into a table costs more than they do. */
const indexOf = (type: MessageType) => (type === 'ping' ? PING_INDEX : type === 'pong' ? PONG_INDEX : TYPE_INDEX[type]);

/** Whose messages are counted: its column is another one from the first byte on. */
interface Counted {
  counts: Counts;
}

export function countSent(counted: Counted, type: MessageType, bytes: number): void {
  add(counted, indexOf(type), bytes);
}

export function countReceived(counted: Counted, type: MessageType, bytes: number): void {
  add(counted, TYPES + indexOf(type), bytes);
}

function add(counted: Counted, index: number, bytes: number): void {
  // Joined, since a column that is pushed to keeps as much again to spare: a fourth of what a session weighs.
  if (bytes > 0 && counted.counts.length === NOTHING.length) counted.counts = counted.counts.concat(NOTHING);
  const { counts } = counted;
  counts[index] = (counts[index] as number) + 1;
  if (bytes > 0) counts[index + NOTHING.length] = (counts[index + NOTHING.length] as number) + bytes;
}

/** Adds what others counted. */
export function addCounts(sum: Counts, more: Counts): void {
  while (sum.length < more.length) sum.push(0);
  for (let i = 0; i < more.length; i += 1) sum[i] = (sum[i] as number) + (more[i] as number);
}

const placeOf = (direction: LineDirection, type: MessageType) => (direction === 'sent' ? 0 : TYPES) + TYPE_INDEX[type];

export const messagesOf = (counts: Counts, direction: LineDirection, type: MessageType): number =>
  counts[placeOf(direction, type)] as number;

export const bytesOf = (counts: Counts, direction: LineDirection, type: MessageType): number =>
  counts[placeOf(direction, type) + NOTHING.length] ?? 0;

/** Messages of all types. */
export const messagesIn = (counts: Counts, direction: LineDirection): number =>
  MESSAGE_TYPES.reduce((sum, type) => sum + messagesOf(counts, direction, type), 0);
