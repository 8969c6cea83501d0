/**
 * The way between nodes while faults are on: what leaves, what arrives and what waits goes through the faults that apply to it, in the
 * order in which they were added. All it remembers is in the state of the faults; it is made anew whenever a fault comes or goes.
 */
import type { ReasonCode } from '../../core/reasons.ts';
import type { Message } from '../../wire/messages.ts';
import type { Item } from '../items.ts';
import { schedule } from '../kernel.ts';
import {
  closeArrives,
  dialAnswered,
  dialArrives,
  type End,
  type Host,
  type Links,
  messageArrives,
  type Network,
  type SimDial,
} from '../network.ts';
import { mix } from '../random.ts';
import {
  callFaults,
  DIAL_RTO_US,
  laneOf,
  lotsOf,
  type Passage,
  RTO_US,
  RTO_US_MAX,
  readCall,
  resetConnection,
} from './passage.ts';
import { type ActiveFault, type Lane, WAITING_MAX } from './state.ts';
import { lost, tellHeld } from './verdicts.ts';
import { heldUntil, holderOf, passThrough, strike, work } from './working.ts';

/** Items that wait for a stopped process; of more lines the connection is reset. */
const FROZEN_MAX = 100_000;
/** Linux sends a SYN so many times more. */
const DIAL_RETRIES_MAX = 6;

/** What is not the way's own business. */
export interface LinksOwner {
  /** The time of a fault is over. */
  ended(fault: ActiveFault): void;
  struckFirst(fault: ActiveFault): void;
  /** Nothing waits in a lane any more. */
  drained(): void;
}

