/** A lab script in a shell of its own, without a node of the user's: a script goes in, its report comes out, and nothing is left. */

import { createRing } from '../../trace/ring.ts';
import { createPaint } from '../color.ts';
import { Shell } from '../shell.ts';
import { playScript, type ScriptOptions } from './play-script.ts';
import type { Report } from './report.ts';
import type { Script } from './script-file.ts';
import type { LabWorlds } from './worlds.ts';

/** Takes what the script traces. */
export interface Hearer {
  readonly json: boolean;
  readonly print: (text: string) => void;
}

export async function playAlone(
  labs: LabWorlds,
  script: Script,
  options: ScriptOptions,
  signal: AbortSignal,
  say: (text: string) => void,
  hearer: Hearer | null = null,
): Promise<Report> {
  const shell = new Shell({
    live: null,
    recorder: null,
    labs,
    ring: createRing(),
    paint: createPaint(false),
    json: hearer?.json === true,
    isQuiet: true,
    interactive: false,
    origins: new Map(),
    aliases: new Map(),
  });
  shell.printTo((text, isAnswer) => {
    if (isAnswer) say(text);
    else hearer?.print(text);
  });
  try {
    return await playScript(shell, script, options, signal, say);
  } finally {
    await shell.close();
  }
}
