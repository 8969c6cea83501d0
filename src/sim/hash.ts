/**
 * The hash of a run: everything that happens goes in, in order; two runs are the same exactly when their hashes are. What a message
 * says is hashed as an object, so that wire mode and object mode must agree.
 */
import type { AddrEntry, Message } from '../wire/messages.ts';

/** Enough of a node id to tell any two of a simulated network apart. */
const ID_LENGTH_HASHED = 8;

/** Adds one 32-bit number to a hash. */
export function addNumber(hash: number, number: number): number {
  const mixed = Math.imul(hash ^ number, 0x85ebca6b);
  return Math.imul(mixed ^ (mixed >>> 15), 0xc2b2ae35) | 0;
}

/** Adds a whole number of up to 53 bits. */
export const addTime = (hash: number, time: number): number =>
  addNumber(addNumber(hash, time | 0), Math.floor(time / 4_294_967_296));

export function addText(hash: number, text: string | null, lengthMax = Infinity): number {
  if (text === null) return addNumber(hash, -1);
  let sum = 0x811c9dc5;
  const length = Math.min(text.length, lengthMax);
  for (let i = 0; i < length; i += 1) sum = Math.imul(sum ^ text.charCodeAt(i), 0x01000193);
  return addNumber(hash, sum);
}

export function addMessage(hash: number, message: Message): number {
  switch (message.type) {
    case 'ping':
      return addNonce(addNumber(hash, 1), message.nonce);
    case 'pong':
      return addNonce(addNumber(hash, 2), message.nonce);
    case 'getaddr':
      return addNumber(hash, 3);
    case 'addr':
      return message.peers.reduce(addEntry, addNumber(hash, 4));
    case 'hello': {
      const known = addText(addText(addNumber(hash, 5), message.nodeid), message.agent);
      const placed = addNumber(addNumber(known, message.listen ?? -1), message.observed?.hash ?? -1);
      return message.ext.reduce((sum, one) => addText(sum, one), placed);
    }
    case 'bye':
      return addText(addNumber(hash, 6), message.reason);
    case 'unknown':
      return addText(addNumber(hash, 7), message.msgtype);
    default:
      return message satisfies never;
  }
}

const addNonce = (hash: number, nonce: string | number | null) =>
  typeof nonce === 'number' ? addTime(hash, nonce) : addText(hash, nonce);

const addEntry = (hash: number, { address, nodeid, age }: AddrEntry): number =>
  addNumber(addText(addNumber(hash, address.hash), nodeid, ID_LENGTH_HASHED), age ?? -1);
