/**
 * Looks up a path in a state: plain data and the steps of a path go in, what is there comes out, undefined when nothing is. Own
 * properties, elements, entries of a Map by key, `size` of a Map or Set and `length` of a list; never anything inherited.
 */
import { nearestWords, QueryError, quoted } from './errors.ts';
import type { Path, Segment } from './expression.ts';
import { printSteps } from './paths.ts';

export function lookUp(state: unknown, path: readonly Segment[]): unknown {
  let value = state;
  for (const segment of path) {
    value = stepInto(value, segment);
    if (value === undefined) return undefined;
  }
  return value;
}

function stepInto(value: unknown, segment: Segment): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  if (value instanceof Map) return segment === 'size' ? value.size : entryOf(value, segment);
  if (value instanceof Set) return segment === 'size' ? value.size : undefined;
  if (ArrayBuffer.isView(value) && segment === 'length') return (value as Uint8Array).length;
  return Object.hasOwn(value, segment) ? (value as Record<Segment, unknown>)[segment] : undefined;
}

/** A key of digits may be a number or a text. */
const entryOf = (map: ReadonlyMap<unknown, unknown>, segment: Segment): unknown =>
  map.get(segment) ?? (typeof segment === 'number' ? map.get(String(segment)) : undefined);

/** Throws when a state like this sample has no such path, or when what is there is no single value. */
export function checkStatePath({ node, path, column }: Extract<Path, { kind: 'state' }>, sample: unknown): void {
  const root = node === null ? 'state' : `${node}.state`;
  let value = sample;
  for (const [index, segment] of path.entries()) {
    const next = stepInto(value, segment);
    const before = printSteps(root, path.slice(0, index));
    if (next === undefined) {
      // What comes and goes need not be in a sample.
      if (isCollection(value) && segment !== 'size' && segment !== 'length') return;
      const near = nearestWords(String(segment), stepsInto(value)).map((name) => printSteps(before, [name]));
      throw new QueryError(`${before} has no ${quoted(String(segment))}`, column, near);
    }
    // A state has null where it knows nothing yet.
    if (next === null) return;
    value = next;
  }
  if (typeof value !== 'object' || value === null) return;
  const shown = printSteps(root, path);
  const [example] = stepsInto(value);
  throw new QueryError(
    `${shown} is not one value${example === undefined ? '' : `: ask ${printSteps(shown, [example])} or the like`}`,
    column,
  );
}

const isCollection = (value: unknown) => value instanceof Map || value instanceof Set || Array.isArray(value);

/** The names that can follow a value, for suggestions and completion. */
export function stepsInto(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  if (value instanceof Map || value instanceof Set) return ['size'];
  if (Array.isArray(value) || ArrayBuffer.isView(value)) return ['length'];
  return Object.keys(value);
}
