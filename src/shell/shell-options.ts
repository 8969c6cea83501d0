/** What a shell is made of: its user's own node, what there is of labs and records, and what it may do and show. Data alone, nothing is done. */
import type { NodePort, World } from '../core/world.ts';
import type { SettingKey } from '../settings.ts';
import type { Recorder } from '../trace/recorder.ts';
import type { LastLines } from '../trace/ring.ts';
import type { SettingOrigin } from './apply-setting.ts';
import type { Paint } from './color.ts';
import type { LabWorlds } from './lab/worlds.ts';
import type { Workshop } from './workshop.ts';

/** The user's own node and the world it lives in. */
export interface Live {
  readonly world: World;
  readonly node: NodePort;
}

export interface ShellOptions {
  /** null: there is no node but those of a lab. */
  readonly live: Live | null;
  readonly labs: LabWorlds | null;
  readonly ring: LastLines;
  /** Has seen all of the live node's world since its beginning. null: nobody asks of it. */
  readonly recorder: Recorder | null;
  readonly paint: Paint;
  /** Answers are JSON values, notices go out as JSON too. */
  readonly json: boolean;
  /** A person types: prefixes of commands count, commands may show progress. */
  readonly interactive: boolean;
  readonly origins: Map<SettingKey, SettingOrigin>;
  readonly aliases: Map<string, string>;
  /** What it has in common with other shells of the same node; without it nothing. */
  readonly workshop?: Workshop;
  /** Begins to record the live node when somebody asks and nothing is recorded yet. */
  readonly recordLate?: (() => Recorder) | null;
  /** Only what changes nothing is done. */
  readonly isReadOnly?: boolean;
  /** Nothing is told that was not asked for. */
  readonly isQuiet?: boolean;
  /** Where relative paths begin; where the node runs, unless told. */
  readonly folder?: string;
  /** Others hold the node: `quit` only leaves. */
  readonly isGuest?: boolean;
  /** Why there is no JavaScript here. */
  readonly noJavaScript?: string | null;
}
