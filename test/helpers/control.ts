// A headless node with a control socket in a folder of its own, and a client made by hand that may say anything: for tests of what comes
// through that socket. It judges nothing.
import { mkdtempSync, rmSync } from 'node:fs';
import { connect, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { encodeWhole, FrameReader } from '../../src/shell/attach/frames.ts';
import { type Hello, PROTOCOL, type Reply, type Request } from '../../src/shell/attach/protocol.ts';
import { ALONE, Program, type Ran } from './run-program.ts';
import { until } from './until.ts';

export interface ControlledNode {
  readonly program: Program;
  readonly id: string;
  readonly address: string;
  readonly pid: number;
  readonly socket: string;
  /** Environment and home of clients that see this node and no other. */
  readonly env: NodeJS.ProcessEnv;
  /** `peersh WORD …` of such a client. */
  readonly peersh: (...args: string[]) => Promise<Ran>;
  readonly start: (...args: string[]) => Program;
}

/** A folder for sockets; it is removed with the test. Short, since paths of sockets are. */
export function runtimeFolder(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'psh-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

export const controlEnv = (folder: string): NodeJS.ProcessEnv => ({ XDG_RUNTIME_DIR: folder, TMPDIR: folder });

/** Settles when it is ready: others may attach by then. */
export async function startControlled(
  context: TestContext,
  args: readonly string[] = [],
  folder = runtimeFolder(context),
): Promise<ControlledNode> {
  const env = controlEnv(folder);
  const program = new Program([...ALONE, '--headless', '--listen', '127.0.0.1:0', ...args], undefined, undefined, env);
  context.after(async () => {
    program.child.kill('SIGKILL');
    await program.ended;
  });
  await until('the ready line', () => (/^ready .*\n/.test(program.out) ? null : program.out + program.err));
  const [, id = '', address = '', pid = '', socket = ''] =
    /^ready (\S+) (\S+) pid (\d+) socket (.*)\n/.exec(program.out) ?? [];
  const start = (...words: string[]) => new Program(words, undefined, undefined, env);
  return {
    ...{ program, id, address, socket, env, start },
    pid: Number(pid),
    peersh(...words) {
      const client = start(...words);
      client.child.stdin.end();
      return client.ended;
    },
  };
}

const HELLO: Hello = {
  kind: 'hello',
  protocol: PROTOCOL,
  role: 'attach',
  columns: 80,
  color: false,
  isReadOnly: false,
  wantsNews: true,
  folder: '/',
  history: [],
};

export class RawClient {
  readonly socket: Socket;
  readonly replies: Reply[] = [];
  isClosed = false;
  private asked = 0;

  constructor(path: string) {
    this.socket = connect(path);
    const reader = new FrameReader((message) => this.replies.push(message as unknown as Reply), true);
    this.socket.on('data', (chunk) => void reader.push(chunk));
    this.socket.on('error', () => undefined);
    this.socket.on('close', () => {
      this.isClosed = true;
    });
  }

  /** With its hello answered. */
  static async attach(path: string, hello: Partial<Hello> = {}): Promise<RawClient> {
    const client = new RawClient(path);
    client.send({ ...HELLO, ...hello });
    await client.reply('hello');
    return client;
  }

  send(request: Request): void {
    this.socket.write(encodeWhole(request) ?? '');
  }

  /** Sends a line without waiting for it; its number. */
  begin(input: string, json = false): number {
    this.asked += 1;
    this.send({ kind: 'run', id: this.asked, input, json });
    return this.asked;
  }

  async run(input: string, json = false): Promise<Extract<Reply, { kind: 'result' }>> {
    const id = this.begin(input, json);
    return this.reply('result', (reply) => reply.id === id);
  }

  async reply<Kind extends Reply['kind']>(
    kind: Kind,
    isIt: (reply: Extract<Reply, { kind: Kind }>) => boolean = () => true,
  ): Promise<Extract<Reply, { kind: Kind }>> {
    const find = () =>
      this.replies.find(
        (reply): reply is Extract<Reply, { kind: Kind }> => reply.kind === kind && isIt(reply as never),
      );
    await until(`a ${kind}`, () => (find() === undefined ? JSON.stringify(this.replies.slice(-5)) : null));
    return find() as Extract<Reply, { kind: Kind }>;
  }

  async closed(): Promise<void> {
    await until('the end of the connection', () => (this.isClosed ? null : 'it stands'));
  }

  close(): void {
    this.socket.destroy();
  }
}
