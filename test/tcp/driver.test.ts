/**
 * What the driver makes of bytes on real sockets: lines in pieces, many in one, writes out, garbage, errors and the
 * end.
 */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { connect, createServer, Socket } from 'node:net';
import { mock, test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import { KEEPALIVE_AFTER_US, KEEPALIVE_US, LINES_PER_TURN, WORK_PER_TURN } from '../../src/core/limits.ts';
import { createNode } from '../../src/core/node.ts';
import type { NodePort, World } from '../../src/core/world.ts';
import { defaultSettings } from '../../src/settings.ts';
import { createClock } from '../../src/tcp/clock.ts';
import { createDriver } from '../../src/tcp/driver.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

function inWorld(title: string, run: (world: World) => Promise<void>): void {
  test(title, async () => {
    const world = createTcpWorld('peersh/test');
    try {
      await run(world);
    } finally {
      await world.close();
    }
  });
}

/** A peer made of a bare socket: says what it is told to say and keeps the lines that come. */
class RawPeer {
  readonly socket: Socket;
  readonly closed: Promise<void>;
  private text = '';
  private wake = (): void => {};

  constructor(place: { host: string; port: number }) {
    this.socket = connect(place);
    this.socket.setNoDelay(true);
    this.socket.on('error', () => {});
    this.socket.on('data', (chunk) => {
      this.text += chunk.toString('latin1');
      this.wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.once('close', () => resolve());
    });
  }

  get lines(): string[] {
    return this.text.split('\n').slice(0, -1);
  }

  say(text: string): void {
    this.socket.write(text);
  }

  /** Waits until this many lines of a type have come; fails when the connection ends before. */
  async heard(type: string, count = 1): Promise<void> {
    const enough = () => this.lines.filter((line) => line.includes(`"msgtype":"${type}"`)).length >= count;
    while (!enough()) {
      const more = new Promise<void>((resolve) => {
        this.wake = resolve;
      });
      await Promise.race([more, this.closed]);
      if (this.socket.destroyed && !enough()) throw new Error(`closed before ${count} ${type}; it said ${this.text}`);
    }
  }
}

const ID = '00000000-0000-4000-8000-000000000001';
const HELLO = `{"msgtype":"hello","nodeid":"${ID}","ext":["nonce"]}\n`;
const PING = '{"msgtype":"ping"}\n';

async function meet(node: NodePort, hello = HELLO): Promise<RawPeer> {
  const peer = new RawPeer(placeOf(node));
  peer.say(hello);
  await peer.heard('getaddr');
  return peer;
}

/** Runs while every write of the node's own sockets is kept. */
async function writesOf(node: NodePort, run: () => Promise<void>): Promise<string[]> {
  const spy = mock.method(Socket.prototype, 'write');
  try {
    await run();
    const own = spy.mock.calls.filter((call) => (call.this as Socket).localPort === placeOf(node).port);
    return own.map((call) => String(call.arguments[0]));
  } finally {
    spy.mock.restore();
  }
}

inWorld('driver: reads lines that come in pieces, byte by byte', async (world) => {
  const node = await spawn(world, 'n1');
  const lines: string[] = [];
  world.onLine((_, __, direction, line) => {
    if (direction === 'received') lines.push(line);
  });
  const peer = new RawPeer(placeOf(node));
  for (const byte of `${HELLO}\r\n ${PING}`) {
    // Each byte has left before the next is said, so that they arrive apart as far as TCP lets them.
    await new Promise<void>((resolve) => {
      peer.socket.write(byte, () => resolve());
    });
  }
  await peer.heard('pong');
  assert.deepEqual(lines, [HELLO.trim(), PING.trim()]);
  assert.equal(node.views.ready(), 1);
});

inWorld('driver: answers 100 pings of one chunk with one write to a peer that reassembles lines', async (world) => {
  const node = await spawn(world, 'n1');
  const peer = await meet(node);
  const writes = await writesOf(node, async () => {
    peer.say(PING.repeat(100));
    await peer.heard('pong', 100);
  });
  assert.equal(writes.length, 1);
  assert.equal(writes[0], '{"msgtype":"pong"}\n'.repeat(100));
});

inWorld('driver: writes at most once for each chunk that comes, whatever is in it', async (world) => {
  const node = await spawn(world, 'n1');
  const peer = await meet(node);
  const chunks = mock.method(Socket.prototype, 'emit');
  const said = [PING.repeat(3), `${PING}{"msgtype":"getaddr"}\n`, PING.slice(0, 9), `${PING.slice(9)}${PING}`];
  const writes = await writesOf(node, async () => {
    for (let round = 1; round <= 10; round += 1) {
      for (const text of said) {
        await new Promise<void>((resolve) => {
          peer.socket.write(text, () => resolve());
        });
      }
      await peer.heard('pong', 6 * round);
    }
  });
  chunks.mock.restore();
  const read = chunks.mock.calls.filter(
    (call) => String(call.arguments[0]) === 'data' && (call.this as Socket).localPort === placeOf(node).port,
  );
  assert.ok(read.length >= 10 && writes.length <= read.length, `${writes.length} writes for ${read.length} chunks`);
});

inWorld('driver: splits what it owes an old peer into whole lines of at most 1,400 bytes a write', async (world) => {
  const node = await spawn(world, 'n1');
  const peer = await meet(node, `{"msgtype":"hello","nodeid":"${ID}"}\n`);
  const writes = await writesOf(node, async () => {
    peer.say(PING.repeat(100));
    await peer.heard('pong', 100);
  });
  assert.equal(writes.length, 2);
  for (const write of writes) assert.ok(write.length <= 1_400 && write.endsWith('\n'), write);
});

for (const [what, bytes, reason] of [
  ['HTTP', 'GET / HTTP/1.1\r\n', 'not-json'],
  ['JSON that is no object', '[1,2]\n', 'not-object'],
  ['a line over the cap', `{"msgtype":"${'x'.repeat(5_000)}`, 'line-too-long'],
  ['a JSON array', '{"msgtype":[]}\n', 'malformed'],
  ['UTF-8 that is none', Buffer.from([0x7b, 0xff, 0xfe, 0x0a]), 'malformed'],
] as const) {
  inWorld(`driver: closes a connection that begins with ${what}, once and without an answer`, async (world) => {
    const node = await spawn(world, 'n1');
    const closes: NodeEvent[] = [];
    world.onEvent((_, event) => {
      if (event.kind === 'closed') closes.push(event);
    });
    const peer = new RawPeer(placeOf(node));
    peer.socket.write(bytes);
    await peer.closed;
    await reach(world, 'the close', () => node.state.sessions.size === 0 && closes.length > 0);
    assert.deepEqual(
      closes.map((event) => event.kind === 'closed' && event.reason),
      [reason],
    );
    assert.deepEqual(peer.lines, []);
  });
}

/** Seconds until TCP asks by itself, of each end of the connections to a port; the kernel's table has hexadecimal ports and hundredths. */
function keptAlive(port: number): number[] {
  const place = `:${port.toString(16).toUpperCase().padStart(4, '0')}`;
  const rows = readFileSync('/proc/net/tcp', 'utf8')
    .split('\n')
    .map((row) => row.trim().split(/\s+/))
    .filter(
      ([, local = '', remote = '', state]) => state === '01' && (local.endsWith(place) || remote.endsWith(place)),
    );
  return rows
    .map(([, , , , , timer = '']) => timer.split(':'))
    .filter(([kind]) => kind === '02')
    .map(([, when = '']) => Number.parseInt(when, 16) / 100);
}

const noTable = process.platform === 'linux' ? false : 'the timers of TCP are read from /proc';

test('driver: TCP asks after both ends of a connection that stays, and not of one that just greets', {
  skip: noTable,
}, async () => {
  const world = createTcpWorld('peersh/test');
  try {
    const n1 = await spawn(world, 'n1');
    const began = performance.now();
    const n2 = await spawn(world, 'n2', { bootstrap: [placeOf(n1)] });
    await reach(world, 'a connection', () => n1.views.ready() === 1 && n2.views.ready() === 1);
    const { port } = placeOf(n1);
    const asked = keptAlive(port);
    // Whoever was kept from running that long has seen no greeting.
    if (performance.now() - began < KEEPALIVE_AFTER_US / 1_000) assert.deepEqual(asked, []);
    const until = performance.now() + 10_000;
    while (keptAlive(port).length < 2 && performance.now() < until) await world.until(() => false, { limitMs: 50 });
    const waits = keptAlive(port);
    assert.equal(waits.length, 2);
    for (const seconds of waits) assert.ok(seconds <= KEEPALIVE_US / 1_000_000 + 1, `${seconds} s`);
  } finally {
    await world.close();
  }
});

inWorld('driver: survives resets at any moment and forgets every connection', async (world) => {
  const node = await spawn(world, 'n1');
  const peers = Array.from({ length: 40 }, (_, index) => {
    const peer = new RawPeer(placeOf(node));
    peer.socket.once('connect', () => {
      if (index % 2 === 0) peer.say(HELLO);
      peer.socket.resetAndDestroy();
    });
    return peer;
  });
  await Promise.all(peers.map((peer) => peer.closed));
  const last = await meet(node);
  await reach(world, 'one connection left', () => node.state.sessions.size === 1);
  assert.equal(last.socket.destroyed, false);
});

inWorld('driver: hears a peer that says a lot and ends at once to its last line', async (world) => {
  const node = await spawn(world, 'n1');
  const closed: NodeEvent[] = [];
  world.onEvent((_, event) => {
    if (event.kind === 'closed') closed.push(event);
  });
  let heard = 0;
  world.onLine((_, __, direction) => {
    if (direction === 'received') heard += 1;
  });
  const peer = new RawPeer(placeOf(node));
  peer.socket.end(`${HELLO}${'{"msgtype":"pong"}\n'.repeat(1_500)}{"msgtype":"bye","reason":"x"}\n`);
  await reach(world, 'the close', () => closed.length > 0);
  assert.equal(heard, 1_502);
  assert.deepEqual(
    closed.map((event) => event.kind === 'closed' && [event.reason, event.said]),
    [['bye', 'x']],
  );
});

test('driver: of those who come before the node has started only as many wait as may be without a hello', async () => {
  const settings = { ...defaultSettings(), 'pending.max': 3 };
  const node = createNode({ id: ID, agent: 'test', settings, bootstrap: [] });
  const driver = createDriver(node, Math.random, {
    clock: createClock(),
    name: 'n1',
    nextNumber: () => 1,
    gate: { isIdle: { sent: true, received: true }, passes: () => true, isHolding: () => false, closed: () => {} },
    onEvent: () => {},
    onLine: () => null,
    witness: () => null,
  });
  const { ip, port } = await driver.listen({ host: '127.0.0.1', port: 0 });
  try {
    const first: RawPeer[] = [];
    for (let i = 0; i < 3; i += 1) {
      const peer = new RawPeer({ host: ip, port });
      await once(peer.socket, 'connect');
      first.push(peer);
    }
    const late = new RawPeer({ host: ip, port });
    await late.closed;
    driver.startListening();
    for (const [i, peer] of first.entries()) {
      peer.say(HELLO.replace(/1"/, `${i + 2}"`));
      await peer.heard('hello');
    }
    assert.equal(node.sessions.size, 3);
  } finally {
    await driver.stop(0);
  }
});

inWorld('driver: ends our side when the peer ends its own', async (world) => {
  const node = await spawn(world, 'n1');
  const peer = await meet(node);
  peer.socket.end();
  await peer.closed;
  await reach(world, 'an empty table', () => node.state.sessions.size === 0);
  assert.equal(node.views.gone()[0]?.closed?.reason, 'remote-closed');
});

inWorld('driver: sends a raw line as the UTF-8 that was typed', async (world) => {
  const node = await spawn(world, 'n1');
  const peer = await meet(node);
  const line = `{"msgtype":"é${'x'.repeat(1_500)}☃"}`;
  node.order({ kind: 'send-line', n: node.views.peers()[0]?.n ?? 0, line });
  peer.say(PING);
  await peer.heard('pong');
  assert.ok(peer.lines.some((one) => Buffer.from(one, 'latin1').toString('utf8') === line));
});

inWorld('driver: a failure of our own code closes that peer only, said once', async (world) => {
  const node = await spawn(world, 'n1');
  const victim = await meet(node);
  const other = await meet(node, HELLO.replace(/1"/, '2"'));
  const said: NodeEvent[] = [];
  world.onEvent((_, event) => {
    if (event.kind === 'error' || event.kind === 'closed') said.push(event);
  });
  const session = [...node.state.sessions.values()].find((one) => one.id === ID);
  Object.defineProperty(session, 'messagesUsedTo', {
    get() {
      throw new Error('a bug');
    },
  });
  victim.say(PING.repeat(3));
  await victim.closed;
  await reach(world, 'the close', () => said.length >= 2);
  assert.deepEqual(
    said.map((event) => [event.kind, event.kind === 'closed' ? event.reason : '']),
    [
      ['error', ''],
      ['closed', 'internal'],
    ],
  );
  other.say(PING);
  await other.heard('pong');
});

inWorld('driver: cuts off a peer that does not read', async (world) => {
  const node = await spawn(world, 'n1', { settings: { 'queue.max': 1_024, 'queue.drain': 100_000 } });
  const peer = await meet(node);
  peer.socket.pause();
  const { n } = node.views.peers()[0] ?? { n: 0 };
  const line = `{"msgtype":"${'x'.repeat(60_000)}"}`;
  // More than the buffers of both systems hold.
  for (let sent = 0; sent < 400; sent += 1) node.order({ kind: 'send-line', n, line });
  await reach(world, 'the close', () => node.state.sessions.size === 0);
  assert.equal(node.views.gone()[0]?.closed?.reason, 'write-failed');
});

inWorld('driver: a new line.max holds for the connections that are open', async (world) => {
  const node = await spawn(world, 'n1');
  const peer = await meet(node);
  const long = `{"msgtype":"ping","pad":"${'x'.repeat(80_000)}"}\n`;
  node.order({ kind: 'set', key: 'line.max', value: 100_000 });
  peer.say(long);
  await peer.heard('pong');
  node.order({ kind: 'set', key: 'line.max', value: 70_000 });
  peer.say(PING);
  await peer.heard('pong', 2);
  peer.say(long);
  await peer.closed;
  await reach(world, 'the close', () => node.state.sessions.size === 0);
  assert.equal(node.views.gone()[0]?.closed?.reason, 'line-too-long');
});

inWorld('driver: keeps a slow peer that reads in time, however little may wait for it', async (world) => {
  const node = await spawn(world, 'n1', { settings: { 'queue.max': 1_024, 'queue.drain': 300_000 } });
  const peer = await meet(node);
  const { n } = node.views.peers()[0] ?? { n: 0 };
  peer.socket.pause();
  const pauses = mock.method(Socket.prototype, 'pause');
  const isHeldBack = () => pauses.mock.calls.some((call) => (call.this as Socket).localPort === placeOf(node).port);
  // Short lines, so that what waits is more than may wait, and less than the least of which Node tells that it has left.
  const line = `{"msgtype":"${'x'.repeat(3_000)}"}`;
  while (!isHeldBack()) {
    for (let i = 0; i < 20 && !isHeldBack(); i += 1) node.order({ kind: 'send-line', n, line });
    await new Promise<void>((resolve) => {
      setImmediate(resolve);
    });
  }
  pauses.mock.restore();
  peer.socket.resume();
  await world.until(() => false, { limitMs: 900 });
  assert.equal(node.views.ready(), 1);
  peer.say(PING);
  await peer.heard('pong');
});

inWorld('driver: a stop leaves nothing open and tells every peer', async (world) => {
  const node = await spawn(world, 'n1', { listen: [{ host: 'localhost', port: 0 }] });
  const place = placeOf(node);
  assert.equal(place.host, '127.0.0.1');
  const peer = await meet(node);
  const silent = new RawPeer(place);
  await reach(world, 'both', () => node.state.sessions.size === 2);
  const began = performance.now();
  await node.stop();
  assert.ok(performance.now() - began < 2_000);
  const left = process.getActiveResourcesInfo();
  assert.deepEqual(
    left.filter((kind) => kind === 'TCPServerWrap' || kind === 'Timeout'),
    [],
  );
  await Promise.all([peer.closed, silent.closed]);
  assert.ok(peer.lines.at(-1)?.includes('"msgtype":"bye"'));
  assert.equal(node.state.sessions.size, 0);
  // The port is free again, and only then.
  const server = createServer();
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(place.port, place.host, resolve);
  });
  await new Promise((resolve) => {
    server.close(resolve);
  });
});

inWorld('driver: a stop ends in time although a peer never closes its side', async (world) => {
  const sockets: Socket[] = [];
  const stubborn = createServer({ allowHalfOpen: true }, (socket) => {
    sockets.push(socket);
    socket.on('error', () => {});
    socket.on('data', () => {});
  });
  await new Promise<void>((resolve) => {
    stubborn.listen(0, '127.0.0.1', resolve);
  });
  const { port } = stubborn.address() as { port: number };
  const node = await spawn(world, 'n1');
  node.order({ kind: 'connect', host: '127.0.0.1', port, keep: false });
  await reach(world, 'the connection', () => node.state.sessions.size === 1);
  const began = performance.now();
  await node.stop();
  const tookMs = performance.now() - began;
  for (const socket of sockets) socket.destroy();
  await new Promise((resolve) => {
    stubborn.close(resolve);
  });
  assert.ok(tookMs < 2_000, `${tookMs} ms`);
  assert.equal(node.state.sessions.size, 0);
});

inWorld('driver: lines of many sockets share one turn, each socket getting as many as the others', async (world) => {
  const [lines, each, sockets] = [800, LINES_PER_TURN, 60];
  const node = await spawn(world, 'n1');
  const peers: RawPeer[] = [];
  for (let i = 0; i < sockets; i += 1) peers.push(await meet(node, HELLO.replace(/1"/, `${i + 100}"`)));
  const heard = new Map<number, number>();
  let inTurn = 0;
  let most = 0;
  let ahead = 0;
  world.onLine((_, n, direction) => {
    if (direction !== 'received') return;
    inTurn += 1;
    const count = (heard.get(n) ?? 0) + 1;
    heard.set(n, count);
    if (count % each === 0) ahead = Math.max(ahead, count - Math.min(...heard.values()));
  });
  let counting = true;
  const endTurn = () => {
    most = Math.max(most, inTurn);
    inTurn = 0;
    if (counting) setImmediate(endTurn);
  };
  endTurn();
  // All of it has come before the node reads any.
  for (const peer of peers) peer.say(`${'{"msgtype":"pong"}\n'.repeat(lines - 1)}${PING}`);
  await Promise.all(peers.map((peer) => peer.heard('pong', 1)));
  counting = false;
  // Of what waited and of what comes then; what one socket may do when that is nearly over is the most that can be too much.
  assert.ok(most > each && most <= 2 * WORK_PER_TURN + each, `${most} lines in one turn`);
  assert.ok(ahead <= 3 * each, `one socket was ${ahead} lines ahead`);
});
