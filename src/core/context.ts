/**
 * The only way out of the core. A driver (tcp, sim) implements it; the core calls it while it handles a fact and keeps nothing of it.
 * Calls are orders: they return nothing from the network, and none may call back into the core before the fact is handled.
 *
 * The driver's contract: hand in every fact through core/node.ts with `now` set before; after `wake(at)` call `wakeNode` at `at` or
 * later (earlier is harmless); facts about a connection end with `connectionClosed`, exactly once, also after our own `close`.
 */
import type { Address } from '../wire/address.ts';
import type { Message } from '../wire/messages.ts';
import type { NodeEvent } from './events.ts';
import type { Scribe } from './transcript.ts';

export interface Context {
  /** Monotonic time in integer microseconds; constant while one fact is handled. */
  readonly now: number;
  /** Next random number, at least 0 and below 1. */
  random(): number;
  /** Look a host name up, or ask what a directory lists (wire/directory.ts); answered by the fact `nameResolved`. At most 5 s. */
  resolve(host: string): void;
  /** Open a connection; answered by `dialSucceeded` or `dialFailed` with the same attempt. `timeoutUs` from now. */
  dial(attempt: number, address: Address, timeoutUs: number): void;
  /** Call a dial off; no fact follows. */
  cancel(attempt: number): void;
  /**
   * Queue one message; what one fact queues leaves in as few writes as rule 11 allows. Answers the bytes of its line, 0 where messages
   * travel without lines; below 0: it was left out, because the peer does not read what waits for it already (rule 56).
   */
  send(n: number, message: Message): number;
  /** Queue one line as it is (`send --raw`); the driver adds the newline only. */
  sendLine(n: number, line: string): void;
  /** Read nothing from this connection until then (rule 54). */
  pause(n: number, until: number): void;
  /** End a connection after what is queued has left; cut it off 1 s later. `abrupt`: cut it off at once. */
  close(n: number, abrupt: boolean): void;
  /** The node's earliest deadline; replaces the one before. Infinity: none. */
  wake(at: number): void;
  emit(event: NodeEvent): void;
  /** Who writes down what is handed in, see transcript.ts; absent where nobody ever did. */
  scribe?: Scribe | null;
}
