/**
 * One listening socket: a host and port go in, its bound address and the sockets it accepts come out, each
 * with the address it arrived at where that is known without asking. It admits nobody:
 * that is the core's decision. Rules 63, 65.
 */
import { createServer, type Socket } from 'node:net';
import type { HostPort } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { guard } from './connection.ts';
import { SOCKET_OPTIONS } from './socket-options.ts';

/** Connections that the system holds for us until we accept them. */
const BACKLOG = 511;
const WILDCARDS = new Set(['0.0.0.0', '::']);

export interface Listener {
  readonly address: Address;
  /** Resolves when the port is free and every accepted socket is gone. */
  close(): Promise<void>;
}

/** Rejects with the system's error and leaves nothing open. Later failures are reported, once for each code. */
export function openListener(
  at: HostPort,
  accept: (socket: Socket, local: Address | null) => void,
  report: (code: string) => void,
): Promise<Listener> {
  // A name would be looked up, and `localhost` may be ::1 first; the network means 127.0.0.1.
  const host = at.host === 'localhost' ? '127.0.0.1' : at.host;
  const reported = new Set<string>();
  return new Promise((resolve, reject) => {
    const server = createServer(SOCKET_OPTIONS);
    /** Where every socket arrives; null while the listener is not open, and where it listens on all addresses. */
    let local: Address | null = null;
    let opened = false;
    server.on('error', (error: NodeJS.ErrnoException) => {
      if (!opened) return reject(error);
      const code = error.code ?? error.message;
      if (reported.has(code)) return;
      reported.add(code);
      report(code);
    });
    server.on('connection', (socket) => {
      // What is accepted may be reset before anybody looks at it.
      guard(socket);
      accept(socket, local);
    });
    server.listen({ host, port: at.port, backlog: BACKLOG, exclusive: true }, () => {
      const bound = server.address();
      const address = bound === null || typeof bound === 'string' ? null : addressOf(bound.address, bound.port);
      if (address === null) {
        server.close();
        return reject(new Error('the listener has no address'));
      }
      opened = true;
      if (!WILDCARDS.has(address.ip)) local = address;
      resolve({ address, close: () => new Promise((closed) => server.close(() => closed())) });
    });
  });
}
