/** Lets the next thing of a simulated network happen: an item of the queue becomes a fact for whom it concerns. */
import type { ReasonCode } from '../core/reasons.ts';
import { NETWORK, TIMER } from '../core/witness.ts';
import { encodeMessage, type Message, parseMessage } from '../wire/messages.ts';
import { lost } from './faults/verdicts.ts';
import { addMessage, addNumber, addTime } from './hash.ts';
import type { Item } from './items.ts';
import { takeNext } from './kernel.ts';
import { closeEnd, dialAnswered, type End, type Host, mayGoOn, type Network, type SimDial } from './network.ts';

/** What happened, as numbers for the hash of the run. */
const KINDS = { message: 1, closed: 2, arrive: 3, answer: 4, resolved: 5, wake: 6, fault: 7, join: 8 } as const;

/** Call only when the kernel holds an item. */
export function step(network: Network): void {
  handle(network, takeNext(network.kernel));
}

function handle(network: Network, item: Item): void {
  if (network.links?.arrives(item) === true) return;
  switch (item.kind) {
    case 'message':
      return item.end.backlog === null || !item.end.isOpen
        ? deliver(network, item.end, item.message, item.number)
        : void item.end.backlog.push(item);
    case 'wake':
      if (item.number !== item.host.wakeTicket) return;
      happen(network, 'wake', item.host, 0);
      return item.host.inhabitant.woken();
    case 'closed':
      return item.end.backlog === null || !item.end.isOpen
        ? reportClosed(network, item.end, item.text)
        : void item.end.backlog.push(item);
    case 'resume':
      return resume(network, item.end);
    case 'arrive':
      return arrive(network, item.dial);
    case 'answer':
      return answer(network, item.dial, item.end, item.text);
    case 'resolved':
      return resolve(network, item.host, item.text);
    case 'links':
      return network.links?.due(item.number);
    case 'join':
      return network.onJoin(item.text);
    case 'tap':
      // An earlier wish may have been replaced by another one.
      return network.tap?.state.wakeAt === network.kernel.now ? network.tap.due() : undefined;
    default:
      item satisfies never;
  }
}

/** Something happens to a host now: its clock is set, and time, kind, node and a number go into the hash. */
export function happen(network: Network, kind: keyof typeof KINDS, host: Host, number: number): void {
  const { last } = network;
  const { now } = network.kernel;
  host.context.now = now + host.skewUs;
  network.events += 1;
  last.kind = kind;
  last.host = host;
  last.number = number;
  last.peer = null;
  last.message = null;
  last.fault = null;
  if (network.witness !== null && kind !== 'message')
    network.witness.fact(host.name, now, kind === 'wake' ? TIMER : NETWORK);
  network.hash = addNumber(addNumber(addNumber(addTime(network.hash, now), KINDS[kind]), host.index), number);
}

function deliver(network: Network, to: End, message: Message, number: number): void {
  if (!to.isOpen || to.isLeaving) lost(network, to, message, number);
  else if (mayGoOn(network, to, 'received', message, number)) messageHeard(network, to, message, number);
}

/** It comes to the core, past whoever could have stopped it. */
export function messageHeard(network: Network, to: End, message: Message, number: number): void {
  if (!to.isOpen) return;
  const { host, n } = to;
  host.heard = to;
  happen(network, 'message', host, n);
  network.hash = addMessage(network.hash, message);
  network.last.peer = to.other?.host ?? null;
  network.last.message = message;
  if (network.observe !== null) network.observe(host, null);
  if (network.witness !== null)
    network.witness.line(host.name, network.kernel.now, n, 'received', null, message, number);
  if (network.onLine !== null) network.onLine(host, n, 'received', message);
  const heard = network.wire ? parseMessage(encodeMessage(message)) : message;
  if (heard.type !== 'malformed') host.inhabitant.messageReceived(n, heard);
}

/** Hands over what came meanwhile, until the side is told not to read again. */
function resume(network: Network, end: End): void {
  if (end.backlog === null || network.kernel.now < end.pausedUntil) return;
  const waiting = end.backlog;
  end.backlog = null;
  for (const item of waiting) handle(network, item);
}

function reportClosed(network: Network, end: End, reason: ReasonCode): void {
  const { host, n } = end;
  if (host.ends.get(n) !== end) return;
  // What is cut ends at once; an end that was said comes after all that was said before.
  if (end.isOpen && reason === 'remote-closed' && network.tap?.isHolding(host.name, n, 'received') === true) {
    end.endedBy = reason;
    return;
  }
  host.ends.delete(n);
  host.heard = null;
  end.isOpen = false;
  network.tap?.closed(host.name, n);
  happen(network, 'closed', host, n);
  network.last.peer = end.other?.host ?? null;
  host.inhabitant.closed(n, reason);
}

function resolve(network: Network, host: Host, name: string): void {
  if (!host.isUp) return;
  const found = network.names.get(name);
  happen(network, 'resolved', host, found?.index ?? -1);
  const ips = found === undefined ? [] : [found.address.ip];
  host.inhabitant.nameResolved(name, ips, found === undefined ? 'ENOTFOUND' : null);
}

function arrive(network: Network, dial: SimDial): void {
  const target = network.hosts.get(dial.address.text);
  const at = network.kernel.now + (network.links?.answerUs(dial) ?? dial.latencyUs);
  const isThere = target?.isUp === true && dial.local !== null;
  happen(network, 'arrive', isThere ? target : dial.from, dial.attempt);
  network.last.peer = isThere ? dial.from : null;
  if (!isThere || dial.local === null) return dialAnswered(network, dial, at, null, 'refused');
  const far = createEnd(network, target, dial, null);
  target.ends.set(far.n, far);
  if (target.inhabitant.accepted(dial.local, target.address) !== far.n) far.isOpen = false;
  if (!far.isOpen) target.ends.delete(far.n);
  dialAnswered(network, dial, at, far, 'refused');
}

/** What the system says of a dial that failed. */
const SYSTEM_WORDS: Partial<Record<ReasonCode, string>> = { refused: 'ECONNREFUSED', timeout: 'ETIMEDOUT' };

function answer(network: Network, dial: SimDial, far: End | null, reason: ReasonCode): void {
  const { from, attempt } = dial;
  happen(network, 'answer', from, attempt);
  network.last.peer = far?.host ?? null;
  const isWanted = from.dials.delete(attempt);
  if (far === null) {
    if (isWanted) from.inhabitant.dialFailed(attempt, reason, SYSTEM_WORDS[reason] ?? '');
    return;
  }
  if (isWanted && far.isOpen) {
    const near = createEnd(network, from, dial, far);
    far.other = near;
    from.ends.set(near.n, near);
    if (from.inhabitant.dialSucceeded(attempt, dial.address, dial.local) === near.n) return;
    from.ends.delete(near.n);
  } else if (isWanted) from.inhabitant.dialFailed(attempt, 'refused', 'ECONNRESET');
  closeEnd(network, far);
}

/** The core may send within the very call that gives a connection its number, so the end is there before. */
function createEnd(network: Network, host: Host, { latencyUs }: SimDial, other: End | null): End {
  network.ends += 1;
  return {
    id: network.ends,
    host,
    isDialled: other !== null,
    n: host.inhabitant.connections + 1,
    other,
    isOpen: true,
    isLeaving: false,
    endedBy: null,
    backlog: null,
    pausedUntil: 0,
    latencyUs,
    lastArrival: 0,
  };
}
