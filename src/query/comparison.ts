/**
 * Comparisons: what is asked of an observation and what it is compared with go in, one closure comes out that allocates nothing. What is
 * not there compares as false, whatever the operator.
 */
import { bodyReader } from './body.ts';
import { QueryError } from './errors.ts';
import type { Comparison, Path, Value } from './expression.ts';
import type { FieldName, FieldType } from './fields.ts';
import { lookUp } from './lookup.ts';
import { nameRange } from './names.ts';
import type { Observation, Scope } from './observation.ts';
import { typeOfPath } from './paths.ts';
import { amountOf } from './peers.ts';
import { equalTest, mentionTest, type TextTest, textOf } from './texts.ts';

export type Test = (o: Observation) => boolean;
/** NaN: not there. */
export type NumberReader = (o: Observation) => number;
type TextReader = (o: Observation) => string | null;

export function compilePathComparison(comparison: Comparison, path: Path, scope: Scope): Test {
  switch (path.kind) {
    case 'field':
      return compileField(comparison, path.name, scope);
    case 'body':
      return compileBody(comparison, path, scope);
    case 'state': {
      const { node, path: steps } = path;
      const test = anyTest(comparison);
      return (o) => test(lookUp(scope.state(node ?? o.node), steps));
    }
    case 'amount': {
      const { node, name } = path;
      return compareNumbers(comparison, (o) => amountOf(scope.state(node ?? o.node), name));
    }
    default:
      return path satisfies never;
  }
}

function compileField(comparison: Comparison, name: FieldName, scope: Scope): Test {
  const texts = (read: TextReader) =>
    compareTexts(comparison, typeOfPath({ kind: 'field', name, column: 0 }), read, scope);
  switch (name) {
    case 'type':
      return texts((o) => (o.message === null ? null : o.message.type));
    case 'from':
      return texts((o) => o.from);
    case 'to':
      return texts((o) => o.to);
    case 'node':
      return texts((o) => o.node);
    case 'dir':
      return texts((o) => o.dir);
    case 'id':
      return texts((o) => o.id);
    case 'by':
      return texts((o) => o.by);
    case 'kind':
      return texts((o) => o.kind);
    case 'age':
      return compareNumbers(comparison, (o) => (o.sentAt === null ? Number.NaN : o.t - o.sentAt));
    case 'len':
      return compareNumbers(comparison, (o) => (o.message === null ? Number.NaN : scope.lengthOf(o.message)));
    case 't':
      return compareNumbers(comparison, (o) => o.t);
    case 'conn':
      return compareNumbers(comparison, (o) => (o.n === 0 ? Number.NaN : o.n));
    default:
      return name satisfies never;
  }
}

function compileBody(comparison: Comparison, path: Extract<Path, { kind: 'body' }>, scope: Scope): Test {
  const reader = bodyReader(path.path);
  if (typeof reader === 'string') throw new QueryError(reader, path.column);
  switch (reader.type) {
    case 'list': {
      const test = mentionTest(comparison.values[0] as Value);
      const wanted = comparison.operator === '~';
      const { some } = reader;
      return (o) => {
        const mentions = o.message === null ? null : some(o.message, test);
        return mentions === wanted;
      };
    }
    case 'count': {
      const { read } = reader;
      return compareNumbers(comparison, (o) => (o.message === null ? null : read(o.message)) ?? Number.NaN);
    }
    case 'any': {
      const { read } = reader;
      const test = anyTest(comparison);
      return (o) => o.message !== null && test(read(o.message));
    }
    case 'text':
    case 'id':
    case 'address': {
      const { read } = reader;
      return compareTexts(comparison, reader.type, (o) => (o.message === null ? null : read(o.message)), scope);
    }
    default:
      return reader satisfies never;
  }
}

export function compareNumbers({ operator, values }: Comparison, read: NumberReader): Test {
  const numbers = values.map(numberOf);
  const [first = Number.NaN, last = Number.NaN] = numbers;
  switch (operator) {
    case '=':
      return (o) => read(o) === first;
    case '!=':
      return (o) => {
        const number = read(o);
        // Only what is not there is different from itself.
        return number !== first && !Number.isNaN(number);
      };
    case '<':
      return (o) => read(o) < first;
    case '<=':
      return (o) => read(o) <= first;
    case '>':
      return (o) => read(o) > first;
    case '>=':
      return (o) => read(o) >= first;
    case 'in':
      return (o) => numbers.indexOf(read(o)) >= 0;
    case '..':
      return (o) => {
        const number = read(o);
        return number >= first && number <= last;
      };
    default:
      throw new QueryError(`${operator} does not go with a number`, values[0]?.column ?? 1);
  }
}

function numberOf(value: Value): number {
  if (value.kind !== 'number') throw new QueryError('a number is wanted', value.column);
  return value.value;
}

function compareTexts({ operator, values }: Comparison, type: FieldType, read: TextReader, scope: Scope): Test {
  const [value] = values as readonly [Value, ...Value[]];
  const isPlain = type === 'word' || type === 'text';
  if (isPlain && operator === '=') {
    const wanted = textOf(value);
    return (o) => read(o) === wanted;
  }
  const test = textTest(operator, values, type, scope);
  if (operator === '!=' || operator === '!~')
    return (o) => {
      const text = read(o);
      return text !== null && !test(text);
    };
  return (o) => {
    const text = read(o);
    return text !== null && test(text);
  };
}

/** What the operator asks, without its `!`. */
function textTest(operator: string, values: readonly Value[], type: FieldType, scope: Scope): TextTest {
  const [value, last] = values as readonly [Value, ...Value[]];
  if (operator === '~' || operator === '!~') return mentionTest(value);
  if (operator === '=' || operator === '!=') return equalTest(value, type, scope);
  if (operator === 'in') {
    const tests = values.map((one) => equalTest(one, type, scope));
    return (text) => {
      for (const test of tests) if (test(text)) return true;
      return false;
    };
  }
  const range = operator === '..' && last !== undefined ? nameRange(textOf(value), textOf(last)) : null;
  if (range === null) throw new QueryError(`${operator} does not go with a text`, value.column);
  return range;
}

/** Of what a state or a nonce holds: a number, a text, true, false or null. */
function anyTest({ operator, values }: Comparison): (actual: unknown) => boolean {
  const [value, last] = values as readonly [Value, ...Value[]];
  switch (operator) {
    case '=':
      return (actual) => isSame(actual, value);
    case '!=':
      return (actual) => actual !== undefined && !isSame(actual, value);
    case 'in':
      return (actual) => {
        for (const one of values) if (isSame(actual, one)) return true;
        return false;
      };
    case '~':
    case '!~': {
      const test = mentionTest(value);
      return (actual) => typeof actual === 'string' && test(actual) === (operator === '~');
    }
    default: {
      const low = numberOf(value);
      const high = last === undefined ? Number.NaN : numberOf(last);
      return (actual) => typeof actual === 'number' && isOrdered(actual, operator, low, high);
    }
  }
}

function isSame(actual: unknown, value: Value): boolean {
  if (value.kind === 'number') return actual === value.value;
  if (value.kind !== 'text') return false;
  return actual === value.text || ((typeof actual === 'boolean' || actual === null) && String(actual) === value.text);
}

function isOrdered(actual: number, operator: '<' | '<=' | '>' | '>=' | '..', low: number, high: number): boolean {
  switch (operator) {
    case '<':
      return actual < low;
    case '<=':
      return actual <= low;
    case '>':
      return actual > low;
    case '>=':
      return actual >= low;
    case '..':
      return actual >= low && actual <= high;
    default:
      return operator satisfies never;
  }
}
