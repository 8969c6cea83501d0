/**
 * Reads an expression: a text goes in, its tree comes out, or a QueryError. Types are not checked here (check.ts), but the field decides
 * how a value is read: `id=5f` is a text, `len>5` a number. Linear in the length of the text.
 *
 *     or := and ("|" and)*     and := not ("&"? not)*     not := "!" not | "(" or ")" | path operator value | function(…) | word
 *
 * `or`, `and`, `not`, `||` and `&&` are the same. A word alone is a type of message, `in`, `out`, `all`, a node, `#3` or the beginning of
 * an id. Types side by side mean any of them, all else side by side means both, as in `trace a1b2 in ping pong`.
 */

import { MESSAGE_TYPES } from '../wire/messages.ts';
import { nearestWords, QueryError, quoted } from './errors.ts';
import type { Argument, Call, Comparison, Expression, Operator, Path, Value } from './expression.ts';
import { type FieldName, type FieldType, KINDS } from './fields.ts';
import { type ArgumentType, FUNCTIONS, type FunctionName, functionRow, isFunction, valueTypeOf } from './functions.ts';
import { DEPTH_MAX, EXPRESSION_LENGTH_MAX, LIST_MAX } from './limits.ts';
import type { Known } from './observation.ts';
import { isPath, PATH_WORDS, readPath, typeOfPath } from './paths.ts';
import { printExpression } from './print.ts';
import { readTokens, type Token } from './tokens.ts';
import { readValue } from './values.ts';

const OPERATORS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', '~', '!~']);
const OR: ReadonlySet<string> = new Set(['|', '||', 'or']);
const AND: ReadonlySet<string> = new Set(['&', '&&', 'and']);
const NOT: ReadonlySet<string> = new Set(['!', 'not']);
const NODE_NAME = /^n[0-9]+$/;
const CONNECTION = /^#[0-9]{1,15}$/;
/** Hexadecimal digits and hyphens, as ids of nodes mostly are; four letters with a digit are no word of ours. */
const ID_START = /^(?=[a-f-]*[0-9])[0-9a-f][0-9a-f-]{3,}$/i;

/** Words alone that are no function and no path. */
export const WORDS: readonly string[] = [...MESSAGE_TYPES, 'in', 'out', 'all'];

/** With the names of nodes, a word alone can be one of them; without, it is one when it looks like `n3`. */
export function parseExpression(text: string, known: Known = {}): Expression {
  const expression = new Reader(readTokens(text), known).whole();
  if (printExpression(expression).length > EXPRESSION_LENGTH_MAX)
    throw new QueryError(`longer than ${EXPRESSION_LENGTH_MAX} characters when written out`, 1);
  return expression;
}

/** `and` and `or` in the one form that print.ts gives back: never within one of the same kind, never alone. */
export function join(kind: 'and' | 'or', operands: readonly Expression[], column: number): Expression {
  const [only] = operands;
  if (operands.length === 1 && only !== undefined) return only;
  return { kind, operands: operands.flatMap((one) => (one.kind === kind ? one.operands : [one])), column };
}

