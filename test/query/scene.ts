/** A small world for tests of expressions: bare nodes n1, n2, … with real states, and observations as a test fills them in. */
import type { Observation, Scope } from '../../src/query/observation.ts';
import { encodeMessage, type Message, parseMessage } from '../../src/wire/messages.ts';
import { BareNode } from '../helpers/bare-node.ts';

export const NOW = 5_000_000;

/** A message that passed at n1, unless the fields say something else. */
export const observation = (fields: Partial<Observation> = {}): Observation => ({
  t: NOW,
  kind: 'message',
  node: 'n1',
  dir: null,
  from: null,
  to: null,
  message: null,
  n: 1,
  id: null,
  sentAt: null,
  by: null,
  index: 0,
  ...fields,
});

export function messageOf(line: string): Message {
  const message = parseMessage(line);
  if (message.type === 'malformed') throw new Error(line);
  return message;
}

export interface Scene extends Scope {
  readonly bare: ReadonlyMap<string, BareNode>;
  isConverged: boolean;
  /** Pairs such as `n1 n2`. */
  readonly links: Set<string>;
}

/** Node nK has the id `k0k0…-nK` and the address 10.0.0.K:5999. */
export function scopeOf({ nodes }: { readonly nodes: readonly string[] }): Scene {
  const addressOf = (name: string) => (nodes.includes(name) ? `10.0.0.${name.slice(1)}:5999` : null);
  const idOf = (name: string) => (nodes.includes(name) ? `${name.slice(1).repeat(8)}-${name}` : null);
  const bare = new Map(
    nodes.map((name) => [name, new BareNode({ id: idOf(name) ?? '', listen: addressOf(name) ?? '' })]),
  );
  return {
    bare,
    isConverged: false,
    links: new Set(),
    nodes: () => nodes,
    state: (name) => bare.get(name)?.node ?? null,
    idOf,
    nameOf: (id) => nodes.find((name) => idOf(name) === id) ?? null,
    addressOf,
    connected(a, b) {
      return this.links.has(`${a} ${b}`);
    },
    knows(name, place) {
      return this.links.has(`${name} knows ${place}`);
    },
    converged() {
      return this.isConverged;
    },
    lengthOf: (message) => encodeMessage(message).length,
  };
}
