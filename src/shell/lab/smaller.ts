/** Scripts that are one line or node smaller than a script: faults, lines of later times, orders, nodes, groups and what else is expected are left out. Texts only; it runs nothing. */
import { splitWords, stripComment } from '../line.ts';
import { namesOf } from './node-first.ts';
import { HEADER, isNames, type Script, type ScriptLine } from './script-file.ts';

/** What makes a run what it is: without them it would be another question. */
const KEPT = new Set(['set', 'run', 'until', 'wait', 'use']);

/** `failing` is where the line stands that fails and is to go on failing. A script without a half of its nodes comes before one without a node. */
export function* smallerOnes(script: Script, failing: string | null): Generator<Script> {
  const { lines } = script;
  const without = (index: number, instead: readonly ScriptLine[]): Script => ({
    ...script,
    lines: [...lines.slice(0, index), ...instead, ...lines.slice(index + 1)],
  });
  for (const [index, line] of lines.entries()) if (line.where !== failing && isInput(line)) yield without(index, []);
  for (const [index, line] of lines.entries())
    for (const text of fewerNodes(line.text)) yield without(index, [{ ...line, text }]);
}

const wordsOf = (text: string) => splitWords(stripComment(text));

function isInput({ text }: ScriptLine): boolean {
  const [word = ''] = wordsOf(text);
  return !KEPT.has(word);
}

/** A spawn of half as many nodes, then of all but each one. */
function* fewerNodes(text: string): Generator<string> {
  const [word, ...rest] = wordsOf(text);
  if (word !== 'spawn') return;
  const names = rest.filter(isNames).flatMap((one) => namesOf(one, new Map(), () => []));
  const others = rest.filter((one) => !isNames(one)).map((one) => (/\s/.test(one) ? `'${one}'` : one));
  const spawning = (some: readonly string[]) => ['spawn', rows(some), ...others].join(' ');
  if (names.length < 2) return;
  const half = Math.ceil(names.length / 2);
  if (half < names.length - 1) yield spawning(names.slice(0, half));
  for (const name of names.toReversed()) yield spawning(names.filter((one) => one !== name));
}

/** `n1..n3,n5` of names in order. */
function rows(names: readonly string[]): string {
  const found: { first: number; last: number }[] = [];
  for (const number of names.map((name) => Number(name.slice(1)))) {
    const row = found.at(-1);
    if (row !== undefined && row.last + 1 === number) row.last = number;
    else found.push({ first: number, last: number });
  }
  return found.map(({ first, last }) => (first === last ? `n${first}` : `n${first}..n${last}`)).join(',');
}

/** As a file that fails by itself. */
export const scriptText = ({ lines }: Script, seed: number, settings: readonly string[]): string[] => [
  HEADER,
  `set seed ${seed}`,
  ...settings.map((text) => `set ${text.replace('=', ' ')}`),
  ...lines.map(({ text }) => text.trim()).filter((text) => !/^set\s+seed\b/.test(text)),
];
