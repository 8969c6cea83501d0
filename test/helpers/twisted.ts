// Options go in; a running test/interop/twisted_node.py comes out, with its events and what they add up to. It needs a
// Python with Twisted and installs none: `twistedMissing` says what to install.
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { LineProcess } from './lines.ts';
import { ROOT } from './program.ts';

export type TwistedEvent =
  | { readonly event: 'listening'; readonly port: number; readonly nodeid: string }
  | { readonly event: 'peer'; readonly nodeid: string; readonly type: 1 | 2; readonly address: string }
  | { readonly event: 'pong'; readonly nodeid: string }
  | { readonly event: 'addr'; readonly nodeid: string; readonly peers: readonly (readonly [string, string])[] }
  | { readonly event: 'lost'; readonly nodeid: string | null; readonly type: 1 | 2; readonly address: string }
  | { readonly event: 'refused'; readonly address: string; readonly text: string }
  | { readonly event: 'self'; readonly text: string }
  | { readonly event: 'error'; readonly nodeid: string | null; readonly text: string };

export interface TwistedOptions {
  /** 0, the default, takes any free port. */
  readonly port?: number;
  readonly bootstrap?: readonly string[];
  readonly pingSeconds?: number;
  /** Behave as the article's last listing does, faults and all. */
  readonly literal?: boolean;
}

// Debian's own comes first: another python3 earlier in PATH does not see Debian's packages.
const PYTHONS = ['/usr/bin/python3', 'python3'];
const python = PYTHONS.find((command) => spawnSync(command, ['-c', 'import twisted']).status === 0);

/** Why no Twisted node can be started here, else false: what node:test takes as `skip`. */
export const twistedMissing: string | false =
  python === undefined && 'no python3 with Twisted here; install it (on Debian: apt-get install python3-twisted)';

const SCRIPT = join(ROOT, 'test', 'interop', 'twisted_node.py');

export class TwistedNode {
  readonly id: string;
  readonly port: number;
  private readonly lines: LineProcess<TwistedEvent>;

  private constructor(lines: LineProcess<TwistedEvent>, id: string, port: number) {
    this.lines = lines;
    this.id = id;
    this.port = port;
  }

  /** Settles when it listens. */
  static async start(options: TwistedOptions = {}): Promise<TwistedNode> {
    if (python === undefined) throw new Error(String(twistedMissing));
    const args = [SCRIPT, '--listen', String(options.port ?? 0), '--ping', String(options.pingSeconds ?? 1)];
    for (const address of options.bootstrap ?? []) args.push('--bootstrap', address);
    if (options.literal === true) args.push('--literal');
    const lines = new LineProcess<TwistedEvent>('the Twisted node', python, args);
    try {
      const first = await lines.value(0);
      if (first.event !== 'listening') throw new Error(`the Twisted node does not listen: ${JSON.stringify(first)}`);
      return new TwistedNode(lines, first.nodeid, first.port);
    } catch (error) {
      await lines.kill();
      throw error;
    }
  }

  get address(): string {
    return `127.0.0.1:${this.port}`;
  }

  get pid(): number {
    return this.lines.pid;
  }

  get events(): readonly TwistedEvent[] {
    return this.lines.values;
  }

  /** Node ids with the connections it holds to each, of which there are two after crossing dials. */
  connections(): Map<string, number> {
    const counts = new Map<string, number>();
    for (const event of this.events) {
      if (event.event === 'peer') counts.set(event.nodeid, (counts.get(event.nodeid) ?? 0) + 1);
      if (event.event !== 'lost' || event.nodeid === null) continue;
      const left = (counts.get(event.nodeid) ?? 0) - 1;
      if (left > 0) counts.set(event.nodeid, left);
      else counts.delete(event.nodeid);
    }
    return counts;
  }

  pongsFrom(id: string): number {
    return this.events.filter((event) => event.event === 'pong' && event.nodeid === id).length;
  }

  /** What it could not read, dialler's and listener's side together; empty as long as its peers behave. */
  errors(): string[] {
    return this.events.flatMap((event) => (event.event === 'error' ? [event.text] : []));
  }

  check(): void {
    this.lines.check();
  }

  kill(): Promise<number | string> {
    return this.lines.kill();
  }
}