class Reader {
  readonly #tokens: readonly Token[];
  readonly #known: Known;
  /** Comparisons that were written as the name of a type alone. */
  readonly #types = new Set<Comparison>();
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[], known: Known) {
    this.#tokens = tokens;
    this.#known = known;
  }

  whole(): Expression {
    if (this.#next().kind === 'end') throw new QueryError('an expression is missing', 1);
    const expression = this.#or();
    if (this.#next().kind !== 'end') throw this.#unexpected('& or |');
    return expression;
  }

  #next(ahead = 0): Token {
    return this.#tokens[Math.min(this.#at + ahead, this.#tokens.length - 1)] as Token;
  }

  #take(): Token {
    const token = this.#next();
    this.#at += 1;
    return token;
  }

  /** Whether the next token is one of these words or signs; it is taken. */
  #takes(words: ReadonlySet<string>): boolean {
    const { kind, text } = this.#next();
    if ((kind !== 'word' && kind !== 'sign') || !words.has(text)) return false;
    this.#at += 1;
    return true;
  }

  #isSign(text: string, ahead = 0): boolean {
    const next = this.#next(ahead);
    return next.kind === 'sign' && next.text === text;
  }

  #expect(sign: string): void {
    if (!this.#isSign(sign)) throw this.#unexpected(sign);
    this.#at += 1;
  }

  #unexpected(wanted: string): QueryError {
    const { kind, text, column } = this.#next();
    return kind === 'end'
      ? new QueryError(`the expression ends where ${wanted} is wanted`, column)
      : new QueryError(`unexpected ${quoted(text)} where ${wanted} is wanted`, column);
  }

  #deeper<Result>(read: () => Result): Result {
    this.#depth += 1;
    if (this.#depth > DEPTH_MAX)
      throw new QueryError(`more than ${DEPTH_MAX} parentheses, functions or ! in each other`, this.#next().column);
    const result = read();
    this.#depth -= 1;
    return result;
  }

  #or(): Expression {
    const { column } = this.#next();
    const operands = [this.#and()];
    while (this.#takes(OR)) operands.push(this.#and());
    return join('or', operands, column);
  }

  #and(): Expression {
    const { column } = this.#next();
    const operands = [this.#not()];
    for (;;) {
      const joins = this.#takes(AND);
      if (!joins && !this.#beginsOperand()) return join('and', operands, column);
      const operand = this.#not();
      const types = joins ? null : this.#eitherType(operands.at(-1), operand);
      if (types === null) operands.push(operand);
      else operands[operands.length - 1] = types;
    }
  }

  /** Types side by side mean any of them. */
  #eitherType(before: Expression | undefined, one: Expression): Comparison | null {
    if (before?.kind !== 'compare' || one.kind !== 'compare') return null;
    if (!this.#types.has(before) || !this.#types.has(one)) return null;
    const values = [...before.values, ...one.values];
    if (values.length > LIST_MAX) throw new QueryError(`more than ${LIST_MAX} types side by side`, one.column);
    const either: Comparison = { ...before, operator: 'in', values };
    this.#types.add(either);
    return either;
  }

  #beginsOperand(): boolean {
    const { kind, text } = this.#next();
    if (kind === 'word') return !OR.has(text) && !AND.has(text);
    return kind === 'sign' && (text === '(' || text === '!');
  }

  #not(): Expression {
    const { column } = this.#next();
    if (!this.#takes(NOT)) return this.#operand();
    return { kind: 'not', operand: this.#deeper(() => this.#not()), column };
  }

  #operand(): Expression {
    const token = this.#next();
    if (this.#isSign('(')) {
      this.#at += 1;
      const inner = this.#deeper(() => this.#or());
      this.#expect(')');
      return inner;
    }
    if (token.kind !== 'word' || OR.has(token.text) || AND.has(token.text))
      throw this.#unexpected('a field, a function or a type of message');
    this.#at += 1;
    if (isFunction(token.text)) return this.#function(token, token.text);
    if (this.#isSign('(') && this.#next().column === token.end) throw this.#unknownFunction(token);
    if (isPath(token.text)) {
      const path = readPath(token.text, token.column);
      return this.#comparison(path, typeOfPath(path), token);
    }
    if (this.#next().kind === 'sign' && OPERATORS.has(this.#next().text))
      throw new QueryError(`unknown field ${quoted(token.text)}`, token.column, nearestWords(token.text, PATH_WORDS));
    return this.#word(token);
  }

  #unknownFunction({ text, column }: Token): QueryError {
    const near = nearestWords(text, Object.keys(FUNCTIONS)).map((name) => functionRow(name as FunctionName).usage);
    return new QueryError(`unknown function ${quoted(text)}`, column, near);
  }

  #function(token: Token, name: FunctionName): Expression {
    const call = this.#call(token, name);
    return functionRow(name).gives === 'truth' ? call : this.#comparison(call, 'count', token);
  }

  #call({ column, end }: Token, name: FunctionName): Call {
    const { takes, usage } = functionRow(name);
    const found: Argument[] = [];
    if (!this.#isSign('(')) {
      if (takes.length === 0) return { kind: 'call', name, arguments: found, column };
      const { kind, text } = this.#next();
      const isPeer = takes[0] === 'peer' && (kind === 'quoted' || (kind === 'word' && !OR.has(text) && !AND.has(text)));
      if (!isPeer) throw new QueryError(`${name} is used as ${usage}; the ( is missing`, end, kindOf(name));
      return { kind: 'call', name, arguments: [this.#value('text', 'an ID')], column };
    }
    this.#at += 1;
    for (const [index, type] of takes.entries()) {
      if (index > 0 && !this.#isSign(',')) throw this.#unexpected(`, (${usage})`);
      if (index > 0) this.#at += 1;
      found.push(this.#argument(type, usage));
    }
    if (!this.#isSign(')')) throw this.#unexpected(`) (${usage})`);
    this.#at += 1;
    return { kind: 'call', name, arguments: found, column };
  }

  #argument(type: ArgumentType, usage: string): Argument {
    if (type === 'expression') return { kind: 'expression', expression: this.#deeper(() => this.#or()) };
    return this.#value(valueTypeOf(type), `a value (${usage})`);
  }

  #comparison(left: Path | Call, type: FieldType, { text, column }: Token): Comparison {
    const { kind, text: operator } = this.#next();
    const valued = (values: readonly Value[], read = operator): Comparison => ({
      kind: 'compare',
      left,
      operator: read as Operator,
      values,
      column,
    });
    if (kind === 'word' && operator === 'in') {
      this.#at += 1;
      return this.#isSign('(') ? valued(this.#list(type)) : valued(this.#range(type), '..');
    }
    if (kind !== 'sign' || !OPERATORS.has(operator)) throw this.#unexpected(`an operator after ${quoted(text)}`);
    const at = this.#next().column;
    this.#at += 1;
    if (operator === '=' && this.#isSign('=')) throw new QueryError('"==" is no operator', at, ['=']);
    const isMatch = operator === '~' || operator === '!~';
    return valued([this.#value(isMatch ? 'text' : type, `a value after ${operator}`)]);
  }

  #list(type: FieldType): Value[] {
    const values: Value[] = [];
    this.#expect('(');
    do {
      if (values.length >= LIST_MAX) throw new QueryError(`more than ${LIST_MAX} values`, this.#next().column);
      values.push(this.#value(type, 'a value'));
    } while (this.#isSign(',') && this.#take());
    if (!this.#isSign(')')) throw this.#unexpected(', or )');
    this.#at += 1;
    return values;
  }

  #range(type: FieldType): Value[] {
    const low = this.#value(type, 'a list (a, b) or a range 1..5 after in');
    if (!this.#isSign('..')) throw this.#unexpected('.. (a range is 1..5, a list is (a, b))');
    this.#at += 1;
    return [low, this.#value(type, 'the end of the range')];
  }

  #value(type: FieldType, wanted: string): Value {
    const { kind } = this.#next();
    if (kind === 'sign' || kind === 'end') throw this.#unexpected(wanted);
    return readValue(this.#take(), type);
  }

  #word({ text, column }: Token): Expression {
    const isName = this.#known.nodes?.includes(text) ?? NODE_NAME.test(text);
    if (isMessageType(text)) {
      const type = equals('type', text, column);
      this.#types.add(type);
      return type;
    }
    if (text === 'in' || text === 'out') return equals('dir', text, column);
    if (text === 'all') return { kind: 'all', column };
    if (isName) return equals('node', text, column);
    if (CONNECTION.test(text)) {
      const value: Value = { kind: 'number', value: Number(text.slice(1)), unit: 'none', column };
      const left: Path = { kind: 'field', name: 'conn', column };
      return { kind: 'compare', left, operator: '=', values: [value], column };
    }
    if (ID_START.test(text)) return equals('id', text, column);
    throw this.#unknownWord(text, column);
  }

  #unknownWord(text: string, column: number): QueryError {
    if (Object.hasOwn(KINDS, text)) return new QueryError(`${quoted(text)} is no word alone`, column, [`kind=${text}`]);
    if (text.includes(':'))
      return new QueryError(`${quoted(text)} is no word alone`, column, [`from=${text}`, `to=${text}`]);
    const words = [...WORDS, ...PATH_WORDS, ...Object.keys(FUNCTIONS), ...(this.#known.nodes ?? [])];
    return new QueryError(`unknown word ${quoted(text)}`, column, nearestWords(text, words));
  }
}

const isMessageType = (word: string) => (MESSAGE_TYPES as readonly string[]).includes(word);

const kindOf = (name: FunctionName) => (Object.hasOwn(KINDS, name) ? [functionRow(name).usage, `kind=${name}`] : []);

function equals(name: FieldName, text: string, column: number): Comparison {
  const left: Path = { kind: 'field', name, column };
  return { kind: 'compare', left, operator: '=', values: [{ kind: 'text', text, column }], column };
}
