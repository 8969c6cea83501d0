/** `use`: goes to another node; what is typed is about that one from then on. */
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { labOf } from '../lab/lab.ts';
import type { Shell } from '../shell.ts';

export const use: Command = {
  name: 'use',
  looks: alwaysLooks,
  aliases: [],
  group: 'lab',
  usage: 'use NODE|live',
  summary: 'go to another node',
  details: ['use n3 goes to a node of the lab, use live back to your own; the lab stays as it is.'],
  needsLab: true,
  candidates: (shell, before) => (before.length === 0 ? [...(shell.lab?.names() ?? []), 'live'] : []),
  run(shell, { words }) {
    const [name] = words;
    if (name === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    // Who is there already need not be told that there is nowhere else.
    if (name === 'live' && shell.lab === null && shell.options.live !== null && shell.play === null)
      return { value: whereabouts(shell), text: 'already there: no lab runs' };
    const lab = labOf(shell);
    if (name === 'live') {
      if (shell.options.live === null) throw new CommandError('no-such-node', 'there is no node of your own here');
      shell.isInLab = false;
    } else {
      lab.onlookers.look(shell, lab.node(name));
      shell.isInLab = true;
    }
    return { value: whereabouts(shell), text: '' };
  },
};

const whereabouts = ({ node }: Shell) => ({ node: node.name, id: node.views.status().nodeId });
