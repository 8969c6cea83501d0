/**
 * Outgoing connections in progress: an attempt and a numeric address go in, a connected socket or the reason why there
 * is none comes out, exactly once and never after `cancel`. It neither chooses whom to dial nor reads a byte. Rule 43.
 */
import { connect, type Socket } from 'node:net';
import type { ReasonCode } from '../core/reasons.ts';
import type { Address } from '../wire/address.ts';
import { SOCKET_OPTIONS } from './socket-options.ts';

const FAILURES: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EMFILE: 'no-socket',
  ENFILE: 'no-socket',
};

export interface DialAnswers {
  connected(attempt: number, socket: Socket, address: Address): void;
  failed(attempt: number, reason: ReasonCode, detail: string): void;
}

export interface Dials {
  readonly dial: (attempt: number, address: Address, timeoutUs: number) => void;
  readonly cancel: (attempt: number) => void;
  /** Calls all of them off. */
  stop(): void;
}

export function createDials(answers: DialAnswers): Dials {
  const dials = new Map<number, { readonly socket: Socket; readonly limit: NodeJS.Timeout }>();

  function take(attempt: number): Socket | null {
    const dialling = dials.get(attempt);
    if (dialling === undefined) return null;
    dials.delete(attempt);
    clearTimeout(dialling.limit);
    return dialling.socket;
  }

  function cancel(attempt: number): void {
    take(attempt)?.destroy();
  }

  return {
    dial(attempt, address, timeoutUs) {
      // The address is canonical, so the port is a number and the host no name: `connect` can take neither for a UNIX
      // path.
      const socket = connect({ host: address.ip, port: address.port, family: address.family, ...SOCKET_OPTIONS });
      const fail = (reason: ReasonCode, detail: string) => {
        if (take(attempt) === null) return;
        socket.destroy();
        answers.failed(attempt, reason, detail);
      };
      const limit = setTimeout(() => fail('timeout', 'no answer'), Math.ceil(timeoutUs / 1_000));
      dials.set(attempt, { socket, limit });
      // It stays for the life of the socket, so that there is no moment without a handler (rule 65); once answered it
      // does nothing.
      socket.on('error', ({ code = '' }: NodeJS.ErrnoException) => fail(FAILURES[code] ?? 'dial-failed', code));
      socket.once('connect', () => {
        if (take(attempt) !== null) answers.connected(attempt, socket, address);
      });
    },
    cancel,
    stop() {
      for (const attempt of [...dials.keys()]) cancel(attempt);
    },
  };
}
