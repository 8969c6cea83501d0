/**
 * A node without a shell: a world and what was read at start go in, a log goes to standard error until a signal, how it ended comes out. It
 * runs no lines, and nobody can ask what has passed, so that nothing of it is kept.
 */
import type { NodePort, World } from '../core/world.ts';
import { createPaint, decideColor } from './color.ts';
import { Lines } from './console/lines.ts';
import { stopOnCrash } from './crash.ts';
import { EXIT } from './errors.ts';
import { startLiveNode } from './live-node.ts';
import type { Output } from './output.ts';
import { shortId } from './render.ts';
import { Reports } from './reports.ts';
import { catchSignals, type Ended, type StopSignal } from './signals.ts';
import type { Startup } from './startup.ts';

export async function runHeadless(world: World, startup: Startup, err: Output): Promise<Ended> {
  const { json } = startup;
  const started = await startLiveNode(world, startup, err);
  if (started === null) return { code: EXIT.start, hasHungUp: false };
  const { node, early } = started;
  const close = () => world.close();
  stopOnCrash({ err, isTold: () => false, close });
  const signalled = catchSignals(() => undefined);
  let print = (text: string) => err.notice(text);
  const paint = createPaint(decideColor(startup.color, process.env, false));
  const speaker = { options: { json }, paint, lab: null, who: shortId, print: (text: string) => print(text) };
  const reports = new Reports(speaker, { world, node: () => node, tag: () => '' });
  world.onEvent((from, event) => reports.replay(from, event));
  for (const [from, event] of early) reports.replay(from, event);
  const printTo = (printer: (text: string) => void) => {
    print = printer;
  };
  return keepLog({ node, reports, printTo, first: () => Promise.resolve(), close, json, signalled, err });
}

export interface LogOptions {
  readonly node: NodePort;
  readonly reports: Reports;
  /** From now on what is reported goes there. */
  readonly printTo: (printer: (text: string) => void) => void;
  /** Done once the log is kept. */
  readonly first: () => Promise<void>;
  /** Stops the node. */
  readonly close: () => Promise<void>;
  readonly json: boolean;
  readonly signalled: Promise<StopSignal>;
  readonly err: Output;
}

/** Says where the node listens, then keeps a log until a signal. */
export async function keepLog({
  node,
  reports,
  printTo,
  first,
  close,
  json,
  signalled,
  err,
}: LogOptions): Promise<Ended> {
  // A log for people is limited like lines above a prompt; a program that reads JSON gets every line.
  const log = new Lines({
    rate: () => node.state.settings['output.rate'],
    canShow: () => true,
    show: (lines) => {
      for (const line of lines) err.notice(line);
    },
  });
  // Whoever waits for the start reads this line at once; the log is gathered for 50 ms at a time.
  printTo((text) => err.notice(text));
  const { nodeId, listening, agent } = node.views.status();
  reports.say('listening', { id: nodeId, address: listening[0] ?? null, agent });
  printTo((text) => (json ? err.notice(text) : log.add(text)));
  await first();
  const signal = await signalled;
  await close();
  log.end();
  return { code: EXIT.ok, hasHungUp: signal === 'SIGHUP' };
}
