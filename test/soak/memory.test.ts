/** Rule 57: the worst case is a sum, and each of its parts is no larger than the sum says, weighed in a heap at its maximum. */
import assert from 'node:assert/strict';
import { subscribe, unsubscribe } from 'node:diagnostics_channel';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { learnAddress, vouchAddress } from '../../src/core/book.ts';
import { bookSize, createBook } from '../../src/core/book-columns.ts';
import {
  ACCEPT_PACES_MAX,
  ANSWERS_KEPT_MAX,
  BANS_MAX,
  DIALLED_IPS_MAX,
  GONE_MAX,
  HELD_MAX,
  SELF_MAX,
} from '../../src/core/limits.ts';
import { CHUNK_BYTES, memoryBounds, readingBytes, waitingBytes } from '../../src/core/memory.ts';
import { defaultSettings } from '../../src/settings.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { addLine, flush } from '../../src/tcp/outbox.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { createRing } from '../../src/trace/ring.ts';
import { addressOf } from '../../src/wire/address.ts';
import { createSplitter, type FrameSink, splitChunk } from '../../src/wire/frames.ts';
import { parseMessage } from '../../src/wire/messages.ts';
import { address, hello, Rig } from '../fuzz/rig.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';
import { weigh } from './heap.ts';

const MIB = 1_048_576;
const settings = defaultSettings();
/** What a heap needs beside the content: objects around it, rounding of sizes, and the noise of weighing. */
const NOISE_BYTES = 65_536;
/** Of the session, its counts, texts, and places in tables. */
const PEER_BYTES = 1_600;
const sink: FrameSink = { line: () => true, fault: () => true };

const idOf = (index: number) => `${String(index).padStart(8, '0')}-0000-4000-8000-000000000000`;
const publicAt = (index: number, port: number) =>
  addressOf(`${20 + (index % 70)}.${Math.floor(index / 70) % 250}.${1 + Math.floor(index / 17_500)}.9`, port);

test('memory: the worst case of the defaults is less than 160 MiB, the book in it less than 1 MB', () => {
  const bounds = memoryBounds(settings);
  const { all, book, ...parts } = bounds;
  assert.ok(all < 160 * MIB, JSON.stringify(bounds));
  assert.ok(book < 1_000_000, JSON.stringify(bounds));
  assert.equal(
    all,
    Object.values(parts).reduce((sum, part) => sum + part, book),
  );
});

test('memory: twice the peers are twice their share and nothing else', () => {
  const one = memoryBounds(settings);
  const two = memoryBounds({ ...settings, 'peers.max': 2 * settings['peers.max'] });
  assert.equal(two.peers, 2 * one.peers);
  assert.equal(two.all - one.all, one.peers);
});

test('memory: a splitter holds a line up to its cap, dripped or not, and lets go of it', () => {
  const cap = settings['line.max'];
  for (const step of [7, 1_000, 65_536]) {
    const { thing, bytes } = weigh(() => {
      const splitter = createSplitter(cap);
      splitter.greeting = false;
      for (let sent = 0; sent + step <= cap; sent += step) splitChunk(splitter, Buffer.alloc(step, 0x61), sink);
      return splitter;
    });
    assert.ok(bytes <= readingBytes(cap) + NOISE_BYTES, `${bytes} bytes in steps of ${step}`);
    assert.ok(thing.held.length <= cap);
    splitChunk(thing, Buffer.alloc(cap, 0x61), sink);
    assert.equal(thing.held.length, 0, 'a line over the cap is let go of');
  }
});

test('memory: a splitter that was told to wait keeps one chunk and its text', () => {
  const lines = `{"msgtype":"hello","nodeid":"x"}\n`;
  const { thing, bytes } = weigh(() => {
    const splitter = createSplitter(settings['line.max']);
    splitChunk(splitter, Buffer.from(lines.repeat(Math.floor(CHUNK_BYTES / lines.length))), sink, 1);
    return splitter;
  });
  assert.notEqual(thing.rest, null);
  assert.ok(bytes <= readingBytes(settings['line.max']) + NOISE_BYTES, `${bytes} bytes`);
});

