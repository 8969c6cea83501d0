/**
 * One node on real sockets: carries the core's orders out and hands every fact in. Bytes, dials and one timer come in here; it decides
 * nothing about peers. The contract is in core/context.ts.
 */
import { connect, createServer, type Server, type Socket } from 'node:net';
import type { Context } from '../core/context.ts';
import type { NodeEvent } from '../core/events.ts';
import {
  awaitsHello,
  connectionAccepted,
  connectionClosed,
  countBytes,
  dialFailed,
  dialSucceeded,
  largeWrites,
  lineBytesMax,
  lineRefused,
  listeningOn,
  messageReceived,
  type NodeState,
  nameResolved,
  stopNode,
  wakeNode,
} from '../core/node.ts';
import type { ReasonCode } from '../core/reasons.ts';
import type { HostPort, LineDirection } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { createSplitter, type FrameFault, type FrameSink, type Splitter, splitChunk } from '../wire/frames.ts';
import { encodeMessage, type Message, parseMessage } from '../wire/messages.ts';
import { createNames } from './names.ts';
import { addLine, createOutbox, flush, type Outbox } from './outbox.ts';

const CUT_OFF_MS = 1_000;
const TIMER_MS_MAX = 2_147_483_647;
const LISTEN_BACKLOG = 511;
const KEEPALIVE_MS = 30_000;

interface Connection {
  readonly n: number;
  readonly socket: Socket;
  readonly splitter: Splitter;
  readonly outbox: Outbox;
  reason: ReasonCode;
  ending: boolean;
}

export type WatchLine = (n: number, direction: LineDirection, line: string, message: Message | null) => void;

export interface DriverHooks {
  readonly now: () => number;
  readonly onEvent: (event: NodeEvent) => void;
  /** Null while nobody looks at lines. */
  readonly onLine: () => WatchLine | null;
}

export interface Driver {
  readonly context: Context;
  /** Runs `fact` as one fact: time stands still, and what it queues leaves together. */
  handle<Result>(fact: () => Result): Result;
  listen(at: HostPort): Promise<Address>;
  startListening(): void;
  /** Resolves when no socket is left; sockets that linger are cut off after `limitMs`. */
  stop(limitMs: number): Promise<void>;
}

const FAILURES: Readonly<Record<string, ReasonCode>> = {
  ECONNREFUSED: 'refused',
  ETIMEDOUT: 'timeout',
  EHOSTUNREACH: 'unreachable',
  ENETUNREACH: 'unreachable',
  EADDRNOTAVAIL: 'unreachable',
  EMFILE: 'no-socket',
  ENFILE: 'no-socket',
};

const FAULTS: Readonly<Record<FrameFault, readonly ['malformed' | 'line-too-long' | 'not-json', string]>> = {
  'line-too-long': ['line-too-long', 'a line that is too long'],
  'not-json': ['not-json', 'something that is not JSON'],
  'blank-flood': ['not-json', 'only blank lines'],
  'bad-utf8': ['malformed', 'a line that is not UTF-8'],
  bom: ['malformed', 'a line with a byte order mark'],
  'too-deep': ['malformed', 'a line nested too deep'],
};

