// A peer made of a bare socket: lines go out exactly as given, whatever they are, and what comes back is thrown away. It
// keeps no rule of the protocol.
import { connect, type Socket } from 'node:net';

export class RawPeer {
  readonly #socket: Socket;

  private constructor(socket: Socket) {
    this.#socket = socket;
    socket.on('error', () => undefined);
    socket.resume();
  }

  /** `address` is `ip:port`. */
  static dial(address: string): Promise<RawPeer> {
    const at = address.lastIndexOf(':');
    return new Promise((resolve, reject) => {
      const socket = connect(Number(address.slice(at + 1)), address.slice(0, at));
      socket.once('error', reject);
      socket.once('connect', () => {
        socket.off('error', reject);
        resolve(new RawPeer(socket));
      });
    });
  }

  write(...lines: readonly (string | Buffer | object)[]): void {
    for (const line of lines) {
      const isText = typeof line === 'string' || Buffer.isBuffer(line);
      this.#socket.write(isText ? line : JSON.stringify(line));
      this.#socket.write('\n');
    }
  }

  end(): void {
    this.#socket.end();
  }

  kill(): void {
    this.#socket.resetAndDestroy();
  }
}
