/** What Tab offers: the text up to the cursor goes in, candidates come out. It runs no code of the user's and asks no peer. */
import { types } from 'node:util';
import type { NodePort } from '../core/world.ts';
import { firstOnesFirst } from './candidates.ts';
import type { Options } from './command.ts';
import { type NodeFirst, readNodeFirst } from './lab/node-first.ts';
import { splitWords } from './line.ts';
import { safe } from './render.ts';
import type { Completion } from './session.ts';
import type { Shell } from './shell.ts';

export function completeLine(shell: Shell, line: string): Completion {
  const first = readNodeFirst(line);
  if (first !== null && shell.lab !== null) return completeFor(shell, first);
  return completeHere(shell, line);
}

/** What is offered after `n3: ` is what would be offered at that node. */
function completeFor(shell: Shell, { who, rest }: NodeFirst): Completion {
  let node: NodePort | undefined;
  try {
    [node] = shell.named(who);
  } catch {
    // Who is nobody has nothing to offer.
  }
  return node === undefined ? offer([], '', null) : shell.spokenTo.lookingAt(node, () => completeHere(shell, rest));
}

function completeHere(shell: Shell, line: string): Completion {
  const [, first = '', gap = '', rest = ''] = /^\s*(\S*)(\s*)(.*)$/s.exec(line) ?? [];
  if (gap === '' && /^[\w-]*$/.test(first)) {
    const commands = shell.vocabulary.words().sort();
    if (first === '') return offer(firstOnesFirst(shell.commands, commands), first, null);
    const names = shell.takesJavaScript ? variables(shell).filter((name) => !commands.includes(name)) : [];
    return offer([...commands, '', ...names], first, null);
  }
  const command = gap === '' ? null : shell.vocabulary.commandTyped(first);
  if (command === null) return shell.takesJavaScript ? javascript(shell, line) : offer([], '', null);
  const word = /\S*$/.exec(rest)?.[0] ?? '';
  const options = command.options ?? {};
  const before = argumentsIn(wordsOf(rest.slice(0, rest.length - word.length)), options);
  const candidates = word.startsWith('-')
    ? Object.entries(options).flatMap(([name, { short }]) => [
        ...(short === undefined ? [] : [`-${short}`]),
        ...(short === name ? [] : [`--${name}`]),
      ])
    : before === null
      ? []
      : (command.candidates?.(shell, before, word) ?? []);
  return offer(candidates, word, command.usage);
}

/** Words that are neither an option nor the value of one; null when the next word is a value. */
function argumentsIn(words: readonly string[], options: Options): string[] | null {
  const found: string[] = [];
  let isValue = false;
  for (const word of words) {
    if (!isValue && !word.startsWith('-')) found.push(word);
    isValue =
      !isValue &&
      Object.entries(options).some(
        ([name, { type, short }]) => type === 'string' && (word === `--${name}` || word === `-${short}`),
      );
  }
  return isValue ? null : found;
}

/** The words before the one that is being typed; none while a quote is open. */
function wordsOf(text: string): string[] {
  try {
    return splitWords(text);
  } catch {
    return [];
  }
}

function offer(candidates: readonly string[], word: string, usage: string | null): Completion {
  const fitting = candidates.filter((candidate) => candidate === '' || candidate.startsWith(word));
  const isNothing = fitting.every((candidate) => candidate === '' || candidate === word);
  return {
    candidates: isNothing ? [] : fitting.map((candidate) => safe(candidate)),
    replaces: word,
    usage: isNothing ? usage : null,
  };
}

function javascript(shell: Shell, line: string): Completion {
  const word = /[\w.$]*$/.exec(line)?.[0] ?? '';
  return offer(word.includes('.') ? properties(shell, word) : word === '' ? [] : variables(shell), word, null);
}

/** Names a line of JavaScript may begin with and that are not the language's. */
const variables = (shell: Shell) =>
  ['node', 'world', ...(shell.lab === null ? [] : ['nodes']), ...shell.javascript.declaredNames()].sort();

/** What a name stands for; undefined when it is not known without running code. */
function knownValue(shell: Shell, name: string): unknown {
  if (name === 'node') return shell.node.state;
  if (name === 'world') return shell.world;
  if (name === '_') return shell.lastRows;
  return shell.javascript.declaredValue(name) ?? Object.getOwnPropertyDescriptor(globalThis, name)?.value;
}

/** Own property names along a dotted path, read from descriptors so that no getter runs; a proxy would run its traps. */
function properties(shell: Shell, word: string): string[] {
  const path = word.split('.');
  let value = knownValue(shell, path[0] ?? '');
  for (const name of path.slice(1, -1))
    value = isPlain(value) ? Object.getOwnPropertyDescriptor(value, name)?.value : null;
  if (!isPlain(value)) return [];
  const base = path.slice(0, -1).join('.');
  const prototype = Object.getPrototypeOf(value) as object | null;
  const inherited = prototype === null || prototype === Object.prototype ? [] : Object.getOwnPropertyNames(prototype);
  return [...new Set([...Object.getOwnPropertyNames(value), ...inherited])]
    .filter((name) => /^[A-Za-z_$][\w$]*$/.test(name) && name !== 'constructor' && !name.startsWith('__'))
    .map((name) => `${base}.${name}`);
}

function isPlain(value: unknown): value is object {
  return ((typeof value === 'object' && value !== null) || typeof value === 'function') && !types.isProxy(value);
}
