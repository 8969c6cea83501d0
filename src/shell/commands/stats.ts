/** `stats`: messages and bytes by type and direction, and how often each reason occurred. */
import type { Command } from '../command.ts';
import { pickAny } from '../pick.ts';
import { table } from '../render.ts';

export const stats: Command = {
  name: 'stats',
  aliases: ['getnettotals'],
  group: 'watch',
  usage: 'stats [ID]',
  summary: 'messages by type and direction, and reasons',
  argument: 'id',
  run(shell, { words }) {
    const [word] = words;
    const view = shell.node.views.traffic(word === undefined ? null : pickAny(shell.node, word, this.usage).n);
    const types = [...new Set([...Object.keys(view.sent), ...Object.keys(view.received)])];
    return {
      value: view,
      async text() {
        const rows = types.map((type) => [
          type,
          String(view.sent[type]?.messages ?? 0),
          String(view.received[type]?.messages ?? 0),
        ]);
        const drawn =
          rows.length === 0
            ? 'no messages yet'
            : await table([{ head: 'type' }, { head: 'sent', right: true }, { head: 'received', right: true }], rows);
        const reasons = Object.entries(view.reasons).map(([code, times]) => `${code} ${times}`);
        return reasons.length === 0 || word !== undefined ? drawn : `${drawn}\nreasons: ${reasons.join(', ')}`;
      },
    };
  },
};
