/**
 * Where a fault applies: text such as `all`, `n3`, `n1>n2`, `@A<>@B` or an expression goes in, a selector comes out, and a selector
 * becomes a fast test of one thing on its way. What reads as nodes or links is that; only what is left is an expression.
 */
import type { Refused } from '../../core/simulation.ts';
import { nearest } from '../../util/nearest.ts';
import type { Message } from '../../wire/messages.ts';
import type { End, FaultHooks, Host } from '../network.ts';
import type { Nodes, Selector } from './spec.ts';
import { type Resolver, readNodes } from './values.ts';

export type SelectorReading = { readonly ok: true; readonly selector: Selector } | ({ readonly ok: false } & Refused);

const LINK = /^([^<>\s]+)(<>|>)([^<>\s]+)$/;
const ANYBODY = 'all';
/** A word that could only be a node or a group, so that it is told as one when nobody has it. */
const NODE_LIKE = /^(?:@[^\s<>]+|[a-z]+[0-9]+)$/;

export function parseSelector(text: string, resolver: Resolver): SelectorReading {
  if (text === ANYBODY) return { ok: true, selector: { kind: 'all' } };
  const nodes = readNodes(text, resolver);
  if (nodes !== null) return { ok: true, selector: { kind: 'nodes', nodes } };
  if (NODE_LIKE.test(text)) return { ok: false, ...nobody(text, resolver) };
  const link = LINK.exec(text);
  if (link !== null) {
    const [, left = '', arrow, right = ''] = link;
    const from = readSide(left, resolver);
    const to = readSide(right, resolver);
    if (from !== undefined && to !== undefined)
      return { ok: true, selector: { kind: 'links', from, to, both: arrow === '<>' } };
    if (from !== undefined) return { ok: false, ...nobody(right, resolver) };
    if (to !== undefined && NODE_LIKE.test(left)) return { ok: false, ...nobody(left, resolver) };
  }
  const wrong = resolver.checkExpression(text);
  return wrong === null ? { ok: true, selector: { kind: 'expression', text } } : { ok: false, ...wrong };
}

/** Null is anybody, undefined nobody. */
function readSide(word: string, resolver: Resolver): Nodes | null | undefined {
  return word === ANYBODY ? null : (readNodes(word, resolver) ?? undefined);
}

/** Which part of a list is nobody, and who was meant perhaps. */
export function nobody(word: string, resolver: Resolver): Refused {
  const wrong = word.split(',').find((part) => resolver.nodes(part) === null) ?? word;
  // Of a wrong number any other is as near.
  const near = /[0-9]$/.test(wrong) ? [] : nearest(wrong, resolver.words);
  const hint = near.length > 0 ? near.join(' or ') : `one of ${listed(resolver.words)}`;
  return { message: `${JSON.stringify(wrong.slice(0, 80))} is no node or group: type ${hint}`, near };
}

/** Names that are told where none is near. */
const LISTED_MAX = 12;

/** Nodes, of many the first and the last one, and groups. */
function listed(words: readonly string[]): string {
  const groups = words.filter((word) => word.startsWith('@'));
  const nodes = words.filter((word) => !word.startsWith('@'));
  const few = nodes.length <= LISTED_MAX ? nodes : [nodes[0], nodes[1], '...', nodes.at(-1)];
  const rest = groups.length - LISTED_MAX;
  return [...few, ...groups.slice(0, LISTED_MAX), ...(rest > 0 ? [`${rest} more groups`] : [])].join(', ');
}

export function printSelector(selector: Selector): string {
  switch (selector.kind) {
    case 'all':
      return ANYBODY;
    case 'nodes':
      return selector.nodes.text;
    case 'links':
      return `${selector.from?.text ?? ANYBODY}${selector.both ? '<>' : '>'}${selector.to?.text ?? ANYBODY}`;
    case 'expression':
      return selector.text;
    default:
      return selector satisfies never;
  }
}

/** Whether a fault applies to what goes from one node to another; `to` is null where nobody lives, `end` and `message` unless it is a line. */
export type Test = (from: Host, to: Host | null, end: End | null, message: Message | null) => boolean;

export function compileSelector(selector: Selector, hooks: FaultHooks): Test {
  switch (selector.kind) {
    case 'all':
      return () => true;
    case 'nodes': {
      const names = new Set(selector.nodes.names);
      return (from, to) => names.has(from.name) || (to !== null && names.has(to.name));
    }
    case 'links': {
      const starts = contains(selector.from);
      const ends = contains(selector.to);
      if (!selector.both) return (from, to) => starts(from) && ends(to);
      return (from, to) => (starts(from) && ends(to)) || (starts(to) && ends(from));
    }
    case 'expression': {
      const holds = hooks.compileExpression(selector.text);
      return (_from, _to, end, message) => end !== null && message !== null && holds(end, message);
    }
    default:
      return selector satisfies never;
  }
}

function contains(nodes: Nodes | null): (host: Host | null) => boolean {
  if (nodes === null) return () => true;
  const names = new Set(nodes.names);
  return (host) => host !== null && names.has(host.name);
}
