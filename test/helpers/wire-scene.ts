// One node as a process of its own, driven and looked at through its JSON shell, with a witness that must never notice
// anything; cases go in, and after each the node must be well and rid of everybody but the witness. It knows no rule.
import assert from 'node:assert/strict';
import { after, test } from 'node:test';
import { ALONE, Program, type Ran } from './run-program.ts';
import { LIMIT_MS, until } from './until.ts';
import { WireListener, WirePeer } from './wire-peer.ts';

/** The parts of the node's answers that tests look at. */
export interface Row {
  readonly n: number;
  readonly id: string | null;
  readonly dir: 'inbound' | 'outbound';
  readonly via: string;
  readonly address: string;
  readonly listen: string | null;
  readonly agent: string | null;
  readonly state: string;
  readonly pingMs: number | null;
  readonly lastPongMs: number | null;
}

export interface Detail extends Row {
  readonly strikes: number;
  readonly outstandingPingMs: number | null;
  readonly counts: {
    readonly sent: Readonly<Record<string, number>>;
    readonly received: Readonly<Record<string, number>>;
  };
  readonly ext: readonly string[];
  readonly observed: string | null;
}

export interface Known {
  readonly address: string;
  readonly id: string | null;
  readonly table: string;
  readonly state: string;
  readonly reason: string | null;
  readonly lastError: string | null;
  readonly nextDialMs: number | null;
}

interface Status {
  readonly nodeId: string;
  readonly listening: readonly string[];
}

export interface Failed {
  readonly error: { readonly code: string; readonly message: string; readonly reason?: string };
}

/** Reasons and how often each was counted. */
export type Reasons = Readonly<Record<string, number>>;

export type Notice = Readonly<Record<string, unknown>> & { readonly event: string };

export interface NodeOptions {
  /** Settings as `key=value`. */
  readonly set?: readonly string[];
  readonly listen?: string;
  readonly bootstrap?: readonly string[];
}

/** What could act on a terminal: JSON escapes all of it, so only the ends of lines may stand among the answers. */
const RAW = /[^\n -\uffff]/;
const SHOWN_CHARS = 100;
const CASE_LIMIT_MS = 60_000;

export class WireNode {
  readonly program: Program;
  readonly id: string;
  readonly address: string;
  readonly port: number;
  #asked = 1;
  #answers: string[] = [];
  #read = 0;

  private constructor(program: Program, status: Status) {
    this.program = program;
    this.id = status.nodeId;
    this.address = status.listening[0] ?? '';
    this.port = Number(this.address.slice(this.address.lastIndexOf(':') + 1));
  }

  static async start({ set = [], listen = '127.0.0.1:0', bootstrap = [] }: NodeOptions = {}): Promise<WireNode> {
    const args = [...ALONE.filter((word) => bootstrap.length === 0 || word !== '--no-bootstrap')];
    args.push('--json', '-k', '--listen', listen, '--set', 'events=all');
    for (const address of bootstrap) args.push('--bootstrap', address);
    for (const setting of set) args.push('--set', setting);
    const program = new Program(args);
    program.child.stdin.write('status\n');
    await until('the start of the node', () => (program.out.includes('\n') ? null : `it said ${program.err}`));
    return new WireNode(program, JSON.parse(program.out.slice(0, program.out.indexOf('\n'))) as Status);
  }

  /** One line of the shell; a failure is the answer `{error}`, not an exception. */
  run<Answer>(line: string): Promise<Answer> {
    const index = this.#asked;
    this.#asked += 1;
    this.program.child.stdin.write(`${line}\n`);
    const { stdout } = this.program.child;
    return new Promise((resolve, reject) => {
      const done = () => {
        clearTimeout(limit);
        stdout.off('data', look);
        stdout.off('close', fail);
      };
      const fail = () => {
        done();
        reject(new Error(`no answer to ${line}; stderr: ${this.program.err.slice(-600)}`));
      };
      const look = () => {
        const text = this.#answerAt(index);
        if (text === undefined) return;
        done();
        resolve(JSON.parse(text) as Answer);
      };
      const limit = setTimeout(fail, LIMIT_MS);
      stdout.on('data', look);
      stdout.once('close', fail);
      look();
    });
  }

  #answerAt(index: number): string | undefined {
    const { out } = this.program;
    for (let end = out.indexOf('\n', this.#read); end >= 0; end = out.indexOf('\n', this.#read)) {
      this.#answers.push(out.slice(this.#read, end));
      this.#read = end + 1;
    }
    return this.#answers[index];
  }

  peers(): Promise<readonly Row[]> {
    return this.run('peers');
  }

  peer(n: number): Promise<Detail> {
    return this.run(`peer #${n}`);
  }

  addrs(): Promise<readonly Known[]> {
    return this.run('addrs');
  }

  async reasons(): Promise<Reasons> {
    return (await this.run<{ reasons: Reasons }>('stats')).reasons;
  }

  async received(type: string): Promise<number> {
    const stats = await this.run<{ received: Record<string, { messages: number }> }>('stats');
    return stats.received[type]?.messages ?? 0;
  }