test('memory: a full book weighs what it is said to weigh', () => {
  const full = () => {
    const book = createBook();
    const moment = { now: 1, random: () => 0.5 };
    const count = settings['book.new'] + settings['book.tried'];
    for (let i = 0; i < count; i += 1) {
      const address = addressOf(`2a0${i % 10}:${(4_096 + i).toString(16)}:1111:2222:3333:4444:5555:6666`, 20_000 + i);
      assert.ok(address !== null);
      const source = { name: `[2a01:${i}::1]:5999`, group: `v6:2a01:${i}`, via: 'gossip' } as const;
      const slot = learnAddress(book, settings, moment, address, idOf(i), source, 1);
      assert.ok(slot >= 0);
      if (i < settings['book.tried']) vouchAddress(book, settings, moment, slot, idOf(i));
    }
    return book;
  };
  const { thing, bytes } = weigh(full);
  assert.equal(bookSize(thing), settings['book.new'] + settings['book.tried']);
  const said = memoryBounds(settings).book;
  // Sources and outcomes are objects of their own only here, where every entry has another teller.
  assert.ok(bytes <= 1.5 * said + NOISE_BYTES, `${bytes} bytes, said to be ${said}`);
});

test('memory: the tables of what is remembered weigh no more than they are said to', () => {
  const fill = () => {
    const rig = new Rig({ listen: '60.1.0.1:5999', settings: { 'peers.max': 1, 'peers.inbound': 1 } });
    for (let i = 0; i < 2 * BANS_MAX; i += 1)
      rig.order({ kind: 'ban', target: `2001:db8:${i.toString(16)}::1`, forUs: null });
    for (let i = 0; i < 2 * ACCEPT_PACES_MAX; i += 1) {
      const remote = publicAt(i, 40_000);
      assert.ok(remote !== null);
      const n = rig.accept(remote);
      rig.receive(n, hello(idOf(i), 5_999));
      rig.close(n, 'remote-closed');
    }
    rig.order({ kind: 'set', key: 'peers.max', value: 10 });
    rig.order({ kind: 'set', key: 'peers.inbound', value: 5 });
    for (let i = 0; i < HELD_MAX; i += 1) {
      const n = rig.accept(address(`10.1.${i % 250}.${1 + Math.floor(i / 250)}:40000`));
      rig.receive(n, hello(idOf(i), 5_999));
      assert.equal(rig.order({ kind: 'drop', n }).ok, true);
      rig.closeEnded();
    }
    return rig;
  };
  const { thing, bytes } = weigh(fill);
  const { node } = thing;
  assert.equal(node.bans.size, BANS_MAX);
  assert.equal(node.accepts.size, ACCEPT_PACES_MAX);
  assert.equal(node.gone.length, GONE_MAX);
  assert.equal(node.held.size, HELD_MAX);
  assert.ok(node.selves.size <= SELF_MAX && node.dialledIps.size <= DIALLED_IPS_MAX);
  assert.ok(node.keptAnswers.size <= ANSWERS_KEPT_MAX);
  const said = memoryBounds(settings).tables + memoryBounds(settings).book;
  assert.ok(bytes <= said, `${bytes} bytes, said to be ${said}`);
  assert.deepEqual(brokenInvariants(node), []);
});

