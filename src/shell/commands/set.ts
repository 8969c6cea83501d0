/** `set`: every setting with its value and where that came from, or one changed. */
import { checkSettings, printSetting, readSetting, SETTINGS, type SettingKey, type Settings } from '../../settings.ts';
import { applySetting, type SettingOrigin, settingKey } from '../apply-setting.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { refusal } from '../pick.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';

export const set: Command = {
  name: 'set',
  aliases: [],
  group: 'network',
  usage: 'set [KEY [VALUE]]',
  summary: 'see or change settings',
  candidates: (_, before) => (before.length === 0 ? Object.keys(SETTINGS) : []),
  details: ['help settings tells what each is for and its bounds.'],
  run(shell, { words }) {
    const [key, ...rest] = words;
    if (key === undefined) {
      const rows = (Object.keys(SETTINGS) as SettingKey[]).map((one) => rowOf(shell, one));
      return {
        value: rows,
        text: () =>
          table(
            [
              { head: 'setting' },
              { head: 'value', shrinkTo: 8 },
              { head: 'default', dropOrder: 1 },
              { head: 'from', dropOrder: 2 },
            ],
            rows.map((row) => [row.key, row.value || '(none)', row.default || '(none)', row.from]),
            shell.columns(),
          ),
      };
    }
    const known = settingKey(key);
    if (rest.length > 0) change(shell, known, rest.join(' '));
    const row = rowOf(shell, known);
    const later = rest.length > 0 && !SETTINGS[known].live ? ' (at next start)' : '';
    const other = row.value === row.default ? '' : ` (default ${row.default || '(none)'})`;
    return { value: row, text: `${row.key} = ${row.value || '(none)'}${later}${other}` };
  },
};

function change(shell: Shell, key: SettingKey, text: string): void {
  const trial: Settings = { ...shell.settings };
  applySetting(trial, new Map<SettingKey, SettingOrigin>(), key, text, 'set');
  const wrong = checkSettings(trial);
  if (wrong !== null) throw new UsageError(wrong);
  const order = shell.node.order({ kind: 'set', key, value: trial[key] });
  if (!order.ok) throw refusal(order);
  shell.origins.set(key, 'set');
}

/** A value that is the default reads as the default is written: 60s, not 1m. */
function rowOf(shell: Shell, key: SettingKey) {
  const value = printSetting(key, shell.settings[key]);
  const written: string = SETTINGS[key].default;
  const reading = readSetting(key, written);
  const isDefault = reading.ok && printSetting(key, reading.value) === value;
  return {
    key,
    value: isDefault ? written : value,
    default: written,
    from: shell.origins.get(key) ?? 'default',
  };
}
