/** `shutdown`: stops the node, from whichever of its shells. */
import type { Command } from '../command.ts';

export const shutdown: Command = {
  name: 'shutdown',
  aliases: [],
  group: 'shell',
  usage: 'shutdown',
  summary: 'stop the node',
  details: [
    'Also from a shell that is attached, where quit only leaves. Says bye to every peer and saves the address book.',
  ],
  exact: true,
  run(shell) {
    shell.quitting = true;
    shell.isShuttingDown = true;
    return { value: {}, text: '' };
  },
};
