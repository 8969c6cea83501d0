/** The tree of an expression: what parse.ts makes of a text, and print.ts a text of. Plain data; columns are 1-based places in the text. */
import type { AmountName, FieldName } from './fields.ts';
import type { FunctionName } from './functions.ts';

/** `all` holds for everything. Operands of `and` and `or` are at least two and no `and` or `or` of the same kind. */
export type Expression =
  | { readonly kind: 'all'; readonly column: number }
  | { readonly kind: 'and' | 'or'; readonly operands: readonly Expression[]; readonly column: number }
  | { readonly kind: 'not'; readonly operand: Expression; readonly column: number }
  | Comparison
  | Call;

export type Operator = '=' | '!=' | '<' | '<=' | '>' | '>=' | '~' | '!~' | 'in' | '..';

/** One value; `in` takes a list of at least one, and `..` (written `in LOW..HIGH`) takes two. */
export interface Comparison {
  readonly kind: 'compare';
  readonly left: Path | Call;
  readonly operator: Operator;
  readonly values: readonly Value[];
  readonly column: number;
}

export type Segment = string | number;

/** `node` null is the current node. */
export type Path =
  | { readonly kind: 'field'; readonly name: FieldName; readonly column: number }
  | { readonly kind: 'body'; readonly path: readonly Segment[]; readonly column: number }
  | {
      readonly kind: 'state';
      readonly node: string | null;
      readonly path: readonly Segment[];
      readonly column: number;
    }
  | { readonly kind: 'amount'; readonly node: string | null; readonly name: AmountName; readonly column: number };

export interface Call {
  readonly kind: 'call';
  readonly name: FunctionName;
  readonly arguments: readonly Argument[];
  readonly column: number;
}

export type Argument = { readonly kind: 'expression'; readonly expression: Expression } | Value;

/** Times are microseconds, sizes bytes. */
export type Value =
  | { readonly kind: 'text'; readonly text: string; readonly column: number }
  | {
      readonly kind: 'number';
      readonly value: number;
      readonly unit: 'none' | 'time' | 'size';
      readonly column: number;
    }
  | { readonly kind: 'pattern'; readonly source: string; readonly ignoresCase: boolean; readonly column: number };

/** Every path and call of an expression, outermost first. */
export function partsOf(expression: Expression, found: (Path | Call)[] = []): (Path | Call)[] {
  switch (expression.kind) {
    case 'all':
      break;
    case 'and':
    case 'or':
      for (const operand of expression.operands) partsOf(operand, found);
      break;
    case 'not':
      partsOf(expression.operand, found);
      break;
    case 'compare':
      if (expression.left.kind === 'call') partsOf(expression.left, found);
      else found.push(expression.left);
      break;
    case 'call':
      found.push(expression);
      for (const one of expression.arguments) if (one.kind === 'expression') partsOf(one.expression, found);
      break;
    default:
      expression satisfies never;
  }
  return found;
}
