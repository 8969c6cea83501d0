/**
 * `NAME ARGS [on SELECTOR] [for T] [until EXPR]` goes in, specs of faults come out (several for a preset and for a node argument that
 * names several), or one line that says which word is wrong and what to type. Printing a spec gives text that reads back as it.
 */
import type { Refused } from '../../core/simulation.ts';
import { readDuration } from '../../settings.ts';
import { nearest } from '../../util/nearest.ts';
import { printDuration } from '../../util/quantity.ts';
import { isPresetName, PRESETS, presetUsage } from './presets.ts';
import { nobody, parseSelector, printSelector } from './selector.ts';
import type { FaultSpec, Selector, Value } from './spec.ts';
import { type Argument, FAULT_NAMES, FAULTS, type FaultName, type FaultRow, isFaultName, usageOf } from './table.ts';
import { FORMS, printValue, type Resolver, readNodes, readValue } from './values.ts';

export type FaultReading =
  | { readonly ok: true; readonly specs: readonly FaultSpec[] }
  | ({ readonly ok: false } & Refused);

/** A word ends at a space outside quotes. */
const WORDS = /(?:"(?:[^"\\]|\\.)*"|[^\s"])+|\S+/g;
const CLAUSES = ['on', 'for', 'until'];
/** Longer texts are refused before they are looked at. */
const TEXT_LENGTH_MAX = 65_536;
/** So much of a wrong word is shown. */
const SHOWN_LENGTH_MAX = 80;
const FOR_US_MAX = 24 * 3_600_000_000;

const shown = (word: string | undefined) => JSON.stringify((word ?? '').slice(0, SHOWN_LENGTH_MAX));

/** A refusal: its message is for the user. */
class Wrong extends Error {
  readonly near: readonly string[];

  constructor(message: string, near: readonly string[] = []) {
    super(message);
    this.near = near;
  }
}

/** The same of a part of a fault, with the fault's name before it. */
const wrongIn = (name: string, { message, near }: Refused) => new Wrong(`${name}: ${message}`, near);

export function parseFault(text: string, resolver: Resolver): FaultReading {
  try {
    return { ok: true, specs: readFault(text, resolver) };
  } catch (error) {
    if (error instanceof Wrong) return { ok: false, message: error.message, near: error.near };
    throw error;
  }
}

/** A word that was meant as the beginning of a clause has no place among the arguments. */
function tooMany(name: string, word: string, usage: string): Wrong {
  const near = nearest(word, CLAUSES);
  const hint = near.length > 0 ? near.join(' or ') : usage;
  return new Wrong(`${name}: ${shown(word)} is one word too many: type ${hint}`, near);
}

function readFault(text: string, resolver: Resolver): FaultSpec[] {
  if (text.length > TEXT_LENGTH_MAX) throw new Wrong(`a fault has at most ${TEXT_LENGTH_MAX} characters`);
  const words = text.match(WORDS) ?? [];
  const [name = '', ...rest] = words[0] === 'fault' ? words.slice(1) : words;
  if (isPresetName(name) && rest[0] !== undefined && !CLAUSES.includes(rest[0]))
    throw tooMany(name, rest[0], presetUsage(name));
  if (isPresetName(name))
    return PRESETS[name].faults.flatMap((fault) => readFault([fault, ...rest].join(' '), resolver));
  if (!isFaultName(name)) {
    const known = [...FAULT_NAMES, ...Object.keys(PRESETS)];
    const near = name === '' ? [] : nearest(name, known);
    const hint = near.length > 0 ? near.join(' or ') : known.join(', ');
    throw new Wrong(`${shown(name)} is no fault: type ${hint}`, near);
  }
  const clauseAt = rest.findIndex((word) => CLAUSES.includes(word));
  const args = clauseAt < 0 ? rest : rest.slice(0, clauseAt);
  const clauses = readClauses(name, clauseAt < 0 ? [] : rest.slice(clauseAt), resolver);
  return readArguments(name, args, resolver).map((values) => ({ name, values, ...clauses }) as FaultSpec);
}

/** One record of values for each node that is meant. */
function readArguments(name: FaultName, words: readonly string[], resolver: Resolver): Record<string, Value>[] {
  const { args }: FaultRow = FAULTS[name];
  let records: Record<string, Value>[] = [{}];
  for (const [index, arg] of args.entries()) {
    const word = words[index];
    if (word === undefined && arg.optional !== true)
      throw new Wrong(`${name}: ${arg.name} is missing: type ${usageOf(name)}`);
    const values = word === undefined ? [null] : readArgument(name, arg, word, resolver);
    records = records.flatMap((record) => values.map((value) => ({ ...record, [arg.name]: value })));
  }
  const surplus = words[args.length];
  if (surplus !== undefined) throw tooMany(name, surplus, usageOf(name));
  return records;
}

