/** The world around an expression, from the states of its nodes: names and states go in, a Scope comes out. It changes nothing. */

import { findText } from '../core/book-columns.ts';
import type { NodeEvent } from '../core/events.ts';
import { encodeMessage } from '../wire/messages.ts';
import { Components, type Members } from './components.ts';
import type { Known, Scope } from './observation.ts';

export interface LivingScope extends Scope {
  /** Every event of a node is to be told, so that pieces need not be counted anew. */
  note(name: string, event: NodeEvent): void;
  /** Everything may be different. */
  reset(): void;
}

/** What is known of a world while an expression is typed: who is there, and the state of one of them to look up paths in. */
export function knownIn(scope: Scope): Known {
  const nodes = scope.nodes();
  const sample = nodes.find((name) => scope.state(name) !== null);
  return sample === undefined ? { nodes } : { nodes, state: scope.state(sample) };
}

export function createScope(members: Members): LivingScope {
  const components = new Components(members);
  const isReady = (name: string, n: number) => (members.state(name)?.sessions.get(n)?.readyAt ?? null) !== null;
  const addressOf = (name: string) => members.state(name)?.listening[0]?.text ?? null;
  return {
    nodes: () => members.names(),
    state: (name) => members.state(name),
    idOf: (name) => members.state(name)?.id ?? null,
    nameOf: (id) => components.nameOf(id),
    addressOf,
    connected(a, b) {
      const id = members.state(b)?.id;
      const other = members.state(a)?.id;
      return (
        id !== undefined &&
        other !== undefined &&
        (members.state(a)?.peers.has(id) === true || members.state(b)?.peers.has(other) === true)
      );
    },
    knows(name, place) {
      const state = members.state(name);
      return state !== null && findText(state.book, addressOf(place) ?? place) >= 0;
    },
    converged: () => components.isOnePiece(),
    lengthOf: (message) => encodeMessage(message).length,
    note(name, event) {
      if (event.kind === 'ready' && event.id !== null) components.join(name, event.id);
      // Who was a peer without a hello says it now and is no more ready than before.
      else if (event.kind === 'hello-received' && event.id !== null && isReady(name, event.n))
        components.join(name, event.id);
      else if (event.kind === 'closed' && event.wasReady && event.id !== null) components.part(name, event.id);
    },
    reset: () => components.forget(),
  };
}
