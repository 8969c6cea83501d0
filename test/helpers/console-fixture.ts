// A program with a console on its real terminal and a hand-made session; how the console ended goes to the file argv[2].
import { writeFileSync } from 'node:fs';
import { startConsole } from '../../src/shell/console/console.ts';
import type { RunResult } from '../../src/shell/session.ts';
import { FakeSession, gateOf, ok } from './fake-session.ts';

const session = new FakeSession();
const kept = setInterval(() => undefined, 1_000);
// A node stops in order when its terminal hangs up; by default the signal would end the process before the console sees it.
process.on('SIGHUP', () => undefined);

/** The line `say TEXT` makes TEXT arrive as soon as something is typed after it. */
session.answer = (input): RunResult | Promise<RunResult> => {
  const [word, ...rest] = input.split(' ');
  if (word === 'say') {
    const listener = (): void => {
      process.stdin.off('data', listener);
      session.line(rest.join(' '));
    };
    setImmediate(() => process.stdin.on('data', listener));
  }
  if (word === 'wait') {
    const run = gateOf();
    session.onInterrupt = () => run.finish({ kind: 'aborted', text: 'aborted' });
    return run.result;
  }
  if (word === 'quit') setImmediate(() => session.end());
  return ok(word === 'echo' ? rest.join(' ') : '');
};

const { done } = startConsole({
  session,
  input: process.stdin,
  output: process.stdout,
  history: null,
  banner: 'fixture',
});
const end = await done;
clearInterval(kept);
const endFile = process.argv[2];
if (endFile !== undefined) writeFileSync(endFile, JSON.stringify(end));
if (end.kind === 'terminal') {
  // Node resets the terminal's mode when it exits and aborts if that fails, as it does for one that hung up; so this
  // program ends the way the signal would have ended it.
  process.removeAllListeners('SIGHUP');
  process.kill(process.pid, 'SIGHUP');
}
