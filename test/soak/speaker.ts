/** A polite peer on a bare socket that keeps what it hears: it dials or is dialled, says hello, answers pings, and measures how long its own take. */
import { connect, createServer, type Server, type Socket } from 'node:net';

const LINES_KEPT_MAX = 1_000;

export class Speaker {
  readonly #socket: Socket;
  #text = '';
  #waiting: (() => void)[] = [];
  readonly #id: string;
  closed = false;
  /** The latest lines that came. */
  readonly lines: string[] = [];

  constructor(socket: Socket, id: string) {
    this.#socket = socket;
    this.#id = id;
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.closed = true;
      for (const wake of this.#waiting.splice(0)) wake();
    });
    socket.on('data', (chunk: Buffer) => this.#take(chunk.toString('latin1')));
  }

  static dial(port: number, id: string): Speaker {
    const speaker = new Speaker(connect(port, '127.0.0.1'), id);
    speaker.hello();
    return speaker;
  }

  hello(): void {
    this.#socket.write(`{"msgtype":"hello","nodeid":"${this.#id}"}\n`);
  }

  #take(text: string): void {
    const lines = (this.#text + text).split('\n');
    this.#text = lines.pop() ?? '';
    for (const line of lines) {
      if (line.includes('"ping"')) this.#socket.write('{"msgtype":"pong"}\n');
      this.lines.push(line);
      if (this.lines.length > LINES_KEPT_MAX) this.lines.shift();
      if (line.includes('"pong"')) for (const wake of this.#waiting.splice(0)) wake();
    }
  }

  /** Milliseconds until the pong came; fails when the connection ended instead. */
  async ping(): Promise<number> {
    const started = performance.now();
    const answered = new Promise<void>((resolve) => this.#waiting.push(resolve));
    this.#socket.write('{"msgtype":"ping"}\n');
    await answered;
    if (this.closed) throw new Error(`the connection ended; it said ${this.lines.slice(-3).join(' ')}`);
    return performance.now() - started;
  }

  close(): void {
    this.#socket.destroy();
  }
}

/** Somebody to dial: says hello to whoever does. */
export class Host {
  readonly #server: Server;
  readonly speakers: Speaker[] = [];

  private constructor() {
    this.#server = createServer((socket) => {
      const speaker = new Speaker(socket, `host-${process.pid}-${this.port}`);
      this.speakers.push(speaker);
      socket.once('data', () => speaker.hello());
    });
  }

  static async open(): Promise<Host> {
    const host = new Host();
    await new Promise<void>((resolve) => host.#server.listen(0, '127.0.0.1', resolve));
    return host;
  }

  get port(): number {
    const address = this.#server.address();
    return typeof address === 'object' && address !== null ? address.port : 0;
  }

  async close(): Promise<void> {
    for (const speaker of this.speakers) speaker.close();
    await new Promise((resolve) => this.#server.close(resolve));
  }
}
