// Reads TypeScript for the rule tests: text in; tokens, comments and import specifiers out. A small scanner, because the
// native compiler has no API and esbuild drops type imports. It knows strings, templates, regular expressions and comments,
// and nothing of grammar; it must never take a word inside a string or comment for code.
import { readdirSync, readFileSync } from 'node:fs';
import { join, sep } from 'node:path';
import { ROOT } from './program.ts';

/** One file of src: its path below src with `/`, and its text. */
export interface SourceFile {
  readonly path: string;
  readonly text: string;
}

/** A piece of source. A template's literal parts are `string`; the code in its `${}` is scanned like any other code. */
export interface Token {
  readonly kind: 'comment' | 'string' | 'regex' | 'word' | 'number' | 'sign';
  readonly text: string;
  readonly line: number;
}

/** An import of any form: static, type-only, re-export, dynamic, `import('x')` as a type, require. */
export interface Import {
  /** The specifier, or undefined when it is computed. */
  readonly specifier: string | undefined;
  readonly line: number;
}

/** After these a slash opens a regular expression; after any other word it divides. */
const WORDS_BEFORE_VALUE = new Set(
  'return typeof case in of delete void throw new else do await yield instanceof extends default'.split(' '),
);

const SPACE = /\s+/y;
const LINE_COMMENT = /\/\/[^\n]*|^#![^\n]*/y;
const BLOCK_COMMENT = /\/\*[\s\S]*?(?:\*\/|$)/y;
const STRING = /'(?:[^'\\\n]|\\[\s\S])*'?|"(?:[^"\\\n]|\\[\s\S])*"?/y;
const TEMPLATE_PART = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[a-z]*/y;
const WORD = /[\p{ID_Start}$_#@][\p{ID_Continue}$]*/uy;
const NUMBER = /\.?\d(?:[eE][+-]|[\w.])*/y;
const SIGN = /\*\*=?|\?\.(?!\d)|=>|\.\.\.|[\s\S]/y;

/** All tokens of a text, in order. Bad source gives odd tokens, never an endless loop: each step consumes something. */
export function tokensOf(text: string): Token[] {
  const tokens: Token[] = [];
  /** One entry per open brace; true where it is a template's `${`. */
  const braces: boolean[] = [];
  let at = 0;
  let line = 1;

  const match = (pattern: RegExp): string | undefined => {
    pattern.lastIndex = at;
    return pattern.exec(text)?.[0];
  };
  const take = (kind: Token['kind'] | undefined, taken: string): void => {
    if (kind) tokens.push({ kind, text: taken, line });
    at += taken.length;
    line += taken.split('\n').length - 1;
  };
  /** The literal part after a backquote or the end of a `${}`, up to the closing backquote or the next `${`. */
  const takeTemplatePart = (opening: string): void => {
    const start = at;
    at += opening.length;
    const part = opening + (match(TEMPLATE_PART) ?? '');
    at = start;
    const after = text.slice(start + part.length);
    if (after.startsWith('${')) {
      take('string', `${part}\${`);
      braces.push(true);
    } else take('string', part + after.slice(0, 1));
  };

  while (at < text.length) {
    const space = match(SPACE);
    const comment = match(LINE_COMMENT) ?? match(BLOCK_COMMENT);
    const next = text[at];
    if (space) take(undefined, space);
    else if (comment) take('comment', comment);
    else if (next === '`') takeTemplatePart('`');
    else if (next === '}' && braces.pop()) takeTemplatePart('}');
    else {
      if (next === '{') braces.push(false);
      const regex = next === '/' && isValueExpected(tokens) ? match(REGEX) : undefined;
      const string = match(STRING);
      const word = match(WORD);
      const number = match(NUMBER);
      if (regex) take('regex', regex);
      else if (string) take('string', string);
      else if (word) take('word', word);
      else if (number) take('number', number);
      else take('sign', match(SIGN) ?? text.slice(at, at + 1));
    }
  }
  return tokens;
}

/** Whether a value may start here, so that a slash opens a regular expression. */
function isValueExpected(tokens: readonly Token[]): boolean {
  const last = tokens.findLast((token) => token.kind !== 'comment');
  if (!last) return true;
  if (last.kind === 'word') return WORDS_BEFORE_VALUE.has(last.text);
  if (last.kind === 'string') return last.text.endsWith('${');
  return last.kind === 'sign' && !/^[)\]}]$/.test(last.text);
}

/** The tokens without comments. */
export function codeOf(text: string): Token[] {
  return tokensOf(text).filter((token) => token.kind !== 'comment');
}

/** Everything a text imports or re-exports. */
export function importsOf(text: string): Import[] {
  const code = codeOf(text);
  const imports: Import[] = [];
  for (const [index, { kind, text: word, line }] of code.entries()) {
    if (kind !== 'word' || /^\??\.$/.test(code[index - 1]?.text ?? '')) continue;
    const next = code[index + 1];
    if ((word === 'import' || word === 'require') && next?.text === '(') {
      const argument = code[index + 2];
      const after = code[index + 3]?.text;
      imports.push({ specifier: after === ')' || after === ',' ? literal(argument) : undefined, line });
    } else if (word === 'import' && next?.kind === 'string') {
      imports.push({ specifier: literal(next), line });
    } else if ((word === 'import' || word === 'export') && next) {
      const specifier = specifierAfter(code, index + 1, word === 'import');
      if (specifier) imports.push({ specifier: literal(specifier), line });
    }
  }
  return imports;
}

/** The string after `from` of a static import or re-export whose clause starts at `index`, if it has one. */
function specifierAfter(code: readonly Token[], index: number, isImport: boolean): Token | undefined {
  let at = index;
  if (code[at]?.text === 'type' && code[at + 1]?.text !== 'from') at += 1;
  if (!isImport && code[at]?.text !== '{' && code[at]?.text !== '*') return undefined;
  for (; at < code.length; at += 1) {
    const token = code[at];
    if (!token) return undefined;
    if (token.text === 'from' && code[at + 1]?.kind === 'string') return code[at + 1];
    if (token.kind !== 'word' && token.kind !== 'string' && !/^[{},*]$/.test(token.text)) return undefined;
    if (token.text === '}' && code[at + 1]?.text !== 'from') return undefined;
  }
  return undefined;
}

/** What a plain string token says; undefined for templates with code and for anything else. */
function literal(token: Token | undefined): string | undefined {
  if (token?.kind !== 'string' || token.text.endsWith('${') || token.text.startsWith('}')) return undefined;
  return token.text.slice(1, -1);
}

/** Every .ts file of src, in order of path. */
export function sourceFiles(): SourceFile[] {
  const folder = join(ROOT, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((path) => path.endsWith('.ts'))
    .map((path) => ({ path: path.split(sep).join('/'), text: readFileSync(join(folder, path), 'utf8') }))
    .sort((a, b) => (a.path < b.path ? -1 : 1));
}

/** The path below src that a relative specifier in a file names; undefined for packages. May climb out with `../`. */
export function resolveImport(from: string, specifier: string): string | undefined {
  if (!specifier.startsWith('.')) return undefined;
  const parts = from.split('/').slice(0, -1);
  for (const part of specifier.split('/')) {
    if (part === '..' && parts.length > 0 && parts.at(-1) !== '..') parts.pop();
    else if (part !== '.') parts.push(part);
  }
  return parts.join('/');
}
