/**
 * Makes an expression executable: a tree and a world go in, a Matcher comes out that is asked about every event; or, for an expression
 * of states alone, its truth now. Closures are built once; asking allocates nothing.
 */
import { checkTypes } from './check.ts';
import { compareNumbers, compilePathComparison, type NumberReader, type Test } from './comparison.ts';
import { before, type Counting, count, nth, rate, reply } from './counters.ts';
import { QueryError } from './errors.ts';
import { type Argument, type Call, type Expression, type Path, partsOf } from './expression.ts';
import { functionRow } from './functions.ts';
import { emptyObservation, type Observation, type Scope } from './observation.ts';
import { printPath } from './paths.ts';
import { peerTest } from './peers.ts';
import { looksAtMessages, typesOf } from './reach.ts';
import { textOf } from './texts.ts';

export interface Matcher {
  /** Whether it holds at this event. Every event must be given once and in order, or counts are wrong; see `looksAtMessages`. */
  test(o: Observation): boolean;
  /** Whether it holds now at a node, with nothing happening: what was counted stays, what is asked of an event is not there. */
  holds(node: string): boolean;
  /** All that it remembers. Its length never changes; a snapshot copies the numbers and puts them back into this same list. */
  readonly memory: number[];
  /** Whether it asks of states, which change without an event of their own. */
  readonly looksAtState: boolean;
  /** When false, no message makes it true and none is counted: a caller need not give it any. */
  readonly looksAtMessages: boolean;
  /** Of messages of other types nothing else can be said; null: of any. See `typesOf`. */
  readonly types: ReadonlySet<string> | null;
}

export function compile(expression: Expression, scope: Scope): Matcher {
  checkTypes(expression);
  const counting: Counting = { scope, memory: [], steps: [], nothing: emptyObservation() };
  const test = compileTest(expression, counting);
  const { memory, steps, nothing: none } = counting;
  return {
    test: steps.length === 0 ? test : afterSteps(steps, test),
    holds(node) {
      none.node = node;
      return test(none);
    },
    memory,
    looksAtState: partsOf(expression).some(isOfStates),
    looksAtMessages: looksAtMessages(expression),
    types: typesOf(expression),
  };
}

/** The truth of an expression of states alone, to be asked of any node at any time. Asking throws a QueryError when an ID could be several peers of the node. */
export function compileState(expression: Expression, scope: Scope): (node: string) => boolean {
  const parts = partsOf(expression);
  for (const part of parts) if (!isOfStates(part)) throw needsEvents(part);
  const matcher = compile(expression, scope);
  const named = parts
    .filter((part): part is Call => part.kind === 'call' && functionRow(part.name).takes[0] === 'peer')
    .map((call) => peerTest(textArgument(call, 0), call.column, scope));
  return (node) => {
    for (const one of named) one.refuseSeveral(node);
    return matcher.holds(node);
  };
}

/** The same, once. */
export const evaluate = (expression: Expression, scope: Scope, node: string): boolean =>
  compileState(expression, scope)(node);

const isOfStates = (part: Path | Call) =>
  part.kind === 'call' ? functionRow(part.name).about === 'states' : part.kind === 'state' || part.kind === 'amount';

/** What to say of a part that only something that happens can answer. */
export function needsEvents(part: Path | Call): QueryError {
  const shown = part.kind === 'call' ? functionRow(part.name).usage : printPath(part);
  const states = 'peers, addrs, state.peers.size, ready(ID) and the like';
  return new QueryError(`${shown} is about what happens, and here is only what holds now: ${states},`, part.column);
}

function afterSteps(steps: readonly ((o: Observation) => void)[], test: Test): Test {
  return (o) => {
    for (let i = 0; i < steps.length; i += 1) (steps[i] as (o: Observation) => void)(o);
    return test(o);
  };
}

function compileTest(expression: Expression, counting: Counting): Test {
  switch (expression.kind) {
    case 'all':
      return () => true;
    case 'not': {
      const test = compileTest(expression.operand, counting);
      return (o) => !test(o);
    }
    case 'and':
      return expression.operands
        .map((one) => compileTest(one, counting))
        .reduce((one, other) => (o) => one(o) && other(o));
    case 'or':
      return expression.operands
        .map((one) => compileTest(one, counting))
        .reduce((one, other) => (o) => one(o) || other(o));
    case 'compare': {
      const { left } = expression;
      if (left.kind !== 'call') return compilePathComparison(expression, left, counting.scope);
      return compareNumbers(expression, compileNumber(left, counting));
    }
    case 'call':
      return compileCall(expression, counting);
    default:
      return expression satisfies never;
  }
}

function compileNumber(call: Call, counting: Counting): NumberReader {
  const inner = innerTest(call, 0, counting);
  return call.name === 'rate' ? rate(counting, inner, numberArgument(call, 1)) : count(counting, inner);
}

function compileCall(call: Call, counting: Counting): Test {
  const { scope } = counting;
  const { name } = call;
  switch (name) {
    case 'ready':
    case 'gone': {
      const peer = peerTest(textArgument(call, 0), call.column, scope);
      return name === 'ready' ? (o) => peer.isReady(o.node) : (o) => !peer.isReady(o.node);
    }
    case 'knows': {
      const [node, place] = [textArgument(call, 0), textArgument(call, 1)];
      return () => scope.knows(node, place);
    }
    case 'connected': {
      const [one, other] = [textArgument(call, 0), textArgument(call, 1)];
      return () => scope.connected(one, other);
    }
    case 'converged':
      return () => scope.converged();
    case 'to_self':
      return (o) => (o.from !== null && o.from === o.to) || (o.id !== null && o.id === scope.idOf(o.node));
    case 'reply':
      return reply(counting, innerTest(call, 0, counting));
    case 'first':
      return nth(counting, innerTest(call, 0, counting), 1);
    case 'nth':
      return nth(counting, innerTest(call, 0, counting), numberArgument(call, 1));
    case 'before':
      return before(counting, innerTest(call, 0, counting), innerTest(call, 1, counting));
    case 'count':
    case 'rate':
      throw new QueryError(`${functionRow(name).usage} is a number: compare it`, call.column);
    default:
      return name satisfies never;
  }
}

function innerTest(call: Call, index: number, counting: Counting): Test {
  const given = argument(call, index);
  if (given.kind !== 'expression') throw new QueryError('an expression is wanted', call.column);
  return compileTest(given.expression, counting);
}

function textArgument(call: Call, index: number): string {
  const given = argument(call, index);
  if (given.kind === 'expression') throw new QueryError('a name is wanted', call.column);
  return textOf(given);
}

function numberArgument(call: Call, index: number): number {
  const given = argument(call, index);
  if (given.kind !== 'number') throw new QueryError('a number is wanted', call.column);
  return given.value;
}

function argument({ arguments: given, column }: Call, index: number): Argument {
  const one = given[index];
  if (one === undefined) throw new QueryError('an argument is missing', column);
  return one;
}
