/** A shell without a person: standard streams and what the command line asked for go in; scripts are run, or a log is kept until a signal; how it ended comes out. */
import { Lines } from './console/lines.ts';
import { EXIT, UsageError } from './errors.ts';
import { linesOf } from './input-lines.ts';
import type { Output } from './output.ts';
import { runRc } from './rc.ts';
import { safe } from './render.ts';
import { runScript, toJson } from './script.ts';
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
  return options.startup.headless ? runHeadless(options) : runScripts(options);
}

async function runHeadless({ shell, startup, signalled, openDoor, out, err }: StreamsOptions): Promise<Ended> {
  // A log for people is limited like lines above a prompt; a program that reads JSON gets every line.
  const log = new Lines({
    rate: () => shell.rate(),
    canShow: () => true,
    show: (lines) => {
      for (const line of lines) err.notice(line);
    },
  });
  // Whoever waits for the start reads this line at once; the log is gathered for 50 ms at a time.
  shell.printTo((text) => err.notice(text));
  const { nodeId, listening, agent } = shell.node.views.status();
  shell.notices.say('listening', { id: nodeId, address: listening[0] ?? null, agent });
  shell.printTo((text, answer) => {
    if (answer) void out.answer(text);
    else if (startup.logsJson) err.notice(text);
    else log.add(text);
  });
  const socket = await openDoor();
  // Whoever started it waits for this line and may attach from now on.
  const address = listening[0] ?? null;
  void out.answer(
    startup.logsJson
      ? toJson({ event: 'ready', id: nodeId, address, pid: process.pid, socket })
      : `ready ${nodeId} ${address ?? '-'} pid ${process.pid}${socket === null ? '' : ` socket ${safe(socket, 300)}`}`,
  );
  await runRc(shell, startup.rcLines, (text) => err.notice(text));
  const signal = await signalled;
  await shell.close();
  log.end();
  return { code: EXIT.ok, hasHungUp: signal === 'SIGHUP' };
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
