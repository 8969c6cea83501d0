/** `quit`: leaves the network cleanly and ends the program. */
import type { Command } from '../command.ts';

export const quit: Command = {
  name: 'quit',
  aliases: ['exit'],
  group: 'shell',
  usage: 'quit',
  summary: 'leave the network and stop (also Ctrl-D)',
  exact: true,
  run(shell) {
    shell.quitting = true;
    return { value: {}, text: '' };
  },
};
