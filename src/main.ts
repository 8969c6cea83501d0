#!/usr/bin/env node
/** The program: argv goes in; settings, a world, a node and its shell are put together; an exit code comes out. */
import { fileURLToPath } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { World } from './core/world.ts';
import { createPaint, decideColor } from './shell/color.ts';
import { endSoon } from './shell/end-of-service.ts';
import { EXIT, UsageError } from './shell/errors.ts';
import { APP } from './shell/lab/lab-record.ts';
import { findLone } from './shell/lab/lone.ts';
import type { Script } from './shell/lab/script-file.ts';
import { WORKER_MARK } from './shell/lab/worker-mark.ts';
import { createOutput, type Output } from './shell/output.ts';
import { dataFolder, listenChoices } from './shell/places.ts';
import { safe } from './shell/render.ts';
import { runStreams } from './shell/run-streams.ts';
import { Shell } from './shell/shell.ts';
import { catchSignals, endByHangUp } from './shell/signals.ts';
import { readStartup, type Startup, USAGE } from './shell/startup.ts';
import { isOfPrompt } from './shell/typed.ts';
import { Recorder } from './trace/recorder.ts';
import { createRing } from './trace/ring.ts';
import { VERSION } from './util/version.ts';
import { createLabWorlds, createLiveWorld } from './worlds.ts';

/** How the user's own node is called. */
const NAME = 'live';
const PROGRAM = fileURLToPath(import.meta.url);

/** What the system says of a port that cannot be had, and what to do about it. */
const START_TROUBLE: Readonly<Record<string, string>> = {
  EADDRINUSE: 'the port is in use; choose another with --listen HOST:PORT',
  EADDRNOTAVAIL: 'this machine has no such address; try --listen 127.0.0.1:PORT',
  EACCES: 'ports below 1024 need privileges; choose another with --listen HOST:PORT',
};

async function main(): Promise<number> {
  const isJson = process.argv.includes('--json');
  const lost = (count: number) => (isJson ? JSON.stringify({ event: 'lost', count }) : `… ${count} more`);
  const out = createOutput(process.stdout, lost);
  const err = createOutput(process.stderr, lost);
  const [word = '', ...words] = process.argv.slice(2);
  if (word === 'attach' || word === 'exec' || word === 'ls') {
    const { runClient } = await import('./shell/attach/client.ts');
    const { code, hasHungUp } = await runClient(word, words, out, err);
    if (hasHungUp) endByHangUp();
    return code;
  }
  let startup: Startup;
  try {
    startup = readStartup(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err.notice(`peersh: ${error.message}`);
    return EXIT.usage;
  }
  if (startup.show !== null) {
    await out.answer(startup.show === 'version' ? VERSION : USAGE);
    return EXIT.ok;
  }
  const found = await findLone(startup, process.stdin, process.stdin.isTTY === true).catch((error: unknown) => {
    if (!(error instanceof UsageError)) throw error;
    err.notice(`peersh: ${error.message}`);
    return null;
  });
  if (found === null) return EXIT.usage;
  if (found.kind === 'scripts') return runLabScripts(startup, found.scripts, out, err);
  const world = createLiveWorld();
  let shell: Shell;
  try {
    shell = await startShell(world, startup);
  } catch (error) {
    const { code = '', message } = error as NodeJS.ErrnoException;
    const advice = START_TROUBLE[code];
    err.notice(`peersh: ${safe(message, 300)}${advice === undefined ? '' : `: ${advice}`}`);
    return EXIT.start;
  }
  stopOnCrash(shell, err);
  const stop = () => {
    shell.quitting = true;
    shell.interrupt();
  };
  const signalled = catchSignals(stop, startup.headless ? reloadOf(shell, startup) : null);
  const openDoor = async () => (await import('./shell/attach/door.ts')).openDoor(shell, startup);
  const run = shell.options.interactive
    ? (await import('./shell/run-terminal.ts')).runTerminal({ shell, startup, signalled, openDoor })
    : runStreams({ shell, startup, signalled, openDoor, input: found.input, out, err });
  const { code, hasHungUp } = await run;
  await shell.close();
  if (hasHungUp) endByHangUp();
  if (startup.headless) endSoon(code);
  return code;
}

async function runLabScripts(startup: Startup, scripts: readonly Script[], out: Output, err: Output): Promise<number> {
  const interrupted = new AbortController();
  void catchSignals(() => interrupted.abort());
  const { runAlone } = await import('./shell/lab/run-alone.ts');
  const { lab: options, json, keepGoing } = startup;
  return runAlone(createLabWorlds(PROGRAM), { scripts, options, json, keepGoing }, interrupted.signal, out, err);
}

/** What a hang-up asks of a node without a terminal. */
function reloadOf(shell: Shell, startup: Startup): () => void {
  let reload: Promise<() => Promise<void>> | null = null;
  return () => {
    reload ??= import('./shell/reload-rc.ts').then(({ createReload }) => createReload(shell, startup));
    void reload.then((again) => again());
  };
}

/** The node runs when this settles; what it said meanwhile waits in the shell for whoever prints. */
async function startShell(world: World, startup: Startup): Promise<Shell> {
  const ring = createRing();
  const early: Parameters<Parameters<World['onEvent']>[0]>[] = [];
  const epochMs = Date.now() - world.now() / 1_000;
  const recorder = startup.headless
    ? null
    : new Recorder({ world: 'tcp', app: APP, seed: null, epochMs, ring: { ring, node: NAME } });
  // Without a shell nobody asks what came of what, and to keep that costs half as much as a message itself.
  if (recorder === null) world.onLine((_, n, direction, line) => ring.add(world.now(), n, direction, line));
  else world.witness(recorder);
  const stopEvents = world.onEvent((...fact) => early.push(fact));
  const node = await world.spawn({
    name: NAME,
    settings: startup.settings,
    listen: listenChoices(startup),
    bootstrap: startup.bootstrap,
    data: dataFolder(startup),
  });
  stopEvents();
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const interactive = isTerminal && startup.script === null && !startup.headless && !startup.json;
  const { origins, aliases } = startup;
  const json = startup.headless ? startup.logsJson : startup.json;
  const paint = createPaint(decideColor(startup.color, process.env, interactive));
  const shell = new Shell({
    live: { world, node },
    labs: createLabWorlds(PROGRAM),
    ring,
    recorder,
    json,
    interactive,
    origins,
    aliases,
    paint,
  });
  shell.notices.start();
  for (const [from, event] of early) shell.notices.replay(from, event);
  return shell;
}

/** Rule 10: our own mistake ends the node in order. What typed JavaScript did not catch is told, and the node goes on. */
function stopOnCrash(shell: Shell, err: Output): void {
  const onCrash = (error: unknown) => {
    if (isOfPrompt(error)) {
      const said = error instanceof Error ? `${error.name}: ${error.message}` : String(error);
      shell.notices.complain(`nobody caught: ${safe(said, 300)}`);
      return;
    }
    err.notice(`peersh: our own error, the node stops: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = EXIT.failed;
    void shell.close().finally(() => process.exit(EXIT.failed));
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
}

/** In a worker it runs the lab scripts that it is given. */
async function serve(port: MessagePort): Promise<void> {
  const { serveJobs } = await import('./shell/lab/worker.ts');
  serveJobs(port, createLabWorlds());
}

if (workerData === WORKER_MARK && parentPort !== null) await serve(parentPort);
else process.exitCode = await main();
