/** The grammar of a line: text and the known words go in; a command with its arguments, JavaScript or nothing comes out. It runs nothing. */
import { UsageError } from './errors.ts';

export type Line =
  | { readonly kind: 'empty' }
  | {
      readonly kind: 'command';
      readonly word: string;
      readonly rest: string;
      readonly help: boolean;
      /** What was taken for a comment behind the word alone, `#` included; '' when there is none. */
      readonly comment: string;
    }
  | { readonly kind: 'javascript'; readonly code: string };

/** After a word and a space, these begin the rest of an expression and not an argument. */
const BINARY = /^(?:===?|!==?|=>|[<>]=?|\+|-|\*\*?|\/|%|&&|\|\||\?\?|\?|instanceof)\s+\S/;

/**
 * `words` are commands and aliases; `abbreviation` gives the command a unique prefix stands for, or null. `asks` says whether an expression
 * of ours may follow a command, which can begin with a parenthesis.
 */
export function readLine(
  input: string,
  words: ReadonlySet<string>,
  abbreviation: (prefix: string) => string | null,
  asks: (word: string) => boolean = () => false,
): Line {
  const stripped = stripComment(input);
  const text = stripped.trim();
  if (text === '') return { kind: 'empty' };
  if (text.startsWith('=') && !text.startsWith('==')) return { kind: 'javascript', code: text.slice(1).trim() };
  if (/[\r\n]/.test(text)) return { kind: 'javascript', code: input.replace(/\r\n?/g, '\n') };
  const [, first = '', next = '', after = ''] = /^([0-9]*[A-Za-z][\w-]*)(\s*)(.*)$/s.exec(text) ?? [];
  const word = words.has(first) ? first : abbreviation(first);
  if (word === null || first === '') return { kind: 'javascript', code: text };
  if (after === '') return { kind: 'command', word, rest: '', help: false, comment: input.slice(stripped.length) };
  if (after === '?') return { kind: 'command', word, rest: '', help: true, comment: '' };
  // A call has its text in quotes.
  const isAsked = next !== '' && asks(word) && /^\(\s*[^\s"'`)]/.test(after);
  const expression = !isAsked && (next === '' || /^(?:=(?!=)|[,;(])/.test(after) || BINARY.test(after));
  return expression
    ? { kind: 'javascript', code: text }
    : { kind: 'command', word, rest: after, help: false, comment: '' };
}

/** `#` starts a comment only at the line's start or after a blank, and not before a digit (`#3` is a connection). */
export function stripComment(text: string): string {
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text[i] as string;
    if (quote !== '') {
      if (unit === '\\') i += 1;
      else if (unit === quote) quote = '';
    } else if (unit === '"' || unit === "'") quote = unit;
    else if (unit === '#' && (i === 0 || /\s/.test(text[i - 1] as string)) && !/[0-9]/.test(text[i + 1] ?? ''))
      return text.slice(0, i);
  }
  return text;
}

/** Splits arguments at blanks; quotes keep blanks, a backslash within double quotes keeps the next character. */
export function splitWords(text: string): string[] {
  const words: string[] = [];
  let word: string | null = null;
  let quote = '';
  for (let i = 0; i < text.length; i += 1) {
    const unit = text[i] as string;
    if (quote !== '') {
      if (unit === quote) quote = '';
      else if (unit === '\\' && quote === '"' && i + 1 < text.length) {
        i += 1;
        word = (word ?? '') + (text[i] as string);
      } else word = (word ?? '') + unit;
    } else if (unit === '"' || unit === "'") {
      quote = unit;
      word ??= '';
    } else if (/\s/.test(unit)) {
      if (word !== null) words.push(word);
      word = null;
    } else word = (word ?? '') + unit;
  }
  if (quote !== '') throw new UsageError(`a quote (${quote}) is not closed`);
  if (word !== null) words.push(word);
  return words;
}
