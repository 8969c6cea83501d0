/** `set`: every setting with its value and where that came from, or one changed. */
import { checkSettings, isSettingKey, printSetting, SETTINGS, type SettingKey, type Settings } from '../../settings.ts';
import type { Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { table } from '../render.ts';
import type { Shell } from '../shell.ts';
import { applySetting } from '../startup.ts';

export const set: Command = {
  name: 'set',
  aliases: [],
  group: 'network',
  usage: 'set [KEY [VALUE]]',
  summary: 'settings: all, one, or change one',
  argument: 'setting',
  details: ['help settings tells what each is for.'],
  run(shell, { words }) {
    const [key, ...rest] = words;
    if (key === undefined) {
      const rows = (Object.keys(SETTINGS) as SettingKey[]).map((one) => rowOf(shell, one));
      return {
        value: rows,
        text: () =>
          table(
            [{ head: 'setting' }, { head: 'value' }, { head: 'default' }, { head: 'from' }],
            rows.map((row) => [row.key, row.value || '(none)', row.default || '(none)', row.from]),
          ),
      };
    }
    if (rest.length > 0) change(shell, key, rest.join(' '));
    if (!isSettingKey(key)) {
      applySetting({ ...shell.settings }, new Map(), key, '', 'set');
      throw new UsageError(`unknown setting ${key}`);
    }
    const row = rowOf(shell, key);
    const later = rest.length > 0 && !SETTINGS[key].live ? ' (at next start)' : '';
    return {
      value: row,
      text: `${row.key} = ${row.value || '(none)'}${later}${row.value === row.default ? '' : ` (default ${row.default || '(none)'})`}`,
    };
  },
};

function change(shell: Shell, key: string, text: string): void {
  const trial: Settings = { ...shell.settings };
  const origins = new Map<SettingKey, 'set'>();
  applySetting(trial, origins as Parameters<typeof applySetting>[1], key, text, 'set');
  const wrong = checkSettings(trial);
  if (wrong !== null) throw new UsageError(wrong);
  const changed = key as SettingKey;
  const order = shell.node.order({ kind: 'set', key: changed, value: trial[changed] });
  if (!order.ok) throw new CommandError(order.reason, order.message);
  shell.options.origins.set(changed, 'set');
}

const rowOf = (shell: Shell, key: SettingKey) => ({
  key,
  value: printSetting(key, shell.settings[key]),
  default: SETTINGS[key].default as string,
  from: shell.options.origins.get(key) ?? 'default',
});
