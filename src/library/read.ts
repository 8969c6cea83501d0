/** What a program says in words: durations and settings as people write them go in; values, or one clear error, come out. */
import { checkSettings, defaultSettings, readDuration, type SettingKey, type Settings } from '../settings.ts';
import { applySetting } from '../shell/apply-setting.ts';
import { UsageError } from '../shell/errors.ts';

export type SettingText = string | number | boolean;

/** Settings as `--set` takes them: `{ 'ping.interval': '5s', 'peers.max': 50, 'gossip.dial': false }`. */
export type SettingTexts = { readonly [Key in SettingKey]?: SettingText };

/** Milliseconds, or a text such as `500ms`, `5s`, `2m`. */
export type Duration = number | string;

export function readSettings(texts: SettingTexts = {}): Settings {
  const settings = defaultSettings();
  for (const [key, value] of Object.entries(texts)) {
    if (value === undefined) continue;
    applySetting(settings, new Map(), key, settingText(value), 'set');
  }
  const wrong = checkSettings(settings);
  if (wrong !== null) throw new UsageError(wrong);
  return settings;
}

export const settingText = (value: SettingText): string =>
  typeof value === 'boolean' ? (value ? 'on' : 'off') : String(value);

/** In integer microseconds. */
export function readTime(duration: Duration): number {
  const us = typeof duration === 'number' ? Math.round(duration * 1_000) : readDuration(duration);
  if (us === null || !Number.isSafeInteger(us) || us < 0)
    throw new UsageError(`${JSON.stringify(duration)} is no duration: milliseconds, or a text such as 500ms or 5s`);
  return us;
}
