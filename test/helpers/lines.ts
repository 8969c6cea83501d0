// A command goes in; a running child comes out whose standard output is kept as JSON values, one a line, and whose
// standard input takes lines. It knows no program and no protocol, and never outlives `kill`.
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { LIMIT_MS } from './until.ts';

// Enough of the end of stderr to explain a failure.
const STDERR_CHARS_MAX = 4096;

export class LineProcess<Value> {
  readonly name: string;
  /** Everything it has said, oldest first. */
  readonly values: Value[] = [];
  /** Settles with the exit code, or the signal, once all output has been read. */
  readonly ended: Promise<number | string>;
  private readonly child: ChildProcessWithoutNullStreams;
  private unfinished = '';
  private stderr = '';
  private problem: string | null = null;
  private wake = (): void => {};
  private next: Promise<void>;

  constructor(name: string, command: string, args: readonly string[]) {
    this.name = name;
    this.next = this.renew();
    this.child = spawn(command, args, { stdio: 'pipe' });
    this.child.stderr.setEncoding('utf8').on('data', (text: string) => {
      this.stderr = (this.stderr + text).slice(-STDERR_CHARS_MAX);
    });
    // A write to a child that has just gone is told by `ended`.
    this.child.stdin.on('error', () => {});
    // Not node:readline: it takes U+2028 and a bare CR for the end of a line, too.
    this.child.stdout.setEncoding('utf8').on('data', (text: string) => {
      const lines = (this.unfinished + text).split('\n');
      this.unfinished = lines.pop() ?? '';
      for (const line of lines) this.take(line);
    });
    this.ended = new Promise((resolve) => {
      this.child.on('error', (error) => {
        this.stop(`could not start: ${error.message}`);
        resolve(error.message);
      });
      this.child.on('close', (code, signal) => {
        this.stop(`ended with ${code ?? signal}`);
        resolve(code ?? signal ?? 'unknown');
      });
    });
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  write(line: string): void {
    this.child.stdin.write(`${line}\n`);
  }

  /** The end of its input. */
  end(): void {
    this.child.stdin.end();
  }

  kill(): Promise<number | string> {
    this.child.kill('SIGKILL');
    return this.ended;
  }

  /** The value at `index`, as soon as it has been said. */
  async value(index: number): Promise<Value> {
    const timer = setTimeout(() => this.stop(`said nothing for ${LIMIT_MS / 1000} s`), LIMIT_MS);
    try {
      for (;;) {
        const value = this.values[index];
        if (value !== undefined) return value;
        this.check();
        await this.next;
      }
    } finally {
      clearTimeout(timer);
    }
  }

  /** Throws if it has ended or said something that is not JSON. */
  check(): void {
    if (this.problem !== null) throw new Error(`${this.name} ${this.problem}; its stderr: ${this.stderr || '(empty)'}`);
  }

  private take(line: string): void {
    try {
      this.values.push(JSON.parse(line) as Value);
    } catch {
      this.stop(`said a line that is not JSON: ${JSON.stringify(line)}`);
    }
    this.wake();
    this.next = this.renew();
  }

  private stop(problem: string): void {
    this.problem ??= problem;
    this.wake();
  }

  private renew(): Promise<void> {
    return new Promise((resolve) => {
      this.wake = resolve;
    });
  }
}