test('memory: one more peer that is idle weighs no more than PEER_BYTES in the core', () => {
  const peersOf = (count: number) => () => {
    const rig = new Rig({ listen: '127.0.0.1:5999', settings: { 'peers.max': 8_000, 'peers.inbound': 8_000 } });
    for (let i = 0; i < count; i += 1) {
      const n = rig.accept(address(`127.0.0.1:${10_000 + i}`));
      const line = `{"msgtype":"hello","nodeid":"${idOf(i)}","agent":"peersh/0.1.0","ext":["nonce","v6"]}`;
      for (const said of [line, '{"msgtype":"addr","peers":[]}', '{"msgtype":"getaddr"}', '{"msgtype":"ping"}']) {
        const message = parseMessage(said);
        assert.ok(message.type !== 'malformed');
        rig.receive(n, message);
      }
    }
    assert.equal(rig.node.peers.size, count);
    return rig;
  };
  const [few, many] = [500, 3_500];
  const slope = () => (weigh(peersOf(many)).bytes - weigh(peersOf(few)).bytes) / (many - few);
  // The compiler may take or free some hundred KiB of its own meanwhile.
  const [, middle = Infinity] = [slope(), slope(), slope()].sort((a, b) => a - b);
  assert.ok(middle <= PEER_BYTES, `${Math.round(middle)} bytes`);
});

test('memory: lines that wait weigh up to three times their bytes in the heap, since they are joined and not copied', () => {
  const written: string[] = [];
  const { bytes } = weigh(() => {
    written.length = 0;
    const socket = { writable: true, write: (text: string) => written.push(text) } as unknown as Socket;
    const outbox = { socket, text: '', large: true, written: 0 };
    while (outbox.written < settings['queue.max']) addLine(outbox, '{"msgtype":"pong"}');
    flush(outbox);
    return outbox;
  });
  assert.ok(bytes <= 3 * settings['queue.max'] + NOISE_BYTES, `${bytes} bytes`);
});

test('memory: the ring keeps 4,096 lines of 1,400 characters and no chunk they were cut from', () => {
  const { bytes } = weigh(() => {
    const ring = createRing();
    const chunk = 'x'.repeat(CHUNK_BYTES);
    for (let i = 0; i < 3 * 4_096; i += 1) ring.add(i, 1, 'received', `${i}${chunk}`.slice(0, 60_000));
    return ring;
  });
  assert.ok(bytes <= 4_096 * 1_500 + 10 * NOISE_BYTES, `${bytes} bytes`);
});

test('memory: what waits for peers that flood and never read stays within the sum, and they are cut off', async () => {
  const world = createTcpWorld('peersh/test');
  const accepted: Socket[] = [];
  const onSocket = (message: unknown) => void accepted.push((message as { socket: Socket }).socket);
  subscribe('net.server.socket', onSocket);
  const floods: Socket[] = [];
  let most = 0;
  let closed = 0;
  try {
    const patient = { 'queue.drain': 1_000_000, 'flood.bytes.burst': 64 * MIB, 'flood.messages.burst': 1_000_000 };
    const node = await spawn(world, 'n1', { settings: patient });
    world.onEvent((_, event) => {
      if (event.kind === 'closed' && event.reason === 'write-failed') closed += 1;
    });
    world.onLine(() => {
      for (const socket of accepted) most = Math.max(most, socket.writableLength);
    });
    const ping = `{"msgtype":"ping","nonce":"${'\u007f'.repeat(64)}"}\n`;
    for (let i = 0; i < 4; i += 1) {
      const flood = connect({ ...placeOf(node) });
      flood.on('error', () => undefined);
      flood.pause();
      flood.write(`{"msgtype":"hello","nodeid":"${idOf(i)}","ext":["nonce"]}\n`);
      for (let sent = 0; sent < 12 * MIB; sent += 700 * ping.length) flood.write(ping.repeat(700));
      floods.push(flood);
    }
    await reach(world, 'all four cut off', () => closed === 4, 60_000);
    const said = waitingBytes(settings);
    assert.ok(most > settings['queue.max'], `only ${most} bytes waited, so nothing was shown`);
    assert.ok(most <= said, `${most} bytes waited, said to be at most ${said}`);
  } finally {
    for (const flood of floods) flood.destroy();
    await world.close();
    unsubscribe('net.server.socket', onSocket);
  }
});
