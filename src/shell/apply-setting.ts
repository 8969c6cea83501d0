/** One setting from text: key and text go in, the record is changed and where the value came from is kept, or one clear error names the nearest right key. */
import { isSettingKey, nearestSettings, readSetting, type SettingKey, type Settings } from '../settings.ts';
import { nearest } from '../util/nearest.ts';
import { UsageError } from './errors.ts';

export type SettingOrigin = 'default' | '.noderc' | '--set' | 'set';

/** The key as typed, if it is one. `others` are words that can stand there, too. */
export function settingKey(key: string, others: readonly string[] = []): SettingKey {
  if (isSettingKey(key)) return key;
  const near = [...nearest(key, others), ...nearestSettings(key)];
  const hint = near.length > 0 ? `; did you mean ${near.join(' or ')}?` : ': help settings lists them';
  throw new UsageError(`unknown setting ${JSON.stringify(key)}${hint}`, near);
}

export function applySetting(
  settings: Settings,
  origins: Map<SettingKey, SettingOrigin>,
  typed: string,
  text: string,
  origin: SettingOrigin,
): void {
  const key = settingKey(typed);
  const reading = readSetting(key, text);
  if (!reading.ok) throw new UsageError(reading.message);
  Object.assign(settings, { [key]: reading.value });
  origins.set(key, origin);
}
