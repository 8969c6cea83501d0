/**
 * The two ends of connections, as a recorder sees them: an end opens with the addresses of its socket, and finds the other one when that is
 * a node of the same world; then a line that comes is the one that was sent. It records nothing itself.
 */
import { answered } from './kinds.ts';

/** A node as the recorder knows it. */
export interface Recorded {
  readonly name: string;
  /** Place among all nodes. */
  readonly index: number;
  id: string | null;
  /** Where it listens. */
  address: string | null;
  /** Lamport clock. */
  clock: number;
  /** Open connections, by number. */
  readonly ends: Map<number, End>;
  /** The last that closed: of what was under way there may be something to tell. */
  readonly gone: End[];
  /** What each dial under way began with: its event. */
  readonly dials: Map<number, number>;
}

/** A line on its way. */
export interface Flight {
  /** Index of the event that sent it, and the clock then. */
  readonly index: number;
  readonly clock: number;
  readonly number: number;
  /** Which one it is of those with its number. */
  readonly copy: number;
  /** The line that it answers; 0: none. */
  readonly reply: number;
  /** Of the last one of it that landed. */
  copies: number;
  hasLanded: boolean;
}

/** A line that was taken in hand. */
export interface Stop {
  /** What the record calls it. */
  readonly number: number;
  /** Where it was sent; null: not here, or not yet. */
  readonly flight: Flight | null;
  readonly reply: number;
  copy: number;
  /** The last event about it. */
  index: number;
}

/** A question that waits for its answer. */
interface Asked {
  readonly type: number;
  readonly number: number;
}

export interface End {
  readonly node: Recorded;
  /** Number of the connection at its node. */
  readonly n: number;
  readonly isDialled: boolean;
  /** The same at both ends. */
  name: string;
  other: End | null;
  id: string | null;
  address: string;
  readonly socket: string | null;
  sent: number;
  received: number;
  /** Lines sent, the oldest first: those that came last stay for a while, since a fault may bring one again. */
  flights: Flight[];
  /** All before this place have landed. */
  landed: number;
  asked: Asked[];
  /** By their numbers in the world; null until there is one. */
  stops: Map<number, Stop> | null;
  /** What made this side end it; 0: nothing did. */
  closedBy: number;
}

/** Of lines whose other end is not known, or that never arrive, only the last are kept. */
const FLIGHTS_MAX = 1_024;
/** So many that have landed stay, and twice as many more before they are taken away together. */
const LANDED_MAX = 4;
const ASKED_MAX = 32;
/** Of each connection the last that were taken in hand. */
const STOPS_MAX = 256;
const GONE_MAX = 32;

export function openEnd(
  node: Recorded,
  n: number,
  place: {
    readonly isDialled: boolean;
    readonly local: string | null;
    readonly remote: string;
    readonly address: string;
  },
  waiting: Map<string, End>,
): End {
  const socket = place.local === null ? null : `${place.local} ${place.remote}`;
  const end: End = {
    node,
    n,
    isDialled: place.isDialled,
    name: `${node.name}#${n}`,
    other: null,
    id: null,
    address: place.address,
    socket,
    sent: 0,
    received: 0,
    flights: [],
    landed: 0,
    asked: [],
    stops: null,
    closedBy: 0,
  };
  node.ends.set(n, end);
  if (socket === null) return end;
  const other = waiting.get(`${place.remote} ${place.local}`);
  if (other === undefined || other.isDialled === end.isDialled) {
    waiting.set(socket, end);
    return end;
  }
  waiting.delete(`${place.remote} ${place.local}`);
  end.other = other;
  other.other = end;
  // The name that was told first stays.
  end.name = other.name;
  return end;
}

export function closeEnd(end: End, waiting: Map<string, End>): void {
  end.node.ends.delete(end.n);
  end.node.gone.push(end);
  if (end.node.gone.length > GONE_MAX) end.node.gone.shift();
  if (end.socket !== null && waiting.get(end.socket) === end) waiting.delete(end.socket);
  end.asked = [];
}

export function takeOff(end: End, flight: Flight): void {
  const { flights } = end;
  flights.push(flight);
  if (end.landed < 3 * LANDED_MAX && flights.length <= FLIGHTS_MAX) return;
  const gone = Math.max(end.landed - LANDED_MAX, flights.length - FLIGHTS_MAX, 0);
  flights.splice(0, gone);
  end.landed = Math.max(0, end.landed - gone);
}

/**
 * The flight that a line which came at this end is. Where lines keep their number it is the one with that number, be it late or a
 * copy; `number` 0: the first that is still on its way, for sockets keep the order.
 */
export function land({ other }: End, number: number): Flight | null {
  if (other === null) return null;
  const { flights } = other;
  let at = other.landed;
  while (number > 0 && at < flights.length && !isFlying(flights[at] as Flight, number)) at += 1;
  const flight = flights[at];
  if (flight === undefined) {
    const again = number === 0 ? undefined : flights.findLast((one) => one.number === number);
    if (again === undefined) return null;
    again.copies += 1;
    return again;
  }
  flight.hasLanded = true;
  flight.copies = flight.copy;
  while (other.landed < flights.length && (flights[other.landed] as Flight).hasLanded) other.landed += 1;
  return flight;
}

/** The next line came at this end, and may be stopped before it is heard: its number; null: where it was sent is not known. */
export function arrive(end: End): number | null {
  const flight = land(end, 0);
  if (flight === null) return null;
  unheard(flight);
  const { number, reply, copy, index } = flight;
  keepStop(end, number, { number, flight, reply, copy, index });
  return number;
}

/** It has come, but the core has not heard it yet. */
export function unheard(flight: Flight | null): Flight | null {
  if (flight !== null) flight.copies = flight.copy - 1;
  return flight;
}

const isFlying = (flight: Flight, number: number) => flight.number === number && !flight.hasLanded;

/** The last one with that number that left there. */
export const flightOf = (end: End | null, number: number): Flight | null =>
  end?.flights.findLast((one) => one.number === number) ?? null;

export function keepStop(end: End, number: number, stop: Stop): Stop {
  end.stops ??= new Map();
  end.stops.set(number, stop);
  if (end.stops.size > STOPS_MAX) end.stops.delete(end.stops.keys().next().value ?? 0);
  return stop;
}

export function ask(end: End, type: number, number: number): void {
  end.asked.push({ type, number });
  if (end.asked.length > ASKED_MAX) end.asked.shift();
}

/** The question that has waited longest here for a line of that type, which is then answered; 0: none. */
export function answer(end: End, type: number): number {
  const question = answered(type);
  const at = question < 0 ? -1 : end.asked.findIndex((one) => one.type === question);
  return at < 0 ? 0 : (end.asked.splice(at, 1)[0]?.number ?? 0);
}
