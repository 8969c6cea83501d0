/** Tests of one text against a value: equal as its type means it, mentioned, or matching a pattern. Built once, called for every event. */
import { QueryError } from './errors.ts';
import type { Value } from './expression.ts';
import type { FieldType } from './fields.ts';
import type { Scope } from './observation.ts';
import { compilePattern } from './pattern.ts';

export type TextTest = (text: string) => boolean;

/** What `=` means for texts of a type; the value is a text (check.ts). */
export function equalTest(value: Value, type: FieldType, scope: Scope): TextTest {
  const wanted = textOf(value);
  switch (type) {
    case 'name':
      return nameTest(wanted, scope);
    case 'id':
      return idTest(wanted, scope);
    case 'address':
      return addressTest(wanted, scope);
    default:
      return (text) => text === wanted;
  }
}

/** What `~` means: a pattern matches, any other value is mentioned. */
export function mentionTest(value: Value): TextTest {
  if (value.kind === 'pattern') return compilePattern(value.source, value.ignoresCase, value.column);
  const wanted = textOf(value);
  return (text) => text.includes(wanted);
}

export function textOf(value: Value): string {
  if (value.kind !== 'text') throw new QueryError('a text is wanted', value.column);
  return value.text;
}

/** A node by its name, its address or the beginning of its id. A name wins, also over an id that begins like it. */
function nameTest(wanted: string, scope: Scope): TextTest {
  if (scope.nodes().includes(wanted)) return (name) => name === wanted;
  const place = withLoopback(wanted);
  if (place.includes(':')) return (name) => name === place || scope.addressOf(name) === place;
  const beginning = wanted.toLowerCase();
  return (name) => name === wanted || begins(scope.idOf(name) ?? name, beginning);
}

/** The beginning of an id, or the name of the node that has it. */
export function idTest(wanted: string, scope: Scope): TextTest {
  if (scope.nodes().includes(wanted)) return (id) => id === scope.idOf(wanted);
  const beginning = wanted.toLowerCase();
  return (id) => begins(id, beginning);
}

const begins = (id: string, beginning: string) => id.startsWith(beginning) || id.toLowerCase().startsWith(beginning);

/** host:port, or the name of the node that listens there. */
function addressTest(wanted: string, scope: Scope): TextTest {
  const place = withLoopback(wanted);
  if (place.includes(':')) return (text) => text === place;
  return (text) => text === scope.addressOf(wanted);
}

export const withLoopback = (text: string) => text.replace(/^localhost:/, '127.0.0.1:');
