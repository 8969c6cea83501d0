/**
 * Functions that remember: the test they count goes in, a step to take at every event and a reader come out. All they know lies in one
 * list of numbers, so that a snapshot can copy it and put it back; every event is counted, whatever stands beside the function.
 */
import type { Message } from '../wire/messages.ts';
import type { NumberReader, Test } from './comparison.ts';
import { RATE_PARTS, REPLIES_MAX } from './limits.ts';
import type { Observation, Scope } from './observation.ts';

export interface Counting {
  readonly scope: Scope;
  readonly memory: number[];
  /** Taken in order at every event before the expression is asked: what stands inside comes first. */
  readonly steps: ((o: Observation) => void)[];
  /** What is given in place of an observation when nothing happened: functions of one event are false then. */
  readonly nothing: Observation;
}

/** Places for so many numbers; the number of the first. */
function reserve({ memory }: Counting, amount: number): number {
  const start = memory.length;
  for (let i = 0; i < amount; i += 1) memory.push(0);
  return start;
}

/** A function that is true at single events. */
function moment({ steps, nothing }: Counting, happens: Test): Test {
  let isNow = false;
  steps.push((o) => {
    isNow = happens(o);
  });
  return (o) => isNow && o !== nothing;
}

/** True at the event at which the test holds for the kth time. */
export function nth(counting: Counting, test: Test, k: number): Test {
  const { memory } = counting;
  const at = reserve(counting, 1);
  return moment(counting, (o) => {
    if (!test(o)) return false;
    memory[at] = (memory[at] as number) + 1;
    return memory[at] === k;
  });
}

export function count(counting: Counting, test: Test): NumberReader {
  const { memory, steps } = counting;
  const at = reserve(counting, 1);
  steps.push((o) => {
    if (test(o)) memory[at] = (memory[at] as number) + 1;
  });
  return () => memory[at] as number;
}

/** What happened first: nothing yet, the one that is to be first, or the other. */
const NEITHER = 0;
const RIGHT_ORDER = 1;
const WRONG_ORDER = 2;

/** True from the first event at which the one held, unless the other held at it or before. */
export function before(counting: Counting, one: Test, other: Test): Test {
  const { memory, steps } = counting;
  const at = reserve(counting, 1);
  steps.push((o) => {
    if (memory[at] !== NEITHER) return;
    if (other(o)) memory[at] = WRONG_ORDER;
    else if (one(o)) memory[at] = RIGHT_ORDER;
  });
  return () => memory[at] === RIGHT_ORDER;
}

/** Events per second over the window, counted in parts of it: the part under way and those before it. */
export function rate(counting: Counting, test: Test, windowUs: number): NumberReader {
  const { memory, steps } = counting;
  const partUs = Math.floor(windowUs / RATE_PARTS);
  const lastPart = reserve(counting, 2 + RATE_PARTS);
  const sum = lastPart + 1;
  const parts = lastPart + 2;
  steps.push((o) => {
    const part = Math.floor(o.t / partUs);
    const gone = Math.min(part - (memory[lastPart] as number), RATE_PARTS);
    for (let i = 0; i < gone; i += 1) {
      const place = parts + ((part - i) % RATE_PARTS);
      memory[sum] = (memory[sum] as number) - (memory[place] as number);
      memory[place] = 0;
    }
    if (gone > 0) memory[lastPart] = part;
    if (!test(o)) return;
    const place = parts + (part % RATE_PARTS);
    memory[place] = (memory[place] as number) + 1;
    memory[sum] = (memory[sum] as number) + 1;
  });
  return () => ((memory[sum] as number) * 1_000_000) / (partUs * RATE_PARTS);
}

const HELLO = 1;
const PING = 2;
const GETADDR = 3;

/**
 * True at a message that answers one for which the test held: on the same connection of the same node, the other way. Where messages are
 * seen only when they arrive, the request was seen at the other end, whose connection has another number: then the two nodes must be the
 * same. Each request is a number in a table that a later one may overwrite, so of more than some hundreds at once replies are missed.
 */
export function reply(counting: Counting, test: Test): Test {
  const { memory, scope } = counting;
  const start = reserve(counting, REPLIES_MAX);
  const note = (key: number) => {
    memory[start + (key % REPLIES_MAX)] = key;
  };
  const take = (key: number) => {
    const place = start + (key % REPLIES_MAX);
    if (memory[place] !== key) return false;
    memory[place] = 0;
    return true;
  };
  return moment(counting, (o) => {
    const { message } = o;
    if (message === null || o.dir === null) return false;
    const answered = answeredBy(message, o, scope);
    let isReply = false;
    if (answered !== 0) {
      const wasHere = take(keyOf(o, answered, o.dir === 'in' ? 'out' : 'in', message));
      const wasThere = o.dir === 'in' && take(arrivalKeyOf(o.to, o.from, answered, message));
      isReply = wasHere || wasThere;
    }
    const asked = asks(message);
    // A hello that answers is no request.
    if (asked !== 0 && !isReply && test(o)) {
      note(keyOf(o, asked, o.dir, message));
      if (o.dir === 'in') note(arrivalKeyOf(o.from, o.to, asked, message));
    }
    return isReply;
  });
}

function asks({ type }: Message): number {
  if (type === 'ping') return PING;
  if (type === 'getaddr') return GETADDR;
  return type === 'hello' ? HELLO : 0;
}

/** Rule 38: an addr that only names its sender answers nothing. */
function answeredBy(message: Message, { from }: Observation, scope: Scope): number {
  if (message.type === 'pong') return PING;
  if (message.type === 'hello') return HELLO;
  if (message.type !== 'addr') return 0;
  const [only] = message.peers;
  const isOwn =
    message.listed === 1 && only?.nodeid != null && from !== null && only.nodeid === (scope.idOf(from) ?? from);
  return isOwn ? 0 : GETADDR;
}

/** One number from 1 for a request on a connection; FNV-1a, as everywhere. */
function keyOf(o: Observation, asked: number, dir: 'in' | 'out', message: Message): number {
  let hash = mixText(0x811c9dc5, o.node);
  hash = Math.imul(hash ^ o.n, 0x01000193);
  return withNonce(Math.imul(hash ^ (asked * 2 + (dir === 'in' ? 0 : 1)), 0x01000193), message);
}

/** The same for a request that arrived, by who asked whom. */
function arrivalKeyOf(from: string | null, to: string | null, asked: number, message: Message): number {
  const hash = mixText(mixText(0x811c9dc5, from ?? ''), `>${to ?? ''}`);
  return withNonce(Math.imul(hash ^ asked, 0x01000193), message);
}

function withNonce(start: number, message: Message): number {
  let hash = start;
  if ((message.type === 'ping' || message.type === 'pong') && message.nonce !== null)
    hash =
      typeof message.nonce === 'string' ? mixText(hash, message.nonce) : Math.imul(hash ^ message.nonce, 0x01000193);
  return (hash >>> 0) + 1;
}

function mixText(start: number, text: string): number {
  let hash = start;
  for (let i = 0; i < text.length; i += 1) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return hash;
}
