/** What a shell knows while a lab script runs in it: what the script has said before its first node comes, and what went wrong later. Data only. */
import type { SettingKey, Settings } from '../../settings.ts';
import type { RunResult } from '../session.ts';
import type { There } from './there.ts';

/** A line that was done at a later time, and how it failed. */
export interface LateFailure {
  readonly where: string;
  readonly result: Extract<RunResult, { kind: 'error' }>;
}

export interface Play {
  seed: number;
  /** What the command line says stands, whatever the script says. */
  readonly isSeedGiven: boolean;
  readonly givenSettings: ReadonlySet<SettingKey>;
  /** Of nodes that are spawned from now on. */
  readonly settings: Settings;
  /** How many nodes the script spawns in all. */
  readonly nodes: number;
  /** Which nodes and groups there will be. */
  readonly there: There;
  /** `FILE:LINE` of the line that runs. */
  where: string;
  /** The first line of a later time that failed. */
  failure: LateFailure | null;
}
