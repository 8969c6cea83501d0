/** Whom a line is about when it says so first: `n3: peers`, `n1..n4: status`, `@A: status`, `all: peers`, `live: peers`. */
import { nearest } from '../../util/nearest.ts';
import { CommandError, UsageError } from '../errors.ts';
import { safe } from '../render.ts';

const NAME = 'n[0-9]{1,9}(?:\\.\\.n[0-9]{1,9})?';
const FIRST = new RegExp(`^\\s*(live|all|@[A-Za-z][\\w-]*|${NAME}(?:,${NAME})*)\\s*:(?!:)\\s*(.*)$`, 's');
/** Nodes of one group, all told. */
export const MEMBERS_MAX = 100_000;

export interface NodeFirst {
  readonly who: string;
  readonly rest: string;
}

/** null when the line says nothing of the kind. */
export function readNodeFirst(line: string): NodeFirst | null {
  const [, who, rest = ''] = FIRST.exec(line) ?? [];
  return who === undefined ? null : { who, rest };
}

/** The names that `n3`, `n1..n4`, `n1,n3`, `@A` or `all` stand for, in order and each once. */
export function namesOf(
  text: string,
  groups: ReadonlyMap<string, readonly string[]>,
  all: () => readonly string[],
): string[] {
  const found = new Set<string>();
  for (const part of text.split(',')) for (const name of partNames(part, groups, all)) found.add(name);
  return [...found];
}

function partNames(
  part: string,
  groups: ReadonlyMap<string, readonly string[]>,
  all: () => readonly string[],
): readonly string[] {
  // A world has those that began anew last.
  if (part === 'all') return [...all()].sort((a, b) => Number(a.slice(1)) - Number(b.slice(1)));
  if (part.startsWith('@')) return groupNamed(part.slice(1), groups);
  const [, first, last] = /^n([0-9]{1,9})\.\.n([0-9]{1,9})$/.exec(part) ?? [];
  if (first === undefined) return [part];
  const size = Number(last) - Number(first) + 1;
  if (size < 1) throw new UsageError(`${safe(part)} names nobody; type the lower number first, such as n1..n4`);
  if (size > MEMBERS_MAX)
    throw new UsageError(
      `${safe(part)} names ${size.toLocaleString('en')} nodes; one word names at most ${MEMBERS_MAX.toLocaleString('en')}`,
    );
  return Array.from({ length: size }, (_, i) => `n${Number(first) + i}`);
}

function groupNamed(name: string, groups: ReadonlyMap<string, readonly string[]>): readonly string[] {
  const members = groups.get(name);
  if (members !== undefined) return members;
  const near = nearest(name, groups.keys()).map((one) => `@${one}`);
  const hint =
    near.length > 0
      ? `did you mean ${near.join(' or ')}?`
      : groups.size === 0
        ? 'group A=n1..n4 makes one'
        : `there are ${[...groups.keys()].map((one) => `@${one}`).join(', ')}`;
  throw new CommandError('no-such-group', `no group @${safe(name)}; ${hint}`, near);
}
