/**
 * A program of this folder in a process of its own: requests go in, its answers come out, over Node's IPC channel. A child that
 * fails or ends before its time fails every request, so that no table shows a broken contender.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';

/** Longer than any request takes on a busy machine. */
const ANSWER_MS_MAX = 120_000;

interface Reply {
  readonly id: number;
  readonly value?: unknown;
  readonly error?: string;
}

export class Child {
  readonly name: string;
  readonly #process: ChildProcess;
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (error: Error) => void }>();
  readonly #ended: Promise<void>;
  #asked = 0;

  /** `file` is a compiled program of this folder, without its ending. */
  constructor(name: string, file: string, args: readonly string[], flags: readonly string[] = []) {
    this.name = name;
    this.#process = fork(fileURLToPath(new URL(`./${file}.js`, import.meta.url)), args, { execArgv: [...flags] });
    this.#process.on('message', (message) => this.#settle(message as Reply));
    this.#ended = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        this.#failAll(`ended with ${code ?? signal}`);
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  ask<Answer>(request: object): Promise<Answer> {
    this.#asked += 1;
    const id = this.#asked;
    return new Promise<Answer>((resolve, reject) => {
      const limit = setTimeout(
        () => this.#settle({ id, error: `gave no answer to ${JSON.stringify(request)}` }),
        ANSWER_MS_MAX,
      );
      this.#waiting.set(id, {
        resolve(value) {
          clearTimeout(limit);
          resolve(value as Answer);
        },
        reject(error) {
          clearTimeout(limit);
          reject(error);
        },
      });
      this.#process.send({ id, request }, (error) => {
        if (error !== null) this.#failAll(error.message);
      });
    });
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
    await this.#ended;
  }

  #settle(reply: Reply): void {
    const waiting = this.#waiting.get(reply.id);
    this.#waiting.delete(reply.id);
    if (reply.error === undefined) waiting?.resolve(reply.value);
    else waiting?.reject(new Error(`${this.name}: ${reply.error}`));
  }

  #failAll(what: string): void {
    for (const { reject } of this.#waiting.values()) reject(new Error(`${this.name}: ${what}`));
    this.#waiting.clear();
  }
}

/** The child's side: answers each request by what `handle` returns, or with its error. Ends with its parent. */
export function answerRequests(handle: (request: never) => unknown): void {
  process.on('message', ({ id, request }: { id: number; request: never }) => {
    const reply = async () => handle(request);
    reply().then(
      (value) => process.send?.({ id, value }),
      (error: unknown) => process.send?.({ id, error: error instanceof Error ? error.message : String(error) }),
    );
  });
  process.once('disconnect', () => process.exit());
}
