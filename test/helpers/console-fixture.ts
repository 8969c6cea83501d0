// A program with a console on its real terminal and a hand-made session, for a test file to run itself as in a process of
// its own. It starts no node.
import { writeFileSync } from 'node:fs';
import { startConsole } from '../../src/shell/console/console.ts';
import type { RunResult } from '../../src/shell/session.ts';
import { FakeSession, gateOf, ok } from './fake-session.ts';

/** The line `say TEXT` makes TEXT arrive as soon as something is typed after it; `wait` ends by Ctrl-C only. */
function answer(session: FakeSession, input: string): RunResult | Promise<RunResult> {
  const [word, ...rest] = input.split(' ');
  if (word === 'say') {
    setImmediate(() => process.stdin.once('data', () => session.line(rest.join(' '))));
  }
  if (word === 'wait') {
    const run = gateOf();
    session.onInterrupt = () => run.finish({ kind: 'aborted', text: 'aborted' });
    return run.result;
  }
  if (word === 'quit') setImmediate(() => session.end());
  return ok(word === 'echo' ? rest.join(' ') : '');
}

/** Runs until the console ends; how it ended goes to `endFile`, if there is one, as JSON. */
export async function runConsoleFixture(endFile: string | undefined): Promise<void> {
  const session = new FakeSession();
  session.answer = (input) => answer(session, input);
  // A node stops in order when its terminal hangs up; by default the signal would end the process before the console sees it.
  process.on('SIGHUP', () => undefined);
  const { done } = startConsole({
    session,
    input: process.stdin,
    output: process.stdout,
    history: null,
    banner: 'fixture',
  });
  const end = await done;
  if (endFile !== undefined) writeFileSync(endFile, JSON.stringify(end));
  if (end.kind === 'terminal') {
    // Node resets the terminal's mode when it exits and aborts if that fails, as it does for one that hung up; so this
    // program ends the way the signal would have ended it.
    process.removeAllListeners('SIGHUP');
    process.kill(process.pid, 'SIGHUP');
  }
}
