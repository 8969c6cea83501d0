#!/usr/bin/env node
/**
 * The program: argv goes in; settings, a world, a node and, where lines are to be run, its shell are put together; an exit code comes out.
 * A shell is several times what a node is, so that it is loaded only where there is one.
 */
import { fileURLToPath } from 'node:url';
import { type MessagePort, parentPort, workerData } from 'node:worker_threads';
import type { World } from './core/world.ts';
import { endSoon, UNREAD_MS_MAX } from './shell/end-of-service.ts';
import { EXIT, UsageError } from './shell/errors.ts';
import { WORKER_MARK } from './shell/lab/worker-mark.ts';
import { NAME } from './shell/live-node.ts';
import { createOutput, type Output } from './shell/output.ts';
import { safe } from './shell/render.ts';
import { runHeadless } from './shell/run-headless.ts';
import { endByHangUp } from './shell/signals.ts';
import { readStartup, type Startup, USAGE } from './shell/startup.ts';
import { VERSION } from './util/version.ts';
import { createLabWorlds, createLiveWorld } from './worlds.ts';

const PROGRAM = fileURLToPath(import.meta.url);

async function main(): Promise<number> {
  const isJson = process.argv.includes('--json');
  const lost = (count: number) => (isJson ? JSON.stringify({ event: 'lost', count }) : `… ${count} more`);
  const err = createOutput(process.stderr, lost);
  let isLost = false;
  const out = createOutput(process.stdout, lost, (code) => {
    isLost = true;
    err.notice(`! stdout cannot be written (${code}): answers are lost until there is room`);
  });
  process.once('exit', () => {
    if (isLost) process.exitCode = Math.max(Number(process.exitCode ?? 0), EXIT.failed);
  });
  try {
    return await begin(out, err);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code !== 'EMFILE' && code !== 'ENFILE') throw error;
    // What is loaded first needs several files at once: Node itself, or a part of ours, met the limit.
    err.notice(`peersh: this process may open too few files to start (${code}); ulimit -n 1024 allows more`);
    endSoon(EXIT.start, UNREAD_MS_MAX);
    return EXIT.start;
  }
}

async function begin(out: Output, err: Output): Promise<number> {
  const [word = '', ...words] = process.argv.slice(2);
  if (word === 'completion' || word === 'man') {
    const { runManual } = await import('./shell/manual/run-manual.ts');
    return runManual(word, words, out, err);
  }
  if (word === 'attach' || word === 'exec' || word === 'ls') {
    const { runClient } = await import('./shell/attach/client.ts');
    const { code, hasHungUp } = await runClient(word, words, out, err);
    if (hasHungUp) endByHangUp();
    return code;
  }
  let startup: Startup;
  try {
    startup = await readStartup(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    err.notice(`peersh: ${error.message}`);
    return EXIT.usage;
  }
  if (startup.show !== null) {
    await out.answer(startup.show === 'version' ? VERSION : USAGE);
    return EXIT.ok;
  }
  const { code, hasHungUp } = await run(startup, out, err);
  if (hasHungUp) endByHangUp();
  endSoon(code, startup.headless ? UNREAD_MS_MAX : Infinity);
  return code;
}

async function run(startup: Startup, out: Output, err: Output) {
  const live = () => openWorld(startup, err);
  const setting = { startup, live, labs: () => createLabWorlds(PROGRAM), out, err };
  if (startup.headless && startup.rcLines.length === 0) return runHeadless(setting);
  const { runShell } = await import('./shell/run-shell.ts');
  return runShell(setting);
}

/** The world of the user's own node, with whoever counts from its first moment; null once it was said why there is none. */
async function openWorld({ metrics, logsJson }: Startup, err: Output): Promise<World | null> {
  const world = createLiveWorld();
  if (metrics === null) return world;
  const { serveMetrics } = await import('./metrics/serve.ts');
  try {
    const address = await serveMetrics(world, NAME, metrics);
    err.notice(logsJson ? JSON.stringify({ event: 'metrics', address }) : `metrics on http://${address}/metrics`);
    return world;
  } catch (error) {
    err.notice(`peersh: ${safe((error as Error).message, 300)}`);
    return null;
  }
}

/** In a worker it runs the lab scripts that it is given. */
async function serve(port: MessagePort): Promise<void> {
  const { serveJobs } = await import('./shell/lab/worker.ts');
  serveJobs(port, await createLabWorlds());
}

if (workerData === WORKER_MARK && parentPort !== null) await serve(parentPort);
else process.exitCode = await main();
