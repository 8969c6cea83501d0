/**
 * A node without a shell: what was read at start goes in, a log goes to standard error until a signal, how it ended comes out. It runs no
 * lines and keeps nothing of what passes until somebody attaches: a shell is made for the first who does.
 */
import type { NodePort, World } from '../core/world.ts';
import { asciiOnly } from '../util/ascii.ts';
import type { Door } from './attach/door.ts';
import { createPaint, decideColor } from './color.ts';
import { Lines } from './console/lines.ts';
import { stopOnCrash } from './crash.ts';
import { EXIT } from './errors.ts';
import type { LabWorlds } from './lab/worlds.ts';
import { createLateShell } from './late-shell.ts';
import { startLiveNode } from './live-node.ts';
import type { Output } from './output.ts';
import { safe, shortId } from './render.ts';
import { Reports } from './reports.ts';
import { catchSignals, type Ended, type StopSignal } from './signals.ts';
import type { Startup } from './startup.ts';

export interface HeadlessRun {
  readonly startup: Startup;
  /** null: it was said why there is none. */
  readonly live: () => Promise<World | null>;
  readonly labs: () => Promise<LabWorlds>;
  readonly out: Output;
  readonly err: Output;
}

export async function runHeadless({ startup, live, labs, out, err }: HeadlessRun): Promise<Ended> {
  const { logsJson: json } = startup;
  const world = await live();
  const started = world === null ? null : await startLiveNode(world, startup, err);
  if (world === null || started === null) return { code: EXIT.start, hasHungUp: false };
  const { node, early } = started;
  let print = (text: string) => err.notice(text);
  const paint = createPaint(decideColor(startup.color, process.env, false));
  const speaker = { options: { json }, paint, lab: null, who: shortId, print: (text: string) => print(text) };
  const reports = new Reports(speaker, { world, node: () => node, tag: () => '' });
  const late = createLateShell({ live: { world, node }, labs, startup, print: speaker.print });
  let door: Door | null = null;
  const close = async () => {
    await door?.close();
    await late.close();
    await world.close();
  };
  stopOnCrash({ err, isTold: late.isTold, close });
  const signalled = catchSignals(() => undefined, { onHangUp: late.reload });
  world.onEvent((from, event) => reports.replay(from, event));
  for (const [from, event] of early) reports.replay(from, event);
  return keepLog({
    node,
    reports,
    printTo(printer) {
      print = printer;
    },
    async openDoor() {
      const { openDoor } = await import('./attach/door.ts');
      door = await openDoor({ node, startup, shellOf: late.shell, complain: (message) => reports.complain(message) });
      return door?.path ?? null;
    },
    first: () => Promise.resolve(),
    close,
    json,
    signalled,
    out,
    err,
  });
}

export interface LogOptions {
  readonly node: NodePort;
  readonly reports: Reports;
  /** From now on what is reported goes there. */
  readonly printTo: (printer: (text: string) => void) => void;
  /** Lets shells in; answers where, null when nobody can come. */
  readonly openDoor: () => Promise<string | null>;
  /** Done once the log is kept. */
  readonly first: () => Promise<void>;
  /** Stops the node. */
  readonly close: () => Promise<void>;
  readonly json: boolean;
  readonly signalled: Promise<StopSignal>;
  readonly out: Output;
  readonly err: Output;
}

/** Says where the node listens and that it is ready, then keeps a log until a signal. */
export async function keepLog({
  node,
  reports,
  printTo,
  openDoor,
  first,
  close,
  json,
  signalled,
  out,
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
  const socket = await openDoor();
  // Whoever started it waits for this line and may attach from now on.
  void out.answer(readyLine(node, json, socket));
  await first();
  const signal = await signalled;
  await close();
  log.end();
  return { code: EXIT.ok, hasHungUp: signal === 'SIGHUP' };
}

function readyLine(node: NodePort, isJson: boolean, socket: string | null): string {
  const { nodeId: id, listening } = node.views.status();
  const address = listening[0] ?? null;
  if (isJson) return asciiOnly(JSON.stringify({ event: 'ready', id, address, pid: process.pid, socket }));
  return `ready ${id} ${address ?? '-'} pid ${process.pid}${socket === null ? '' : ` socket ${safe(socket, 300)}`}`;
}
