/** The sockets of this process by the node they belong to, so that a node can be killed as a process is: without a word and at once. */
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import type { Socket } from 'node:net';
import type { NodePort } from '../../src/core/world.ts';

export class Sockets {
  readonly #open = new Set<Socket>();
  readonly #note = (message: unknown): void => {
    const { socket } = message as { socket: Socket };
    this.#open.add(socket);
    socket.once('close', () => this.#open.delete(socket));
  };

  constructor() {
    for (const name of ['net.server.socket', 'net.client.socket']) subscribe(name, this.#note);
  }

  get count(): number {
    return this.#open.size;
  }

  /** All connections of the node are reset, then it is stopped: nobody is told, and its port is free. */
  async kill(node: NodePort): Promise<void> {
    const ends = new Set([...node.state.sessions.values()].map(({ local, remote }) => `${local?.text} ${remote.text}`));
    for (const socket of this.#open) {
      const { localAddress, localPort, remoteAddress, remotePort } = socket;
      if (ends.has(`${localAddress}:${localPort} ${remoteAddress}:${remotePort}`)) socket.resetAndDestroy();
    }
    await node.stop();
  }

  stop(): void {
    for (const name of ['net.server.socket', 'net.client.socket']) unsubscribe(name, this.#note);
  }
}
