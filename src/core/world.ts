/**
 * The port that a shell, a test or a program drives: worlds with nodes in them. Orders go down and return at once, events come up,
 * looking is plain data. It says nothing of sockets nor of simulation; tcp/world.ts and sim/world.ts implement it, one contract suite tests both.
 */
import type { SettingKey, Settings, SettingValue } from '../settings.ts';
import type { Message } from '../wire/messages.ts';
import type { LineDirection, NodeEvent } from './events.ts';
import type { ReasonCode } from './reasons.ts';
import type { NodeState } from './state.ts';
import type { TapPort } from './tap.ts';
import type { Scribe } from './transcript.ts';
import type { NodeViews } from './view-rows.ts';
import type { Witness } from './witness.ts';

export type { LineDirection } from './events.ts';

/** What a user tells a node. `n` is a connection's number. */
export type Order =
  | { readonly kind: 'connect'; readonly host: string; readonly port: number; readonly keep: boolean }
  /** Sends a ping now, or as soon as the outstanding one is answered or 1 s old; a `pong` event with `user: true` follows. */
  | { readonly kind: 'ping'; readonly n: number }
  | { readonly kind: 'getaddr'; readonly n: number }
  | { readonly kind: 'drop'; readonly n: number }
  | { readonly kind: 'send'; readonly n: number; readonly message: Message }
  | { readonly kind: 'send-line'; readonly n: number; readonly line: string }
  | { readonly kind: 'bootstrap-add'; readonly host: string; readonly port: number }
  | { readonly kind: 'bootstrap-remove'; readonly host: string; readonly port: number }
  /** By connection number, by IP (a public IPv6 one stands for its /56) or by node id; `forUs` null: as long as `ban.time` says. */
  | { readonly kind: 'ban'; readonly target: number | string; readonly forUs: number | null }
  | { readonly kind: 'unban'; readonly target: string }
  | { readonly kind: 'set'; readonly key: SettingKey; readonly value: SettingValue };

/** What an order says at once. `connect` gives the number of its attempt, or the connection that already is. */
export type OrderAnswer =
  | { readonly ok: true; readonly attempt: number | null; readonly n: number | null }
  | {
      readonly ok: false;
      readonly reason: ReasonCode | 'no-such-connection' | 'not-ready' | 'not-listed';
      readonly message: string;
    };

export interface NodeConfig {
  /** Name within its world (`live`, `n1`); must be new. */
  readonly name: string;
  readonly settings: Settings;
  /** host:port to listen on in order of choice; the first that is free is taken. Port 0: any. Empty: do not listen. In the simulated world the name's own address is used. */
  readonly listen: readonly HostPort[];
  /** A host may be a directory, see wire/directory.ts. */
  readonly bootstrap: readonly HostPort[];
  /** Folder of the address book, null: nothing is saved or read. */
  readonly data: string | null;
}

export interface HostPort {
  readonly host: string;
  readonly port: number;
}

/** Sees every line that passes, in order, both directions; `line` has no newline, is raw, and may be a slice of a larger chunk: copy what you keep. */
export type LineListener = (
  node: NodePort,
  n: number,
  direction: LineDirection,
  line: string,
  message: Message | null,
) => void;
export type EventListener = (node: NodePort, event: NodeEvent) => void;

export interface NodePort {
  readonly name: string;
  /** The live state; to look at only. */
  readonly state: NodeState;
  readonly views: NodeViews;
  order(order: Order): OrderAnswer;
  /** Listens at one more address; resolves with the bound `ip:port`. Rejects with an Error whose `code` is the system's (EADDRINUSE, …). */
  listen(at: HostPort): Promise<string>;
  /** Leaves the network cleanly (rule 66) and resolves when nothing of the node is left, at most `stop.timeout` later. */
  stop(): Promise<void>;
}

export interface UntilOptions {
  /** Milliseconds of the world's time. */
  readonly limitMs: number;
  readonly signal?: AbortSignal;
}

/** How a wait ended; `event` is the one that satisfied the test. */
export type UntilResult =
  | { readonly kind: 'event'; readonly node: NodePort; readonly event: NodeEvent }
  | { readonly kind: 'timeout' }
  /** In a simulated world a rule has stopped a message for the user, and the time stands still. */
  | { readonly kind: 'held' }
  | { readonly kind: 'aborted' };

export interface World {
  readonly kind: 'tcp' | 'sim';
  /** Messages of its nodes that are stopped on their way. */
  readonly tap: TapPort;
  /** The world's time, integer microseconds since it began. */
  now(): number;
  nodes(): readonly NodePort[];
  /** Starts a node: listens, reads its book, dials. Rejects with an Error whose `code` is the system's when no address could be listened on. */
  spawn(config: NodeConfig): Promise<NodePort>;
  /** Waits for the first event that satisfies the test; on TCP real time passes, in the simulated world virtual time is moved. */
  until(test: (node: NodePort, event: NodeEvent) => boolean, options: UntilOptions): Promise<UntilResult>;
  /** Both return the function that ends the subscription. */
  onEvent(listener: EventListener): () => void;
  onLine(listener: LineListener): () => void;
  /** The same for one who is told everything. */
  witness(witness: Witness): () => void;
  /** The same for who writes down what crosses the border of each core; only one may at a time. A node that comes gets a scribe, too. */
  transcribe(scribeOf: (name: string) => Scribe): () => void;
  /** Stops every node and frees everything. */
  close(): Promise<void>;
}
