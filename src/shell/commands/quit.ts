/** `quit`: leaves the network cleanly and ends the program. */
import type { Command } from '../command.ts';

export const quit: Command = {
  name: 'quit',
  aliases: ['exit'],
  group: 'shell',
  usage: 'quit',
  summary: 'leave (also Ctrl-D)',
  details: ['Says bye to every peer, saves the address book and ends the program.'],
  exact: true,
  run(shell) {
    shell.quitting = true;
    return { value: {}, text: '' };
  },
};
