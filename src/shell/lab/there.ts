/** Which nodes and groups a lab has or will have, as far as its lines say: lines of a script, or a lab and what is planned in it, go in. */
import type { Groups } from '../../core/simulation.ts';
import { UsageError } from '../errors.ts';
import { splitWords, stripComment } from '../line.ts';
import { safe, thereAre } from '../render.ts';
import type { Shell } from '../shell.ts';
import { namesOf } from './node-first.ts';
import { type ScriptLine, spawnedBy } from './script-file.ts';

export interface There {
  readonly names: readonly string[];
  readonly groups: Groups;
}

/** Lines that make nodes and groups. */
const MAKES = /^(?:spawn|groups?)\s/;
/** `A=n1..n4`, as it is typed. */
export const GROUP = /^@?([A-Za-z][\w-]{0,31})=(\S+)$/;

/** What lines will make, at once or at a later time, beside what is there before. */
export function thereAfter(before: There, lines: readonly ScriptLine[]): There {
  const names = new Set([...before.names, ...spawnedBy(lines)]);
  const groups = new Map(Object.entries(before.groups));
  for (const { text } of lines) {
    const words = splitWords(stripComment(text));
    const [word, ...rest] = words[0] === 'at' ? words.slice(2) : words;
    if (word !== 'group' && word !== 'groups') continue;
    for (const one of rest) {
      const [, name, members] = GROUP.exec(one) ?? [];
      if (name === undefined || members === undefined) continue;
      const known = members.split(',').every((part) => !part.startsWith('@') || groups.has(part.slice(1)));
      groups.set(name, known ? namesOf(members, groups, () => [...names]) : []);
    }
  }
  return { names: [...names], groups: Object.fromEntries(groups) };
}

/** Of the lab that is typed in, or of the script that runs. */
export function thereOf({ lab, play }: Shell): There {
  const names = [...(play?.there.names ?? []), ...(lab?.members() ?? []), ...(lab?.names() ?? [])];
  const groups = { ...play?.there.groups, ...Object.fromEntries(lab?.groups ?? []) };
  const planned = (lab?.agenda?.ahead() ?? []).filter(({ text }) => MAKES.test(text));
  return thereAfter(
    { names: [...new Set(names)], groups },
    planned.map(({ text }) => ({ where: '', text })),
  );
}

/** Complains of a name that is nobody's and of a group that is none. */
export function expectThere(who: string, { names, groups }: There): void {
  const known = new Set(names);
  for (const name of namesOf(who, new Map(Object.entries(groups)), () => names))
    if (!known.has(name)) throw new UsageError(`${safe(name)} is no node; ${thereAre(names)}`);
}