export function createDriver(node: NodeState, random: () => number, hooks: DriverHooks): Driver {
  const connections = new Map<number, Connection>();
  const dials = new Map<number, { socket: Socket; timer: NodeJS.Timeout }>();
  const servers: Server[] = [];
  const early: Socket[] = [];
  const touched: Connection[] = [];
  const names = createNames();
  let listening = false;
  let timer: NodeJS.Timeout | null = null;
  let now = hooks.now();
  let depth = 0;
  let emptied: (() => void) | null = null;

  function handle<Result>(fact: () => Result): Result {
    if (depth === 0) now = hooks.now();
    depth += 1;
    try {
      return fact();
    } finally {
      depth -= 1;
      if (depth === 0) flushTouched();
    }
  }

  function flushTouched(): void {
    for (const connection of touched) {
      flush(connection.outbox);
      if (connection.ending) connection.socket.end();
    }
    touched.length = 0;
  }

  function queueLine(n: number, line: string, message: Message | null): void {
    const connection = connections.get(n);
    if (connection === undefined || connection.ending) return;
    if (connection.outbox.text.length === 0) touched.push(connection);
    addLine(connection.outbox, line);
    countBytes(node, n, line.length + 1, 0);
    hooks.onLine()?.(n, 'sent', line, message);
  }

  const context: Context = {
    get now() {
      return now;
    },
    random,
    resolve: (host) => names.look(host, (ips, detail) => handle(() => nameResolved(node, context, host, ips, detail))),
    dial,
    cancel(attempt) {
      const dialling = dials.get(attempt);
      dials.delete(attempt);
      clearTimeout(dialling?.timer);
      dialling?.socket.destroy();
    },
    send: (n, message) => queueLine(n, encodeMessage(message), message),
    sendLine: (n, line) => queueLine(n, line, null),
    close,
    wake(at) {
      if (timer !== null) clearTimeout(timer);
      timer =
        at === Infinity
          ? null
          : setTimeout(onTimer, Math.min(TIMER_MS_MAX, Math.max(0, Math.ceil((at - hooks.now()) / 1_000))));
    },
    emit: hooks.onEvent,
  };

  function onTimer(): void {
    timer = null;
    handle(() => wakeNode(node, context));
  }

  function dial(attempt: number, address: Address, timeoutUs: number): void {
    const socket = connect({ host: address.ip, port: address.port, family: address.family, noDelay: true });
    const fail = (reason: ReasonCode, detail: string) => {
      if (!dials.delete(attempt)) return;
      clearTimeout(limit);
      socket.destroy();
      handle(() => dialFailed(node, context, attempt, reason, detail));
    };
    const limit = setTimeout(() => fail('timeout', 'no answer'), Math.ceil(timeoutUs / 1_000));
    dials.set(attempt, { socket, timer: limit });
    const onError = (error: NodeJS.ErrnoException) =>
      fail(FAILURES[error.code ?? ''] ?? 'dial-failed', error.code ?? '');
    socket.on('error', onError);
    socket.once('connect', () => {
      if (!dials.delete(attempt)) return;
      clearTimeout(limit);
      socket.off('error', onError);
      open(socket, (remote, local) => dialSucceeded(node, context, attempt, remote, local), address);
    });
  }

  /** Takes a connected socket over; the core gives it its number, or 0 when it is not wanted. */
  function open(
    socket: Socket,
    admit: (remote: Address, local: Address | null) => number,
    dialled: Address | null,
  ): void {
    socket.on('error', () => socket.destroy());
    const remote = addressOf(socket.remoteAddress ?? '', socket.remotePort ?? 0) ?? dialled;
    const local = addressOf(socket.localAddress ?? '', socket.localPort ?? 0);
    if (remote === null) return void socket.destroy();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
    if (!handle(() => admitWith(socket, remote, local, admit))) socket.destroy();
  }

  /** The core may send within the very call that gives the number, so the connection stands under the next number before. */
  function admitWith(
    socket: Socket,
    remote: Address,
    local: Address | null,
    admit: (remote: Address, local: Address | null) => number,
  ): boolean {
    const n = node.connections + 1;
    const connection: Connection = {
      n,
      socket,
      splitter: createSplitter(node.settings['hello.line']),
      outbox: createOutbox(socket),
      reason: 'remote-closed',
      ending: false,
    };
    connections.set(n, connection);
    const given = admit(remote, local);
    if (given !== n) {
      connections.delete(n);
      return false;
    }
    attach(connection);
    return true;
  }

  function attach(connection: Connection): void {
    const { socket, n } = connection;
    const sink: FrameSink = {
      line: (text) => onLine(connection, text),
      fault(fault) {
        const [reason, detail] = FAULTS[fault];
        lineRefused(node, context, n, reason, detail);
        return !connection.ending && !socket.destroyed;
      },
    };
    socket.on('data', (chunk: Buffer) => {
      countBytes(node, n, 0, chunk.length);
      handle(() => {
        splitChunk(connection.splitter, chunk, sink);
      });
    });
    socket.on('end', () => socket.end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      connection.reason = error.code === 'EPIPE' ? 'write-failed' : 'reset';
    });
    socket.once('close', () => {
      connections.delete(n);
      handle(() => connectionClosed(node, context, n, connection.reason));
      if (connections.size === 0) emptied?.();
    });
  }

  function onLine(connection: Connection, text: string): boolean {
    const { n } = connection;
    const message = parseMessage(text);
    const look = hooks.onLine();
    if (look !== null) look(n, 'received', text, message.type === 'malformed' ? null : message);
    try {
      if (message.type === 'malformed') lineRefused(node, context, n, 'malformed', message.detail);
      else {
        messageReceived(node, context, n, message);
        if (connection.splitter.greeting || message.type === 'hello') learnHello(connection);
      }
    } catch (error) {
      connection.reason = 'internal';
      hooks.onEvent({ kind: 'error', message: `a handler failed on connection #${n}: ${(error as Error).message}` });
      connection.socket.destroy();
    }
    return !connection.ending && !connection.socket.destroyed;
  }

  /** After a hello lines may be longer, and writes too where the peer reassembles lines. */
  function learnHello(connection: Connection): void {
    connection.splitter.greeting = awaitsHello(node, connection.n);
    connection.splitter.lineBytesMax = lineBytesMax(node, connection.n);
    connection.outbox.large = largeWrites(node, connection.n);
  }

  function close(n: number, abrupt: boolean): void {
    const connection = connections.get(n);
    if (connection === undefined || connection.ending) return;
    const { socket } = connection;
    if (abrupt) {
      flush(connection.outbox);
      connection.ending = true;
      socket.destroy();
      return;
    }
    if (connection.outbox.text.length === 0) touched.push(connection);
    connection.ending = true;
    const cut = setTimeout(() => socket.destroy(), CUT_OFF_MS);
    socket.once('close', () => clearTimeout(cut));
  }

  function accept(socket: Socket): void {
    if (!listening) return void early.push(socket);
    open(socket, (remote, local) => connectionAccepted(node, context, remote, local), null);
  }

  async function listen(at: HostPort): Promise<Address> {
    const server = createServer({ noDelay: true, allowHalfOpen: false });
    const host = at.host === 'localhost' ? '127.0.0.1' : at.host;
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port: at.port, backlog: LISTEN_BACKLOG, exclusive: true }, () => {
        server.off('error', reject);
        resolve();
      });
    });
    server.on('error', (error: NodeJS.ErrnoException) =>
      hooks.onEvent({ kind: 'error', message: `the listener failed (${error.code ?? error.message})` }),
    );
    server.on('connection', accept);
    servers.push(server);
    const bound = server.address();
    const address = bound === null || typeof bound === 'string' ? null : (addressOf(bound.address, bound.port) ?? null);
    if (address === null) throw new Error('the listener has no address');
    if (listening) handle(() => listeningOn(node, context, address));
    return address;
  }

  return {
    context,
    handle,
    listen,
    startListening() {
      listening = true;
      for (const socket of early.splice(0)) accept(socket);
    },
    async stop(limitMs) {
      names.stop();
      const closing = servers.map((server) => new Promise<void>((resolve) => server.close(() => resolve())));
      for (const socket of early.splice(0)) socket.destroy();
      handle(() => stopNode(node, context));
      for (const { socket, timer: limit } of dials.values()) {
        clearTimeout(limit);
        socket.destroy();
      }
      dials.clear();
      const cut = setTimeout(() => {
        for (const { socket } of connections.values()) socket.destroy();
      }, limitMs);
      if (connections.size > 0)
        await new Promise<void>((resolve) => {
          emptied = resolve;
        });
      clearTimeout(cut);
      await Promise.all(closing);
      if (timer !== null) clearTimeout(timer);
      timer = null;
    },
  };
}
