/** `held` and `show`: the messages in hand, all of them or one. What changed of one is told by `diff` through here. */
import { differences } from '../../tap/patch.ts';
import { type Answer, alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { dueText, fateText, heldIds, messageOf, messageValue, shown, wayOf } from '../hand/in-hand.ts';
import { age, count, quoted, safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';

/** Messages that a person sees, the rest is counted; --json has all of them. */
const SHOWN_MAX = 50;
const LINE_SHOWN = 4_096;

export const held: Command = {
  name: 'held',
  looks: alwaysLooks,
  aliases: [],
  group: 'hand',
  usage: 'held',
  summary: 'messages in hand',
  run(shell) {
    const messages = shell.world.tap.held();
    return {
      value: messages.map((one) => messageValue(shell, one)),
      async text() {
        if (messages.length === 0) return 'nothing is held; break hello would hold the next hello';
        const drawn = await table(
          [
            { head: 'id' },
            { head: 'state', shrinkTo: 12 },
            { head: 'connection', shrinkTo: 10 },
            { head: 'type' },
            { head: 'for', right: true, dropOrder: 1 },
            { head: 'goes in', right: true, dropOrder: 2 },
            { head: 'by', dropOrder: 3 },
          ],
          messages
            .slice(0, SHOWN_MAX)
            .map((one) => [
              one.id,
              `${fateText(one)}${one.line === one.original ? '' : ', edited'}${one.copies > 1 ? `, x${one.copies}` : ''}`,
              wayOf(shell, one),
              safe(one.type, 20),
              age((shell.world.now() - one.sinceUs) / 1_000),
              dueText(shell, one) || '-',
              one.by ?? '-',
            ]),
          shell.columns(),
        );
        const rest = messages.length - SHOWN_MAX;
        const clock = shell.world.kind === 'tcp' ? ["the peers' clocks run on"] : [];
        return [drawn, ...(rest > 0 ? [`… ${rest} more`] : []), ...clock].join('\n');
      },
    };
  },
};

export const show: Command = {
  name: 'show',
  looks: alwaysLooks,
  aliases: [],
  group: 'hand',
  usage: 'show MESSAGE',
  summary: 'one message in hand',
  details: ['show m17 also shows one of those that went last.'],
  candidates: (shell, before) => (before.length > 0 ? [] : heldIds(shell)),
  run(shell, { words }) {
    const [id] = words;
    if (id === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}, such as show m1`);
    const message = messageOf(shell, id);
    const due = dueText(shell, message);
    return {
      value: messageValue(shell, message),
      text: [
        shown(shell, message),
        `held for ${age((shell.world.now() - message.sinceUs) / 1_000)}${message.by === null ? '' : ` by ${message.by}`}${due === '' ? '' : `, goes on in ${due}`}`,
        ...(message.why === null ? [] : [safe(message.why, 300)]),
        ...(message.copies > 1 ? [`goes on ${message.copies} times`] : []),
        ...(message.line === message.original ? [] : [`was ${safe(message.original, LINE_SHOWN)}`]),
        safe(message.line, LINE_SHOWN),
      ].join('\n'),
    };
  },
};

/** What a user changed of a message. */
export function changesOf(shell: Shell, id: string): Answer {
  const message = messageOf(shell, id);
  const lines = differences(message.original, message.line);
  const told = lines.map((line) => safe(line, LINE_SHOWN)).join('\n');
  const what = `${message.id} ${quoted(message.type, 20)}`;
  return {
    value: { id, original: message.original, line: message.line, differences: lines },
    text: lines.length === 0 ? `${what} is as it was` : `${what}: ${count(lines.length, 'line')}\n${told}`,
  };
}
