/** Messages in hand on real sockets: nodes and their drivers come and go, each gets a gate for its lines; the port for orders comes out. */
import type { NodeEvent } from '../core/events.ts';
import type { NodeState } from '../core/state.ts';
import type { TapChange, TapPort } from '../core/tap.ts';
import type { Witness } from '../core/witness.ts';
import { createScope } from '../query/scope.ts';
import type { Peer } from '../tap/carrier.ts';
import { LINE_LENGTH_MAX, PATIENCE_US } from '../tap/limits.ts';
import { createTap } from '../tap/tap.ts';
import { parseMessage } from '../wire/messages.ts';
import { type Clock, TIMER_MS_MAX } from './clock.ts';
import type { Driver, Gate } from './driver-port.ts';

interface Member {
  readonly node: NodeState;
  readonly driver: Driver;
}

export interface TcpTap {
  readonly port: TapPort;
  gateOf(name: string): Gate;
  /** Numbers all lines of the world. */
  readonly nextNumber: () => number;
  join(name: string, node: NodeState, driver: Driver): void;
  leave(name: string): void;
  note(name: string, event: NodeEvent): void;
  /** Nothing goes on by itself any more. */
  stop(): void;
}

export function createTcpTap(clock: Clock, witness: () => Witness | null): TcpTap {
  const members = new Map<string, Member>();
  const listeners = new Set<(change: TapChange) => void>();
  let timer: NodeJS.Timeout | undefined;
  let names: readonly string[] = [];
  let lines = 0;
  const scope = createScope({ names: () => names, state: (name) => members.get(name)?.node ?? null });

  function peerOf(name: string, n: number): Peer | null {
    const session = members.get(name)?.node.sessions.get(n);
    if (session === undefined) return null;
    const { id, remote } = session;
    return { id, name: (id === null ? null : scope.nameOf(id)) ?? id ?? remote.text };
  }

  const tap = createTap({
    scope,
    patienceUs: PATIENCE_US,
    usualPoint: null,
    now: clock.now,
    peerOf,
    carry: (name, n, direction, line, number) => members.get(name)?.driver.carry(n, direction, line, number) ?? false,
    nextNumber,
    reset: (name, n) => members.get(name)?.driver.reset(n),
    refuses: (line) =>
      line.length > LINE_LENGTH_MAX || /[\r\n]/.test(line)
        ? `a message is one line of at most ${LINE_LENGTH_MAX} characters`
        : null,
    wake(at) {
      clearTimeout(timer);
      if (at === Infinity) return;
      timer = setTimeout(() => tap.due(), Math.min(TIMER_MS_MAX, Math.max(0, Math.ceil((at - clock.now()) / 1_000))));
      // A node that stops does not wait for it.
      timer.unref();
    },
    setFull: (name, n, isFull) => members.get(name)?.driver.setFull(n, isFull),
    eased: (name, n) => members.get(name)?.driver.eased(n),
    tell(change) {
      for (const listener of listeners) listener(change);
    },
    record({ node, ...deed }) {
      const looking = witness();
      if (looking === null) return;
      const message = parseMessage(deed.line);
      const decoded = message.type === 'malformed' ? null : message;
      looking.verdict(node, clock.now(), { ...deed, message: decoded, isInHand: true });
    },
  });

  function nextNumber(): number {
    lines += 1;
    return lines;
  }

  function populate(): void {
    names = [...members.keys()];
    scope.reset();
  }

  return {
    port: {
      order: (order) => tap.obey(order),
      rules: () => tap.rules(),
      held: () => tap.held(),
      message: (id) => tap.message(id),
      onChange(listener) {
        const own = (change: TapChange) => listener(change);
        listeners.add(own);
        return () => listeners.delete(own);
      },
    },
    gateOf: (name) => ({
      isIdle: tap.isIdle,
      passes: (n, direction, message, text, number) => tap.passes(name, n, direction, message, text, number),
      isHolding: (n, direction) => tap.isHolding(name, n, direction),
      closed: (n) => tap.closed(name, n),
    }),
    join(name, node, driver) {
      members.set(name, { node, driver });
      populate();
    },
    leave(name) {
      members.delete(name);
      populate();
    },
    note: (name, event) => scope.note(name, event),
    nextNumber,
    stop: () => clearTimeout(timer),
  };
}
