/** `heal`: ends faults, by id, by the nodes that they name, or all of them. */
import type { FaultView, Simulation } from '../../core/simulation.ts';
import { nearest } from '../../util/nearest.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { nodesAndGroups } from '../lab/fault-candidates.ts';
import type { Lab } from '../lab/lab.ts';
import { namesOf } from '../lab/node-first.ts';
import { harmedLab, putLines } from '../lab/put-fault.ts';
import { expectThere } from '../lab/there.ts';
import { safe } from '../render.ts';

const ALL = 'all';
/** `f3`, `f3,f4`. */
const IDS = /^f[0-9]+(?:,f[0-9]+)*$/;

export const heal: Command = {
  name: 'heal',
  aliases: [],
  group: 'lab',
  usage: 'heal [ID|all|NODES]',
  summary: 'end faults',
  details: [
    'heal ends all of them, heal f3 one, heal f3,f4 two, heal n3 or heal @A those that name the node or one of the group.',
    'A healed crash starts the node anew. What chaos has planned still comes: chaos stop takes it away.',
  ],
  needsLab: true,
  exact: true,
  candidates: (shell, before) => {
    const { lab } = shell;
    if (before.length > 0 || lab === null || lab.simulation === null) return [];
    return [...lab.simulation.faults().map(({ id }) => id), ALL, '', ...nodesAndGroups(lab)];
  },
  check({ words }, there) {
    const [word = ALL] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    if (word !== ALL && !IDS.test(word)) expectThere(word, there);
  },
  run(shell, { words }) {
    const [word = ALL] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const { lab, simulation } = harmedLab(shell, 'heal');
    const meant = chosen(lab, simulation, word);
    if (word === ALL) simulation.heal(ALL);
    else for (const { id } of meant) simulation.heal(id);
    const rows = meant.map(({ id, text }) => ({ id, text }));
    const none = word === ALL ? 'no faults to heal' : `no fault names ${safe(word)}`;
    return { value: rows, text: putLines(rows, 'healed ') || none };
  },
};

/** The faults that a word means; none is an answer, too, but a word that is nobody's is refused. */
function chosen(lab: Lab, simulation: Simulation, word: string): readonly FaultView[] {
  const views = simulation.faults();
  if (word === ALL) return views;
  if (IDS.test(word)) {
    const ids = views.map(({ id }) => id);
    const wanted = word.split(',');
    const missing = wanted.find((id) => !ids.includes(id));
    if (missing === undefined) return views.filter(({ id }) => wanted.includes(id));
    const there = ids.length === 0 ? 'no fault is on' : `on ${ids.length === 1 ? 'is' : 'are'} ${ids.join(', ')}`;
    throw new CommandError('no-such-fault', `${missing} is not on; ${there}`, nearest(missing, ids));
  }
  const names = new Set(namesOf(word, lab.groups, () => lab.names()));
  for (const name of names) lab.inhabitants.expect(name);
  return views.filter((view) => view.names.some((name) => names.has(name)));
}
