/**
 * All that has a shell: what was read at start and ways to make worlds go in; a node with its shell is put together and run by a person, by
 * scripts or beside a log, or lab scripts without a node; how it ended comes out. Loaded only when there are lines to run.
 */
import type { World } from '../core/world.ts';
import { recordedLines } from '../trace/recorded-lines.ts';
import { Recorder } from '../trace/recorder.ts';
import { createRing } from '../trace/ring.ts';
import { stopOnCrash } from './crash.ts';
import { EXIT, UsageError } from './errors.ts';
import { APP } from './lab/lab-record.ts';
import { findLone, LateLabScript } from './lab/lone.ts';
import type { Script } from './lab/script-file.ts';
import type { LabWorlds } from './lab/worlds.ts';
import { NAME, startLiveNode } from './live-node.ts';
import { isTold, makeShell } from './make-shell.ts';
import type { Output } from './output.ts';
import { runStreams } from './run-streams.ts';
import type { Shell } from './shell.ts';
import { catchSignals, type Ended } from './signals.ts';
import type { Startup } from './startup.ts';

export interface ShellRun {
  readonly startup: Startup;
  /** null: it was said why there is none. */
  readonly live: () => Promise<World | null>;
  readonly labs: () => Promise<LabWorlds>;
  readonly out: Output;
  readonly err: Output;
}

export async function runShell(options: ShellRun): Promise<Ended> {
  const { startup, live, out, err } = options;
  const found = await findLone(startup, process.stdin, process.stdin.isTTY === true).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    err.notice(`peersh: ${error.message}`);
    return null;
  });
  if (found === null) return ended(EXIT.usage);
  const interrupted = new AbortController();
  if (found.kind === 'scripts') {
    void catchSignals(() => interrupted.abort());
    return ended(await runLabScripts(options, found.scripts, interrupted.signal));
  }
  const world = await live();
  const shell = world === null ? null : await startShell(world, startup, await options.labs(), err);
  if (shell === null) return ended(EXIT.start);
  stopOnCrash({ err, isTold: (error) => isTold(shell, error), close: () => shell.close() });
  const signalled = catchSignals(
    () => {
      shell.quitting = true;
      shell.interrupt();
      interrupted.abort();
    },
    { isTerminalLent: () => shell.isTerminalLent, ...(startup.headless ? { onHangUp: reloadOf(shell, startup) } : {}) },
  );
  const openDoor = () => letIn(shell, startup);
  const run = shell.options.interactive
    ? (await import('./run-terminal.ts')).runTerminal({ shell, startup, signalled, openDoor })
    : runStreams({ shell, startup, signalled, openDoor, input: found.input, out, err });
  const late = (error: unknown): Script => {
    if (!(error instanceof LateLabScript)) throw error;
    return error.script;
  };
  const end = await run.catch(late);
  await shell.close();
  return 'code' in end ? end : ended(await runLabScripts(options, [end], interrupted.signal));
}

const ended = (code: number): Ended => ({ code, hasHungUp: false });

async function runLabScripts(
  { startup, labs, out, err }: ShellRun,
  scripts: readonly Script[],
  signal: AbortSignal,
): Promise<number> {
  const { runAlone } = await import('./lab/run-alone.ts');
  const { lab: options, json, keepGoing } = startup;
  return runAlone(await labs(), { scripts, options, json, keepGoing }, signal, out, err);
}

/** The node runs when this settles; what it said meanwhile waits in the shell for whoever prints. null: there is none. */
async function startShell(world: World, startup: Startup, labs: LabWorlds, err: Output): Promise<Shell | null> {
  const ring = createRing();
  const epochMs = Date.now() - world.now() / 1_000;
  const recorder = startup.headless ? null : new Recorder({ world: 'tcp', app: APP, seed: null, epochMs });
  // Lines of .noderc alone ask for nothing that came before them, and to keep it costs half as much as a message itself.
  if (recorder === null) world.onLine((_, n, direction, line) => ring.add(world.now(), n, direction, line));
  else world.witness(recorder);
  const started = await startLiveNode(world, startup, err);
  if (started === null) return null;
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const shell = makeShell({
    live: { world, node: started.node },
    labs,
    startup,
    ring: recorder === null ? ring : recordedLines(recorder, NAME),
    recorder,
    interactive: isTerminal && startup.script === null && !startup.headless && !startup.json,
  });
  shell.notices.start();
  for (const [from, event] of started.early) shell.notices.replay(from, event);
  return shell;
}

/** Lets other shells in; answers where, null when nobody can come. */
async function letIn(shell: Shell, startup: Startup): Promise<string | null> {
  const { live } = shell.options;
  const { workshop } = shell;
  if (live === null || workshop.isClosed) return null;
  const { openDoor } = await import('./attach/door.ts');
  const complain = (message: string) => shell.notices.complain(message);
  const door = await openDoor({ node: live.node, startup, shellOf: () => Promise.resolve(shell), complain });
  if (door === null) return null;
  if (workshop.isClosed) await door.close();
  else workshop.door = door;
  return door.path;
}

/** What a hang-up asks of a node without a terminal. */
function reloadOf(shell: Shell, startup: Startup): () => void {
  let reload: Promise<() => Promise<void>> | null = null;
  return () => {
    reload ??= import('./reload-rc.ts').then(({ createReload }) => createReload(shell, startup));
    void reload.then((again) => again());
  };
}
