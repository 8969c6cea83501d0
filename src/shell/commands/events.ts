/** `events`: which kinds of events are shown above the prompt. */
import { EVENT_KINDS, readSetting, SETTINGS } from '../../settings.ts';
import { type Command, looksAlone } from '../command.ts';
import { UsageError } from '../errors.ts';

export const events: Command = {
  name: 'events',
  looks: looksAlone,
  aliases: [],
  group: 'watch',
  usage: 'events [on|off|KIND…]',
  summary: 'which events are shown',
  details: [`Kinds: ${EVENT_KINDS.join(', ')}, all, none. They are shown above the prompt.`],
  candidates: (_, before) => ['on', 'off', ...EVENT_KINDS].filter((kind) => !before.includes(kind)),
  run(shell, { words }) {
    if (words.length > 0) {
      const text =
        words.length === 1 && words[0] === 'on'
          ? SETTINGS.events.default
          : words.length === 1 && words[0] === 'off'
            ? 'none'
            : words.join(',');
      const reading = readSetting('events', text);
      if (!reading.ok) throw new UsageError(reading.message);
      shell.node.order({ kind: 'set', key: 'events', value: reading.value });
      shell.origins.set('events', 'set');
    }
    const on = shell.settings.events;
    const off = EVENT_KINDS.filter((kind) => !on.includes(kind));
    const rest = off.length === 0 ? '' : `; not shown: ${off.join(', ')}`;
    return { value: { on }, text: on.length === 0 ? 'no events are shown' : `shown: ${on.join(', ')}${rest}` };
  },
};
