/** How much a node remembers: its state goes in, the size of every map and list of it comes out by name. It knows none of them by name. */
import type { NodeState } from '../../src/core/state.ts';

/** Parts of the state that hold tables of their own. */
const PARTS = new Set(['book', 'agenda']);

export function sizesOf(node: NodeState): Record<string, number> {
  const sizes: Record<string, number> = {};
  const count = (name: string, value: unknown): void => {
    if (value instanceof Map || value instanceof Set) sizes[name] = value.size;
    else if (Array.isArray(value)) sizes[name] = value.length;
  };
  for (const [name, value] of Object.entries(node)) {
    count(name, value);
    if (PARTS.has(name)) for (const [part, of] of Object.entries(value as object)) count(`${name}.${part}`, of);
  }
  return sizes;
}
