/** `quit`: leaves the network cleanly and ends the program. */
import { alwaysLooks, type Command } from '../command.ts';

export const quit: Command = {
  name: 'quit',
  looks: alwaysLooks,
  aliases: ['exit'],
  group: 'shell',
  usage: 'quit',
  summary: 'leave (also Ctrl-D)',
  details: [
    'Says bye to every peer, saves the address book and ends the program.',
    'A shell that is attached leaves the node running; shutdown stops it.',
  ],
  exact: true,
  run(shell) {
    shell.quitting = true;
    return { value: {}, text: '' };
  },
};
