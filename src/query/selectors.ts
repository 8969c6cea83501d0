/**
 * Whom a fault is for: a text goes in, typed nodes or links come out, or an expression when it is neither; and the other way round.
 * `all` · `n3` · `n1..n4` · `@A` · several with commas · `n1>n2` one way · `n1<>n2` both ways. Read before expressions.
 */
import { checkNode, readExpression } from './check.ts';
import { nearestWords, QueryError, quoted } from './errors.ts';
import type { Expression } from './expression.ts';
import { EXPRESSION_LENGTH_MAX, SELECTOR_NAMES_MAX } from './limits.ts';
import { nameRange } from './names.ts';
import type { Known } from './observation.ts';
import { printExpression } from './print.ts';

export type NodeRef =
  | { readonly kind: 'node'; readonly name: string }
  | { readonly kind: 'range'; readonly low: string; readonly high: string }
  | { readonly kind: 'group'; readonly name: string };

export type Selector =
  | { readonly kind: 'all' }
  /** At least one. */
  | { readonly kind: 'nodes'; readonly nodes: readonly NodeRef[] }
  | { readonly kind: 'links'; readonly from: NodeRef; readonly to: NodeRef; readonly both: boolean }
  | { readonly kind: 'expression'; readonly expression: Expression };

const NAME = /^[A-Za-z][A-Za-z0-9_-]{0,63}$/;
const NUMBERED_NAME = /^[A-Za-z]+[0-9]{1,9}$/;
const GROUP = /^@[A-Za-z0-9_-]{1,64}$/;

/** One part of a selector and where it stands. */
interface Part {
  readonly text: string;
  readonly column: number;
}

export function parseSelector(text: string, known: Known = {}): Selector {
  if (text.length > EXPRESSION_LENGTH_MAX)
    throw new QueryError(`longer than ${EXPRESSION_LENGTH_MAX} characters`, EXPRESSION_LENGTH_MAX + 1);
  const whole: Part = trimmed({ text, column: 1 });
  if (whole.text === 'all') return { kind: 'all' };
  const [, arrow] = /^[^<>]*(<>|>)[^<>=]*$/.exec(whole.text) ?? [];
  const parts = split(whole, arrow ?? ',');
  // What begins a selector is a node, a range or a group: `len>5` and `n3 in ping` are expressions.
  if (parts[0] === undefined || !isReference(parts[0].text, known))
    return { kind: 'expression', expression: readExpression(text, known) };
  if (parts.length > SELECTOR_NAMES_MAX)
    throw new QueryError(`more than ${SELECTOR_NAMES_MAX} names`, parts[SELECTOR_NAMES_MAX]?.column ?? 1);
  const references = parts.map((part) => readReference(part, known));
  const [from, to] = references;
  if (arrow !== undefined && from !== undefined && to !== undefined)
    return { kind: 'links', from, to, both: arrow === '<>' };
  return { kind: 'nodes', nodes: references };
}

function split(whole: Part, sign: string): Part[] {
  const parts: Part[] = [];
  let at = 0;
  for (const text of whole.text.split(sign)) {
    parts.push(trimmed({ text, column: whole.column + at }));
    at += text.length + sign.length;
  }
  return parts;
}

const trimmed = ({ text, column }: Part): Part => ({
  text: text.trim(),
  column: column + text.length - text.trimStart().length,
});

/** Whether it looks like a node, a range or a group; there need not be one of that name. */
function isReference(text: string, known: Known): boolean {
  if (text.startsWith('@')) return true;
  const [low = '', high] = text.split('..', 2);
  return (NUMBERED_NAME.test(low) || (known.nodes?.includes(low) ?? false)) && (high === undefined || NAME.test(high));
}

function readReference({ text, column }: Part, known: Known): NodeRef {
  if (text === '') throw new QueryError('a node is missing', column);
  if (text.startsWith('@')) {
    const name = text.slice(1);
    if (!GROUP.test(text)) throw new QueryError(`${quoted(text)} is no name of a group`, column);
    if (known.groups !== undefined && !known.groups.includes(name)) {
      const near = nearestWords(name, known.groups).map((one) => `@${one}`);
      throw new QueryError(`no group ${quoted(text)}`, column, near);
    }
    return { kind: 'group', name };
  }
  const [low = '', high, more] = text.split('..', 3);
  if (!NAME.test(low) || more !== undefined || (high !== undefined && !NAME.test(high)))
    throw new QueryError(`${quoted(text)} is no node: write n1, n1..n4 or @group`, column);
  checkNode(low, column, known);
  if (high === undefined) return { kind: 'node', name: low };
  checkNode(high, column + low.length + 2, known);
  if (nameRange(low, high) === null)
    throw new QueryError('a range of names is written as n1..n4, lower one first,', column);
  return { kind: 'range', low, high };
}

export function printSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'all':
      return 'all';
    case 'nodes':
      return selector.nodes.map(printReference).join(',');
    case 'links':
      return `${printReference(selector.from)}${selector.both ? '<>' : '>'}${printReference(selector.to)}`;
    case 'expression':
      return printExpression(selector.expression);
    default:
      return selector satisfies never;
  }
}

function printReference(reference: NodeRef): string {
  if (reference.kind === 'group') return `@${reference.name}`;
  return reference.kind === 'node' ? reference.name : `${reference.low}..${reference.high}`;
}

/** The names a reference stands for, in the order of `nodes`; of a group, those of its members that there are. */
export function namesOf(
  reference: NodeRef,
  nodes: readonly string[],
  groups: ReadonlyMap<string, readonly string[]>,
): string[] {
  switch (reference.kind) {
    case 'node':
      return nodes.filter((name) => name === reference.name);
    case 'range': {
      const isIn = nameRange(reference.low, reference.high);
      return isIn === null ? [] : nodes.filter(isIn);
    }
    case 'group': {
      const members = groups.get(reference.name) ?? [];
      return nodes.filter((name) => members.includes(name));
    }
    default:
      return reference satisfies never;
  }
}
