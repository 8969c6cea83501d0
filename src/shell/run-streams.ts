/** A shell without a person: standard streams and what the command line asked for go in; scripts are run, or a log is kept until a signal; how it ended comes out. */
import { EXIT, UsageError } from './errors.ts';
import { linesOf } from './input-lines.ts';
import type { Output } from './output.ts';
import { runRc } from './rc.ts';
import { keepLog } from './run-headless.ts';
import { runScript } from './script.ts';
import type { Shell } from './shell.ts';
import type { Ended, StopSignal } from './signals.ts';
import type { Startup } from './startup.ts';

export interface StreamsOptions {
  readonly shell: Shell;
  readonly startup: Startup;
  /** Settles when a signal asks for a stop. */
  readonly signalled: Promise<StopSignal>;
  /** Lets other shells in; answers where. */
  readonly openDoor: () => Promise<string | null>;
  /** Lines of standard input, when somebody has begun to read it. */
  readonly input: AsyncIterable<string> | null;
  /** Answers. */
  readonly out: Output;
  /** Failures, and what nobody asked for. */
  readonly err: Output;
}

/** A script that runs for longer may be looked into. */
const DOOR_MS = 250;

export function runStreams(options: StreamsOptions): Promise<Ended> {
  return options.startup.headless ? runBesideLog(options) : runScripts(options);
}

/** Nothing but the lines of .noderc is run. */
function runBesideLog({ shell, startup, signalled, openDoor, out, err }: StreamsOptions): Promise<Ended> {
  return keepLog({
    node: shell.node,
    reports: shell.notices,
    printTo: (printer) => shell.printTo((text, answer) => (answer ? void out.answer(text) : printer(text))),
    openDoor,
    first: () => runRc(shell, startup.rcLines, (text) => err.notice(text)),
    close: () => shell.close(),
    json: startup.logsJson,
    signalled,
    out,
    err,
  });
}

async function runScripts({ shell, startup, signalled, openDoor, input, out, err }: StreamsOptions): Promise<Ended> {
  shell.printTo((text, answer) => (answer ? void out.answer(text) : err.notice(text)));
  await runRc(shell, startup.rcLines, (text) => err.notice(text));
  const parts = startup.script?.map(({ lines }) => lines) ?? [input ?? linesOf(process.stdin)];
  // A script that is over at once lets nobody in.
  const door = setTimeout(() => void openDoor(), DOOR_MS).unref();
  const all = runParts(shell, parts, startup.keepGoing, out, err);
  const ended = await Promise.race([all, signalled]);
  clearTimeout(door);
  process.stdin.destroy();
  if (typeof ended === 'number') return { code: ended, hasHungUp: false };
  // The line that ran says that it was interrupted.
  await all;
  return { code: EXIT.interrupted, hasHungUp: ended === 'SIGHUP' };
}

async function runParts(
  shell: Shell,
  parts: readonly (AsyncIterable<string> | Iterable<string>)[],
  keepGoing: boolean,
  out: Output,
  err: Output,
): Promise<number> {
  let code: number = EXIT.ok;
  for (const part of parts) {
    const failed = await runScript(shell, part, keepGoing, out, err).catch((error: unknown) => {
      // An input that was taken away by a signal is no failure of the script.
      if (shell.quitting) return EXIT.interrupted;
      if (!(error instanceof UsageError)) throw error;
      shell.notices.complain(error.message);
      return EXIT.usage;
    });
    if (failed !== EXIT.ok) code = failed;
    if (shell.quitting || (failed !== EXIT.ok && !keepGoing)) break;
  }
  return code;
}
