/** Which part of an expression is only true at the moment at which something happens: a tree goes in; that part, or null, comes out. */
import type { Call, Expression, Path } from './expression.ts';
import { functionRow } from './functions.ts';

/** null: it can be asked at any time. What `count`, `rate` and `before` remember lasts, whatever stands inside them. */
export function momentaryPart(expression: Expression): Path | Call | null {
  switch (expression.kind) {
    case 'all':
      return null;
    case 'not':
      return momentaryPart(expression.operand);
    case 'and':
    case 'or':
      return expression.operands.map(momentaryPart).find((part) => part !== null) ?? null;
    case 'compare': {
      const { left } = expression;
      return left.kind === 'call' || left.kind === 'state' || left.kind === 'amount' ? null : left;
    }
    case 'call':
      return functionRow(expression.name).about === 'states' || expression.name === 'before' ? null : expression;
    default:
      return expression satisfies never;
  }
}
