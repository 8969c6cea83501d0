#!/usr/bin/env node
/** The program: argv goes in; settings, a world, a node and its shell are put together; an exit code comes out. */
import type { World } from './core/world.ts';
import { createPaint, decideColor } from './shell/color.ts';
import { Lines } from './shell/console/lines.ts';
import { EXIT, isOfPrompt, UsageError } from './shell/errors.ts';
import { linesOf } from './shell/input-lines.ts';
import { createOutput, type Output } from './shell/output.ts';
import { dataFolder, listenChoices } from './shell/places.ts';
import { runRc } from './shell/rc.ts';
import { safe } from './shell/render.ts';
import { runScript } from './shell/script.ts';
import { Shell } from './shell/shell.ts';
import { catchSignals, endByHangUp, type StopSignal } from './shell/signals.ts';
import { readStartup, type Startup, USAGE } from './shell/startup.ts';
import { createRing } from './trace/ring.ts';
import { VERSION } from './util/version.ts';
import { createLiveWorld } from './worlds.ts';

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
  const signalled = catchSignals(() => {
    shell.quitting = true;
    shell.interrupt();
  });
  const code = shell.options.interactive
    ? await onTerminal(shell, startup, signalled)
    : await withoutTerminal(shell, startup, signalled, out, err);
  await world.close();
  return code;
}

/** The node runs when this settles; what it said meanwhile waits in the shell for whoever prints. */
async function startShell(world: World, startup: Startup): Promise<Shell> {
  const ring = createRing();
  const early: Parameters<Parameters<World['onEvent']>[0]>[] = [];
  const stopLines = world.onLine((_, n, direction, line) => ring.add(world.now(), n, direction, line));
  const stopEvents = world.onEvent((...fact) => early.push(fact));
  const node = await world.spawn({
    name: 'live',
    settings: startup.settings,
    listen: listenChoices(startup),
    bootstrap: startup.bootstrap,
    data: dataFolder(startup),
  });
  stopLines();
  stopEvents();
  const isTerminal = process.stdin.isTTY === true && process.stdout.isTTY === true;
  const interactive = isTerminal && startup.script === null && !startup.headless && !startup.json;
  const { json, origins, aliases } = startup;
  const paint = createPaint(decideColor(startup.color, process.env, interactive));
  const shell = new Shell({ world, node, ring, json, interactive, origins, aliases, paint });
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
    void shell.node.stop().finally(() => process.exit(EXIT.failed));
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);
}

async function onTerminal(shell: Shell, startup: Startup, signalled: Promise<StopSignal>): Promise<number> {
  const { runTerminal } = await import('./shell/run-terminal.ts');
  let hasHungUp = false;
  void signalled.then((signal) => {
    hasHungUp = signal === 'SIGHUP';
  });
  const end = await runTerminal({ shell, startup, signalled, stop: () => shell.world.close() });
  await shell.world.close();
  if (hasHungUp || end.kind === 'terminal') endByHangUp();
  return EXIT.ok;
}

async function withoutTerminal(
  shell: Shell,
  startup: Startup,
  signalled: Promise<StopSignal>,
  out: Output,
  err: Output,
): Promise<number> {
  // A log for people is limited like lines above a prompt; a script and a program that reads JSON get every line.
  const log = new Lines({
    rate: () => shell.settings['output.rate'],
    canShow: () => true,
    show: (lines) => {
      for (const line of lines) err.notice(line);
    },
  });
  const isLimited = startup.headless && !startup.json;
  shell.printTo((text, answer) => {
    if (answer) void out.answer(text);
    else if (isLimited) log.add(text);
    else err.notice(text);
  });
  if (startup.headless) {
    const { listening } = shell.node.views.status();
    shell.notices.say('listening', {
      id: shell.node.state.id,
      address: listening[0] ?? null,
      agent: shell.node.state.agent,
    });
  }
  await runRc(shell, startup.rcLines, (text) => err.notice(text));
  if (startup.headless) {
    const signal = await signalled;
    await shell.world.close();
    log.end();
    return afterSignal(shell, signal, EXIT.ok);
  }
  const lines = startup.script === null ? [linesOf(process.stdin)] : startup.script;
  const all = runParts(shell, lines, startup.keepGoing, out, err);
  const ended = await Promise.race([all, signalled]);
  process.stdin.destroy();
  if (typeof ended === 'number') return ended;
  // The line that ran says that it was interrupted.
  await all.catch(() => undefined);
  return afterSignal(shell, ended, EXIT.interrupted);
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
    const failed = await runScript(shell, part, keepGoing, out, err);
    if (failed !== EXIT.ok) code = failed;
    if (shell.quitting || (failed !== EXIT.ok && !keepGoing)) break;
  }
  return code;
}

async function afterSignal(shell: Shell, signal: StopSignal, code: number): Promise<number> {
  await shell.world.close();
  if (signal === 'SIGHUP') endByHangUp();
  return code;
}

process.exitCode = await main();
