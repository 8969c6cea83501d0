/** The row of what is no line, a fact or an event: it goes in, the row's number comes out, and the clock of its node goes on. */
import type { Columns, Payload } from './columns.ts';
import type { End, Recorded } from './ends.ts';

export function addEvent(
  columns: Columns,
  node: Recorded,
  at: number,
  kind: number,
  end: End | null,
  cause: number,
  payload: Payload | null,
  weight: number,
): number {
  node.clock += 1;
  return columns.add(at, kind, node.index, end, 0, 0, 0, 0, 0, node.clock, cause, payload, weight);
}
