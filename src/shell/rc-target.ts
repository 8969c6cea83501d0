/** What a .noderc changes, and lines of it that need a running node. It reads nothing: that takes every command, and this none. */
import type { HostPort } from '../core/world.ts';
import { defaultSettings, type SettingKey, type Settings } from '../settings.ts';
import type { SettingOrigin } from './apply-setting.ts';

export interface RcLine {
  /** `FILE:LINE`, for messages. */
  readonly at: string;
  readonly text: string;
}

/** What the file changes. */
export interface RcTarget {
  readonly settings: Settings;
  readonly origins: Map<SettingKey, SettingOrigin>;
  readonly aliases: Map<string, string>;
  readonly bootstrap: HostPort[];
  readonly rcLines: RcLine[];
  listen: HostPort | null;
}

/** As it is without a file. */
export const createRcTarget = (): RcTarget => ({
  settings: defaultSettings(),
  origins: new Map(),
  aliases: new Map(),
  bootstrap: [],
  rcLines: [],
  listen: null,
});
