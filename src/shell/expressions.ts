/**
 * Expressions that are typed: a text goes in, an expression or one clear error comes out; the beginning of one, and what may follow; what
 * happens at a node, and the observation that it is. How they are read and asked is in src/query.
 */
import type { NodeEvent } from '../core/events.ts';
import type { LineDirection, NodePort, World } from '../core/world.ts';
import { readExpression } from '../query/check.ts';
import { completeExpression } from '../query/complete.ts';
import { QueryError } from '../query/errors.ts';
import type { Expression } from '../query/expression.ts';
import type { Known, Observation } from '../query/observation.ts';
import { createScope, type LivingScope } from '../query/scope.ts';
import type { Message } from '../wire/messages.ts';
import type { Options } from './command.ts';
import { UsageError } from './errors.ts';
import { unknownOption } from './options.ts';
import { shownFault } from './render.ts';
import type { Shell } from './shell.ts';

/** What is wrong with an expression, alone or in a longer complaint, for people: where no word is near, the list of all is. */
export function expressionFault(message: string): string {
  const isUnknown = /\bunknown (?:word|field|function) "[^\n]*" at column \d+$/.test(message);
  return `${shownFault(message)}${isUnknown ? '; help match lists what there is' : ''}`;
}

/** The same of whatever was thrown while one was read. */
export function expressionError(error: unknown): UsageError {
  const message = error instanceof Error ? error.message : String(error);
  return new UsageError(expressionFault(message), error instanceof QueryError ? error.near : []);
}

/** Does what reads or asks an expression; what is wrong with it is the user's to know. */
export function asTypedExpression<Result>(work: () => Result): Result {
  try {
    return work();
  } catch (error) {
    throw error instanceof QueryError ? expressionError(error) : error;
  }
}

/** Whom an expression may name here. `kinds` are those beside what nodes report. */
export function knownHere(shell: Shell, kinds: readonly string[] = []): Known {
  const { labHere, node } = shell;
  return {
    nodes: labHere?.members() ?? shell.world.nodes().map(({ name }) => name),
    ids: [...node.state.peers.keys()],
    state: node.state,
    kinds,
  };
}

export const readTyped = (shell: Shell, text: string, kinds: readonly string[] = []): Expression =>
  asTypedExpression(() => readExpression(text, knownHere(shell, kinds)));

/** What Tab offers for the word that is typed after others, each a whole word. */
export function expressionWords(
  shell: Shell,
  before: readonly string[],
  word: string,
  kinds: readonly string[] = [],
): string[] {
  const text = [...before, word].join(' ');
  const { from, candidates } = completeExpression(text, text.length, knownHere(shell, kinds));
  const kept = word.slice(0, Math.max(0, word.length - (text.length - from)));
  return candidates.map((candidate) => `${kept}${candidate}`);
}

export const scopeOf = (world: World): LivingScope =>
  createScope({
    names: () => world.nodes().map(({ name }) => name),
    state: (name) => world.nodes().find((node) => node.name === name)?.state ?? null,
  });

/** Fills in a line that passes at a node; `nameOf` gives the name of a peer by its id, where it has one. */
export function observeLine(
  observation: Observation,
  at: number,
  node: NodePort,
  n: number,
  direction: LineDirection,
  message: Message | null,
  nameOf: (id: string) => string | null,
): void {
  const id = node.state.sessions.get(n)?.id ?? null;
  const peer = id === null ? null : (nameOf(id) ?? id);
  observation.t = at;
  observation.kind = 'message';
  observation.node = node.name;
  observation.dir = direction === 'sent' ? 'out' : 'in';
  observation.from = direction === 'sent' ? node.name : peer;
  observation.to = direction === 'sent' ? peer : node.name;
  observation.message = message;
  observation.n = n;
  observation.id = id;
}

export function observeEvent(observation: Observation, at: number, node: NodePort, event: NodeEvent): void {
  observation.t = at;
  observation.kind = event.kind;
  observation.node = node.name;
  observation.dir = 'dir' in event ? (event.dir === 'inbound' ? 'in' : 'out') : null;
  observation.from = null;
  observation.to = null;
  observation.message = null;
  observation.n = 'n' in event ? (event.n ?? 0) : 0;
  observation.id = 'id' in event ? event.id : null;
}

/** The value of an option, and the text without it, for commands whose rest is an expression: quotes stay as they were typed. */
export function takeOption(
  rest: string,
  name: string,
  takesValue: boolean,
): { readonly text: string; readonly value: string | null } {
  const pattern = takesValue
    ? new RegExp(`(?:^|\\s)${name}(?:=|\\s+)(\\S+)(?=\\s|$)`)
    : new RegExp(`(?:^|\\s)(${name})(?=\\s|$)`);
  const [all, value] = pattern.exec(rest) ?? [];
  if (all === undefined) return { text: rest.trim(), value: null };
  return { text: rest.replace(all, ' ').trim(), value: value ?? null };
}

/** Complains of what looks like another option, in the words that are used where no expression stands. */
export function refuseOptions(text: string, options: Options, usage: string): void {
  const [, word] = /(?:^|\s)(--[\w-]+|-[A-Za-z])(?=[\s=]|$)/.exec(text) ?? [];
  if (word === undefined) return;
  const names = Object.entries(options).map(([name, { short }]) => (short === undefined ? `--${name}` : `-${short}`));
  const at = names.indexOf(word);
  const long = names.filter((name) => name.startsWith('--')).map((name) => name.slice(2));
  if (at < 0) throw unknownOption(word, long, `usage: ${usage}`);
  const isFlag = Object.values(options)[at]?.type === 'boolean';
  const hasValue = new RegExp(`${word}${isFlag ? '=' : '(?:=|\\s+)[^\\s-]'}`).test(text);
  // Where nothing is wrong with it, it was taken once before.
  const why = isFlag !== hasValue ? 'is there twice' : isFlag ? 'takes no value' : 'needs a value';
  throw new UsageError(`${word} ${why}; usage: ${usage}`);
}
