/** What a fault is once it has been read: plain data that can be printed, copied and compared. It holds no behaviour. */
import type { Argument, FAULTS, FaultName } from './table.ts';

/** Some nodes: the word that named them, so that it can be printed, and who they were when it was read. */
export interface Nodes {
  readonly text: string;
  readonly names: readonly string[];
}

/** Where a fault applies. Of a link null is anybody. A closed connection and a dial are no line: an expression never selects them. */
export type Selector =
  | { readonly kind: 'all' }
  | { readonly kind: 'nodes'; readonly nodes: Nodes }
  | { readonly kind: 'links'; readonly from: Nodes | null; readonly to: Nodes | null; readonly both: boolean }
  | { readonly kind: 'expression'; readonly text: string };

export interface Spread {
  readonly us: number;
  readonly jitterUs: number;
}
export interface Sides {
  readonly left: Nodes;
  readonly right: Nodes;
}

interface ValueTypes {
  duration: number;
  spread: Spread;
  shift: number;
  share: number;
  rate: number;
  size: number;
  node: string;
  sides: Sides;
  choice: string;
}
export type Value = ValueTypes[keyof ValueTypes] | null;

type ValueOf<Arg extends Argument> =
  | (Arg extends { readonly of: readonly (infer Word)[] } ? Word : ValueTypes[Arg['type']])
  | (Arg extends { readonly optional: true } ? null : never);

export type ValuesOf<Name extends FaultName> = {
  readonly [Arg in (typeof FAULTS)[Name]['args'][number] as Arg['name']]: ValueOf<Arg>;
};

interface SpecOf<Name extends FaultName> {
  readonly name: Name;
  readonly values: ValuesOf<Name>;
  readonly on: Selector;
  readonly forUs: number | null;
  /** Text of an expression: whoever runs the network heals the fault when it holds. */
  readonly until: string | null;
}
export type FaultSpec = { [Name in FaultName]: SpecOf<Name> }[FaultName];