  /** What it reported by itself. */
  notices(event: string): readonly Notice[] {
    const lines = this.program.err.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line) as Notice).filter((notice) => notice.event === event);
  }

  /** The row of an id, once it has that state. */
  async row(id: string, state = 'ready'): Promise<Row> {
    let found: Row | undefined;
    await until(`${id} to be ${state}`, async () => {
      const rows = await this.peers();
      found = rows.find((row) => row.id === id && row.state === state);
      return found === undefined ? JSON.stringify(rows) : null;
    });
    return found as Row;
  }

  /** Nothing that could act on a terminal has left it. */
  isQuiet(): void {
    for (const text of [this.program.out, this.program.err]) {
      const at = text.search(RAW);
      assert.equal(at, -1, JSON.stringify(text.slice(Math.max(0, at - SHOWN_CHARS), at + SHOWN_CHARS)));
    }
  }

  /** Ends its input, as a script that is over. */
  stop(): Promise<Ran> {
    this.program.child.stdin.end();
    return this.program.ended;
  }

  kill(): void {
    this.program.child.kill('SIGKILL');
  }
}

/** What a case works with. */
export class Scene {
  readonly node: WireNode;
  readonly witness: WirePeer;
  readonly #peers: WirePeer[] = [];
  readonly #listeners: WireListener[] = [];
  readonly #before: Reasons;
  readonly #witnessRow: Row;

  private constructor(node: WireNode, witness: WirePeer, before: Reasons, row: Row) {
    this.node = node;
    this.witness = witness;
    this.#before = before;
    this.#witnessRow = row;
  }

  static async open(node: WireNode, witness: WirePeer): Promise<Scene> {
    return new Scene(node, witness, await node.reasons(), await node.row(witness.id));
  }

  async dial(options: { readonly halfOpen?: boolean } = {}): Promise<WirePeer> {
    const peer = await WirePeer.dial(this.node.address, options);
    this.#peers.push(peer);
    return peer;
  }

  /** A peer that has said hello and is ready. */
  async meet(fields: Readonly<Record<string, unknown>> = {}): Promise<WirePeer> {
    const peer = await this.dial();
    await peer.greet(fields);
    return peer;
  }

  async listen(port = 0, host?: string): Promise<WireListener> {
    const listener = await WireListener.open(port, host);
    this.#listeners.push(listener);
    return listener;
  }

  /** Reasons counted since the case began. */
  async reasons(): Promise<Reasons> {
    const now = await this.node.reasons();
    const grown = Object.entries(now).map(([code, count]) => [code, count - (this.#before[code] ?? 0)] as const);
    return Object.fromEntries(grown.filter(([, count]) => count > 0));
  }

  /** Waits until exactly these reasons were counted since the case began. */
  async counts(expected: Reasons): Promise<void> {
    const wanted = JSON.stringify(sorted(expected));
    await until(`the reasons ${wanted}`, async () => {
      const text = JSON.stringify(sorted(await this.reasons()));
      return text === wanted ? null : text;
    });
  }

  /** Strikes that the node holds against a ready peer. */
  async strikesOf(peer: WirePeer): Promise<number> {
    await peer.isAnswered();
    const { n } = await this.node.row(peer.id);
    return (await this.node.peer(n)).strikes;
  }

  /** Everybody leaves; then the node must be as it was. */
  async close(): Promise<void> {
    for (const peer of this.#peers) peer.leave();
    await Promise.all(this.#listeners.map((listener) => listener.close()));
    await until('everybody but the witness to be gone', async () => {
      const others = (await this.node.peers()).filter((row) => row.id !== this.witness.id);
      return others.length === 0 ? null : JSON.stringify(others);
    });
    await this.isWell();
  }

  /** The node lives, the witness has its first connection still, and nothing raw was printed. */
  async isWell(): Promise<void> {
    await this.witness.isAnswered();
    assert.equal((await this.node.row(this.witness.id)).n, this.#witnessRow.n);
    assert.equal((await this.node.run<Status>('status')).nodeId, this.node.id);
    this.node.isQuiet();
  }
}

const sorted = (reasons: Reasons) => Object.entries(reasons).sort(([a], [b]) => (a < b ? -1 : 1));

export type Case = (title: string, run: (scene: Scene) => Promise<void>) => void;

/** A node for the cases of one file. Each case finds it with no peer but the witness. */
export async function startScenes(options: NodeOptions = {}): Promise<Case> {
  const node = await WireNode.start(options);
  const witness = await WirePeer.dial(node.address);
  witness.answers = true;
  await witness.greet({ ext: ['nonce'] });
  after(async () => {
    witness.leave();
    const limit = setTimeout(() => node.kill(), LIMIT_MS);
    const { code } = await node.stop();
    clearTimeout(limit);
    assert.notEqual(code, null, 'the node did not end when its input did');
  });
  return (title, run) => {
    test(title, { timeout: CASE_LIMIT_MS }, async () => {
      const scene = await Scene.open(node, witness);
      let isDone = false;
      try {
        await run(scene);
        isDone = true;
      } finally {
        // What went wrong first explains what cannot be tidied up.
        const closing = scene.close();
        await (isDone ? closing : closing.catch(() => undefined));
      }
    });
  };
}
