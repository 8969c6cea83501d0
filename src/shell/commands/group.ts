/** `group`: names several nodes of the lab, for `@A: status` and the like. */
import { type Command, looksAlone } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { labOf } from '../lab/lab.ts';
import { namesOf } from '../lab/node-first.ts';
import { expectThere, GROUP } from '../lab/there.ts';
import { count, safe } from '../render.ts';

const GROUPS_MAX = 100;

export const group: Command = {
  name: 'group',
  looks: looksAlone,
  aliases: ['groups'],
  group: 'lab',
  usage: 'group [NAME=NODES…]',
  summary: 'name several nodes',
  details: ['group A=n1..n4 B=n5,n7 makes two; @A: status then asks the first. NODES may name other groups: C=@A,n9.'],
  needsLab: true,
  check({ words }, there) {
    for (const word of words) expectThere(read(word).members, there);
  },
  run(shell, { words }) {
    const lab = labOf(shell);
    const made = new Map<string, readonly string[]>();
    for (const word of words) {
      const { name, members } = read(word);
      const names = namesOf(members, new Map([...lab.groups, ...made]), () => lab.names());
      for (const one of names) lab.inhabitants.expect(one);
      made.set(name, names);
    }
    if (new Set([...lab.groups.keys(), ...made.keys()]).size > GROUPS_MAX)
      throw new CommandError('too-many', `there are at most ${GROUPS_MAX} groups`);
    for (const [name, members] of made) lab.groups.set(name, members);
    const rows = [...lab.groups].map(([name, nodes]) => ({ name, nodes }));
    const told = rows.map(({ name, nodes }) => `@${name}  ${count(nodes.length, 'node')}: ${some(nodes)}`);
    return { value: rows, text: told.join('\n') || 'no groups; group A=n1..n4 makes one' };
  },
};

function read(word: string): { readonly name: string; readonly members: string } {
  const [, name, members] = GROUP.exec(word) ?? [];
  if (name === undefined || members === undefined)
    throw new UsageError(`${JSON.stringify(safe(word))} is no group; type group A=n1..n4`);
  return { name, members };
}

/** Nodes named in one line. */
const NAMED_MAX = 8;

const some = (names: readonly string[]) =>
  `${names.slice(0, NAMED_MAX).join(' ')}${names.length > NAMED_MAX ? ` and ${names.length - NAMED_MAX} more` : ''}`;
