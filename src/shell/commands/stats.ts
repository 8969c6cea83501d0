/** `stats`: messages and bytes by type and direction, and how often each reason occurred. */
import { REASONS, type ReasonCode } from '../../core/reasons.ts';
import { liveIdsOnly } from '../candidates.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { pickAny } from '../pick.ts';
import { table } from '../table.ts';

export const stats: Command = {
  name: 'stats',
  looks: alwaysLooks,
  aliases: ['getnettotals'],
  group: 'watch',
  asksNode: true,
  takesNodes: true,
  usage: 'stats [ID]',
  summary: 'messages by type',
  details: [
    'Messages and bytes by type and direction, and how often each reason for a close, a refusal or a failed dial came up.',
  ],
  candidates: liveIdsOnly,
  run(shell, { words }) {
    const [word] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const peer = word === undefined ? null : pickAny(shell, word, this.usage);
    const all = shell.node.views.traffic(peer?.n ?? null);
    const value = { ...all, sent: withoutUnknown(all.sent), received: withoutUnknown(all.received) };
    const types = [...new Set([...Object.keys(all.sent), ...Object.keys(all.received)])];
    const isCounted =
      peer === null ||
      [...Object.values(value.sent), ...Object.values(value.received)].some(({ bytes }) => bytes !== null);
    const cell = (row: Counted | undefined) => [
      String(row?.messages ?? 0),
      ...(isCounted ? [row?.bytes === null ? '-' : String(row?.bytes ?? 0)] : []),
    ];
    const heads = isCounted ? ['sent', 'bytes', 'received', 'bytes'] : ['sent', 'received'];
    return {
      value,
      async text() {
        if (types.length === 0) return 'no messages yet';
        const drawn = await table(
          [{ head: 'type' }, ...heads.map((head) => ({ head, right: true }))],
          types.map((type) => [type, ...cell(value.sent[type]), ...cell(value.received[type])]),
          shell.columns(),
        );
        if (peer !== null) return `${drawn}\nbytes in all: ${peer.bytes.sent} sent, ${peer.bytes.received} received`;
        const reasons = Object.entries(all.reasons).sort(([, a], [, b]) => b - a);
        if (reasons.length === 0) return drawn;
        const counted = await table(
          [{ head: 'times', right: true }, { head: 'reason' }, { head: 'which means', dropOrder: 1 }],
          reasons.map(([code, times]) => [String(times), code, REASONS[code as ReasonCode].sentence]),
          shell.columns(),
        );
        return `${drawn}\n\n${counted}`;
      },
    };
  },
};

interface Counted {
  readonly messages: number;
  readonly bytes: number | null;
}

/** No message has no bytes: where none are counted, as in the simulated world, they are not known. */
function withoutUnknown(rows: Readonly<Record<string, Counted>>): Record<string, Counted> {
  return Object.fromEntries(
    Object.entries(rows).map(([type, { messages, bytes }]) => [type, { messages, bytes: bytes === 0 ? null : bytes }]),
  );
}
