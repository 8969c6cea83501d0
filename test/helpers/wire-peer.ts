// A peer that is only a socket: raw bytes go out exactly as given, and all that comes back is kept, line by line. It keeps
// no rule of the protocol by itself, but it fails when the node breaks what every old peer relies on (rule 11).
import { connect, createServer, type Server, type Socket } from 'node:net';
import { LIMIT_MS } from './until.ts';

/** One message of the node. */
export type Said = Readonly<Record<string, unknown>> & { readonly msgtype: string };

/** An object goes out as one line of JSON, text and bytes as they are. */
export type Part = string | Uint8Array | object;

interface PeerOptions {
  /** Does not close its side when the node does. */
  readonly halfOpen?: boolean;
}

export const PING = '{"msgtype":"ping"}\n';

const LINE_BYTES_MAX = 1_400;
const ASCII_LINE = /^[ -~]+$/;
const SHOWN_CHARS_MAX = 600;

let ids = 0;
/** An id that no other peer of this process has. */
export function freshId(): string {
  ids += 1;
  return `peer-${process.pid}-${ids}`;
}

export class WirePeer {
  readonly socket: Socket;
  readonly messages: Said[] = [];
  /** What it called itself last by `greet`. */
  id = '';
  /** Answers pings like a live peer. */
  answers = false;
  isClosed = false;
  #unfinished = '';
  #fault: string | null = null;
  #wake = (): void => {};
  #changed: Promise<void>;

  constructor(socket: Socket) {
    this.socket = socket;
    this.#changed = this.#renew();
    socket.setNoDelay(true);
    socket.on('error', () => undefined);
    socket.on('data', (chunk) => this.#take(chunk.toString('latin1')));
    socket.on('close', () => {
      this.isClosed = true;
      if (this.#unfinished !== '') this.#fault ??= `ended in the middle of ${JSON.stringify(this.#unfinished)}`;
      this.#tell();
    });
  }

  /** `address` is `ip:port`. */
  static dial(address: string, { halfOpen = false }: PeerOptions = {}): Promise<WirePeer> {
    const at = address.lastIndexOf(':');
    const [host, port] = [address.slice(0, at), Number(address.slice(at + 1))];
    return new Promise((resolve, reject) => {
      const socket = connect({ host, port, allowHalfOpen: halfOpen });
      const peer = new WirePeer(socket);
      socket.once('error', reject);
      socket.once('connect', () => resolve(peer));
    });
  }

  say(...parts: readonly Part[]): this {
    for (const part of parts) {
      const isRaw = typeof part === 'string' || part instanceof Uint8Array;
      this.socket.write(isRaw ? part : `${JSON.stringify(part)}\n`);
    }
    return this;
  }

  /** Every byte in a segment of its own, as far as TCP lets them stay apart. */
  async sayBytewise(part: string | Uint8Array): Promise<void> {
    for (const byte of Buffer.from(part))
      await new Promise<void>((resolve) => {
        this.socket.write(Buffer.of(byte), () => resolve());
      });
  }

  /** Says hello, with these fields beside the id, and waits for what a node says once it is ready. */
  async greet(fields: Readonly<Record<string, unknown>> = {}): Promise<Said> {
    this.id = typeof fields['nodeid'] === 'string' ? fields['nodeid'] : freshId();
    this.say({ msgtype: 'hello', nodeid: this.id, ...fields });
    await this.hears('getaddr');
    return this.hears('hello');
  }

  heard(type: string): readonly Said[] {
    return this.messages.filter(({ msgtype }) => msgtype === type);
  }

  /** The message of that type which came as number `count`, as soon as it has come. */
  async hears(type: string, count = 1): Promise<Said> {
    return this.#until(`${count} ${type}`, () => this.heard(type)[count - 1]);
  }

  /** Settles when the node has answered all that was said before: its pong carries our nonce. */
  async isAnswered(): Promise<void> {
    const nonce = freshId();
    this.say({ msgtype: 'ping', nonce });
    await this.#until('the pong of a ping', () => this.heard('pong').find((pong) => pong['nonce'] === nonce));
  }

  /** Settles when the connection is gone. */
  async closes(): Promise<void> {
    await this.#until('the end of the connection', () => (this.isClosed ? true : undefined), true);
  }

  /** Settles when the condition holds; it is asked again whenever something came. */
  async sees(what: string, condition: () => boolean): Promise<void> {
    await this.#until(what, () => condition() || undefined);
  }

  leave(): void {
    this.socket.destroy();
  }

  async #until<Found>(what: string, find: () => Found | undefined, mayEnd = false): Promise<Found> {
    const limit = setTimeout(() => {
      this.#fault ??= `waited ${LIMIT_MS / 1_000} s for ${what}`;
      this.#tell();
    }, LIMIT_MS);
    try {
      for (;;) {
        if (this.#fault !== null) throw new Error(`${this.#fault}; ${this.#heardSoFar()}`);
        const found = find();
        if (found !== undefined) return found;
        if (this.isClosed && !mayEnd) throw new Error(`closed before ${what}; ${this.#heardSoFar()}`);
        await this.#changed;
      }
    } finally {
      clearTimeout(limit);
    }
  }

  #heardSoFar(): string {
    return `the node said ${JSON.stringify(this.messages.slice(-5)).slice(0, SHOWN_CHARS_MAX)}`;
  }

  #take(text: string): void {
    const lines = (this.#unfinished + text).split('\n');
    this.#unfinished = lines.pop() ?? '';
    for (const line of lines) this.#takeLine(line);
    this.#tell();
  }

  #takeLine(line: string): void {
    if (!ASCII_LINE.test(line) || line.length > LINE_BYTES_MAX)
      this.#fault ??= `the node sent a line that is not ASCII or too long: ${JSON.stringify(line.slice(0, SHOWN_CHARS_MAX))}`;
    else {
      const message = JSON.parse(line) as Said;
      this.messages.push(message);
      if (this.answers && message.msgtype === 'ping') this.say({ ...message, msgtype: 'pong' });
    }
  }

