/**
 * What Tab offers within an expression: the text, the place of the cursor and what is known of the world go in, words come out. It checks
 * nothing and never throws.
 */
import { MESSAGE_TYPES } from '../wire/messages.ts';
import { BODY_FIELDS } from './body.ts';
import { operatorsOf } from './check.ts';
import { QueryError } from './errors.ts';
import type { Path } from './expression.ts';
import { FIELDS, type FieldType, KINDS, rowOf } from './fields.ts';
import { type ArgumentType, FUNCTIONS, type FunctionName, functionRow, isFunction } from './functions.ts';
import { CANDIDATES_MAX } from './limits.ts';
import { lookUp, stepsInto } from './lookup.ts';
import type { Known } from './observation.ts';
import { WORDS } from './parse.ts';
import { isPath, readPath, typeOfPath } from './paths.ts';
import { readTokens, type Token } from './tokens.ts';

export interface Completion {
  /** Where the word begins that a candidate replaces, from 0. */
  readonly from: number;
  /** Whole words, in the order of the tables. */
  readonly candidates: readonly string[];
}

/** What can stand at a place. */
type Place =
  | { readonly kind: 'operand' }
  | { readonly kind: 'operator'; readonly path: Path | null }
  | { readonly kind: 'value' | 'values'; readonly path: Path | null }
  | { readonly kind: 'function'; readonly name: FunctionName }
  | { readonly kind: 'argument'; readonly type: ArgumentType }
  /** Something whole was written. */
  | { readonly kind: 'after' };

/** What a parenthesis was opened for. */
type Frame =
  | { readonly kind: 'group' }
  | { readonly kind: 'list'; readonly path: Path | null }
  | { readonly kind: 'function'; readonly name: FunctionName; readonly index: number };

const OPERAND: Place = { kind: 'operand' };
const AFTER: Place = { kind: 'after' };
const SIGNS: ReadonlySet<string> = new Set(['=', '!=', '<', '<=', '>', '>=', '~', '!~']);
const JOINS: ReadonlySet<string> = new Set(['|', '||', 'or', '&', '&&', 'and', '!', 'not']);

export function completeExpression(text: string, cursor: number, known: Known = {}): Completion {
  try {
    const tokens = readTokens(text.slice(0, cursor)).slice(0, -1);
    const last = tokens.at(-1);
    const isTyped = last?.kind === 'word' && last.end - 1 === cursor;
    const typed = isTyped ? last.text : '';
    const frames: Frame[] = [];
    let place = OPERAND;
    for (const token of isTyped ? tokens.slice(0, -1) : tokens) place = placeAfter(place, token, frames);
    const words = wordsAt(place, typed, frames, known).filter((word) => word.startsWith(typed) && word !== typed);
    return { from: cursor - typed.length, candidates: [...new Set(words)].slice(0, CANDIDATES_MAX) };
  } catch (error) {
    // Half a text in quotes, half a pattern: nothing to offer.
    if (error instanceof QueryError) return { from: cursor, candidates: [] };
    throw error;
  }
}

function placeAfter(place: Place, token: Token, frames: Frame[]): Place {
  const { kind, text } = token;
  if (kind === 'sign' && text === ')') return close(frames.pop());
  if (kind === 'sign' && text === ',') return nextOf(frames);
  if (place.kind === 'argument' && place.type !== 'expression') return AFTER;
  if (place.kind === 'function' && kind === 'sign' && text === '(') {
    frames.push({ kind: 'function', name: place.name, index: 0 });
    return argumentPlace(place.name, 0);
  }
  if (place.kind === 'function' && kind === 'word' && functionRow(place.name).takes[0] === 'peer') return AFTER;
  if (place.kind === 'operator' && kind === 'sign' && SIGNS.has(text)) return { kind: 'value', path: place.path };
  if (place.kind === 'operator' && text === 'in') return { kind: 'values', path: place.path };
  if (place.kind === 'values' && text === '(') {
    frames.push({ kind: 'list', path: place.path });
    return { kind: 'value', path: place.path };
  }
  if (place.kind === 'value' || place.kind === 'values') return { kind: 'after' };
  if (text === '..' && kind === 'sign') return { kind: 'value', path: null };
  if (JOINS.has(text) && kind !== 'quoted') return OPERAND;
  if (kind === 'sign') {
    if (text === '(') frames.push({ kind: 'group' });
    // After an operator behind what is no field, nobody knows what fits.
    return SIGNS.has(text) ? { kind: 'value', path: null } : OPERAND;
  }
  if (isFunction(text)) return { kind: 'function', name: text };
  return isPath(text) ? { kind: 'operator', path: readPath(text, token.column) } : AFTER;
}

