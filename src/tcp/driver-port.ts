/** What a driver of sockets offers, and what it wants of whoever has it: shapes only. */
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import type { Fact, Witness } from '../core/witness.ts';
import type { HostPort, LineDirection } from '../core/world.ts';
import type { Address } from '../wire/address.ts';
import type { Message } from '../wire/messages.ts';
import type { Clock } from './clock.ts';

export type WatchLine = (n: number, direction: LineDirection, line: string, message: Message | null) => void;

/** Where messages are taken in hand. */
export interface Gate {
  /** Of each direction, whether nothing is stopped: no line need be shown to it. */
  readonly isIdle: Readonly<Record<LineDirection, boolean>>;
  /** Whether a line goes on now; else `carry` lets it go when it may. */
  passes(n: number, direction: LineDirection, message: Message | null, text: string, number: number): boolean;
  /** Whether something waits there, so that the end of the connection has to; null: in either direction. */
  isHolding(n: number, direction: LineDirection | null): boolean;
  closed(n: number): void;
}

export interface DriverHooks {
  readonly clock: Clock;
  readonly gate: Gate;
  readonly onEvent: (event: NodeEvent) => void;
  /** Null while nobody looks at lines. */
  readonly onLine: () => WatchLine | null;
  /** Null while nobody looks at everything. */
  readonly witness: () => Witness | null;
  /** What the witness is to call the node. */
  readonly name: string;
  /** Of the next line of this world. */
  readonly nextNumber: () => number;
}

export interface Driver {
  readonly context: Context;
  /** Runs `fact` as one fact: time stands still, and what it queues leaves together. `what` is for the witness. */
  handle<Result>(what: Fact, fact: () => Result): Result;
  /** Lets a line go on that the gate had stopped: it is sent, or the core hears it. False: the connection is ending. */
  carry(n: number, direction: LineDirection, line: string, number: number): boolean;
  /** Cuts a connection off, with what waits on it. */
  reset(n: number): void;
  /** Reads nothing of a connection while it is full. */
  setFull(n: number, isFull: boolean): void;
  /** Less is stopped there than before. */
  eased(n: number): void;
  /** A setting has changed: what holds for each connection holds for those that are open, too. */
  heedSettings(): void;
  listen(at: HostPort): Promise<Address>;
  startListening(): void;
  /** Resolves when no socket is left; sockets that linger are cut off after `limitMs`. */
  stop(limitMs: number): Promise<void>;
}
