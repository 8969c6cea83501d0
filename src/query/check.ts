/** Checks what an expression means: a tree and what is known of the world go in; nothing comes out, or a QueryError that says what is wanted. */
import { nearestWords, QueryError, quoted } from './errors.ts';
import { type Call, type Comparison, type Expression, type Path, partsOf, type Value } from './expression.ts';
import { type FieldType, KINDS, rowOf } from './fields.ts';
import { type ArgumentType, functionRow, remembers } from './functions.ts';
import { COUNTERS_MAX } from './limits.ts';
import { checkStatePath } from './lookup.ts';
import { nameRange, thereAre } from './names.ts';
import type { Known } from './observation.ts';
import { parseExpression } from './parse.ts';
import { printPath, typeOfPath } from './paths.ts';
import { compilePattern } from './pattern.ts';
import { printValue } from './values.ts';

/** Reads and checks: what a caller does with a text that somebody typed. */
export function readExpression(text: string, known: Known = {}): Expression {
  const expression = parseExpression(text, known);
  checkTypes(expression);
  checkNames(expression, known);
  return expression;
}

/** What each type of a value is called, and which operators go with it. */
const TYPES: Readonly<Record<FieldType, { readonly wants: string; readonly operators: string }>> = {
  word: { wants: 'a word', operators: '= != ~ !~ in' },
  name: { wants: 'the name of a node', operators: '= != ~ !~ in ..' },
  id: { wants: 'an id or its beginning', operators: '= != ~ !~ in' },
  address: { wants: 'host:port or the name of a node', operators: '= != ~ !~ in' },
  text: { wants: 'a text', operators: '= != ~ !~ in' },
  count: { wants: 'a number such as 5', operators: '= != < <= > >= in ..' },
  time: { wants: 'a time such as 500ms or 5s', operators: '= != < <= > >= in ..' },
  size: { wants: 'a number of bytes such as 100 or 64KiB', operators: '= != < <= > >= in ..' },
  list: { wants: 'a list', operators: '~ !~' },
  any: { wants: 'a number or a text', operators: '= != < <= > >= ~ !~ in ..' },
};

/** The operators that go with a type, as one types them. */
export const operatorsOf = (type: FieldType): readonly string[] =>
  TYPES[type].operators.split(' ').filter((operator) => operator !== '..');

/** Whether every operator and value fits what it is used with; the same whatever the world. */
export function checkTypes(expression: Expression): void {
  let counters = 0;
  for (const part of partsOf(expression)) {
    if (part.kind !== 'call') continue;
    checkArguments(part);
    if (!remembers(part.name)) continue;
    counters += 1;
    if (counters > COUNTERS_MAX)
      throw new QueryError(`more than ${COUNTERS_MAX} functions that remember something`, part.column);
  }
  for (const comparison of comparisonsOf(expression)) checkComparison(comparison);
}

/** Whether nodes, kinds and paths of states that it names are there. What is not known is taken as it is. */
export function checkNames(expression: Expression, known: Known): void {
  for (const part of partsOf(expression)) {
    if (part.kind === 'call') checkNodesOf(part, known);
    else if (part.kind === 'state' || part.kind === 'amount') {
      if (part.node !== null) checkNode(part.node, part.column, known);
      if (part.kind === 'state' && known.state !== undefined) checkStatePath(part, known.state);
    }
  }
  for (const { left, operator, values } of comparisonsOf(expression)) {
    if (operator === '~' || operator === '!~' || left.kind !== 'field') continue;
    for (const value of values) {
      if (value.kind !== 'text') continue;
      if (left.name === 'kind') checkWord(value, [...Object.keys(KINDS), ...(known.kinds ?? [])], 'kind');
      else if (typeOfPath(left) === 'name' && !looksAsPeer(value.text)) checkNode(value.text, value.column, known);
    }
  }
}

/** Who is no node of this world is told by id or address. */
const looksAsPeer = (text: string) => text.includes(':') || /^(?=[a-f-]*[0-9])[0-9a-f-]+$/i.test(text);

function comparisonsOf(expression: Expression): Comparison[] {
  switch (expression.kind) {
    case 'all':
      return [];
    case 'and':
    case 'or':
      return expression.operands.flatMap(comparisonsOf);
    case 'not':
      return comparisonsOf(expression.operand);
    case 'compare':
      return [expression, ...(expression.left.kind === 'call' ? comparisonsOf(expression.left) : [])];
    case 'call':
      return expression.arguments.flatMap((one) => (one.kind === 'expression' ? comparisonsOf(one.expression) : []));
    default:
      return expression satisfies never;
  }
}

