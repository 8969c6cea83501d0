/**
 * One node on real sockets: carries the core's orders out and hands every fact in. Bytes, dials and one timer come in
 * here; it decides nothing about peers. The contract is in core/context.ts.
 */
import type { Socket } from 'node:net';
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
import { createDials } from './dials.ts';
import { type Listener, openListener } from './listener.ts';
import { createNames } from './names.ts';
import { addLine, bytesOf, createOutbox, flush, type Outbox } from './outbox.ts';

const CUT_OFF_MS = 1_000;
/** The longest wait that a timer of Node can hold. */
const TIMER_MS_MAX = 2_147_483_647;
const KEEPALIVE_MS = 30_000;

interface Connection {
  readonly n: number;
  readonly socket: Socket;
  readonly splitter: Splitter;
  readonly outbox: Outbox;
  /** Why it is gone, should the core not have closed it. */
  reason: ReasonCode;
  /** Our side is over: nothing more is queued and nothing that comes is read. */
  ending: boolean;
  /** Cuts off a peer that does not take what waits (rule 56), or that does not close after us. */
  cut: NodeJS.Timeout | null;
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
  const listeners: Listener[] = [];
  /** Accepted before the node was started. */
  const early: Socket[] = [];
  const touched: Connection[] = [];
  const names = createNames();
  const dials = createDials({
    connected: (attempt, socket, address) =>
      open(socket, (remote, local) => dialSucceeded(node, context, attempt, remote, local), address),
    failed: (attempt, reason, detail) => handle(() => dialFailed(node, context, attempt, reason, detail)),
  });
  let listening = false;
  let stopping = false;
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
      else if (connection.socket.writableLength > node.settings['queue.max']) waitForDrain(connection);
    }
    touched.length = 0;
  }

  /** Rule 56: a peer that does not read is not read either, and not for long. */
  function waitForDrain(connection: Connection): void {
    const { socket } = connection;
    if (connection.cut !== null) return;
    socket.pause();
    connection.cut = setTimeout(() => {
      connection.reason = 'write-failed';
      socket.destroy();
    }, node.settings['queue.drain'] / 1_000);
    socket.once('drain', () => {
      if (connection.ending) return;
      if (connection.cut !== null) clearTimeout(connection.cut);
      connection.cut = null;
      socket.resume();
    });
  }

  /** `bytes` is what is sent, one character a byte; `line` what those who look at lines are shown. */
  function queueLine(n: number, bytes: string, line: string, message: Message | null): void {
    const connection = connections.get(n);
    if (connection === undefined || connection.ending) return;
    if (connection.outbox.text.length === 0) touched.push(connection);
    addLine(connection.outbox, bytes);
    countBytes(node, n, bytes.length + 1, 0);
    hooks.onLine()?.(n, 'sent', line, message);
  }

  const context: Context = {
    get now() {
      return now;
    },
    random,
    resolve: (host) => names.look(host, (ips, detail) => handle(() => nameResolved(node, context, host, ips, detail))),
    dial: dials.dial,
    cancel: dials.cancel,
    send(n, message) {
      const line = encodeMessage(message);
      queueLine(n, line, line, message);
    },
    sendLine: (n, line) => queueLine(n, bytesOf(line), line, null),
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

  /** Takes a connected socket over; the core gives it its number, or 0 when it is not wanted. */
  function open(
    socket: Socket,
    admit: (remote: Address, local: Address | null) => number,
    dialled: Address | null,
  ): void {
    socket.on('error', () => socket.destroy());
    // A reset right after the connect leaves no remote address: an accepted socket is then nobody's, a dialled one
    // still tells its end.
    const remote = addressOf(socket.remoteAddress ?? '', socket.remotePort ?? 0) ?? dialled;
    const local = addressOf(socket.localAddress ?? '', socket.localPort ?? 0);
    if (remote === null || stopping) return void socket.destroy();
    socket.setNoDelay(true);
    socket.setKeepAlive(true, KEEPALIVE_MS);
    if (!handle(() => admitWith(socket, remote, local, admit))) socket.destroy();
  }

  /**
   * The core may send within the very call that gives the number, so the connection stands under the next number
   * before.
   */
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
      cut: null,
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
      // Read to the end all the same: an end that is not read is never seen.
      if (connection.ending) return;
      handle(() => {
        try {
          splitChunk(connection.splitter, chunk, sink);
        } catch (error) {
          failInside(connection, error);
        }
      });
    });
    socket.on('end', () => socket.end());
    socket.on('error', (error: NodeJS.ErrnoException) => {
      connection.reason = error.code === 'EPIPE' ? 'write-failed' : 'reset';
    });
    socket.once('close', () => {
      if (connection.cut !== null) clearTimeout(connection.cut);
      connection.ending = true;
      connections.delete(n);
      handle(() => connectionClosed(node, context, n, connection.reason));
      if (connections.size === 0) emptied?.();
    });
  }

  /** Our own code failed on what a peer sent: that peer goes, the node stays (rule 10). */
  function failInside(connection: Connection, error: unknown): void {
    connection.reason = 'internal';
    connection.ending = true;
    connection.outbox.text = '';
    connection.socket.destroy();
    const what = error instanceof Error ? error.message : String(error);
    hooks.onEvent({ kind: 'error', message: `a handler failed on connection #${connection.n}: ${what}` });
  }

  function onLine(connection: Connection, text: string): boolean {
    const { n } = connection;
    const message = parseMessage(text);
    const look = hooks.onLine();
    if (look !== null) look(n, 'received', text, message.type === 'malformed' ? null : message);
    if (message.type === 'malformed') lineRefused(node, context, n, 'malformed', message.detail);
    else {
      messageReceived(node, context, n, message);
      if (connection.splitter.greeting || message.type === 'hello') learnHello(connection);
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
    if (connection.cut !== null) clearTimeout(connection.cut);
    connection.cut = setTimeout(() => socket.destroy(), CUT_OFF_MS);
    if (socket.isPaused()) socket.resume();
  }

  function accept(socket: Socket): void {
    if (!listening) return void early.push(socket);
    open(socket, (remote, local) => connectionAccepted(node, context, remote, local), null);
  }

  async function listen(at: HostPort): Promise<Address> {
    const listener = await openListener(at, accept, (code) =>
      hooks.onEvent({ kind: 'error', message: `the listener on ${at.host}:${at.port} failed (${code})` }),
    );
    if (stopping) {
      await listener.close();
      throw new Error('this node is stopping');
    }
    listeners.push(listener);
    if (listening) handle(() => listeningOn(node, context, listener.address));
    return listener.address;
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
      stopping = true;
      names.stop();
      const closing = listeners.map((listener) => listener.close());
      for (const socket of early.splice(0)) socket.destroy();
      handle(() => stopNode(node, context));
      dials.stop();
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
