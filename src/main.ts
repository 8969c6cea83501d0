#!/usr/bin/env node
/** The program: argv goes in; settings, a world, a node and its shell are put together; an exit code comes out. */

import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { HostPort, NodePort } from './core/world.ts';
import { createPaint, decideColor } from './shell/color.ts';
import { EXIT, UsageError } from './shell/errors.ts';
import { runScript } from './shell/script.ts';
import { Shell, type ShellOptions } from './shell/shell.ts';
import { readStartup, type Startup, USAGE } from './shell/startup.ts';
import { createRing } from './trace/ring.ts';
import { VERSION } from './util/version.ts';
import { createLiveWorld } from './worlds.ts';

const isLoopback = (host: string) => host === 'localhost' || host.startsWith('127.') || host === '::1';

/** Where to listen, in order of choice (REFERENCE, Starting). */
function listenChoices(startup: Startup): HostPort[] {
  if (startup.listen !== null) return [startup.listen];
  return [...startup.bootstrap.filter(({ host }) => isLoopback(host)), { host: '127.0.0.1', port: 0 }];
}

async function dataFolder(startup: Startup): Promise<string | null> {
  if (startup.data !== 'default') return startup.data?.folder ?? null;
  const { default: envPaths } = await import('env-paths');
  return join(envPaths('peersh', { suffix: '' }).data, String(startup.listen?.port ?? 0));
}

/** Writes until the reader is gone; what then still comes is dropped, the node goes on. */
function writerTo(stream: NodeJS.WriteStream): (line: string) => void {
  let broken = false;
  stream.on('error', () => {
    broken = true;
  });
  return (line) => {
    if (!broken) stream.write(`${line}\n`);
  };
}

async function main(): Promise<number> {
  const out = writerTo(process.stdout);
  const err = writerTo(process.stderr);
  let startup: Startup;
  try {
    startup = readStartup(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err(`peersh: ${error.message}`);
    return EXIT.usage;
  }
  if (startup.show !== null) {
    out(startup.show === 'version' ? VERSION : USAGE);
    return EXIT.ok;
  }
  const world = createLiveWorld();
  let node: NodePort;
  const ring = createRing();
  const isTerminal =
    process.stdin.isTTY === true &&
    process.stdout.isTTY === true &&
    startup.script === null &&
    !startup.headless &&
    !startup.json;
  const pending: string[] = [];
  let print: ShellOptions['print'] = (text) => void pending.push(text);
  const stopEarly = world.onLine((_, n, direction, line) => ring.add(world.now(), n, direction, line));
  const early: Parameters<Parameters<typeof world.onEvent>[0]>[] = [];
  const stopEvents = world.onEvent((...fact) => early.push(fact));
  try {
    node = await world.spawn({
      name: 'live',
      settings: startup.settings,
      listen: listenChoices(startup),
      bootstrap: startup.bootstrap,
      data: await dataFolder(startup),
    });
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const what =
      code === 'EADDRINUSE' ? `the port is in use; choose another with --listen HOST:PORT` : (code ?? 'unknown error');
    err(`peersh: ${message}: ${what}`);
    return EXIT.start;
  }
  stopEarly();
  stopEvents();
  let history: readonly string[] = [];
  const shell = new Shell({
    world,
    node,
    ring,
    json: startup.json,
    interactive: isTerminal,
    origins: startup.origins,
    aliases: startup.aliases,
    paint: createPaint(decideColor(startup.color, process.env, isTerminal)),
    print: (text, answer) => print(text, answer),
    historyLines: () => history,
  });
  let onChange: () => void = () => undefined;
  const stopNotices = shell.notices.start(() => onChange());
  for (const [from, event] of early) shell.notices.replay(from, event);

  let signals = 0;
  let signalled: (() => void) | null = null;
  const onSignal = () => {
    signals += 1;
    if (signals > 1) process.exit(EXIT.interrupted);
    shell.interrupt();
    signalled?.();
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  process.on('SIGHUP', onSignal);
  const bySignal = new Promise<'signal'>((resolve) => {
    signalled = () => resolve('signal');
  });
  const onCrash = (error: unknown) => {
    err(`peersh: our own error, the node stops: ${error instanceof Error ? error.stack : String(error)}`);
    process.exitCode = EXIT.failed;
    void node.stop().finally(() => process.exit(EXIT.failed));
  };
  process.on('uncaughtException', onCrash);
  process.on('unhandledRejection', onCrash);

  const leave = async (code: number): Promise<number> => {
    stopNotices();
    await world.close();
    return code;
  };
  if (isTerminal) {
    const { runTerminal } = await import('./shell/terminal.ts');
    const code = await runTerminal(
      shell,
      startup,
      pending,
      (next) => {
        print = next.print;
        onChange = next.onChange;
        history = next.history;
      },
      bySignal,
      () => world.close(),
    );
    return leave(code);
  }
  print = (text, answer) => (answer && !startup.json ? out(text) : err(text));
  for (const text of pending.splice(0)) print(text, false);
  if (startup.headless) {
    err(`peersh ${VERSION} ${node.state.id} listening on ${node.views.status().listening.join(', ')}`);
    await bySignal;
    return leave(EXIT.ok);
  }
  const lines =
    startup.script === null
      ? [...startup.rcLines.map((line) => [line]), createInterface({ input: process.stdin, crlfDelay: Infinity })]
      : [startup.rcLines, ...startup.script.map(({ lines: one }) => one)];
  let code: number = EXIT.ok;
  const all = (async () => {
    for (const part of lines) {
      const failed = await runScript(shell, part, startup.keepGoing, { out, err });
      if (failed !== EXIT.ok) code = failed;
      if (shell.quitting || (failed !== EXIT.ok && !startup.keepGoing)) return;
    }
  })();
  const ended = await Promise.race([all, bySignal]);
  process.stdin.destroy();
  return leave(ended === 'signal' ? EXIT.interrupted : code);
}

process.exitCode = await main();
