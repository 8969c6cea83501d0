// Options go in; a running node of ours comes out whose shell is driven as by a script: a line in, one JSON value out.
// It reads no rc file and saves nothing.
import { LineProcess } from './lines.ts';
import { PROGRAM } from './program.ts';

/** The part of a row of `peers` that tests look at. */
export interface PeerRow {
  readonly n: number;
  readonly id: string | null;
  readonly dir: 'inbound' | 'outbound';
  readonly address: string;
  readonly state: string;
  readonly pingMs: number | null;
}

interface Status {
  readonly nodeId: string;
  readonly listening: readonly string[];
}

export interface OurOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly bootstrap?: readonly string[];
  /** Settings as `key=value`. */
  readonly set?: readonly string[];
}

export class OurNode {
  readonly id: string;
  readonly address: string;
  private readonly lines: LineProcess<unknown>;
  private asked = 1;

  private constructor(lines: LineProcess<unknown>, status: Status) {
    this.lines = lines;
    this.id = status.nodeId;
    this.address = status.listening[0] ?? '(not listening)';
  }

  /** Settles when the shell has answered its first line, so the node listens by then. */
  static async start(options: OurOptions = {}): Promise<OurNode> {
    const bootstrap = options.bootstrap ?? [];
    const args = [PROGRAM, '--listen', `127.0.0.1:${options.port ?? 0}`, '--no-rc', '--no-data', '--json', '-k'];
    if (bootstrap.length === 0) args.push('--no-bootstrap');
    for (const address of bootstrap) args.push('--bootstrap', address);
    for (const setting of ['ping.interval=1s', ...(options.set ?? [])]) args.push('--set', setting);
    const lines = new LineProcess<unknown>('our node', process.execPath, args);
    try {
      lines.write('status');
      return new OurNode(lines, (await lines.value(0)) as Status);
    } catch (error) {
      await lines.kill();
      throw error;
    }
  }

  get pid(): number {
    return this.lines.pid;
  }

  /** One line of the shell; a failure is the answer `{error}`, not an exception. */
  run(line: string): Promise<unknown> {
    const index = this.asked;
    this.asked += 1;
    this.lines.write(line);
    return this.lines.value(index);
  }

  async peers(): Promise<readonly PeerRow[]> {
    return (await this.run('peers')) as readonly PeerRow[];
  }

  /** Pongs it has received on connection `n`. */
  async pongsOn(n: number): Promise<number> {
    const peer = (await this.run(`peer #${n}`)) as { counts?: { received?: { pong?: number } } };
    return peer.counts?.received?.pong ?? 0;
  }

  check(): void {
    this.lines.check();
  }

  /** Ends its input, as a script does that has no more lines; answers the exit code. */
  stop(): Promise<number | string> {
    this.lines.end();
    return this.lines.ended;
  }

  kill(): Promise<number | string> {
    return this.lines.kill();
  }
}
