/** Values: the text of one goes in with what it is compared to, a typed value comes out; and the other way round. */
import { printDuration, printSize, readDuration, readSize } from '../util/quantity.ts';
import { QueryError, quoted } from './errors.ts';
import type { Value } from './expression.ts';
import type { FieldType } from './fields.ts';
import { DURATION_US_MAX, SIZE_BYTES_MAX } from './limits.ts';
import type { Token } from './tokens.ts';

const NUMBER = /^-?[0-9]{1,15}(?:\.[0-9]{1,6})?$/;
const HAS_UNIT = /[A-Za-z]$/;
/** What can stand without quotes. */
const BARE = /^[A-Za-z0-9_.:#-]+$/;

/** Types whose values are numbers where they can be; everywhere else `5`, `5s` and `12B` are texts. */
export const readsNumbers = (type: FieldType) =>
  type === 'count' || type === 'time' || type === 'size' || type === 'any';

/** The value of a token that is a word, a quoted text or a pattern. */
export function readValue(token: Token, type: FieldType): Value {
  const { column } = token;
  if (token.kind === 'pattern') return { kind: 'pattern', source: token.text, ignoresCase: token.ignoresCase, column };
  const number = token.kind === 'word' && readsNumbers(type) ? readNumber(token.text, column) : null;
  return number ?? { kind: 'text', text: token.text, column };
}

function readNumber(text: string, column: number): Value | null {
  // -0 and 0 are one number.
  if (NUMBER.test(text)) return { kind: 'number', value: Number(text) + 0, unit: 'none', column };
  if (!HAS_UNIT.test(text)) return null;
  const time = readDuration(text);
  const size = time === null ? readSize(text) : null;
  if (time !== null && time > DURATION_US_MAX)
    throw new QueryError(`${quoted(text)} is longer than ${printDuration(DURATION_US_MAX)}`, column);
  if (size !== null && size > SIZE_BYTES_MAX)
    throw new QueryError(`${quoted(text)} is more than ${printSize(SIZE_BYTES_MAX)}`, column);
  if (time !== null) return { kind: 'number', value: time, unit: 'time', column };
  return size === null ? null : { kind: 'number', value: size, unit: 'size', column };
}

export function printValue(value: Value, type: FieldType): string {
  switch (value.kind) {
    case 'text':
      return printText(value.text, type);
    case 'pattern':
      return `/${value.source}/${value.ignoresCase ? 'i' : ''}`;
    case 'number':
      if (value.unit === 'none') return String(value.value);
      return value.unit === 'time' ? printDuration(value.value) : printSize(value.value);
    default:
      return value satisfies never;
  }
}

function printText(text: string, type: FieldType): string {
  const looksAsNumber =
    readsNumbers(type) && (NUMBER.test(text) || readDuration(text) !== null || readSize(text) !== null);
  return BARE.test(text) && !text.includes('..') && !text.startsWith('.') && !text.endsWith('.') && !looksAsNumber
    ? text
    : JSON.stringify(text);
}
