/**
 * JSON as people edit it: one line goes in and comes out over several, and back; numbers and escapes stay as they were written. What is
 * wrong with a text comes out with its line and column, which JSON.parse does not tell on every version of Node.
 */

type State = 'value' | 'value or ]' | 'name' | 'name or }' | ':' | ', or }' | ', or ]' | 'end';

export type JsonText =
  | { readonly ok: true; readonly tokens: readonly string[] }
  | { readonly ok: false; readonly line: number; readonly column: number; readonly wanted: string };

const WANTED: Readonly<Record<State, string>> = {
  value: 'a value',
  'value or ]': 'a value or ]',
  name: 'a name in double quotes',
  'name or }': 'a name in double quotes or }',
  ':': ':',
  ', or }': ', or }',
  ', or ]': ', or ]',
  end: 'nothing more',
};

const BLANK = /[ \t\r\n]*/y;
const TOKEN =
  // biome-ignore lint/suspicious/noControlCharactersInRegex: JSON forbids them in a string.
  /"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"|-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?|true|false|null|[{}[\],:]/y;

export function readJsonText(text: string): JsonText {
  const tokens: string[] = [];
  const open: string[] = [];
  let state: State = 'value';
  let at = 0;
  for (;;) {
    BLANK.lastIndex = at;
    at += BLANK.exec(text)?.[0].length ?? 0;
    if (at === text.length && state === 'end') return { ok: true, tokens };
    TOKEN.lastIndex = at;
    const token = TOKEN.exec(text)?.[0] ?? '';
    const next: State | null = token === '' ? null : stateAfter(state, token, open);
    if (next === null) return { ok: false, ...placeOf(text, at), wanted: WANTED[state] };
    tokens.push(token);
    at += token.length;
    state = next;
  }
}

/** Null: the token may not stand there. `open` are the brackets around it. */
function stateAfter(state: State, token: string, open: string[]): State | null {
  const sign = token[0] as string;
  if (sign === '}' || sign === ']') {
    if (!state.endsWith(`or ${sign}`)) return null;
    open.pop();
    return afterValue(open);
  }
  switch (state) {
    case 'name':
    case 'name or }':
      return sign === '"' ? ':' : null;
    case ':':
      return sign === ':' ? 'value' : null;
    case ', or }':
      return sign === ',' ? 'name' : null;
    case ', or ]':
      return sign === ',' ? 'value' : null;
    case 'value':
    case 'value or ]':
      if (sign === ',' || sign === ':') return null;
      if (sign !== '{' && sign !== '[') return afterValue(open);
      open.push(sign);
      return sign === '{' ? 'name or }' : 'value or ]';
    case 'end':
      return null;
    default:
      return state satisfies never;
  }
}

function afterValue(open: readonly string[]): State {
  const around = open.at(-1);
  return around === undefined ? 'end' : around === '{' ? ', or }' : ', or ]';
}

/** Both counted from 1. */
function placeOf(text: string, at: number): { line: number; column: number } {
  const before = text.slice(0, at).split('\n');
  return { line: before.length, column: (before.at(-1) ?? '').length + 1 };
}

export const oneLine = (tokens: readonly string[]): string => tokens.join('');

/** Two blanks for each bracket around, as `JSON.stringify` has it, and a newline at the end. */
export function manyLines(tokens: readonly string[]): string {
  let text = '';
  let depth = 0;
  const newLine = () => `\n${'  '.repeat(depth)}`;
  for (const [k, token] of tokens.entries()) {
    const before = tokens[k - 1];
    const isEmpty = before === '{' || before === '[';
    if (token === '}' || token === ']') {
      depth -= 1;
      text += isEmpty ? token : `${newLine()}${token}`;
      continue;
    }
    if (isEmpty || before === ',') text += newLine();
    text += token === ':' ? ': ' : token;
    if (token === '{' || token === '[') depth += 1;
  }
  return `${text}\n`;
}
