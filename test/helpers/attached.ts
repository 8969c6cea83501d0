/** `peersh attach` on a terminal of its own: a running node and arguments go in, keys and what is on the screen come out. */
import type { TestContext } from 'node:test';
import type { ControlledNode } from './control.ts';
import { PROGRAM } from './program.ts';
import type { Pty } from './pty.ts';
import { ptyAtHome } from './pty-at-home.ts';

export interface Attached {
  readonly pty: Pty;
  readonly home: string;
  readonly type: (keys: string) => void;
  readonly shows: (text: string) => Promise<readonly string[]>;
  /** A prompt stands in the last row. */
  readonly prompt: (pattern?: RegExp) => Promise<void>;
}

export function attach(
  context: TestContext,
  node: ControlledNode,
  args: readonly string[] = [],
  color = false,
): Attached {
  const env = Object.entries(node.env).map(([name, value]) => `${name}=${value}`);
  const { pty, home } = ptyAtHome(context, [process.execPath, PROGRAM, 'attach', ...args], { set: () => env, color });
  const { terminal } = pty;
  return {
    pty,
    home,
    type: (keys) => terminal.type(keys),
    shows: async (text) => (await terminal.shows(text)).rows,
    async prompt(pattern = /> ?$/) {
      await terminal.until(`a prompt ${pattern}`, ({ rows }) => pattern.test(rows.at(-1) ?? ''));
    },
  };
}
