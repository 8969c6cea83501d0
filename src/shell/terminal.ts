/** A person's terminal: a shell goes in, banner, history and console are put together, an exit code comes out. Loaded only when there is one. */
import { join } from 'node:path';
import envPaths from 'env-paths';
import { startConsole } from './console/console.ts';
import { openHistory } from './console/history.ts';
import { EXIT } from './errors.ts';
import { createLocalSession } from './local-session.ts';
import { safe } from './render.ts';
import type { Shell } from './shell.ts';
import type { Startup } from './startup.ts';

export interface TerminalHooks {
  readonly print: (text: string, answer: boolean) => void;
  readonly onChange: () => void;
  readonly history: readonly string[];
}

export async function runTerminal(
  shell: Shell,
  startup: Startup,
  pending: readonly string[],
  hook: (hooks: TerminalHooks) => void,
  bySignal: Promise<'signal'>,
  stop: () => Promise<void>,
): Promise<number> {
  const history = openHistory(join(envPaths('peersh', { suffix: '' }).log, '..', 'history'));
  let _leaving: Promise<void> | null = null;
  const leave = () => {
    _leaving ??= stop().then(() => session.tell({ kind: 'end' }));
  };
  const session = createLocalSession(() => shell, leave);
  const lines = (text: string, answer: boolean) => {
    for (const one of text.split('\n')) session.tell({ kind: 'line', text: one, answer });
  };
  hook({ print: lines, onChange: () => session.tell({ kind: 'prompt' }), history: history.lines });
  const console = startConsole({
    session,
    input: process.stdin,
    output: process.stdout,
    history,
    banner: banner(shell, startup),
    rate: shell.settings['output.rate'],
  });
  for (const text of pending) lines(text, false);
  for (const line of startup.rcLines) {
    const result = await shell.run(line);
    if (result.kind !== 'more' && result.text !== '') lines(result.text, true);
  }
  void bySignal.then(leave);
  await console.done;
  return EXIT.ok;
}

function banner(shell: Shell, startup: Startup): string {
  const { nodeId, listening } = shell.node.views.status();
  const rc = startup.rc === null ? '' : `, settings from ${safe(startup.rc)}`;
  return [
    `${shell.paint.strong(nodeId.slice(0, 8))} listens on ${listening.join(', ') || 'nothing'}${rc}`,
    `type ${shell.paint.strong('peers')} or ${shell.paint.strong('help')}; from elsewhere: npm start -- --bootstrap ${listening[0] ?? 'HOST:PORT'}`,
  ].join('\n');
}
