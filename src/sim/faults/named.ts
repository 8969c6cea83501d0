/** Which nodes the text of a fault names: a spec goes in, names come out, each once. Whether they are hit is not looked at. */
import type { FaultSpec, Selector, Value } from './spec.ts';

export const namedBy = ({ values, on }: FaultSpec): readonly string[] => [
  ...new Set([...Object.entries(values).flatMap(([name, value]) => ofValue(name, value as Value)), ...ofSelector(on)]),
];

function ofValue(name: string, value: Value): readonly string[] {
  if (typeof value === 'string') return name === 'node' || name === 'victim' ? [value] : [];
  if (value === null || typeof value === 'number' || !('left' in value)) return [];
  return [...value.left.names, ...value.right.names];
}

function ofSelector(on: Selector): readonly string[] {
  switch (on.kind) {
    case 'all':
      return [];
    case 'nodes':
      return on.nodes.names;
    case 'links':
      return [...(on.from?.names ?? []), ...(on.to?.names ?? [])];
    case 'expression':
      // A name stands as a word of its own there; the other words name nobody.
      return on.text.match(/[A-Za-z][\w-]*/g) ?? [];
    default:
      return on satisfies never;
  }
}
