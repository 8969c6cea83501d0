/**
 * One client of a control socket, at the node's end: frames come in, are checked and run in a shell of its own, and what comes of them goes
 * out. Whatever the client does, it can only lose its own connection: it is as little trusted as a peer.
 */
import type { Socket } from 'node:net';
import { createLocalSession, type LocalSession, watchPrompt } from '../local-session.ts';
import { safe } from '../render.ts';
import { toJson } from '../script.ts';
import type { RunResult, SessionEvent } from '../session.ts';
import type { Shell } from '../shell.ts';
import { encode, FrameReader } from './frames.ts';
import {
  ANSWER_LENGTH_MAX,
  FRAMES_A_TURN,
  HELLO_MS,
  HISTORY_LINES_MAX,
  LAST_FRAMES_MS,
  NEWS_BYTES_MAX,
  UNREAD_BYTES_MAX,
} from './limits.ts';
import { type Hello, type NodeFacts, PROTOCOL, type Reply, type Request, readRequest } from './protocol.ts';

/** The node as its clients see it. */
export interface Host {
  facts(): NodeFacts;
  /** A new shell for a client; `isJson` says of each moment whether it speaks JSON. */
  openShell(hello: Hello, isJson: () => boolean): Promise<Shell>;
  /** Somebody typed shutdown. */
  stop(): void;
}

interface Opened {
  readonly shell: Shell;
  readonly session: LocalSession;
  readonly end: () => void;
}

export class Guest {
  private readonly socket: Socket;
  private readonly host: Host;
  private readonly reader: FrameReader;
  private readonly helloLimit: NodeJS.Timeout;
  private opened: Opened | null = null;
  /** Its shell is being made; what it asks waits. */
  private isOpening = false;
  private isJson = false;
  private isRunning = false;
  /** The running line is on its way to its end, so that the next one may come. */
  private isInterrupted = false;
  private isOver = false;
  /** Checked requests that are not done yet: of one chunk at most, since no further one is read meanwhile. */
  private waiting: Request[] = [];
  private isPumping = false;
  private lostCount = 0;
  private prompt = '';
  private rate = 0;

  constructor(socket: Socket, host: Host) {
    this.socket = socket;
    this.host = host;
    this.helloLimit = setTimeout(() => this.refuse('silent', 'no hello came'), HELLO_MS);
    this.helloLimit.unref();
    this.reader = new FrameReader((message) => this.take(readRequest(message)), false);
    socket.on('data', (chunk) => {
      if (this.isOver) return;
      const fault = this.reader.push(chunk);
      if (fault !== null) this.refuse('bad-frame', fault);
      else this.pump();
    });
    socket.on('drain', () => {
      this.tellLost();
      this.pump();
    });
    // What went wrong with a socket is followed by its close.
    socket.on('error', () => undefined);
    socket.on('end', () => this.close());
    socket.on('close', () => this.close());
  }

  /** It has a shell; who only looks has none. */
  get isAttached(): boolean {
    return this.opened !== null;
  }

  /** The node stops. */
  stop(): void {
    this.end('stopped');
  }

  private take(request: Request | null): void {
    if (this.isOver) return;
    if (request === null) return this.refuse('bad-frame', 'a frame is no request');
    // In order: what ends a command must not overtake it.
    this.waiting.push(request);
  }

  /** Does what was asked, a few things at a time, and reads no more while there is something to do or an answer to be read. */
  private pump(): void {
    if (this.isPumping || this.isOver) return;
    for (let done = 0; this.waiting.length > 0 && this.socket.writableLength <= NEWS_BYTES_MAX; done += 1) {
      if (this.isOpening) break;
      if (done === FRAMES_A_TURN) {
        this.isPumping = true;
        setImmediate(() => {
          this.isPumping = false;
          this.pump();
        });
        break;
      }
      if (this.isInterrupted && this.waiting[0]?.kind === 'run') break;
      this.answer(this.waiting.shift() as Request);
      if (this.isOver) return;
    }
    if (this.waiting.length > 0) this.socket.pause();
    else this.socket.resume();
  }

  private answer(request: Request): void {
    if (request.kind === 'hello') return this.greet(request);
    const { opened } = this;
    if (opened === null) return this.refuse('bad-frame', 'the first frame is no hello');
    const { shell, session } = opened;
    switch (request.kind) {
      case 'run':
        if (this.isRunning) return this.refuse('busy', 'a second line came before the first was answered');
        this.isRunning = true;
        this.isJson = request.json;
        shell.history = [...shell.history, request.input].slice(-HISTORY_LINES_MAX);
        void session.run(request.input).then((result) => this.ran(request.id, result));
        return;
      case 'complete':
        void session
          .complete(request.line)
          .then((completion) => this.send({ kind: 'completion', id: request.id, completion }));
        return;
      case 'columns':
        shell.columns = () => request.columns;
        return;
      case 'interrupt':
        this.isInterrupted = this.isRunning;
        return session.interrupt();
      case 'finish':
        return session.finish();
      default:
        request satisfies never;
    }
  }

