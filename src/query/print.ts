/** Writes an expression down: a tree goes in, its one canonical text comes out, which reads back as the same tree. */
import type { Argument, Call, Comparison, Expression } from './expression.ts';
import type { FieldType } from './fields.ts';
import { functionRow, valueTypeOf } from './functions.ts';
import { printPath, typeOfPath } from './paths.ts';
import { printValue } from './values.ts';

export function printExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'all':
      return 'all';
    case 'or':
      return expression.operands.map(printExpression).join(' | ');
    case 'and':
      return expression.operands.map((one) => within(one, one.kind === 'or')).join(' & ');
    case 'not': {
      const { operand } = expression;
      return `!${within(operand, operand.kind === 'or' || operand.kind === 'and')}`;
    }
    case 'compare':
      return printComparison(expression);
    case 'call':
      return printCall(expression);
    default:
      return expression satisfies never;
  }
}

const within = (expression: Expression, needsParentheses: boolean) =>
  needsParentheses ? `(${printExpression(expression)})` : printExpression(expression);

function printComparison({ left, operator, values }: Comparison): string {
  const subject = left.kind === 'call' ? printCall(left) : printPath(left);
  const isMatch = operator === '~' || operator === '!~';
  const type: FieldType = isMatch ? 'text' : left.kind === 'call' ? 'count' : typeOfPath(left);
  const texts = values.map((value) => printValue(value, type));
  if (operator === 'in') return `${subject} in (${texts.join(', ')})`;
  return operator === '..' ? `${subject} in ${texts.join('..')}` : `${subject}${operator}${texts[0]}`;
}

function printCall({ name, arguments: given }: Call): string {
  const { takes } = functionRow(name);
  const texts = given.map((one: Argument, index) => {
    if (one.kind === 'expression') return printExpression(one.expression);
    return printValue(one, valueTypeOf(takes[index] ?? 'peer'));
  });
  return `${name}(${texts.join(', ')})`;
}
