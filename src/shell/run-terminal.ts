/** A person's terminal: a shell goes in; banner, history and console are put together; how it ended comes out. Loaded only when there is one. */
import { startConsole } from './console/console.ts';
import { openHistory } from './console/history.ts';
import { openTerminal } from './console/terminal-writer.ts';
import { EXIT } from './errors.ts';
import { createLocalSession, watchPrompt } from './local-session.ts';
import { historyPath } from './places.ts';
import { runRc } from './rc.ts';
import { safe } from './render.ts';
import type { Shell } from './shell.ts';
import type { Ended, StopSignal } from './signals.ts';
import type { Startup } from './startup.ts';

/** When the first prompt is there. */
const DOOR_MS = 50;

export interface TerminalOptions {
  readonly shell: Shell;
  readonly startup: Startup;
  /** Settles when a signal asks for a stop. */
  readonly signalled: Promise<StopSignal>;
  /** Lets other shells in. */
  readonly openDoor: () => Promise<unknown>;
}

export async function runTerminal({ shell, startup, signalled, openDoor }: TerminalOptions): Promise<Ended> {
  const history = openHistory(historyPath());
  shell.history = history.lines;
  shell.columns = () => process.stdout.columns || null;
  let isLeaving = false;
  const leave = () => {
    if (isLeaving) return;
    isLeaving = true;
    void shell.close().then(() => session.tell({ kind: 'end' }));
  };
  let settleRc: () => void = () => undefined;
  const rcDone = new Promise<void>((resolve) => {
    settleRc = resolve;
  });
  const session = createLocalSession(shell, rcDone, leave);
  const print = (text: string, answer: boolean) => {
    for (const line of text.split('\n')) session.tell({ kind: 'line', text: line, answer });
  };
  const stopWatching = watchPrompt(shell, session);
  shell.showProgress = (text, isWatched = false) => session.tell({ kind: 'progress', text, isWatched });
  const terminal = openTerminal(process.stdout);
  const { done, lend } = startConsole({
    session,
    input: process.stdin,
    output: terminal.output,
    history,
    banner: banner(shell, startup),
    rate: () => shell.rate(),
  });
  shell.printTo(print);
  shell.lendTerminal = async (work) => {
    shell.isTerminalLent = true;
    // Ctrl-\ there is none of ours either, and would end us. A handler is not handed on to a program that is started.
    if (process.platform !== 'win32') process.on('SIGQUIT', ignore);
    try {
      await lend(work);
    } finally {
      process.off('SIGQUIT', ignore);
      shell.isTerminalLent = false;
    }
  };
  // The first prompt does not wait for it.
  setTimeout(() => void openDoor(), DOOR_MS).unref();
  let hasHungUp = false;
  void signalled.then((signal) => {
    hasHungUp = signal === 'SIGHUP';
    leave();
  });
  void runRc(shell, startup.rcLines, (text) => print(text, true)).then(settleRc);
  const end = await done;
  stopWatching();
  await terminal.leave();
  return { code: EXIT.ok, hasHungUp: hasHungUp || end.kind === 'terminal' };
}

const ignore = () => undefined;

function banner(shell: Shell, startup: Startup): string {
  if (shell.options.live === null) return '';
  const { nodeId, listening } = shell.node.views.status();
  const rc = startup.rc === null ? '' : `, settings from ${safe(startup.rc)}`;
  const [place] = listening;
  // A node that listens where the list says is found by every other one with the same list.
  const isListed = shell.node.views.bootstrap().some((row) => row.resolved.includes(place ?? ''));
  const start = isListed ? 'npm start' : `npm start -- --bootstrap ${place}`;
  return [
    `${shell.paint.strong(nodeId.slice(0, 8))} listens on ${listening.join(', ') || 'nothing'}${rc}`,
    place === undefined
      ? `type ${shell.paint.strong('help')}; connect HOST:PORT finds others`
      : `type ${shell.paint.strong('help')}; a second node: ${start}`,
  ].join('\n');
}
