/**
 * One connection of the load client: an open socket goes in, pings leave, answers are counted. It keeps what it sends constant and
 * looks at no answer twice, so that the client stays faster than any server; a wrong answer shows in the sum of bytes.
 */
import { connect, type Socket } from 'node:net';

const PING = '{"msgtype":"ping"}\n';
const PINGS_MAX = 2_048;
const PINGS = PING.repeat(PINGS_MAX);
const NEWLINE = 0x0a;
/** As Twisted's json writes it, and as everyone else does. */
const PONG_BYTES = [19, 20];

export class Peer {
  readonly socket: Socket;
  /** Answers since the last `reset`. */
  received = 0;
  bytes = 0;
  sent = 0;
  onAnswers: (answers: number) => void = () => undefined;

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => this.#take(chunk));
    socket.on('close', () => this.#fail('the server closed a connection'));
  }

  send(pings: number): void {
    this.sent += pings;
    this.socket.write(pings === 1 ? PING : PINGS.slice(0, pings * PING.length), 'latin1');
  }

  reset(): void {
    this.sent = 0;
    this.received = 0;
    this.bytes = 0;
  }

  /** Fails unless as many pongs came as pings were sent, and nothing else. */
  check(): void {
    const { sent, received, bytes } = this;
    if (received !== sent || !PONG_BYTES.some((size) => bytes === size * received))
      this.#fail(`${sent} pings were answered with ${received} lines of ${bytes} bytes`);
  }

  #take(chunk: Buffer): void {
    let answers = 0;
    for (let at = chunk.indexOf(NEWLINE); at >= 0; at = chunk.indexOf(NEWLINE, at + 1)) answers += 1;
    this.received += answers;
    this.bytes += chunk.length;
    this.onAnswers(answers);
  }

  #fail(what: string): never {
    throw new Error(what);
  }
}

function connectTo(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, noDelay: true });
    socket.once('error', reject);
    socket.once('connect', () => resolve(socket));
  });
}

let peers = 0;

function helloLine(): string {
  peers += 1;
  return `{"msgtype":"hello","nodeid":"bench-${process.pid}-${peers}","agent":"bench","ext":["nonce","v6"]}\n`;
}

/** Connects and, where the server expects one, says hello; settles when a ping of ours was answered, so that all else has been said. */
export async function openPeer(port: number, greets: boolean): Promise<Peer> {
  const socket = await connectTo(port);
  await new Promise<void>((resolve, reject) => {
    let text = '';
    const refuse = () => reject(new Error(`closed while greeting; it said ${text}`));
    socket.once('close', refuse);
    socket.on('data', function read(chunk: Buffer) {
      text += chunk.toString('latin1');
      const lines = text.split('\n');
      text = lines.pop() ?? '';
      for (const line of lines) {
        const message = JSON.parse(line) as { msgtype: string; nonce?: unknown };
        if (message.msgtype === 'ping') socket.write(`${JSON.stringify({ ...message, msgtype: 'pong' })}\n`);
        if (message.msgtype !== 'pong') continue;
        socket.off('data', read);
        socket.off('close', refuse);
        resolve();
      }
    });
    socket.write(`${greets ? helloLine() : ''}${PING}`);
  });
  return new Peer(socket);
}

/** What our ping, the last line of a handshake, is answered with, by us and by Twisted. */
const PONG = /"msgtype": ?"pong"/;
const NONCE = /"msgtype": ?"ping", ?"nonce": ?(\d+)/;

/**
 * One whole handshake as two nodes have it: connect and hello; to the server's hello, ping and getaddr a pong, an empty addr, and a
 * getaddr and a ping of our own; when that is answered, the end. Settles with the chunks that came when the socket is closed.
 */
export async function shakeHands(port: number): Promise<string[]> {
  const socket = await connectTo(port);
  return new Promise((resolve, reject) => {
    const chunks: string[] = [];
    let hasAnswered = false;
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk.toString('latin1'));
      const text = chunks.join('');
      if (!hasAnswered && text.includes('"getaddr"')) {
        hasAnswered = true;
        const [, nonce] = NONCE.exec(text) ?? [];
        const pong = `{"msgtype":"pong"${nonce === undefined ? '' : `,"nonce":${nonce}`}}`;
        socket.write(`${pong}\n{"msgtype":"addr","peers":[]}\n{"msgtype":"getaddr"}\n${PING}`);
      } else if (PONG.test(text)) socket.end();
    });
    socket.once('close', () =>
      socket.writableEnded ? resolve(chunks) : reject(new Error(`closed in the handshake; it said ${chunks.join('')}`)),
    );
    socket.write(helloLine());
  });
}