export function createLinks(network: Network, owner: LinksOwner): Links {
  const { kernel, faults } = network;
  const working = faults.active.map((fault) => work(network, fault));

  function leave(end: End, message: Message | null, number: number, reason: ReasonCode): void {
    const { other } = end;
    if (other === null || !other.isOpen) return;
    const lane = laneOf(network, end, other);
    if (lane.isCut) return void (message !== null && lost(network, other, message, number));
    lane.lines += 1;
    const passage = passThrough(network, working, message === null ? 'close' : 'line', end.host, other.host, {
      end,
      lane,
      lots: lotsOf(network, end, other, lane),
      message,
      number,
      latencyUs: end.latencyUs,
    });
    if (passage.fate === 'reset') return resetConnection(network, end);
    if (passage.fate === 'dropped') return;
    const at = arrivalOf(end, lane, passage);
    if (passage.fate === 'cut') {
      lane.isCut = true;
      closeArrives(network, end, at, 'reset');
      closeArrives(network, other, at, 'reset');
    } else if (passage.message === null) closeArrives(network, other, at, reason);
    else
      for (let copy = 0; copy < passage.copies; copy += 1)
        messageArrives(network, other, passage.message, number, at + passage.lateUs);
  }

  /** At least a microsecond from now, so that nothing new can come between lines that are released now. */
  function arrivalOf(end: End, lane: Lane, { busyUs, waitUs, latencyUs, lateUs }: Passage): number {
    let leavesAt = kernel.now;
    if (busyUs > 0) {
      lane.freeAt = Math.max(lane.freeAt, kernel.now) + busyUs;
      leavesAt = lane.freeAt;
    }
    const at = Math.max(end.lastArrival, leavesAt + waitUs + latencyUs, kernel.now + 1);
    if (lateUs === 0) end.lastArrival = at;
    return at;
  }

  function dialPassage(dial: SimDial, from: Host, to: Host | null, direction: number): Passage {
    const lots = mix(network.seed, dial.from.index, dial.address.hash, dial.attempt, direction);
    const dialled = direction === 0 ? dial.address : null;
    return passThrough(network, working, 'dial', from, to, { lots, dialled, latencyUs: dial.latencyUs });
  }

  /** What was sent comes to the end it was sent to, or the end learns that the connection is closed. */
  function comes(end: End, what: Message | ReasonCode, item: Item): boolean {
    const sender = end.other;
    if (end.isOpen && sender !== null) {
      const waiting = faults.lanes.get(sender.id)?.waiting.length ?? 0;
      const message = typeof what === 'string' ? null : what;
      const until = waiting > 0 ? 0 : heldUntil(network, working, sender.host, end.host, sender, message);
      if (waiting > 0 || until > 0) {
        const lane = laneOf(network, sender, end);
        lane.waiting.push({ what, number: item.number });
        if (message !== null && network.witness !== null)
          tellHeld(network, end, message, item.number, holderOf(working, sender, end.host, message));
        if (waiting >= WAITING_MAX) resetConnection(network, end);
        if (waiting === 0) tryAgain(lane, until);
        return true;
      }
    }
    if (freeze(end.host, item)) {
      if (item.kind === 'message') tellHeld(network, end, item.message, item.number, pauseOf(end.host));
      if (item.kind === 'message' && (end.host.frozen?.length ?? 0) > FROZEN_MAX) resetConnection(network, end);
      return true;
    }
    if (item.kind === 'closed') forget(end);
    return false;
  }

  /** Nothing goes to a closed end any more; from it goes only what its peer does not have yet. */
  function forget(end: End): void {
    if (end.other === null) return;
    const lanes = end.other.isOpen ? [end.other.id] : [end.other.id, end.id];
    const isWaiting = lanes.some((id) => (faults.lanes.get(id)?.waiting.length ?? 0) > 0);
    for (const id of lanes) faults.lanes.delete(id);
    if (isWaiting) owner.drained();
  }

  function tryAgain(lane: Lane, until: number): void {
    if (until === Infinity) {
      lane.rtoUs = lane.rtoUs === 0 ? RTO_US : Math.min(2 * lane.rtoUs, RTO_US_MAX);
      lane.retryAt = kernel.now + lane.rtoUs;
    } else {
      lane.rtoUs = 0;
      lane.retryAt = until;
    }
    callFaults(network, lane.retryAt, 'retry', lane.end);
  }

  /** The end that is to have what waits in a lane; null when it has gone. */
  function receiverOf(lane: Lane): End | null {
    const end = network.names.get(lane.to)?.ends.get(lane.toN);
    return end?.isOpen === true && end.other?.id === lane.end ? end : null;
  }

  function retry(lane: Lane): void {
    const end = receiverOf(lane);
    const [first] = lane.waiting;
    if (end === null || end.other === null || first === undefined) return drop(lane);
    const message = typeof first.what === 'string' ? null : first.what;
    const until = heldUntil(network, working, end.other.host, end.host, end.other, message);
    if (until > 0) tryAgain(lane, until);
    else callFaults(network, kernel.now, 'release', lane.end);
  }

  /** A step after the last try, so that all that arrives at this very time has joined the queue. */
  function release(lane: Lane): void {
    const end = receiverOf(lane);
    if (end === null) return drop(lane);
    const { waiting } = lane;
    lane.waiting = [];
    lane.rtoUs = 0;
    for (const { what, number } of waiting)
      if (typeof what === 'string') closeArrives(network, end, kernel.now, what);
      else messageArrives(network, end, what, number, kernel.now);
    owner.drained();
  }

  function drop(lane: Lane): void {
    faults.lanes.delete(lane.end);
    owner.drained();
  }

  function dialComes(item: Item & { readonly kind: 'arrive' }): boolean {
    const { dial } = item;
    const { from } = dial;
    const to = network.hosts.get(dial.address.text) ?? null;
    if (
      heldUntil(network, working, from, to, null, null) === Infinity ||
      heldUntil(network, working, to ?? from, from, null, null) === Infinity
    )
      return dialAgain(item);
    for (const { fault, behaviour, applies } of working) {
      if (behaviour.meets === undefined || to === null || !applies(from, to, null, null)) continue;
      const fate = behaviour.meets(to, dial, fault.spec.values, network);
      if (fate === null) continue;
      strike(network, fault);
      if (fate === 'dropped') return dialAgain(item);
      dialAnswered(network, dial, kernel.now + links.answerUs(dial), null, 'refused');
      return true;
    }
    if (to === null || !freeze(to, item)) return false;
    timeOut(dial);
    return true;
  }

  /** The dialler's system tries again later, as long as its dialler waits; `item.number` is how often it has. */
  function dialAgain(item: Item & { readonly kind: 'arrive' | 'answer' }): true {
    const { dial, number } = item;
    const at = kernel.now + DIAL_RTO_US * (1 << number);
    if (!dial.from.dials.has(dial.attempt)) return true;
    if (number >= DIAL_RETRIES_MAX || at > dial.limit) timeOut(dial);
    else schedule(kernel, at, { ...item, number: number + 1 });
    return true;
  }

  function timeOut(dial: SimDial): void {
    dialAnswered(network, dial, Math.max(dial.limit, kernel.now), null, 'timeout');
  }

  function answerComes(item: Item & { readonly kind: 'answer' }): boolean {
    const { dial, end, text } = item;
    const target = end?.host ?? network.hosts.get(dial.address.text) ?? null;
    if (
      text !== 'timeout' &&
      target !== null &&
      heldUntil(network, working, target, dial.from, null, null) === Infinity
    )
      return dialAgain(item);
    // A dial that somebody else answered already.
    if (end === null && !dial.from.dials.has(dial.attempt)) return true;
    return freeze(dial.from, item);
  }

  const pauseOf = (host: Host): string | null =>
    working.find(({ fault }) => fault.spec.name === 'pause' && fault.spec.values.node === host.name)?.fault.id ?? null;

  const links: Links = {
    message: (end, sent, number) => leave(end, sent, number, 'remote-closed'),
    closed: (end, reason) => leave(end, null, 0, reason),
    dial(dial) {
      const to = network.hosts.get(dial.address.text) ?? null;
      const { waitUs, latencyUs } = dialPassage(dial, dial.from, to, 0);
      const at = kernel.now + waitUs + latencyUs;
      if (at > dial.limit) timeOut(dial);
      else dialArrives(network, dial, at);
    },
    answerUs(dial) {
      const target = network.hosts.get(dial.address.text) ?? null;
      if (target === null) return dial.latencyUs;
      const { waitUs, latencyUs } = dialPassage(dial, target, dial.from, 1);
      if (kernel.now + waitUs + latencyUs > dial.limit) timeOut(dial);
      return waitUs + latencyUs;
    },
    arrives(item) {
      switch (item.kind) {
        case 'message':
          return comes(item.end, item.message, item);
        case 'closed':
          return comes(item.end, item.text, item);
        case 'arrive':
          return dialComes(item);
        case 'answer':
          return answerComes(item);
        case 'resume':
          return freeze(item.end.host, item);
        case 'wake':
          return item.number === item.host.wakeTicket && freeze(item.host, item);
        case 'resolved':
          return freeze(item.host, item);
        case 'links':
        case 'join':
        case 'tap':
          return false;
        default:
          return item satisfies never;
      }
    },
    due(asked) {
      const { call, number } = readCall(asked);
      if (call === 'retry' || call === 'release') {
        const lane = faults.lanes.get(number);
        if (lane === undefined || lane.waiting.length === 0) return;
        if (call === 'release') release(lane);
        else if (lane.retryAt === kernel.now) retry(lane);
        return;
      }
      const one = working.find(({ fault }) => fault.number === number);
      if (one === undefined) return;
      if (call === 'end') owner.ended(one.fault);
      else if (call === 'struck') owner.struckFirst(one.fault);
      else one.behaviour.ticks?.(one.fault.spec.values, one.fault, network);
    },
  };
  return links;
}

/** What comes for a stopped process waits. */
function freeze(host: Host, item: Item): boolean {
  if (host.frozen === null) return false;
  host.frozen.push(item);
  return true;
}
