/** The arguments of faults: one word goes in, a value or null comes out, and the value is printed as the word that reads back as it. */
import type { Refused } from '../../core/simulation.ts';
import { readDuration } from '../../settings.ts';
import { printDuration } from '../../util/quantity.ts';
import type { Nodes, Sides, Spread, Value } from './spec.ts';
import type { ArgumentType } from './table.ts';

/** What the words of nodes, groups and expressions mean is known to whoever has the network. */
export interface Resolver {
  /** The nodes that a name, group, range or `all` stands for; null when nobody. */
  nodes(word: string): readonly string[] | null;
  /** Names and groups, to tell the nearest. */
  readonly words: readonly string[];
  /** What is wrong with an expression; null when nothing. */
  checkExpression(text: string): Refused | null;
}

/** What a word of each type looks like. */
export const FORMS: Readonly<Record<ArgumentType, string>> = {
  duration: 'a duration such as 500ms, 5s or 2m',
  spread: 'a duration such as 20ms or 20ms±5ms',
  shift: 'a duration with its sign such as +5s or -200ms',
  share: 'a share such as 5% or 0.05',
  rate: 'a rate such as 12500B/s, 64KiB/s or 1500kbit/s',
  size: 'a size such as 20B or 4KiB',
  node: 'a node or group',
  sides: 'two sides such as n1,n2|n3 or @A|@B',
  choice: 'one of these words',
};

/** Largest first, as values are printed. */
const SIZES = new Map([
  ['MiB', 1_048_576],
  ['KiB', 1_024],
  ['B', 1],
]);
const RATES = new Map([
  ['MiB/s', 1_048_576],
  ['KiB/s', 1_024],
  ['B/s', 1],
  ['Mbit/s', 125_000],
  ['kbit/s', 125],
]);
const QUANTITY = /^([0-9]{1,10}(?:\.[0-9]{1,6})?)([A-Za-z/]*)$/;
const SPREAD = /^(.+?)(?:±|\+-|\+\/-)(.+)$/;
const MILLIONTHS = 1_000_000;
const PER_CENT = 10_000;

export function readValue(type: Exclude<ArgumentType, 'choice' | 'node'>, word: string, resolver: Resolver): Value {
  switch (type) {
    case 'duration':
      return readDuration(word);
    case 'spread':
      return readSpread(word);
    case 'shift': {
      const us = /^[+-]/.test(word) ? readDuration(word.slice(1)) : null;
      return us === null ? null : word.startsWith('-') ? 0 - us : us;
    }
    case 'share': {
      const isPerCent = word.endsWith('%');
      const number = isPerCent ? word.slice(0, -1) : word;
      return /^[0-9]{1,3}(?:\.[0-9]{1,6})?$/.test(number)
        ? Math.floor(Number(number) * (isPerCent ? PER_CENT : MILLIONTHS) + 0.5)
        : null;
    }
    case 'rate':
      return readIn(RATES, word);
    case 'size':
      return readIn(SIZES, word);
    case 'sides':
      return readSides(word, resolver);
    default:
      return type satisfies never;
  }
}

function readSpread(word: string): Spread | null {
  const [, delay = word, jitter = '0s'] = SPREAD.exec(word) ?? [];
  const us = readDuration(delay);
  const jitterUs = readDuration(jitter);
  return us === null || jitterUs === null ? null : { us, jitterUs };
}

function readIn(units: ReadonlyMap<string, number>, word: string): number | null {
  const [, digits, unit] = QUANTITY.exec(word) ?? [];
  const factor = units.get(unit ?? '');
  const value = digits === undefined || factor === undefined ? Number.NaN : Number(digits) * factor;
  return Number.isInteger(value) ? value : null;
}

function readSides(word: string, resolver: Resolver): Sides | null {
  const parts = word.split('|');
  const [left, right] = parts.map((part) => readNodes(part, resolver));
  if (parts.length !== 2 || left === null || left === undefined || right === null || right === undefined) return null;
  return left.names.some((name) => right.names.includes(name)) ? null : { left, right };
}

/** A comma list of names, groups and ranges; a group may stand without its @ where no node has that name, and is printed with it. */
export function readNodes(word: string, resolver: Resolver): Nodes | null {
  const names = new Set<string>();
  const texts: string[] = [];
  for (const part of word.split(',')) {
    const text = resolver.nodes(part) === null ? `@${part}` : part;
    const some = resolver.nodes(text);
    if (some === null || some.length === 0) return null;
    for (const name of some) names.add(name);
    texts.push(text);
  }
  return { text: texts.join(','), names: [...names] };
}

export function printValue(type: ArgumentType, value: Exclude<Value, null>): string {
  if (typeof value === 'string') return value;
  if (typeof value === 'object')
    return 'left' in value
      ? `${value.left.text}|${value.right.text}`
      : printDuration(value.us) + (value.jitterUs === 0 ? '' : `±${printDuration(value.jitterUs)}`);
  switch (type) {
    case 'shift':
      return `${value < 0 ? '-' : '+'}${printDuration(Math.abs(value))}`;
    case 'share':
      return `${value / PER_CENT}%`;
    case 'rate':
      return printIn(RATES, value) ?? `${value}B/s`;
    case 'size':
      return printIn(SIZES, value) ?? `${value}B`;
    default:
      return printDuration(value);
  }
}

/** In the first unit of which it is a whole number. */
function printIn(units: ReadonlyMap<string, number>, value: number): string | null {
  for (const [unit, factor] of units) if (value % factor === 0) return `${value / factor}${unit}`;
  return null;
}
