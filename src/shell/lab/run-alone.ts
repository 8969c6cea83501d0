/** Lab scripts that the command line names, without a live node: reports go to the output, an exit code comes out. */
import { EXIT, errorValue, UsageError } from '../errors.ts';
import type { Output } from '../output.ts';
import { toJson } from '../script.ts';
import { playAlone } from './alone.ts';
import type { ScriptOptions } from './play-script.ts';
import { type Report, reportText } from './report.ts';
import type { Script } from './script-file.ts';
import type { LabWorlds } from './worlds.ts';

export interface Alone {
  readonly scripts: readonly Script[];
  readonly options: ScriptOptions;
  readonly json: boolean;
  readonly keepGoing: boolean;
}

export const EXIT_OF = { pass: EXIT.ok, fail: EXIT.failed, unknown: EXIT.timeout } as const satisfies Record<
  Report['verdict'],
  number
>;

/** The code is that of the last script that did not pass. */
export async function runAlone(
  labs: LabWorlds,
  { scripts, options, json, keepGoing }: Alone,
  signal: AbortSignal,
  out: Output,
  err: Output,
): Promise<number> {
  let code: number = EXIT.ok;
  for (const script of scripts) {
    const one = await runOne(script).catch(async (error: unknown) => {
      if (!(error instanceof UsageError)) throw error;
      await (json ? out.answer(toJson(errorValue(error))) : err.answer(`peersh: ${error.message}`));
      return EXIT.usage;
    });
    if (signal.aborted) return EXIT.interrupted;
    if (one !== EXIT.ok) code = one;
    if (one !== EXIT.ok && !keepGoing) break;
  }
  return code;

  async function runOne(script: Script): Promise<number> {
    const said: Promise<void>[] = [];
    const say = (text: string) => {
      if (!json) said.push(out.answer(text));
    };
    const hearer = { json, print: (text: string) => err.notice(text) };
    const report = await playAlone(labs, script, options, signal, say, hearer);
    await Promise.all(said);
    await out.answer(json ? toJson(report) : reportText(report).join('\n'));
    return EXIT_OF[report.verdict];
  }
}
