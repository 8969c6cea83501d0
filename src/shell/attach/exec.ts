/**
 * `peersh exec`: lines go in and are run on a node that runs already; answers go to the output as they come, an exit code comes out. What
 * goes on by itself, as a trace does, goes on until it is interrupted, the node stops, or nobody reads any more.
 */
import { CommandError, EXIT } from '../errors.ts';
import type { Output } from '../output.ts';
import { exitCode, jsonAnswer } from '../script.ts';
import type { RunResult } from '../session.ts';
import { findTarget } from './find.ts';
import { type Link, openLink, tooLong } from './link.ts';
import type { Reply } from './protocol.ts';

export interface ExecOptions {
  readonly target: string | null;
  readonly lines: AsyncIterable<string> | Iterable<string>;
  /** Of every line; one that ends with --json is for itself. */
  readonly json: boolean;
  readonly keepGoing: boolean;
  /** Afterwards tells what happens. */
  readonly follows: boolean;
  readonly isReadOnly: boolean;
  readonly out: Output;
  readonly err: Output;
  readonly interrupted: AbortSignal;
  /** Nobody reads the answers any more. */
  readonly unread: AbortSignal;
}

/** Throws a CommandError when there is no such node. */
export async function exec(options: ExecOptions): Promise<number> {
  const { target, isReadOnly, follows, interrupted, unread } = options;
  const { path } = await findTarget(target);
  const rest = { columns: null, color: false, folder: process.cwd(), history: [] };
  const who = { role: 'exec', isReadOnly, wantsNews: follows, ...rest } as const;
  const run = new Run(await openLink(path, who), options);
  const stop = () => run.interrupt();
  const either = AbortSignal.any([interrupted, unread]);
  either.addEventListener('abort', stop);
  if (either.aborted) stop();
  try {
    const code = await run.all();
    return unread.aborted && !interrupted.aborted ? EXIT.ok : code;
  } finally {
    either.removeEventListener('abort', stop);
    run.close();
  }
}

interface Answered {
  readonly result: RunResult;
  readonly isTracing: boolean;
}

type How = 'detached' | 'stopped' | 'lost';

class Run {
  private readonly link: Link;
  private readonly options: ExecOptions;
  private asked = 0;
  private answered: (answer: Answered | null) => void = () => undefined;
  /** How the link ended; null while it stands. */
  private end: How | null = null;
  private hasEnded: () => void = () => undefined;
  /** Writes that are not done yet; the next line waits for them. */
  private written: Promise<unknown> = Promise.resolve();

  constructor(link: Link, options: ExecOptions) {
    this.link = link;
    this.options = options;
    link.listen((reply) => this.take(reply));
  }

  interrupt(): void {
    this.link.send({ kind: 'interrupt' });
    this.hasEnded();
  }

  close(): void {
    this.link.close();
  }

  async all(): Promise<number> {
    const { lines, keepGoing, follows, interrupted, unread } = this.options;
    let code: number = EXIT.ok;
    let isTracing = false;
    for await (const line of lines) {
      if (interrupted.aborted || unread.aborted) return EXIT.interrupted;
      const { input, json } = this.read(line);
      const answer = await this.ask(input, json);
      if (answer === null) return this.end === 'detached' ? code : this.gone();
      const failed = await this.print(input, answer.result, json);
      isTracing = answer.isTracing;
      if (failed !== EXIT.ok) code = failed;
      if ((failed !== EXIT.ok && !keepGoing) || this.end !== null) return code;
    }
    await this.written;
    // What was left of its own accord gives no more answers.
    await new Promise((resolve) => setImmediate(resolve));
    if ((!isTracing && !follows) || this.end === 'detached') return code;
    if (follows && this.asked === 0) await this.ask('', this.options.json);
    await new Promise<void>((resolve) => {
      this.hasEnded = resolve;
      if (this.end !== null || interrupted.aborted || unread.aborted) resolve();
    });
    await this.written;
    return this.end === null ? EXIT.interrupted : this.end === 'lost' ? this.gone() : code;
  }

  /** `peers --json` is that line with an answer in JSON. */
  private read(line: string): { readonly input: string; readonly json: boolean } {
    const input = line.replace(/\s--json\s*$/, '');
    return { input, json: this.options.json || input !== line };
  }

  private ask(input: string, json: boolean): Promise<Answered | null> {
    if (this.end !== null) return Promise.resolve(null);
    this.asked += 1;
    if (!this.link.send({ kind: 'run', id: this.asked, input, json }))
      return Promise.resolve({ result: tooLong(input), isTracing: false });
    return new Promise((resolve) => {
      this.answered = resolve;
    });
  }

  private take(reply: Reply | null): void {
    const { err } = this.options;
    if (reply === null) {
      this.end ??= 'lost';
      this.answered(null);
      this.hasEnded();
      return;
    }
    if (reply.kind === 'result') this.answered(reply);
    else if (reply.kind === 'line') this.write(reply.text);
    else if (reply.kind === 'lost') err.notice(`… ${reply.count} more lines, which nobody read in time`);
    else if (reply.kind === 'refused') err.notice(`peersh: the node let go: ${reply.message}`);
    else if (reply.kind === 'end') {
      this.end = reply.why;
      if (reply.why === 'stopped') this.answered(null);
      this.hasEnded();
    }
  }

  private write(text: string): void {
    this.written = this.options.out.answer(text);
  }

  private async print(input: string, result: RunResult, json: boolean): Promise<number> {
    const { out, err } = this.options;
    const done = result.kind === 'more' ? unfinished(input) : result;
    if (json) await out.answer(jsonAnswer(done));
    else if (done.kind === 'ok') await (done.text === '' ? undefined : out.answer(done.text));
    else await err.answer(done.text);
    return exitCode(done);
  }

  private gone(): number {
    const how = this.end === 'stopped' ? 'the node has stopped' : 'the node is gone';
    this.options.err.notice(`peersh: ${how}`);
    return this.options.interrupted.aborted ? EXIT.interrupted : EXIT.failed;
  }
}

function unfinished(input: string): Extract<RunResult, { kind: 'error' }> {
  const message = `the JavaScript is not finished that begins with ${JSON.stringify(input.slice(0, 60))}`;
  const { code, near } = new CommandError('javascript', message);
  return { kind: 'error', code, message, near, text: message, value: { error: { code, message, near } } };
}
