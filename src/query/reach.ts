/** Which events an expression can be about, so that a caller need not ask it about others: a tree goes in, yes or no comes out. */
import type { Call, Comparison, Expression, Value } from './expression.ts';
import { functionRow } from './functions.ts';

/** What it says of messages: it holds for none, for all, for some, or asks of states only, which messages change in their own time. */
type Reach = 'none' | 'every' | 'some' | 'states';

/** Whether a message can make it true, or is counted by it. When not, a caller need not even look at messages. */
export function looksAtMessages(expression: Expression): boolean {
  const reach = reachOf(expression);
  return reach === 'some' || reach === 'every';
}

function reachOf(expression: Expression): Reach {
  switch (expression.kind) {
    case 'all':
      return 'every';
    case 'not': {
      const reach = reachOf(expression.operand);
      if (reach === 'none') return 'every';
      return reach === 'every' ? 'none' : reach;
    }
    case 'and': {
      const all = expression.operands.map(reachOf);
      if (all.includes('none') && !expression.operands.some(counts)) return 'none';
      return all.every((one) => one === all[0]) ? (all[0] ?? 'some') : 'some';
    }
    case 'or': {
      const all = expression.operands.map(reachOf);
      if (all.includes('some') || all.includes('every')) return all.includes('every') ? 'every' : 'some';
      return all.includes('states') ? 'states' : 'none';
    }
    case 'compare':
      return reachOfComparison(expression);
    case 'call':
      return reachOfCall(expression);
    default:
      return expression satisfies never;
  }
}

/** Whether messages are counted somewhere inside, which must go on even where the whole is false for them. */
function counts(expression: Expression): boolean {
  switch (expression.kind) {
    case 'all':
      return false;
    case 'and':
    case 'or':
      return expression.operands.some(counts);
    case 'not':
      return counts(expression.operand);
    case 'compare':
      return expression.left.kind === 'call' && counts(expression.left);
    case 'call':
      return expression.arguments.some((one) => one.kind === 'expression' && looksAtMessages(one.expression));
    default:
      return expression satisfies never;
  }
}

function reachOfComparison({ left, operator, values }: Comparison): Reach {
  if (left.kind === 'call') return reachOfCall(left) === 'none' ? 'states' : 'some';
  if (left.kind === 'state' || left.kind === 'amount') return 'states';
  if (left.kind !== 'field' || left.name !== 'kind') return 'some';
  const names = values.some((value) => value.kind === 'text' && value.text === 'message');
  if (operator === '=' || operator === 'in') return names ? 'every' : 'none';
  if (operator === '!=') return names ? 'none' : 'every';
  return 'some';
}

function reachOfCall({ name, arguments: given }: Call): Reach {
  if (functionRow(name).about === 'states') return 'states';
  const inner = given.flatMap((one) => (one.kind === 'expression' ? [one.expression] : []));
  return inner.length > 0 && !inner.some(looksAtMessages) ? 'none' : 'some';
}

/**
 * The types of message for which it may hold, so that a caller need not ask it about messages of another; null: of any. What counts is
 * to be asked about all. Neither a line that is no message nor one of a type that we do not know is meant.
 */
export function typesOf(expression: Expression): ReadonlySet<string> | null {
  return counts(expression) ? null : typesIn(expression);
}

function typesIn(expression: Expression): ReadonlySet<string> | null {
  switch (expression.kind) {
    case 'and': {
      const some = expression.operands.map(typesIn).filter((types) => types !== null);
      const [first] = some;
      return first === undefined ? null : new Set([...first].filter((type) => some.every((types) => types.has(type))));
    }
    case 'or': {
      const some = expression.operands.map(typesIn).filter((types) => types !== null);
      return some.length < expression.operands.length ? null : new Set(some.flatMap((types) => [...types]));
    }
    case 'compare': {
      const { left, operator, values } = expression;
      if (left.kind !== 'field' || left.name !== 'type' || (operator !== '=' && operator !== 'in')) return null;
      return values.every(isText) ? new Set(values.map(({ text }) => text)) : null;
    }
    case 'all':
    case 'not':
    case 'call':
      return null;
    default:
      return expression satisfies never;
  }
}

const isText = (value: Value) => value.kind === 'text';