  #tell(): void {
    this.#wake();
    this.#changed = this.#renew();
  }

  #renew(): Promise<void> {
    return new Promise((resolve) => {
      this.#wake = resolve;
    });
  }
}

/** A listener that accepts and says nothing by itself. */
export class WireListener {
  readonly address: string;
  readonly port: number;
  /** Every connection it ever had, oldest first. */
  readonly accepted: WirePeer[] = [];
  readonly #server: Server;
  /** What is done with each connection at once. */
  onPeer: (peer: WirePeer) => void = () => {};
  #wake = (): void => {};

  private constructor(server: Server) {
    this.#server = server;
    const { address, port } = server.address() as { address: string; port: number };
    this.address = `${address}:${port}`;
    this.port = port;
    server.on('connection', (socket) => {
      const peer = new WirePeer(socket);
      this.accepted.push(peer);
      this.onPeer(peer);
      this.#wake();
    });
  }

  static open(port = 0, host = '127.0.0.1'): Promise<WireListener> {
    return new Promise((resolve, reject) => {
      const server = createServer();
      server.once('error', reject);
      server.listen(port, host, () => resolve(new WireListener(server)));
    });
  }

  /** The connection that came as number `count`. */
  async accepts(count = 1): Promise<WirePeer> {
    const end = performance.now() + LIMIT_MS;
    for (;;) {
      const peer = this.accepted[count - 1];
      if (peer !== undefined) return peer;
      if (performance.now() >= end) throw new Error(`${this.accepted.length} of ${count} connections came`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, end - performance.now());
        this.#wake = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
  }

  get open(): number {
    return this.accepted.filter((peer) => !peer.isClosed).length;
  }

  close(): Promise<void> {
    for (const peer of this.accepted) peer.leave();
    return new Promise((resolve) => {
      this.#server.close(() => resolve());
    });
  }
}