function close(frame: Frame | undefined): Place {
  const isNumber = frame?.kind === 'function' && functionRow(frame.name).gives === 'number';
  return isNumber ? { kind: 'operator', path: null } : AFTER;
}

function nextOf(frames: Frame[]): Place {
  const frame = frames.at(-1);
  if (frame?.kind === 'list') return { kind: 'value', path: frame.path };
  if (frame?.kind !== 'function') return OPERAND;
  frames.splice(-1, 1, { ...frame, index: frame.index + 1 });
  return argumentPlace(frame.name, frame.index + 1);
}

function argumentPlace(name: FunctionName, index: number): Place {
  const type = functionRow(name).takes[index];
  return type === undefined || type === 'expression' ? OPERAND : { kind: 'argument', type };
}

function wordsAt(place: Place, typed: string, frames: readonly Frame[], known: Known): readonly string[] {
  const { nodes = [], ids = [] } = known;
  switch (place.kind) {
    case 'operand':
      return operandWords(typed, known);
    case 'operator': {
      const type: FieldType = place.path === null ? 'count' : typeOfPath(place.path);
      return operatorsOf(type);
    }
    case 'value':
      return valueWords(place.path, known);
    case 'values':
      return place.path !== null && typeOfPath(place.path) === 'name' ? ['(', ...nodes] : ['('];
    case 'function':
      return functionRow(place.name).takes[0] === 'peer' ? ['(', ...nodes, ...ids] : ['('];
    case 'argument':
      return place.type === 'peer' ? [...nodes, ...ids] : place.type === 'count' || place.type === 'time' ? [] : nodes;
    case 'after':
      return [
        ...closing(frames.at(-1)),
        '&',
        '|',
        ...(typed === '' ? [] : ['and', 'or', ...operandWords(typed, known)]),
      ];
    default:
      return place satisfies never;
  }
}

function closing(frame: Frame | undefined): readonly string[] {
  if (frame === undefined) return [];
  if (frame.kind === 'list') return [',', ')'];
  const isLast = frame.kind === 'group' || frame.index >= functionRow(frame.name).takes.length - 1;
  return isLast ? [')'] : [','];
}

function operandWords(typed: string, known: Known): readonly string[] {
  const { nodes = [] } = known;
  const dot = typed.lastIndexOf('.');
  if (dot >= 0) return pathWords(typed.slice(0, dot), known);
  const calls = Object.keys(FUNCTIONS).map((name) =>
    functionRow(name as FunctionName).takes.length === 0 ? `${name}()` : `${name}(`,
  );
  return [...WORDS, ...Object.keys(FIELDS), 'peers', 'addrs', 'body.', 'state.', ...calls, ...nodes];
}

/** What can follow the last dot of a path. */
function pathWords(base: string, { nodes = [], state }: Known): readonly string[] {
  if (base === 'body') return Object.keys(BODY_FIELDS).map((name) => `${base}.${name}`);
  if (nodes.includes(base)) return ['state.', 'peers', 'addrs'].map((name) => `${base}.${name}`);
  if (base === 'body.peers' || base === 'body.ages' || base === 'body.ext') return [`${base}.length`];
  const isWhole = base === 'state' || base.endsWith('.state');
  if (!isWhole && !isPath(base)) return [];
  const path = isWhole ? null : readPath(base, 1);
  if (path !== null && path.kind !== 'state') return [];
  return stepsInto(lookUp(state, path === null ? [] : path.path)).map((name) => `${base}.${name}`);
}

function valueWords(path: Path | null, { nodes = [], ids = [], kinds = [] }: Known): readonly string[] {
  if (path === null) return [];
  if (path.kind === 'field') {
    if (path.name === 'kind') return [...Object.keys(KINDS), ...kinds];
    const { values } = rowOf(path.name);
    if (values !== undefined) return values;
  }
  if (path.kind === 'body' && path.path[0] === 'msgtype') return MESSAGE_TYPES;
  const type = typeOfPath(path);
  if (type === 'name' || type === 'address') return nodes;
  return type === 'id' ? [...nodes, ...ids] : [];
}