function checkComparison({ left, operator, values, column }: Comparison): void {
  const type = typeOf(left);
  const shown = left.kind === 'call' ? left.name : printPath(left);
  if (!TYPES[type].operators.split(' ').includes(operator)) {
    const typed = operator === '..' ? 'a range' : operator;
    throw new QueryError(
      `${typed} does not go with ${shown}, which is ${TYPES[type].wants}: use ${operatorsOf(type).join(' ')}`,
      column,
    );
  }
  const words = left.kind === 'field' && left.name !== 'kind' ? rowOf(left.name).values : undefined;
  for (const value of values) {
    checkValue(value, type, operator, shown);
    if (words !== undefined && value.kind === 'text' && operator !== '~' && operator !== '!~')
      checkWord(value, words, shown);
  }
  if (operator === '..') checkRange(values, type, column);
}

const typeOf = (left: Path | Call): FieldType => (left.kind === 'call' ? 'count' : typeOfPath(left));

function checkValue(value: Value, type: FieldType, operator: string, shown: string): void {
  const isMatch = operator === '~' || operator === '!~';
  if (value.kind === 'pattern') {
    if (!isMatch) throw new QueryError(`a /pattern/ goes with ~ and !~, not with ${operator},`, value.column);
    compilePattern(value.source, value.ignoresCase, value.column);
    return;
  }
  if (isMatch) return;
  const isOrder = operator !== '=' && operator !== '!=' && operator !== 'in';
  if (!fits(value, type) || (type === 'any' && isOrder && value.kind !== 'number')) {
    const wants = type === 'any' ? 'a number' : TYPES[type].wants;
    throw new QueryError(`${shown} wants ${wants}, not ${quoted(typed(value))},`, value.column);
  }
}

const typed = (value: Value) => (value.kind === 'text' ? value.text : printValue(value, 'any'));

function fits(value: Value, type: FieldType): boolean {
  switch (type) {
    case 'count':
      return value.kind === 'number' && value.unit === 'none';
    case 'time':
      return value.kind === 'number' && value.unit === 'time';
    case 'size':
      return value.kind === 'number' && value.unit !== 'time';
    default:
      return true;
  }
}

function checkRange([low, high]: readonly Value[], type: FieldType, column: number): void {
  if (low?.kind === 'number' && high?.kind === 'number' && low.value > high.value)
    throw new QueryError('a range whose first end is the greater one', low.column);
  if (type === 'name' && low?.kind === 'text' && high?.kind === 'text' && nameRange(low.text, high.text) === null)
    throw new QueryError('a range of names is written as n1..n4, lower one first,', column);
}

function checkArguments({ name, arguments: given }: Call): void {
  const { takes, usage } = functionRow(name);
  for (const [index, value] of given.entries()) {
    const type = takes[index] as ArgumentType;
    if (value.kind === 'expression') continue;
    if (type === 'count') {
      const isCount = value.kind === 'number' && value.unit === 'none' && Number.isInteger(value.value);
      if (!isCount || value.value < 1)
        throw new QueryError(`${usage} wants a whole number from 1, not ${quoted(typed(value))},`, value.column);
    } else if (type === 'time') {
      if (value.kind !== 'number' || value.unit !== 'time' || value.value < 1_000)
        throw new QueryError(`${usage} wants a time from 1ms, not ${quoted(typed(value))},`, value.column);
    } else if (value.kind !== 'text' || value.text === '')
      throw new QueryError(`${usage} wants a name, an id or an address, not ${quoted(typed(value))},`, value.column);
  }
}

function checkNodesOf({ name, arguments: given }: Call, known: Known): void {
  const { takes } = functionRow(name);
  for (const [index, value] of given.entries()) {
    if (value.kind !== 'text') continue;
    const isNode = takes[index] === 'node' || (takes[index] === 'place' && !value.text.includes(':'));
    if (isNode) checkNode(value.text, value.column, known);
  }
}

/** Throws when the nodes of the world are known and this is none of them. */
export function checkNode(name: string, column: number, { nodes }: Known): void {
  if (nodes === undefined || nodes.includes(name)) return;
  throw new QueryError(`no node ${quoted(name)}`, column, nearestWords(name, nodes), thereAre(nodes));
}

function checkWord(
  { text, column }: { readonly text: string; readonly column: number },
  words: readonly string[],
  field: string,
): void {
  if (words.includes(text)) return;
  throw new QueryError(`${field} is never ${quoted(text)}`, column, nearestWords(text, words));
}
