/** What expressions are asked about: one thing that happened, and the world around it. Whoever has a world fills in both. */
import type { Message } from '../wire/messages.ts';

/** One thing that happened. A mutable record: the caller fills the same one for every event, so nothing may keep it. */
export interface Observation {
  /** Integer microseconds of the world's time. */
  t: number;
  /** `message`, or the kind of a node's event (fields.ts), or one that the caller adds. */
  kind: string;
  /** Name of the node where it happened. */
  node: string;
  dir: 'in' | 'out' | null;
  /** Names of nodes; who is no node of this world may be told by its id or address. */
  from: string | null;
  to: string | null;
  message: Message | null;
  /** Connection number, 0: none. */
  n: number;
  /** Id of the peer. */
  id: string | null;
  /** When the message was sent, microseconds; null: not known. */
  sentAt: number | null;
  /** The rule, fault or user that did it. */
  by: string | null;
  /** Number of the event within the run. */
  index: number;
}

/** One to be filled in. */
export const emptyObservation = (): Observation => ({
  t: 0,
  kind: '',
  node: '',
  dir: null,
  from: null,
  to: null,
  message: null,
  n: 0,
  id: null,
  sentAt: null,
  by: null,
  index: 0,
});

/** The world around: every answer is as of now, and costs no more than a look into a table. */
export interface Scope {
  nodes(): readonly string[];
  /** NodeState of core/state.ts, or null when there is no such node. */
  state(name: string): unknown;
  idOf(name: string): string | null;
  nameOf(id: string): string | null;
  addressOf(name: string): string | null;
  connected(a: string, b: string): boolean;
  knows(name: string, addressOrName: string): boolean;
  converged(): boolean;
  /** Bytes of its line. */
  lengthOf(message: Message): number;
}

/** What a caller can tell of its world while an expression is typed; what is not told is not checked. */
export interface Known {
  /** Names of nodes. */
  readonly nodes?: readonly string[];
  /** Ids of peers, to complete them. */
  readonly ids?: readonly string[];
  /** Names of groups, without @. */
  readonly groups?: readonly string[];
  /** Kinds of observations beside those of fields.ts. */
  readonly kinds?: readonly string[];
  /** A NodeState to look up paths in. */
  readonly state?: unknown;
}
