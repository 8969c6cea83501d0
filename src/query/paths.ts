/** Paths: the word of a path goes in, its parts come out, and the other way round. Whether a state has such a path is not looked at here. */
import { BODY_FIELDS, bodyReader, bodyType } from './body.ts';
import { nearestWords, QueryError, quoted } from './errors.ts';
import type { Path, Segment } from './expression.ts';
import { FIELDS, type FieldType, isField, ROOTS, rowOf } from './fields.ts';
import { PATH_MAX } from './limits.ts';
import { quoteEnd, readQuoted } from './tokens.ts';

const PLAIN_SEGMENT = /^[A-Za-z0-9_-]+$/;
const INDEX = /^(?:0|[1-9][0-9]{0,8})$/;
/** What can stand after the name of a node. */
const OF_NODE = ['state', 'peers', 'addrs'];

/** Whether a word can only be meant as a path. */
export function isPath(word: string): boolean {
  const [first = '', second] = word.split(/[.[]/, 2);
  if (first === 'body' || first === 'state') return true;
  if (second === undefined) return isField(word) || Object.hasOwn(ROOTS, word);
  return OF_NODE.includes(second) || isField(first) || Object.hasOwn(ROOTS, first);
}

/** Reads a word for which `isPath` is true. */
export function readPath(word: string, column: number): Path {
  const [first, ...rest] = segmentsOf(word, column);
  if (typeof first !== 'string') throw new QueryError(`unknown field ${quoted(word)}`, column);
  if (first === 'body') return { kind: 'body', path: checkedBody(rest, column), column };
  if (first === 'state') return { kind: 'state', node: null, path: withSteps(rest, first, column), column };
  if (isField(first) || first === 'peers' || first === 'addrs') {
    if (rest.length > 0)
      throw new QueryError(`${first} has nothing inside, so ${quoted(word)} is no field`, column, inside(first, rest));
    return isField(first)
      ? { kind: 'field', name: first, column }
      : { kind: 'amount', node: null, name: first, column };
  }
  const [second, ...steps] = rest;
  if (second === 'state')
    return { kind: 'state', node: first, path: withSteps(steps, `${first}.state`, column), column };
  if ((second === 'peers' || second === 'addrs') && steps.length === 0)
    return { kind: 'amount', node: first, name: second, column };
  throw new QueryError(`${first}.${second} has nothing inside, so ${quoted(word)} is no field`, column);
}

/** `peers[0]` is meant as `body.peers[0]` or, with a name, as `state.peers`. */
function inside(first: string, rest: readonly Segment[]): string[] {
  if (!Object.hasOwn(ROOTS, first)) return [];
  return [printSteps(typeof rest[0] === 'number' ? `body.${first}` : `state.${first}`, rest)];
}

function withSteps(steps: readonly Segment[], root: string, column: number): readonly Segment[] {
  if (steps.length === 0) throw new QueryError(`${root} is not one value: ask ${root}.peers.size or the like`, column);
  return steps;
}

function checkedBody(path: readonly Segment[], column: number): readonly Segment[] {
  const reader = bodyReader(path);
  if (typeof reader !== 'string') return path;
  if (reader !== 'unknown field') throw new QueryError(reader, column);
  const near = nearestWords(String(path[0]), Object.keys(BODY_FIELDS)).map((name) => `body.${name}`);
  throw new QueryError(`unknown field ${quoted(printSteps('body', path))}`, column, near);
}

function segmentsOf(word: string, column: number): Segment[] {
  const segments: Segment[] = [];
  let at = 0;
  while (at < word.length) {
    const isBracket = word[at] === '[';
    let start = at;
    if (isBracket || (word[at] === '.' && segments.length > 0)) start += 1;
    let end = start;
    if (isBracket && word[start] === '"') {
      end = quoteEnd(word, start);
      segments.push(readQuoted(word, start, end));
    } else {
      while (end < word.length && !(isBracket ? word[end] === ']' : /[.[]/.test(word[end] as string))) end += 1;
      const text = word.slice(start, end);
      if (!PLAIN_SEGMENT.test(text)) throw new QueryError(`${quoted(word)} is no path`, column + start);
      segments.push(INDEX.test(text) ? Number(text) : text);
    }
    at = isBracket ? end + 1 : end;
    if (segments.length > PATH_MAX) throw new QueryError(`a path of more than ${PATH_MAX} steps`, column);
  }
  return segments;
}

export function printPath(path: Path): string {
  switch (path.kind) {
    case 'field':
      return path.name;
    case 'body':
      return printSteps('body', path.path);
    case 'state':
      return printSteps(path.node === null ? 'state' : `${path.node}.state`, path.path);
    case 'amount':
      return path.node === null ? path.name : `${path.node}.${path.name}`;
    default:
      return path satisfies never;
  }
}

export function printSteps(root: string, steps: readonly Segment[]): string {
  let text = root;
  for (const step of steps) {
    if (typeof step === 'number') text += `[${step}]`;
    else text += PLAIN_SEGMENT.test(step) && !INDEX.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
  }
  return text;
}

export function typeOfPath(path: Path): FieldType {
  switch (path.kind) {
    case 'field':
      return rowOf(path.name).type;
    case 'body':
      return bodyType(path.path);
    case 'state':
      return 'any';
    case 'amount':
      return 'count';
    default:
      return path satisfies never;
  }
}

/** All fields and roots, for a word that is neither. */
export const PATH_WORDS: readonly string[] = [...Object.keys(FIELDS), ...Object.keys(ROOTS)];