  private greet(hello: Hello): void {
    clearTimeout(this.helloLimit);
    const node = this.host.facts();
    if (this.opened !== null || this.isOpening) return this.refuse('bad-frame', 'a second hello');
    if (hello.protocol !== PROTOCOL)
      return this.refuse(
        'protocol',
        `this node speaks protocol ${PROTOCOL} (peersh ${node.version}) and the client ${hello.protocol}; use the same version of peersh`,
      );
    // With the first prompt in one piece, so that no other one is seen before it.
    this.socket.cork();
    this.send({ kind: 'hello', protocol: PROTOCOL, node });
    if (hello.role === 'look') {
      this.socket.uncork();
      return this.letGo();
    }
    this.isOpening = true;
    void this.open(hello).catch((error: unknown) => this.refuse('internal', String(error)));
  }

  private async open(hello: Hello): Promise<void> {
    const shell = await this.host
      .openShell(hello, () => this.isJson)
      .finally(() => {
        this.isOpening = false;
        process.nextTick(() => this.socket.uncork());
      });
    if (this.isOver) return shell.leave();
    shell.history = hello.history;
    shell.columns = () => hello.columns;
    const session = createLocalSession(shell, Promise.resolve(), () => undefined);
    session.subscribe((event) => this.tell(event));
    this.opened = { shell, session, end: watchPrompt(shell, session) };
    shell.showProgress = (text, isWatched = false) => session.tell({ kind: 'progress', text, isWatched });
    if (hello.role === 'exec') shell.stream = (value, text) => shell.print(this.isJson ? toJson(value) : text, true);
    shell.printTo((text, answer) => {
      for (const line of text.split('\n')) session.tell({ kind: 'line', text: line, answer });
    });
    this.tellPrompt();
    this.pump();
  }

  private ran(id: number, result: RunResult): void {
    const { opened } = this;
    this.isRunning = false;
    this.isInterrupted = false;
    if (opened === null || this.isOver) return;
    const { shell } = opened;
    // What the last lines of the command were told with comes before its answer.
    setImmediate(() => {
      this.send({ kind: 'result', id, result: this.portable(result), isTracing: shell.isTracing });
      this.tellPrompt();
      if (!shell.quitting) return this.pump();
      this.end('detached');
      if (shell.isShuttingDown) this.host.stop();
    });
  }

  /** Values go over the socket only where somebody reads them, and as what JSON can say. */
  private portable(result: RunResult): RunResult {
    if (result.kind === 'more' || result.kind === 'aborted') return result;
    const value = this.isJson ? toJson(result.value) : 'null';
    const length = value.length + result.text.length;
    if (length <= ANSWER_LENGTH_MAX) return { ...result, value: JSON.parse(value) as unknown };
    const message = `the answer has ${length} characters, too many for a socket; ask for less, or let the node write a file`;
    return {
      kind: 'error',
      code: 'too-large',
      message,
      near: [],
      text: message,
      value: { error: { code: 'too-large', message, near: [] } },
    };
  }

  private tell(event: SessionEvent): void {
    switch (event.kind) {
      case 'line':
        return event.answer
          ? this.tellAnswer(event.text)
          : this.tellNews({ kind: 'line', text: event.text, answer: false });
      case 'progress':
        return this.tellNews({ kind: 'progress', text: event.text, isWatched: event.isWatched });
      case 'prompt':
        return this.tellPrompt();
      case 'end':
        return;
      default:
        event satisfies never;
    }
  }

  private tellAnswer(text: string): void {
    if (this.socket.writableLength > UNREAD_BYTES_MAX) this.close();
    else this.send({ kind: 'line', text, answer: true });
  }

  private tellNews(news: Extract<Reply, { kind: 'line' | 'progress' }>): void {
    if (this.socket.writableLength <= NEWS_BYTES_MAX) this.send(news);
    else if (news.kind === 'line') this.lostCount += 1;
  }

  private tellLost(): void {
    if (this.lostCount > 0) this.send({ kind: 'lost', count: this.lostCount });
    this.lostCount = 0;
    this.tellPrompt();
  }

  /** Only another one, and only to who reads: the next one says it all. */
  private tellPrompt(): void {
    if (this.opened === null || this.socket.writableLength > NEWS_BYTES_MAX) return;
    const { session, shell } = this.opened;
    const text = session.prompt();
    const rate = shell.rate();
    if (text === this.prompt && rate === this.rate) return;
    this.prompt = text;
    this.rate = rate;
    this.send({ kind: 'prompt', text, rate });
  }

  private send(reply: Reply): void {
    if (!this.isOver) this.socket.write(encode(reply));
  }

  /** The client is told why, as far as it reads. */
  private refuse(code: string, message: string): void {
    this.send({ kind: 'refused', code, message: safe(message, 300) });
    this.letGo();
  }

  private end(why: 'detached' | 'stopped'): void {
    this.send({ kind: 'end', why });
    this.letGo();
  }

  private letGo(): void {
    if (this.isOver) return;
    this.leave();
    this.socket.end();
    const limit = setTimeout(() => this.socket.destroy(), LAST_FRAMES_MS);
    this.socket.once('close', () => clearTimeout(limit));
  }

  private close(): void {
    this.leave();
    this.socket.destroy();
  }

  private leave(): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.helloLimit);
    this.waiting = [];
    this.opened?.end();
    this.opened?.shell.leave();
    this.opened = null;
  }
}
