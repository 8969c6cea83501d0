/**
 * Where a node listens: places go in, the sockets that come there go out, those that came before the node was started when it starts. It
 * knows nothing of connections.
 */
import type { Socket } from 'node:net';
import type { HostPort } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { type Listener, openListener } from './listener.ts';

interface EntranceHooks {
  /** How many may wait for the start. */
  readonly earlyMax: () => number;
  /** `local` is our end; null: it is not known. */
  readonly came: (socket: Socket, local: Address | null) => void;
  /** It is listened there since the start. */
  readonly opened: (address: Address) => void;
  readonly failed: (message: string) => void;
}

interface Entrance {
  /** Rejects where it cannot be listened. */
  listen(at: HostPort): Promise<Address>;
  start(): void;
  /** Nobody comes any more; resolves when all is closed. */
  stop(): Promise<void>;
}

export function createEntrance({ earlyMax, came, opened, failed }: EntranceHooks): Entrance {
  const listeners: Listener[] = [];
  /** None of them has said hello: at most as many as rule 50 lets wait for one. */
  const early: { readonly socket: Socket; readonly local: Address | null }[] = [];
  let isStarted = false;
  let isStopping = false;

  function accept(socket: Socket, local: Address | null): void {
    if (isStarted) came(socket, local ?? addressOf(socket.localAddress ?? '', socket.localPort ?? 0));
    else if (early.length < earlyMax()) early.push({ socket, local });
    else socket.destroy();
  }

  return {
    async listen(at) {
      const listener = await openListener(at, accept, (code) =>
        failed(`the listener on ${at.host}:${at.port} failed (${code})`),
      );
      if (isStopping) {
        await listener.close();
        throw new Error('this node is stopping');
      }
      listeners.push(listener);
      if (isStarted) opened(listener.address);
      return listener.address;
    },
    start() {
      isStarted = true;
      for (const { socket, local } of early.splice(0)) accept(socket, local);
    },
    async stop() {
      isStopping = true;
      const closing = listeners.map((listener) => listener.close());
      for (const { socket } of early.splice(0)) socket.destroy();
      await Promise.all(closing);
    },
  };
}
