/** Somebody in the simulated world who is not our node: a script goes in that says what it does to its peers; it keeps no rule by itself. */
import type { Context } from '../../src/core/context.ts';
import type { Inhabitant } from '../../src/sim/inhabitant.ts';
import type { Address } from '../../src/wire/address.ts';
import type { Message } from '../../src/wire/messages.ts';

/** What a puppet does; what it leaves out it ignores. */
export interface Script {
  /** A connection is up: somebody dialled us, or our dial was answered. */
  readonly opened?: (hands: Hands, n: number, inbound: boolean) => void;
  readonly heard?: (hands: Hands, n: number, message: Message) => void;
  readonly closed?: (hands: Hands, n: number) => void;
  /** At the time asked for with `wake`. */
  readonly woken?: (hands: Hands) => void;
}

export interface Hands {
  readonly now: number;
  random(): number;
  dial(address: Address): void;
  send(n: number, message: Message): void;
  close(n: number): void;
  wake(inUs: number): void;
}

const DIAL_US = 10_000_000;

export class Puppet implements Inhabitant {
  connections = 0;
  readonly #script: Script;
  readonly #hands: Hands;

  constructor(context: Context, script: Script) {
    let attempts = 0;
    this.#script = script;
    this.#hands = {
      get now() {
        return context.now;
      },
      random: () => context.random(),
      dial(address) {
        attempts += 1;
        context.dial(attempts, address, DIAL_US);
      },
      send: (n, message) => context.send(n, message),
      close: (n) => context.close(n, true),
      wake: (inUs) => context.wake(context.now + inUs),
    };
  }

  accepted(): number {
    return this.#opened(true);
  }

  dialSucceeded(): number {
    return this.#opened(false);
  }

  #opened(inbound: boolean): number {
    this.connections += 1;
    this.#script.opened?.(this.#hands, this.connections, inbound);
    return this.connections;
  }

  dialFailed(): void {}

  messageReceived(n: number, message: Message): void {
    this.#script.heard?.(this.#hands, n, message);
  }

  closed(n: number): void {
    this.#script.closed?.(this.#hands, n);
  }

  nameResolved(): void {}

  clockSetBack(): void {}

  woken(): void {
    this.#script.woken?.(this.#hands);
  }
}
