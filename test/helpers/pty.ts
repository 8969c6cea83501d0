// A program on a real terminal: python3's pty module holds the other end, and a test terminal shows it.
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { TestTerminal } from './terminal.ts';

/** Copies its stdin to a new terminal that runs argv[3:], and that terminal to its stdout; hangs up when its stdin ends. */
const BRIDGE = `
import fcntl, os, pty, select, struct, sys, termios
columns, rows = int(sys.argv[1]), int(sys.argv[2])
pid, terminal = pty.fork()
if pid == 0:
    fcntl.ioctl(0, termios.TIOCSWINSZ, struct.pack('HHHH', rows, columns, 0, 0))
    os.execvp(sys.argv[3], sys.argv[3:])
is_open = True
while is_open:
    for source in select.select([0, terminal], [], [])[0]:
        try:
            data = os.read(source, 65536)
        except OSError:
            data = b''
        if not data:
            is_open = False
        elif source == 0:
            os.write(terminal, data)
        else:
            os.write(1, data)
os.close(terminal)
code = os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1])
sys.exit(code if code >= 0 else 128 - code)
`;

/** Null when a real terminal can be had, else why not. */
export function whyNoPty(): string | null {
  if (process.platform === 'win32') return 'no pty on Windows';
  const { status } = spawnSync('python3', ['-c', 'import os, pty; os.waitstatus_to_exitcode'], { stdio: 'ignore' });
  return status === 0 ? null : 'python3 >= 3.9 is missing';
}

export class Pty {
  readonly terminal: TestTerminal;
  #bridge: ChildProcess;

  constructor(command: readonly string[], columns = 80, rows = 24, cwd?: string) {
    this.terminal = new TestTerminal(columns, rows);
    this.#bridge = spawn('python3', ['-c', BRIDGE, `${columns}`, `${rows}`, ...command], {
      stdio: ['pipe', 'pipe', 'inherit'],
      // The program is not one of the test runner's files, whatever file it is.
      env: { ...process.env, TERM: 'xterm', NODE_TEST_CONTEXT: undefined },
      ...(cwd === undefined ? {} : { cwd }),
    });
    this.#bridge.stdout?.pipe(this.terminal.output);
    if (this.#bridge.stdin) this.terminal.input.pipe(this.#bridge.stdin);
  }

  /** Waits for the program's end; answers its exit code, over 128 for a signal as in a shell. */
  async exitCode(): Promise<number | null> {
    if (this.#bridge.exitCode === null) await once(this.#bridge, 'exit');
    return this.#bridge.exitCode;
  }

  /** The terminal takes what fits between here and there, and then nothing. */
  stopReading(): void {
    this.#bridge.stdout?.unpipe().pause();
  }

  readAgain(): void {
    this.#bridge.stdout?.pipe(this.terminal.output);
  }

  /** The terminal is gone, as when its window is closed. */
  hangUp(): void {
    this.#bridge.stdin?.end();
  }

  close(): void {
    this.#bridge.kill('SIGKILL');
    this.terminal.close();
  }
}
