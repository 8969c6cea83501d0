/** The first shell of the user's own node: the node, what was read at start and what keeps its lines go in; the shell comes out, and nothing is printed yet. */

import type { Recorder } from '../trace/recorder.ts';
import type { LastLines } from '../trace/ring.ts';
import { createPaint, decideColor } from './color.ts';
import type { LabWorlds } from './lab/worlds.ts';
import { safe } from './render.ts';
import { Shell } from './shell.ts';
import type { Live } from './shell-options.ts';
import type { Startup } from './startup.ts';
import { isOfPrompt } from './typed.ts';

export interface Making {
  readonly live: Live;
  readonly labs: LabWorlds;
  readonly startup: Startup;
  readonly ring: LastLines;
  readonly recorder: Recorder | null;
  readonly interactive: boolean;
}

export function makeShell({ startup, interactive, ...rest }: Making): Shell {
  const { origins, aliases } = startup;
  const json = startup.headless ? startup.logsJson : startup.json;
  const paint = createPaint(decideColor(startup.color, process.env, interactive));
  return new Shell({ ...rest, json, interactive, origins, aliases, paint });
}

/** What typed JavaScript did not catch is told, and the node goes on. False: it is a mistake of ours. */
export function isTold(shell: Shell, error: unknown): boolean {
  if (!isOfPrompt(error)) return false;
  const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  shell.notices.complain(`nobody caught: ${safe(said, 300)}`);
  return true;
}
