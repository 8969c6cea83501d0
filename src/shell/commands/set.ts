/** `set`: every setting with its value and where that came from, or one changed. */
import {
  checkSettings,
  defaultSettings,
  EVENT_KINDS,
  isSettingKey,
  printSetting,
  readSetting,
  SETTINGS,
  type SettingKey,
  type Settings,
} from '../../settings.ts';
import { applySetting, type SettingOrigin, settingKey } from '../apply-setting.ts';
import type { Answer, Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Play } from '../lab/play.ts';
import { readSeed } from '../lab/seed.ts';
import { refusal } from '../pick.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';

export const set: Command = {
  name: 'set',
  looks: (words) => words.length < 2,
  aliases: [],
  group: 'network',
  usage: 'set [KEY [VALUE]]',
  summary: 'see or change settings',
  candidates: (_, before) => candidatesOf(before),
  details: [
    'help settings tells what each is for and its bounds.',
    'In a lab script it is about every node, also those that are spawned later; set seed N comes first.',
  ],
  check({ words: [key, ...rest] }) {
    if (key !== undefined && rest.length > 0)
      applySetting(defaultSettings(), new Map<SettingKey, SettingOrigin>(), settingKey(key), rest.join(' '), 'set');
  },
  run(shell, { words }) {
    const [key, ...rest] = words;
    if (shell.play !== null && !shell.isNamed && key !== undefined && rest.length > 0)
      return setInScript(shell, shell.play, key, rest.join(' '));
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

/** A lab script speaks of all its nodes: those that run, and those it spawns later. */
function setInScript(shell: Shell, play: Play, key: string, text: string): Answer {
  if (key === 'seed') {
    if (shell.lab !== null) throw new UsageError('set seed must stand before the first spawn');
    const seed = readSeed(text);
    if (!play.isSeedGiven) play.seed = seed;
    return { value: { seed: play.seed }, text: '' };
  }
  const known = settingKey(key, ['seed']);
  const answer = () => ({ value: { key: known, value: printSetting(known, play.settings[known]) }, text: '' });
  const trial: Settings = { ...play.settings };
  applySetting(trial, new Map<SettingKey, SettingOrigin>(), known, text, 'set');
  const wrong = checkSettings(trial);
  if (wrong !== null) throw new UsageError(wrong);
  if (play.givenSettings.has(known)) return answer();
  for (const node of shell.lab?.world.nodes() ?? []) {
    const order = node.order({ kind: 'set', key: known, value: trial[known] });
    if (!order.ok) throw refusal(order);
  }
  Object.assign(play.settings, trial);
  return answer();
}

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

/** Keys, and what one may be where that is one of a few words. */
function candidatesOf([key, ...values]: readonly string[]): readonly string[] {
  if (key === undefined) return Object.keys(SETTINGS);
  const kind = isSettingKey(key) && values.length === 0 ? SETTINGS[key].kind : null;
  if (kind === 'switch') return ['on', 'off'];
  return kind === 'words' ? [...EVENT_KINDS, 'all', 'none'] : [];
}
