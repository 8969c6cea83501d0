/** What messages in hand need of a world: types only. tcp and sim each give one, and get told there what goes on and when to call. */
import type { LineDirection } from '../core/events.ts';
import type { TapChange, TapPoint } from '../core/tap.ts';
import type { VerdictKind } from '../core/witness.ts';
import type { Scope } from '../query/observation.ts';

/** Who is at the other end of a connection. The same record may tell of another one the next time, so nothing may keep it. */
export interface Peer {
  id: string | null;
  /** Of a node of this world; else its id or address. */
  name: string;
}

/** What was done to a line, for the record. */
export interface Deed {
  readonly kind: VerdictKind;
  readonly node: string;
  readonly n: number;
  readonly direction: LineDirection;
  readonly number: number;
  readonly copy: number;
  readonly line: string;
  readonly by: string | null;
  readonly text: string | null;
}

/** None of its functions may call back into the tap, but for what `carry` makes nodes say. */
export interface Carrier {
  readonly scope: Scope;
  /** What nobody deals with goes on after so long; Infinity: never. */
  readonly patienceUs: number;
  /** Where a rule stops lines that does not say where; null: at both points. */
  readonly usualPoint: TapPoint | null;
  now(): number;
  /** null: there is no such connection. */
  peerOf(node: string, n: number): Peer | null;
  /** Lets a line go on: it leaves its node, or the core hears it. False: it could not, for the connection is ending. */
  carry(node: string, n: number, direction: LineDirection, line: string, number: number): boolean;
  /** Of a line that nobody sent. */
  nextNumber(): number;
  reset(node: string, n: number): void;
  /** Why no such line can travel in this world; null: it can. */
  refuses(line: string): string | null;
  /** `due` is to be called then; a later call replaces an earlier one. */
  wake(at: number): void;
  /** Whether so much waits on a connection that nothing more may be read there. */
  setFull(node: string, n: number, isFull: boolean): void;
  /** Less waits there than before: an end that waited for it may come. */
  eased(node: string, n: number): void;
  tell(change: TapChange): void;
  record(deed: Deed): void;
}
