/** Lets the next thing of a simulated network happen: an item of the queue becomes a fact for whom it concerns. */
import { encodeMessage, type Message, parseMessage } from '../wire/messages.ts';
import { addMessage, addNumber, addTime } from './hash.ts';
import { schedule, takeNext } from './kernel.ts';
import { closeEnd, type End, type Host, type Item, type Network, type SimDial } from './network.ts';

/** What happened, in the hash of the run. */
const DELIVERED = 1;
const CLOSED = 2;
const ARRIVED = 3;
const ANSWERED = 4;
const RESOLVED = 5;
const WOKEN = 6;

/** Call only when the kernel holds an item. */
export function step(network: Network): void {
  handle(network, takeNext(network.kernel));
}

function handle(network: Network, item: Item): void {
  switch (item.kind) {
    case 'message':
      return item.to.backlog === null || !item.to.isOpen
        ? deliver(network, item.to, item.message)
        : void item.to.backlog.push(item);
    case 'wake':
      if (item.ticket !== item.host.wakeTicket) return;
      happen(network, WOKEN, item.host, 0);
      return item.host.inhabitant.woken();
    case 'closed':
      return item.end.backlog === null || !item.end.isOpen
        ? reportClosed(network, item.end)
        : void item.end.backlog.push(item);
    case 'resume':
      return resume(network, item.end);
    case 'arrive':
      return arrive(network, item.dial);
    case 'answer':
      return answer(network, item.dial, item.far);
    case 'resolved':
      return resolve(network, item.host, item.name);
    default:
      item satisfies never;
  }
}

/** Something happens to a host now: its clock is set, and time, kind, node and a number go into the hash. */
function happen(network: Network, kind: number, host: Host, number: number): void {
  const { now } = network.kernel;
  host.context.now = now;
  network.events += 1;
  network.hash = addNumber(addNumber(addNumber(addTime(network.hash, now), kind), host.index), number);
}

function deliver(network: Network, to: End, message: Message): void {
  if (!to.isOpen) return;
  const { host, n } = to;
  happen(network, DELIVERED, host, n);
  network.hash = addMessage(network.hash, message);
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

function reportClosed(network: Network, end: End): void {
  const { host, n } = end;
  if (host.ends.get(n) !== end) return;
  host.ends.delete(n);
  end.isOpen = false;
  happen(network, CLOSED, host, n);
  host.inhabitant.closed(n, 'remote-closed');
}

function resolve(network: Network, host: Host, name: string): void {
  if (!host.isUp) return;
  const found = network.names.get(name);
  happen(network, RESOLVED, host, found?.index ?? -1);
  const ips = found === undefined ? [] : [found.address.ip];
  host.inhabitant.nameResolved(name, ips, found === undefined ? 'ENOTFOUND' : null);
}

function arrive(network: Network, dial: SimDial): void {
  const target = network.hosts.get(dial.address.text);
  const at = network.kernel.now + dial.latencyUs;
  const isThere = target !== undefined && dial.local !== null;
  happen(network, ARRIVED, isThere ? target : dial.from, dial.attempt);
  if (!isThere || dial.local === null) return schedule(network.kernel, at, { kind: 'answer', dial, far: null });
  const far = createEnd(target, dial, null);
  target.ends.set(far.n, far);
  if (target.inhabitant.accepted(dial.local, target.address) !== far.n) far.isOpen = false;
  if (!far.isOpen) target.ends.delete(far.n);
  schedule(network.kernel, at, { kind: 'answer', dial, far });
}

function answer(network: Network, dial: SimDial, far: End | null): void {
  const { from, attempt } = dial;
  happen(network, ANSWERED, from, attempt);
  const isWanted = from.dials.delete(attempt);
  if (far === null) {
    if (isWanted) from.inhabitant.dialFailed(attempt, 'refused', 'ECONNREFUSED');
    return;
  }
  if (isWanted && far.isOpen) {
    const near = createEnd(from, dial, far);
    far.other = near;
    from.ends.set(near.n, near);
    if (from.inhabitant.dialSucceeded(attempt, dial.address, dial.local) === near.n) return;
    from.ends.delete(near.n);
  } else if (isWanted) from.inhabitant.dialFailed(attempt, 'refused', 'ECONNRESET');
  closeEnd(network, far);
}

/** The core may send within the very call that gives a connection its number, so the end is there before. */
const createEnd = (host: Host, { latencyUs }: SimDial, other: End | null): End => ({
  host,
  n: host.inhabitant.connections + 1,
  other,
  isOpen: true,
  backlog: null,
  pausedUntil: -Infinity,
  latencyUs,
  lastArrival: 0,
});
