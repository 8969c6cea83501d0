/**
 * One node on real sockets: carries the core's orders out and hands every fact in. Bytes, dials and one timer come in
 * here; it decides nothing about peers. The contract is in core/context.ts.
 */
import type { Socket } from 'node:net';
import type { Context } from '../core/context.ts';
import { KEEPALIVE_AFTER_US, MILLISECOND_US } from '../core/limits.ts';
import {
  awaitsHello,
  bytesReceived,
  bytesSent,
  connectionAccepted,
  connectionClosed,
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
import type { LineFault } from '../core/reasons.ts';
import { type Fact, NETWORK, STOP, TIMER } from '../core/witness.ts';
import type { LineDirection } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import type { FrameFault } from '../wire/frames.ts';
import { encodeMessage, type Malformed, type Message, parseMessage } from '../wire/messages.ts';
import { TIMER_MS_MAX } from './clock.ts';
import { type Attendant, Connection, guard } from './connection.ts';
import { createDials } from './dials.ts';
import { createDirectories } from './directory.ts';
import type { Driver, DriverHooks } from './driver-port.ts';
import { createEntrance } from './entrance.ts';
import { createNames } from './names.ts';
import { bytesOf } from './outbox.ts';
import { createTurns } from './turns.ts';

/** What `send` answers then. */
const NOT_SENT = -1;
/** Lines of a connection that are no messages and may still be heard; what is older was dropped. */
const REFUSED_MAX = 256;

const FAULTS: Readonly<Record<FrameFault, readonly [LineFault, string]>> = {
  'line-too-long': ['line-too-long', 'a line that is too long'],
  'not-json': ['not-json', 'something that is not JSON'],
  'not-object': ['not-object', 'something that is not a JSON object'],
  'blank-flood': ['not-json', 'only blank lines'],
  'bad-utf8': ['malformed', 'a line that is not UTF-8'],
  bom: ['malformed', 'a line with a byte order mark'],
  'too-deep': ['malformed', 'a line nested too deep'],
};

export function createDriver(node: NodeState, random: () => number, hooks: DriverHooks): Driver {
  const { clock, gate, name, witness, nextNumber } = hooks;
  const connections = new Map<number, Connection>();
  const entrance = createEntrance({
    earlyMax: () => node.settings['pending.max'],
    came: (socket, local) => open(socket, null, (remote) => connectionAccepted(node, context, remote, local)),
    opened: (address) => handle(NETWORK, () => listeningOn(node, context, address)),
    failed: (message) => hooks.onEvent({ kind: 'error', message }),
  });
  const touched: Connection[] = [];
  const turns = createTurns<Connection>((connection) => connection.takeTurn());
  const names = createNames(
    undefined,
    createDirectories(() => node.settings['dns.server']),
  );
  const dials = createDials({
    connected(attempt, socket, address) {
      guard(socket);
      const local = addressOf(socket.localAddress ?? '', socket.localPort ?? 0);
      open(socket, address, (remote) => dialSucceeded(node, context, attempt, remote, local));
    },
    failed: (attempt, reason, detail) => handle(NETWORK, () => dialFailed(node, context, attempt, reason, detail)),
  });
  let stopping = false;
  let timer: NodeJS.Timeout | null = null;
  /** One for all that have come since the last. */
  let keepAliveTimer: NodeJS.Timeout | null = null;
  let depth = 0;
  let emptied: (() => void) | null = null;

  function enter(): void {
    depth += 1;
    clock.hold();
  }

  function leave(): void {
    depth -= 1;
    clock.release();
    if (depth > 0) return;
    let kept = 0;
    for (let i = 0; i < touched.length; i += 1) {
      const connection = touched[i] as Connection;
      if (connection.expectsMore) {
        touched[kept] = connection;
        kept += 1;
        continue;
      }
      connection.settle(node.settings['queue.max'], node.settings['queue.drain'] / 1_000);
      countWritten(connection);
    }
    // Popped, since there is mostly one: to set the length is a call into the runtime, once for each chunk that comes.
    while (touched.length > kept) touched.pop();
  }

  function handle<Result>(what: Fact, fact: () => Result): Result {
    enter();
    try {
      witness()?.fact(name, clock.now(), what);
      return fact();
    } finally {
      leave();
    }
  }

  function countWritten(connection: Connection): void {
    bytesSent(node, connection.n, connection.written);
    connection.written = 0;
  }

  /** `bytes` is what is sent, one character a byte; `line` what those who look at lines are shown. */
  function queueLine(n: number, bytes: string, line: string, message: Message | null): number {
    const connection = connections.get(n);
    if (connection === undefined || connection.isEnding || connection.isLeaving) return NOT_SENT;
    if (connection.isBackedUp && (message?.type === 'addr' || message?.type === 'getaddr')) return NOT_SENT;
    const number = nextNumber();
    if (gate.isIdle.sent || gate.passes(n, 'sent', message ?? messageOf(line), line, number))
      write(connection, bytes, line, message, number);
    return bytes.length + 1;
  }

  function write(connection: Connection, bytes: string, line: string, message: Message | null, number: number): void {
    if (connection.queue(bytes)) touched.push(connection);
    witness()?.line(name, clock.now(), connection.n, 'sent', line, message, number);
    hooks.onLine()?.(connection.n, 'sent', line, message);
  }

  const context: Context = {
    get now() {
      return clock.now();
    },
    random,
    resolve: (host) =>
      names.look(host, (ips, detail) => handle(NETWORK, () => nameResolved(node, context, host, ips, detail))),
    dial: dials.dial,
    cancel: dials.cancel,
    send(n, message) {
      const line = encodeMessage(message);
      return queueLine(n, line, line, message);
    },
    sendLine: (n, line) => void queueLine(n, bytesOf(line), line, null),
    pause: (n, until) => connections.get(n)?.pause(Math.ceil((until - clock.now()) / 1_000)),
    close,
    wake(at) {
      if (timer !== null) clearTimeout(timer);
      timer =
        at === Infinity
          ? null
          : setTimeout(onTimer, Math.min(TIMER_MS_MAX, Math.max(0, Math.ceil((at - clock.now()) / 1_000))));
    },
    emit: hooks.onEvent,
  };

  function onTimer(): void {
    timer = null;
    handle(TIMER, () => wakeNode(node, context));
  }

  /** Takes a connected socket over; the core gives it its number, or 0 when it is not wanted. */
  function open(socket: Socket, dialled: Address | null, admit: (remote: Address) => number): void {
    // A reset right after the connect leaves no remote address: an accepted socket is then nobody's, a dialled one
    // still tells its end.
    const remote = addressOf(socket.remoteAddress ?? '', socket.remotePort ?? 0) ?? dialled;
    if (remote === null || stopping) return void socket.destroy();
    if (!handle(NETWORK, () => admitWith(socket, remote, admit))) socket.destroy();
  }

  /**
   * The core may send within the very call that gives the number, so the connection stands under the next number
   * before.
   */
  function admitWith(socket: Socket, remote: Address, admit: (remote: Address) => number): boolean {
    const n = node.connections + 1;
    const connection = new Connection(n, socket, attendant, turns, node.settings['hello.line']);
    connections.set(n, connection);
    const given = admit(remote);
    if (given !== n) {
      connections.delete(n);
      return false;
    }
    connection.attend();
    keepAliveTimer ??= setTimeout(keepAlive, KEEPALIVE_AFTER_US / MILLISECOND_US);
    return true;
  }

  function keepAlive(): void {
    keepAliveTimer = null;
    for (const connection of connections.values()) connection.keepAlive();
  }

  const attendant: Attendant = {
    chunkCame(connection, chunk) {
      enter();
      try {
        if (chunk !== null) bytesReceived(node, context, connection.n, chunk.length);
        // Read to the end all the same: an end that is not read is never seen.
        if (connection.isReading && !connection.isLeaving) connection.split(chunk);
      } catch (error) {
        failInside(connection, error);
      } finally {
        leave();
      }
    },
    lineCame(connection, text) {
      const message = parseMessage(text);
      const number = numberOfArrival(connection);
      if (
        !gate.isIdle.received &&
        !gate.passes(connection.n, 'received', message.type === 'malformed' ? null : message, text, number)
      )
        return;
      hear(connection, message, text, number);
    },
    isHolding: ({ n }) => gate.isHolding(n, null),
    faultCame(connection, fault, text) {
      const { n } = connection;
      const number = text === null ? 0 : numberOfArrival(connection);
      if (text === null && gate.isHolding(n, 'received')) connection.brokenBy = fault;
      else if (text === null || gate.isIdle.received || gate.passes(n, 'received', null, text, number))
        refuse(connection, fault);
      else keepRefused(connection, number, fault, text);
    },
    connectionEnded({ n, reason }) {
      connections.delete(n);
      gate.closed(n);
      handle(NETWORK, () => connectionClosed(node, context, n, reason));
      if (connections.size === 0) emptied?.();
    },
  };

  /** What may be stopped has the number it was sent under, so that it has one for whoever looks at both ends. */
  function numberOfArrival({ n }: Connection): number {
    const sent = gate.isIdle.received ? null : witness()?.arriving(name, n);
    return sent ?? nextNumber();
  }

  function refuse({ n }: Connection, fault: FrameFault): void {
    const [reason, detail] = FAULTS[fault];
    lineRefused(node, context, n, reason, detail);
  }

  function keepRefused(connection: Connection, number: number, fault: FrameFault, text: string): void {
    connection.refused ??= new Map();
    const { refused } = connection;
    refused.set(number, { fault, text });
    if (refused.size > REFUSED_MAX) refused.delete(refused.keys().next().value ?? 0);
  }

  function hear(connection: Connection, message: Message | Malformed, text: string, number: number): void {
    const { n } = connection;
    const decoded = message.type === 'malformed' ? null : message;
    witness()?.line(name, clock.now(), n, 'received', text, decoded, number);
    hooks.onLine()?.(n, 'received', text, decoded);
    if (message.type === 'malformed') return lineRefused(node, context, n, 'malformed', message.detail);
    messageReceived(node, context, n, message, text.length + 1);
    if (connection.splitter.greeting || message.type === 'hello') learnHello(connection);
  }

  function carry(n: number, direction: LineDirection, line: string, number: number): boolean {
    const connection = connections.get(n);
    if (connection === undefined || connection.isEnding) return false;
    if (connection.isLeaving && direction === 'received') return false;
    handle(NETWORK, () => {
      if (direction === 'sent') return write(connection, bytesOf(line), line, messageOf(line), number);
      const refused = connection.refused?.get(number);
      try {
        // What was edited meanwhile may be a message.
        if (refused !== undefined && refused.text === line) refuse(connection, refused.fault);
        else hear(connection, parseMessage(line), line, number);
      } catch (error) {
        failInside(connection, error);
      }
    });
    return true;
  }

  /** Our own code failed on what a peer sent: that peer goes, the node stays (rule 10). */
  function failInside(connection: Connection, error: unknown): void {
    connection.reason = 'internal';
    connection.text = '';
    connection.destroy();
    const what = error instanceof Error ? error.message : String(error);
    hooks.onEvent({ kind: 'error', message: `a handler failed on connection #${connection.n}: ${what}` });
  }

  /** After a hello lines may be longer, and writes too where the peer reassembles lines. */
  function learnHello(connection: Connection): void {
    connection.splitter.greeting = awaitsHello(node, connection.n);
    connection.splitter.lineBytesMax = lineBytesMax(node, connection.n);
    connection.large = largeWrites(node, connection.n);
  }

  function close(n: number, abrupt: boolean): void {
    const connection = connections.get(n);
    if (connection === undefined || connection.isEnding) return;
    witness()?.closing(name, clock.now(), n);
    if (abrupt) {
      connection.destroy();
      return countWritten(connection);
    }
    // What was said before leaves before.
    connection.isLeaving = gate.isHolding(n, 'sent');
    if (!connection.isLeaving) end(connection);
  }

  function end(connection: Connection): void {
    if (connection.text.length === 0) touched.push(connection);
    connection.end();
  }

  function eased(n: number): void {
    const connection = connections.get(n);
    if (connection === undefined || connection.isEnding) return;
    enter();
    try {
      const { brokenBy } = connection;
      if (brokenBy !== null && !gate.isHolding(n, 'received')) {
        connection.brokenBy = null;
        refuse(connection, brokenBy);
      } else if (!connection.isLeaving) connection.goOnEnding();
      else if (!gate.isHolding(n, 'sent')) end(connection);
    } finally {
      leave();
    }
  }

  return {
    context,
    handle,
    carry,
    reset: (n) => connections.get(n)?.reset(),
    setFull: (n, isFull) => connections.get(n)?.setFull(isFull),
    eased,
    heedSettings() {
      for (const { n, splitter } of connections.values()) splitter.lineBytesMax = lineBytesMax(node, n);
    },
    listen: (at) => entrance.listen(at),
    startListening: () => entrance.start(),
    async stop(limitMs) {
      stopping = true;
      names.stop();
      const closed = entrance.stop();
      handle(STOP, () => stopNode(node, context));
      dials.stop();
      const cut = setTimeout(() => {
        for (const { socket } of connections.values()) socket.destroy();
      }, limitMs);
      if (connections.size > 0)
        await new Promise<void>((resolve) => {
          emptied = resolve;
        });
      clearTimeout(cut);
      await closed;
      if (timer !== null) clearTimeout(timer);
      if (keepAliveTimer !== null) clearTimeout(keepAliveTimer);
      timer = null;
      keepAliveTimer = null;
    },
  };
}

/** null: it is none. */
function messageOf(line: string): Message | null {
  const message = parseMessage(line);
  return message.type === 'malformed' ? null : message;
}
