// The bundled program as a user starts it, without a terminal: arguments and input go in; its exit code and all that it
// wrote come out. Its home and its state are folders of their own, so that nothing of the machine is read or changed.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PROGRAM } from './program.ts';

export interface Ran {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly out: string;
  readonly err: string;
}

/** No settings, no book, nobody to dial. */
export const ALONE = ['--no-rc', '--no-data', '--no-bootstrap'];

const HOME = mkdtempSync(join(tmpdir(), 'peersh-home-'));
process.on('exit', () => rmSync(HOME, { recursive: true, force: true }));

const ENVIRONMENT: NodeJS.ProcessEnv = {
  PATH: process.env['PATH'],
  HOME,
  // Control sockets are of one test file each.
  XDG_RUNTIME_DIR: HOME,
  TMPDIR: HOME,
  NO_COLOR: '1',
};

export class Program {
  readonly child: ChildProcessWithoutNullStreams;
  out = '';
  err = '';
  readonly ended: Promise<Ran>;

  constructor(args: readonly string[], cwd?: string, home = HOME, env: NodeJS.ProcessEnv = {}) {
    this.child = spawn(process.execPath, [PROGRAM, ...args], {
      stdio: ['pipe', 'pipe', 'pipe'],
      env: { ...ENVIRONMENT, HOME: home, ...env },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.child.stdout.on('data', (chunk: Buffer) => {
      this.out += chunk.toString();
    });
    this.child.stderr.on('data', (chunk: Buffer) => {
      this.err += chunk.toString();
    });
    this.child.stdin.on('error', () => undefined);
    this.ended = new Promise((resolve) => {
      this.child.on('close', (code, signal) => resolve({ code, signal, out: this.out, err: this.err }));
    });
  }
}

export function run(
  args: readonly string[],
  input = '',
  cwd?: string,
  home?: string,
  env?: NodeJS.ProcessEnv,
): Promise<Ran> {
  const program = new Program(args, cwd, home, env);
  program.child.stdin.end(input);
  return program.ended;
}
