/** A recording of a node on real sockets, driven: the core does the same again without one, and every change of it is found at its event. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { NodePort } from '../../src/core/world.ts';
import { readRecording } from '../../src/shell/record-file.ts';
import type { Shell } from '../../src/shell/shell.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { liveShell } from '../helpers/live-shell.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';
import { freePort } from '../helpers/ports.ts';
import { RawPeer } from '../helpers/raw-peer.ts';

const folder = mkdtempSync(join(tmpdir(), 'peersh-drive-'));
const path = join(folder, 'live.jsonl');
const world = createTcpWorld('peersh/test');
const elsewhere = createTcpWorld('peersh/test');
let shell: Shell;
let node: NodePort;
let lines: readonly string[] = [];

interface Parted {
  readonly code: string;
  readonly message: string;
  readonly index: number;
  readonly line: number;
  readonly recorded: string | null;
  readonly now: string | null;
}

async function ok<Value>(line: string): Promise<Value> {
  const result = await shell.run(line);
  if (result.kind !== 'ok') throw new Error(`${line}: ${JSON.stringify(result)}`);
  return result.value as Value;
}

async function failure(line: string): Promise<Parted> {
  const result = await shell.run(line);
  if (result.kind !== 'error') throw new Error(`${line} did not fail: ${JSON.stringify(result)}`);
  assert.ok(!result.text.includes('\n'), `one line: ${result.text}`);
  return (result.value as { error: Parted }).error;
}

const recorded = (kind: string) => shell.options.recorder?.match(`kind=${kind}`).length ?? 0;
const reachEvent = (kind: string) => reach(world, kind, () => recorded(kind) > 0);

before(async () => {
  const settings = { 'ping.interval': 250_000, 'dial.retry': 200_000, 'bootstrap.retry': 200_000 };
  const peers = await Promise.all(['a', 'b', 'c', 'd'].map((name) => spawn(elsewhere, name, { settings })));
  const nobody = await freePort();
  node = await spawn(world, 'live', {
    settings,
    bootstrap: [...peers.slice(0, 2).map(placeOf), { host: '127.0.0.1', port: nobody }],
  });
  shell = liveShell(world, node);
  await reach(world, 'two peers', () => node.views.ready() === 2);
  // From the middle of things.
  await ok(`record ${path}`);
  for (const peer of peers.slice(2)) peer.order({ kind: 'connect', ...placeOf(node), keep: false });
  await reach(world, 'four peers', () => node.views.ready() === 4);
  await ok('getaddr');
  await ok('ping all');
  await reachEvent('dial-failed');
  await ok(`connect localhost:${nobody}`).catch(() => undefined);
  const raw = await RawPeer.dial(node.state.listening[0]?.text ?? '');
  raw.write('no hello');
  const stranger = await RawPeer.dial(node.state.listening[0]?.text ?? '');
  stranger.write({ msgtype: 'hello', nodeid: '0b5e5d3e-0000-4000-8000-000000000001' }, '{"msgtype":7}', 'x');
  await reachEvent('strike');
  const id = peers[3]?.state.id ?? '';
  await ok(`ban ${id}`);
  await reach(world, 'the ban', () => node.views.ready() <= 4);
  await ok('break ping at send once');
  // Ours where there is none of its own under way, else the next of its own.
  node.order({ kind: 'ping', n: 1 });
  await reach(world, 'a ping in hand', () => world.tap.held().length > 0);
  await ok('deliver all');
  await ok('set ping.interval 300ms');
  await ok('set peers.max 50');
  await ok('ping #1');
  await ok(`drop ${peers[2]?.state.id}`);
  await reach(world, 'some pongs', () => recorded('pong') > 12);
  stranger.kill();
  await ok('record stop');
  lines = readFileSync(path, 'utf8').trimEnd().split('\n');
});

after(async () => {
  await shell.close();
  await elsewhere.close();
  rmSync(folder, { recursive: true, force: true });
});

/** The recording with one line changed, and which event that is. */
function changed(find: (event: TraceEvent, line: string) => boolean, change: (line: string) => string) {
  const at = lines.findIndex((line) => !line.startsWith('{"d":') && find(JSON.parse(line) as TraceEvent, line));
  assert.ok(at > 0, 'there is such a line');
  const line = lines[at] as string;
  const other = change(line);
  assert.notEqual(other, line);
  const file = join(folder, 'changed.jsonl');
  writeFileSync(file, `${lines.with(at, other).join('\n')}\n`);
  return { file, index: (JSON.parse(line) as TraceEvent).i, line: at + 1 };
}

test('drive: a node on sockets does the same again, with gossip, failed dials, strikes, a ban, orders and messages in hand', async () => {
  const kinds = new Set(
    readRecording(path)
      .events()
      .map(({ k }) => k),
  );
  for (const kind of ['addr', 'dial-failed', 'strike', 'closed', 'order', 'timer', 'pong', 'refused'])
    assert.ok(kinds.has(kind), kind);
  const { events, same } = await ok<{ events: number; same: boolean }>(`replay --drive ${path}`);
  assert.equal(same, true);
  assert.equal(events, readRecording(path).count);
});

const CHANGES: Readonly<
  Record<string, readonly [find: (event: TraceEvent, line: string) => boolean, from: RegExp, to: string]>
> = {
  'an address in an addr': [
    ({ k, type, line }) => k === 'recv' && type === 'addr' && line?.includes('127.0.0.1:') === true,
    /127\.0\.0\.1:\d+/,
    '10.9.8.7:4321',
  ],
  'the nonce of a pong': [({ k, type }) => k === 'recv' && type === 'pong', /(nonce\\":)\d+/, '$17'],
  'a line that was sent': [({ k, type }) => k === 'send' && type === 'ping', /(nonce\\":)\d+/, '$17'],
  'the time of a line that came': [({ k }) => k === 'recv', /"t":\d+/, '"t":9'],
  'the time of an event': [({ k }) => k === 'pong', /"t":\d+/, '"t":9'],
  'the text of an event': [({ k }) => k === 'strike', /strike 1/, 'strike 2'],
};

for (const [what, [find, from, to]] of Object.entries(CHANGES))
  test(`drive: ${what} is changed in the recording, and that is said at the event`, async () => {
    const { file, index, line: place } = changed(find, (line) => line.replace(from, to));
    const error = await failure(`replay --drive ${file}`);
    assert.equal(error.code, 'parted');
    // What is fed shows in the event that comes of it.
    assert.ok([index, index + 1].includes(error.index), `${error.index} is next to ${index}: ${error.message}`);
    if (error.index === index) assert.equal(error.line, place);
    assert.notEqual(error.recorded, error.now);
  });
