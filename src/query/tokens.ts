/** The words and signs of an expression: a text goes in, tokens with their columns come out. It knows no field and no function. */
import { QueryError, quoted } from './errors.ts';
import { EXPRESSION_LENGTH_MAX } from './limits.ts';

/**
 * A word is a run of letters, digits and `_ . : # -` with brackets inside, so that paths, ids, durations and addresses are one word each;
 * `..` ends it. `quoted` is what stood in double quotes, with the escapes of JSON. `pattern` stood between slashes.
 */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'pattern' | 'sign' | 'end';
  readonly text: string;
  /** A pattern that was followed by i. */
  readonly ignoresCase: boolean;
  /** 1-based; `end` is the column after it. */
  readonly column: number;
  readonly end: number;
}

const WORD_PART = /[A-Za-z0-9_:#-]/;
const BLANK = /\s/;
/** Longest first. */
const SIGNS = ['||', '&&', '!=', '!~', '<=', '>=', '..', '(', ')', ',', '|', '&', '!', '=', '<', '>', '~'];

export function readTokens(text: string): Token[] {
  if (text.length > EXPRESSION_LENGTH_MAX)
    throw new QueryError(`longer than ${EXPRESSION_LENGTH_MAX} characters`, EXPRESSION_LENGTH_MAX + 1);
  const tokens: Token[] = [];
  let at = 0;
  const push = (kind: Token['kind'], content: string, end: number, ignoresCase = false): void => {
    tokens.push({ kind, text: content, ignoresCase, column: at + 1, end: end + 1 });
    at = end;
  };
  while (at < text.length) {
    const letter = text[at] as string;
    if (BLANK.test(letter)) at += 1;
    else if (letter === '"') {
      const end = quoteEnd(text, at);
      push('quoted', readQuoted(text, at, end), end);
    } else if (letter === '/') {
      const end = patternEnd(text, at);
      const ignoresCase = text[end] === 'i';
      push('pattern', text.slice(at + 1, end - 1), ignoresCase ? end + 1 : end, ignoresCase);
    } else {
      const end = wordEnd(text, at);
      const sign = end > at ? undefined : SIGNS.find((one) => text.startsWith(one, at));
      if (end > at) push('word', text.slice(at, end), end);
      else if (sign !== undefined) push('sign', sign, at + sign.length);
      else throw new QueryError(`unexpected ${quoted(String.fromCodePoint(text.codePointAt(at) ?? 0))}`, at + 1);
    }
  }
  push('end', '', text.length);
  return tokens;
}

function wordEnd(text: string, start: number): number {
  let at = start;
  while (at < text.length) {
    const letter = text[at] as string;
    if (letter === '[') at = bracketEnd(text, at);
    else if (letter === '.' ? text[at + 1] !== '.' : WORD_PART.test(letter)) at += 1;
    else break;
  }
  return at;
}

function bracketEnd(text: string, start: number): number {
  let at = start + 1;
  if (text[at] === '"') at = quoteEnd(text, at);
  else while (at < text.length && /[^\][\s"()]/.test(text[at] as string)) at += 1;
  if (text[at] !== ']') throw new QueryError('no ] for the [', start + 1);
  return at + 1;
}

/** The place after the quote that closes the one at `start`. */
export function quoteEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '"') return at + 1;
  }
  throw new QueryError('no closing quote for the one', start + 1);
}

/** The text between two quotes. */
export function readQuoted(text: string, start: number, end: number): string {
  try {
    return JSON.parse(text.slice(start, end)) as string;
  } catch {
    throw new QueryError('not a text of JSON: a backslash or a control character is wrong in the one', start + 1);
  }
}

function patternEnd(text: string, start: number): number {
  for (let at = start + 1; at < text.length; at += 1) {
    if (text[at] === '\\') at += 1;
    else if (text[at] === '/') return at + 1;
  }
  throw new QueryError('no second / for the one', start + 1);
}
