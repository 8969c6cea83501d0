/** What a worker of `sweep` and `minimise` does: jobs come from the thread that made it, an outcome for each goes back, one at a time. */
import type { MessagePort } from 'node:worker_threads';
import { CommandError } from '../errors.ts';
import { playAlone } from './alone.ts';
import type { ScriptOptions } from './play-script.ts';
import type { Report } from './report.ts';
import type { Script } from './script-file.ts';
import type { LabWorlds } from './worlds.ts';

export interface Job {
  readonly script: Script;
  readonly options: ScriptOptions;
}

export type Outcome =
  | { readonly ok: true; readonly report: Report }
  | { readonly ok: false; readonly code: string; readonly message: string; readonly near: readonly string[] };

export function serveJobs(port: MessagePort, labs: LabWorlds): void {
  port.on('message', (job: Job) => {
    void outcomeOf(labs, job).then((outcome) => port.postMessage(outcome));
  });
}

async function outcomeOf(labs: LabWorlds, { script, options }: Job): Promise<Outcome> {
  try {
    return { ok: true, report: await playAlone(labs, script, options, new AbortController().signal, () => undefined) };
  } catch (error) {
    const { code, message, near } = error instanceof CommandError ? error : new CommandError('internal', String(error));
    return { ok: false, code, message, near };
  }
}
