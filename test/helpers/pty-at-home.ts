/** A program on a terminal of its own, at a home of its own: a command goes in; both are gone when the test is over. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { Pty } from './pty.ts';

export interface PtyAtHome {
  readonly pty: Pty;
  readonly home: string;
}

export interface AtHome {
  /** `NAME=VALUE` beside those of the home; may name it. */
  readonly set?: (home: string) => readonly string[];
  readonly columns?: number;
  readonly color?: boolean;
}

export function ptyAtHome(
  context: TestContext,
  command: readonly string[],
  { set = () => [], columns = 80, color = false }: AtHome = {},
): PtyAtHome {
  const home = mkdtempSync(join(tmpdir(), 'peersh-home-'));
  const own = [`HOME=${home}`, `XDG_STATE_HOME=${home}/state`, color ? 'FORCE_COLOR=1' : 'NO_COLOR=1'];
  const pty = new Pty(['env', ...own, ...set(home), ...command], columns);
  context.after(() => {
    pty.close();
    rmSync(home, { recursive: true, force: true });
  });
  return { pty, home };
}
