/**
 * Who lives at a place of the model network: facts go in. Mostly a node with the very core that runs on sockets; a test puts others
 * there, who lie, flood or are silent. What they want goes out by the context of their host.
 */
import type { Context } from '../core/context.ts';
import { copyNode } from '../core/copy.ts';
import {
  connectionAccepted,
  connectionClosed,
  dialFailed,
  dialSucceeded,
  messageReceived,
  nameResolved,
  wakeNode,
} from '../core/node.ts';
import type { ReasonCode } from '../core/reasons.ts';
import { setBack } from '../core/set-back.ts';
import type { NodeState } from '../core/state.ts';
import type { Address } from '../wire/address.ts';
import type { Message } from '../wire/messages.ts';

/** As the functions of core/node.ts with the same names, which say what is to be answered. */
export interface Inhabitant {
  /** Connections that were given a number so far: the next one gets the number after. */
  readonly connections: number;
  accepted(remote: Address, local: Address): number;
  dialSucceeded(attempt: number, remote: Address, local: Address | null): number;
  dialFailed(attempt: number, reason: ReasonCode, detail: string): void;
  messageReceived(n: number, message: Message): void;
  closed(n: number, reason: ReasonCode): void;
  nameResolved(host: string, ips: readonly string[], detail: string | null): void;
  woken(): void;
  /** Its clock was set back by so much, to `context.now`. */
  clockSetBack(byUs: number): void;
}

/** A node as it was at one moment. Until it changes that is the living one; never to be changed. */
export interface KeptNode {
  node: NodeState;
}

/** A node of the core. */
export class NodeInhabitant implements Inhabitant {
  /** To look at. Another object after the world was taken back to an earlier moment. */
  node: NodeState;
  readonly context: Context;
  /** Who wants the node as it is now. */
  private kept: KeptNode | null = null;

  constructor(node: NodeState, context: Context) {
    this.node = node;
    this.context = context;
  }

  get connections(): number {
    return this.node.connections;
  }

  /** The node as it is now. The copy is made when it is about to change: of a large world not all nodes at once. */
  keep(): KeptNode {
    this.kept ??= { node: this.node };
    return this.kept;
  }

  /** It is as it was when that was kept. */
  putBack(kept: KeptNode): void {
    this.node = kept.node;
    this.kept = kept;
  }

  /** The node to be changed. */
  changing(): NodeState {
    if (this.kept !== null) {
      this.kept.node = copyNode(this.node);
      this.kept = null;
    }
    return this.node;
  }

  accepted(remote: Address, local: Address): number {
    return connectionAccepted(this.changing(), this.context, remote, local);
  }

  dialSucceeded(attempt: number, remote: Address, local: Address | null): number {
    return dialSucceeded(this.changing(), this.context, attempt, remote, local);
  }

  dialFailed(attempt: number, reason: ReasonCode, detail: string): void {
    dialFailed(this.changing(), this.context, attempt, reason, detail);
  }

  messageReceived(n: number, message: Message): void {
    messageReceived(this.changing(), this.context, n, message, 0);
  }

  closed(n: number, reason: ReasonCode): void {
    connectionClosed(this.changing(), this.context, n, reason);
  }

  nameResolved(host: string, ips: readonly string[], detail: string | null): void {
    nameResolved(this.changing(), this.context, host, ips, detail);
  }

  woken(): void {
    wakeNode(this.changing(), this.context);
  }

  clockSetBack(byUs: number): void {
    setBack(this.changing(), this.context.now, byUs);
  }
}
