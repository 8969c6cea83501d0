/**
 * What was recorded, as its readers see it: `log`, `match`, `why` and the exporters ask this and nothing else, be it of a node that runs,
 * of a lab or of a file. Types only.
 */
import type { TraceEvent, TraceHeader } from './event.ts';

export interface Recording {
  header(): TraceHeader;
  /**
   * All that is kept, oldest first. They are made when they are asked for, and `line`, `len` and `text` only when they are read: take them
   * once, and no copy by spreading, which would lose these three (JSON.stringify keeps them).
   */
  events(): readonly TraceEvent[];
  /** Those for which an expression holds, oldest first. Throws a QueryError with the column when the text is none, or asks of states. */
  match(expression: string): readonly TraceEvent[];
  /** How many are kept. */
  readonly count: number;
  /** How many were recorded before those that are kept. */
  readonly forgotten: number;
  /** How many happened before the first one and are no part of it: a file may begin late, or hold a choice. */
  readonly missing: number;
}
