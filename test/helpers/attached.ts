/** `peersh attach` on a terminal of its own: a running node and arguments go in, keys and what is on the screen come out. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { ControlledNode } from './control.ts';
import { PROGRAM } from './program.ts';
import { Pty } from './pty.ts';

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
  const home = mkdtempSync(join(tmpdir(), 'peersh-home-'));
  const env = Object.entries(node.env).map(([name, value]) => `${name}=${value}`);
  const colors = color ? ['FORCE_COLOR=1'] : ['NO_COLOR=1'];
  const set = [...env, `HOME=${home}`, `XDG_STATE_HOME=${home}/state`, ...colors];
  const pty = new Pty(['env', ...set, process.execPath, PROGRAM, 'attach', ...args]);
  context.after(() => {
    pty.close();
    rmSync(home, { recursive: true, force: true });
  });
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
