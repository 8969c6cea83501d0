/** What the text of a fault means among nodes that are there or will be: their names and groups go in, specs or one line for the user come out. */
import type { Groups } from '../core/simulation.ts';
import { readExpression } from '../query/check.ts';
import { QueryError } from '../query/errors.ts';
import { type Expression, partsOf } from '../query/expression.ts';
import { remembers } from '../query/functions.ts';
import { nameRange } from '../query/names.ts';
import type { Known } from '../query/observation.ts';
import { parseFault } from './faults/parse.ts';
import type { Resolver } from './faults/values.ts';

/** What a fault asks must not depend on what was counted before it: a copy of the world would count anew. */
export function withoutMemory(text: string, known: Known): Expression {
  const expression = readExpression(text, known);
  const counting = partsOf(expression).find((part) => part.kind === 'call' && remembers(part.name));
  if (counting?.kind === 'call')
    throw new Error(`a fault cannot ask ${counting.name}(…): it acts on one line at a time and counts nothing`);
  return expression;
}

export const readFault = (text: string, known: Known & { readonly nodes: readonly string[] }, groups: Groups) =>
  parseFault(text, resolver(known, groups));

function resolver(known: Known & { readonly nodes: readonly string[] }, groups: Groups): Resolver {
  const { nodes: names } = known;
  const there = new Set(names);
  return {
    nodes(word) {
      if (word.startsWith('@')) return groups[word.slice(1)] ?? null;
      if (word === 'all') return names;
      if (there.has(word)) return [word];
      const [low = '', high = ''] = word.split('..');
      const range = word.includes('..') ? nameRange(low, high) : null;
      const found = range === null ? [] : names.filter(range);
      return found.length > 0 ? found : null;
    },
    words: [...names, ...Object.keys(groups).map((name) => `@${name}`)],
    checkExpression(text) {
      try {
        withoutMemory(text, known);
        return null;
      } catch (error) {
        return { message: (error as Error).message, near: error instanceof QueryError ? error.near : [] };
      }
    },
  };
}
