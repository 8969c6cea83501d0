/** The contract of exporters: a trace goes in, the pieces of one file come out. The contract suite of their tests holds every row to it. */
import type { Trace } from '../event.ts';

export interface Exporter {
  readonly name: string;
  /** Of the file's name, without a point. */
  readonly ending: string;
  /** What it is for, in a few words. */
  readonly meaning: string;
  /** Why this trace cannot be such a file, and what to do; null when it can. */
  readonly refusal?: (trace: Trace) => string | null;
  /** What to type to look at the file, when it is not obvious; `file` is its name. */
  readonly hint?: (trace: Trace, file: string) => string;
  /** The same trace gives the same bytes. An empty piece is a rest: no piece takes long, so that a node goes on meanwhile. */
  readonly pieces: (trace: Trace) => Generator<string | Uint8Array, void>;
}
