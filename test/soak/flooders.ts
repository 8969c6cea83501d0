/** Hostile connections in a process of their own, so that their work is not the test's: a port and a number go in, pings at full speed come out of it until it is stopped. */
import { type ChildProcess, spawn } from 'node:child_process';

/** As plain JavaScript, because it runs without a build. Argument: port, connections. It reads what comes and dials again when it is cut off. */
const PROGRAM = `
import { connect } from 'node:net';
const [port, count] = process.argv.slice(1).map(Number);
const pings = Buffer.from('{"msgtype":"ping"}\\n'.repeat(3_000));
let greeted = 0;
let lives = 0;
function flood() {
  lives += 1;
  const socket = connect(port, '127.0.0.1');
  const fill = () => { while (socket.writable && socket.write(pings)); };
  socket.on('error', () => undefined);
  socket.on('drain', fill);
  socket.once('data', () => {
    greeted += 1;
    if (greeted === count) process.stdout.write('flooding\\n');
    fill();
  });
  socket.on('data', () => undefined);
  socket.on('close', () => setTimeout(flood, 100));
  socket.write('{"msgtype":"hello","nodeid":"flood-' + process.pid + '-' + lives + '"}\\n');
}
for (let i = 0; i < count; i += 1) flood();
`;

export class Flooders {
  readonly #child: ChildProcess;
  /** Settles when every connection has been answered once and floods from then on. */
  readonly flooding: Promise<void>;

  constructor(port: number, connections: number) {
    const args = ['--input-type=module', '-e', PROGRAM, String(port), String(connections)];
    this.#child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.flooding = new Promise((resolve, reject) => {
      this.#child.stdout?.once('data', () => resolve());
      this.#child.once('exit', () => reject(new Error('the flooders ended')));
    });
    // Whoever stops them before they flood does not wait for it.
    this.flooding.catch(() => undefined);
  }

  stop(): Promise<void> {
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()));
    this.#child.kill('SIGKILL');
    return ended;
  }
}
