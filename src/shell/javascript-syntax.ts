/**
 * What a line of JavaScript looks like: code goes in; whether it is whole, and the code with our own functions put in, comes out. It runs
 * nothing.
 */
import { type AnyNode, type Node, parse } from 'acorn';

/** Names in the global scope of the functions that are put in, seen by nobody. */
export const IMPORT = '__peershImport';
export const HOLD = '__peershHold';
export const EACH = '__peershEach';

export type Syntax =
  | { readonly kind: 'whole'; readonly tree: Node }
  /** The parser stumbled at the very end, so that further lines may follow. */
  | { readonly kind: 'more' }
  | { readonly kind: 'wrong'; readonly message: string };

export function syntaxOf(code: string): Syntax {
  try {
    const options = {
      ecmaVersion: 'latest',
      sourceType: 'script',
      allowAwaitOutsideFunction: true,
      preserveParens: true,
    } as const;
    return { kind: 'whole', tree: parse(code, options) };
  } catch (error) {
    const { pos = 0, message } = error as Error & { pos?: number };
    const isOpen = pos >= code.trimEnd().length || /^Unterminated (template|comment)/.test(message);
    return isOpen ? { kind: 'more' } : { kind: 'wrong', message: `SyntaxError: ${message}` };
  }
}

interface Edit {
  readonly at: number;
  readonly removed: number;
  readonly text: string;
}

/**
 * Puts our own functions in the place of every `import(…)` and around what the line itself awaits (see `hold` of javascript.ts). What functions within
 * it await is theirs.
 */
export function prepared(code: string, tree: Node): string {
  const edits: Edit[] = [];
  const wrap = ({ start, end }: Node, name: string) =>
    edits.push({ at: start, removed: 0, text: `${name}(` }, { at: end, removed: 0, text: ')' });
  const visit = (value: unknown, isOutside: boolean): void => {
    if (Array.isArray(value)) for (const one of value) visit(one, isOutside);
    if (Array.isArray(value) || value === null || typeof value !== 'object') return;
    const node = value as AnyNode;
    if (node.type === 'ImportExpression') edits.push({ at: node.start, removed: 'import'.length, text: IMPORT });
    if (isOutside && node.type === 'AwaitExpression') wrap(node.argument, HOLD);
    if (isOutside && node.type === 'ForOfStatement' && node.await) wrap(node.right, EACH);
    const isFunction = /Function/.test(node.type);
    for (const child of Object.values(node)) visit(child, isOutside && !isFunction);
  };
  if (/\b(?:import|await)\b/.test(code)) visit(tree, true);
  // From the end, so that the places before stay true; at one place what is put around comes out in front of what is replaced.
  return edits
    .sort((a, b) => b.at - a.at || b.removed - a.removed)
    .reduce((text, { at, removed, text: added }) => text.slice(0, at) + added + text.slice(at + removed), code);
}
