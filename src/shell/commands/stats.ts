/** `stats`: messages and bytes by type and direction, and how often each reason occurred. */

import { liveIdsOnly } from '../candidates.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { pickAny } from '../pick.ts';
import { table } from '../render.ts';

export const stats: Command = {
  name: 'stats',
  aliases: ['getnettotals'],
  group: 'watch',
  usage: 'stats [ID]',
  summary: 'messages by type',
  details: [
    'Messages and bytes by type and direction, and how often each reason for a close or a refusal came up (help reasons).',
  ],
  candidates: liveIdsOnly,
  run(shell, { words }) {
    const [word] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const peer = word === undefined ? null : pickAny(shell.node, word, this.usage);
    const all = shell.node.views.traffic(peer?.n ?? null);
    // Of one connection the bytes are counted together, not by type.
    const value = peer === null ? all : { ...all, sent: withoutBytes(all.sent), received: withoutBytes(all.received) };
    const types = [...new Set([...Object.keys(all.sent), ...Object.keys(all.received)])];
    const cell = (row: { readonly messages: number; readonly bytes: number } | undefined) => [
      String(row?.messages ?? 0),
      ...(peer === null ? [String(row?.bytes ?? 0)] : []),
    ];
    const heads = peer === null ? ['sent', 'bytes', 'received', 'bytes'] : ['sent', 'received'];
    return {
      value,
      async text() {
        if (types.length === 0) return 'no messages yet';
        const drawn = await table(
          [{ head: 'type' }, ...heads.map((head) => ({ head, right: true }))],
          types.map((type) => [type, ...cell(all.sent[type]), ...cell(all.received[type])]),
        );
        if (peer !== null) return `${drawn}\nbytes: ${peer.bytes.sent} sent, ${peer.bytes.received} received`;
        const reasons = Object.entries(all.reasons).map(([code, times]) => `${code} ${times}`);
        return reasons.length === 0 ? drawn : `${drawn}\nreasons: ${reasons.join(', ')}`;
      },
    };
  },
};

function withoutBytes(rows: Readonly<Record<string, { readonly messages: number }>>) {
  return Object.fromEntries(Object.entries(rows).map(([type, { messages }]) => [type, { messages, bytes: null }]));
}
