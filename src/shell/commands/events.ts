/** `events`: which kinds of events are shown above the prompt. */
import { EVENT_KINDS, readSetting, type SettingValue } from '../../settings.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';

const DEFAULT_KINDS = 'connect,drop,error';

export const events: Command = {
  name: 'events',
  aliases: [],
  group: 'watch',
  usage: `events [on|off|KIND…]`,
  summary: 'which events are shown: connect drop dial gossip …',
  details: [`kinds: ${EVENT_KINDS.join(', ')}, all, none`],
  run(shell, { words }) {
    if (words.length > 0) {
      const text =
        words.length === 1 && words[0] === 'on'
          ? DEFAULT_KINDS
          : words.length === 1 && words[0] === 'off'
            ? 'none'
            : words.join(',');
      const reading = readSetting('events', text);
      if (!reading.ok) throw new UsageError(reading.message);
      shell.node.order({ kind: 'set', key: 'events', value: reading.value as SettingValue });
      shell.options.origins.set('events', 'set');
    }
    const on = shell.settings.events;
    return { value: { on }, text: on.length === 0 ? 'no events are shown' : `shown: ${on.join(', ')}` };
  },
};
