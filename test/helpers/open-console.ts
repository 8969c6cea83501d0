// A console on a test terminal with a hand-made session, its first prompt already on the screen.
import { type Console, type ConsoleOptions, startConsole } from '../../src/shell/console/console.ts';
import { FakeSession } from './fake-session.ts';
import { TestTerminal } from './terminal.ts';

export const PROMPT = '5f0c2a9e 2> ';

export interface OpenConsole {
  readonly terminal: TestTerminal;
  readonly session: FakeSession;
  readonly console: Console;
  /** Ends the console and waits until it has. */
  readonly close: () => Promise<void>;
}

export async function openConsole(
  size: { columns?: number; rows?: number } = {},
  options: Partial<ConsoleOptions> = {},
): Promise<OpenConsole> {
  const terminal = new TestTerminal(size.columns, size.rows);
  const session = new FakeSession();
  const console = startConsole({
    session,
    input: terminal.input,
    output: terminal.output,
    history: null,
    banner: '',
    ...options,
  });
  await terminal.until('the first prompt', (view) => view.rows.at(-1) === PROMPT.trimEnd());
  return {
    terminal,
    session,
    console,
    async close() {
      session.end();
      await console.done;
      terminal.close();
    },
  };
}