function readArgument(name: FaultName, arg: Argument, word: string, resolver: Resolver): readonly Value[] {
  if (arg.type === 'choice') {
    const choices = arg.of ?? [];
    if (choices.includes(word)) return [word];
    const near = nearest(word, arg.optional === true ? [...choices, ...CLAUSES] : choices);
    const hint = (near.length > 0 ? near : choices).join(' or ');
    throw new Wrong(`${name}: ${shown(word)} is no ${arg.name}: type ${hint}`, near);
  }
  if (arg.type === 'node') {
    const nodes = readNodes(word, resolver);
    if (nodes === null) throw wrongIn(name, nobody(word, resolver));
    return nodes.names;
  }
  const value = readValue(arg.type, word, resolver);
  if (value === null) {
    const { message, near } = whyNot(arg, word, resolver);
    throw new Wrong(`${name}: ${shown(word)} is not ${message}`, near);
  }
  const size = typeof value === 'object' ? ('us' in value ? Math.max(value.us, value.jitterUs) : 0) : Number(value);
  const { min = 0 - (arg.max ?? Infinity), max = Infinity } = arg;
  if (size < min || size > max)
    throw new Wrong(
      `${name}: ${shown(word)} is out of bounds: type ${printValue(arg.type, min)} to ${printValue(arg.type, max)}`,
    );
  return [value];
}

/** Of two sides the one is named that is nobody. */
function whyNot({ type }: Argument, word: string, resolver: Resolver): Refused {
  const sides = type === 'sides' ? word.split('|') : [];
  const wrong = sides.length === 2 ? sides.find((side) => readNodes(side, resolver) === null) : undefined;
  if (wrong !== undefined) {
    const { message, near } = nobody(wrong, resolver);
    return { message: `${FORMS[type]}: ${message}`, near };
  }
  return { message: sides.length === 2 ? `${FORMS[type]}: a node is on one side only` : FORMS[type], near: [] };
}

interface Clauses {
  readonly on: Selector;
  readonly forUs: number | null;
  readonly until: string | null;
}

function readClauses(name: FaultName, words: readonly string[], resolver: Resolver): Clauses {
  const row: FaultRow = FAULTS[name];
  const clauses: { on: Selector; forUs: number | null; until: string | null } = {
    on: { kind: 'all' },
    forUs: null,
    until: null,
  };
  let last = -1;
  for (let at = 0; at < words.length; ) {
    const clause = words[at] ?? '';
    const order = CLAUSES.indexOf(clause);
    if (order <= last || (clause === 'on' ? !row.isSelective : row.isInstant))
      throw new Wrong(`${name}: ${shown(clause)} does not fit here: type ${usageOf(name)}`);
    last = order;
    const next = words.findIndex((word, index) => index > at && CLAUSES.indexOf(word) > order);
    const text = words.slice(at + 1, next < 0 ? undefined : next).join(' ');
    at = next < 0 ? words.length : next;
    if (text === '') throw new Wrong(`${name}: something is missing after ${clause}: type ${usageOf(name)}`);
    if (clause === 'on') {
      const reading = parseSelector(text, resolver);
      if (!reading.ok) throw wrongIn(name, reading);
      clauses.on = reading.selector;
    } else if (clause === 'for') {
      clauses.forUs = readDuration(text);
      if (clauses.forUs === null) throw new Wrong(`${name}: ${shown(text)} is not ${FORMS.duration}`);
      if (clauses.forUs < 1 || clauses.forUs > FOR_US_MAX)
        throw new Wrong(`${name}: ${shown(text)} is out of bounds: type at most ${printDuration(FOR_US_MAX)}`);
    } else {
      const wrong = resolver.checkExpression(text);
      if (wrong !== null) throw wrongIn(name, wrong);
      clauses.until = text;
    }
  }
  return clauses;
}

export function printFault(spec: FaultSpec): string {
  const { args }: FaultRow = FAULTS[spec.name];
  const values = spec.values as Readonly<Record<string, Value>>;
  const words = args.flatMap((arg) => {
    const value = values[arg.name] ?? null;
    return value === null ? [] : [printValue(arg.type, value)];
  });
  if (spec.on.kind !== 'all') words.push(`on ${printSelector(spec.on)}`);
  if (spec.forUs !== null) words.push(`for ${printDuration(spec.forUs)}`);
  if (spec.until !== null) words.push(`until ${spec.until}`);
  return [spec.name, ...words].join(' ');
}
