/** How nodes start on TCP, what they do with their address book, and what watching them may not break. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import type { World } from '../../src/core/world.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

function inWorld(title: string, run: (world: World, data: string) => Promise<void>): void {
  test(title, async () => {
    const data = mkdtempSync(join(tmpdir(), 'peersh-book-'));
    const world = createTcpWorld('peersh/test');
    try {
      await run(world, data);
    } finally {
      await world.close();
      rmSync(data, { recursive: true, force: true });
    }
  });
}

function errorsOf(world: World): string[] {
  const errors: string[] = [];
  world.onEvent((_, event) => {
    if (event.kind === 'error') errors.push(event.message);
  });
  return errors;
}

inWorld('start: takes the first free address of the list', async (world) => {
  const taken = placeOf(await spawn(world, 'n1'));
  const node = await spawn(world, 'n2', { listen: [taken, { host: 'localhost', port: 0 }] });
  assert.notEqual(placeOf(node).port, taken.port);
});

inWorld('start: rejects with code and address when no port is free, and leaves nothing', async (world) => {
  const taken = placeOf(await spawn(world, 'n1'));
  await assert.rejects(spawn(world, 'n2', { listen: [taken, taken] }), {
    code: 'EADDRINUSE',
    address: `${taken.host}:${taken.port}`,
  });
  assert.deepEqual(
    world.nodes().map((node) => node.name),
    ['n1'],
  );
  await spawn(world, 'n2');
  await assert.rejects(spawn(world, 'n2'), /there is a node n2 already/);
});

inWorld('listen: adds an address, or rejects with the code and changes nothing', async (world) => {
  const node = await spawn(world, 'n1');
  const more = await node.listen({ host: '127.0.0.1', port: 0 });
  assert.deepEqual(node.views.status().listening, [`127.0.0.1:${placeOf(node).port}`, more]);
  await assert.rejects(node.listen(placeOf(node)), { code: 'EADDRINUSE' });
  assert.equal(node.views.status().listening.length, 2);
});

inWorld('start: dials a bootstrap entry by its name', async (world) => {
  const node = await spawn(world, 'n1');
  const other = await spawn(world, 'n2', { bootstrap: [{ host: 'localhost', port: placeOf(node).port }] });
  await reach(world, 'a handshake', () => node.views.ready() === 1 && other.views.ready() === 1);
});

test('start: no more peers than files may be open, also when peers.max is set later, said in one line each time', async () => {
  const world = createTcpWorld('peersh/test', () => 100);
  try {
    const errors = errorsOf(world);
    const node = await spawn(world, 'n1');
    assert.equal(node.state.settings['peers.max'], 36);
    node.order({ kind: 'set', key: 'peers.max', value: 20 });
    assert.equal(node.state.settings['peers.max'], 20);
    assert.equal(errors.length, 1);
    node.order({ kind: 'set', key: 'peers.max', value: 5_000 });
    assert.equal(node.state.settings['peers.max'], 36);
    assert.deepEqual(errors, [
      'peers.max is 36, not 125: this process may open only 100 files (ulimit -n)',
      'peers.max is 36, not 5000: this process may open only 100 files (ulimit -n)',
    ]);
  } finally {
    await world.close();
  }
});

inWorld('book: is saved at stop, for us alone, and read at the next start', async (world, data) => {
  const errors = errorsOf(world);
  const other = await spawn(world, 'n1');
  const node = await spawn(world, 'n2', { data, bootstrap: [placeOf(other)] });
  await reach(world, 'a handshake', () => node.views.ready() === 1);
  await node.stop();
  const file = join(data, 'book.json');
  assert.equal(statSync(file).mode & 0o777, 0o600);
  const again = await spawn(world, 'n3', { data });
  assert.deepEqual(
    again.views.addrs().map((row) => [row.address, row.source]),
    [[`127.0.0.1:${placeOf(other).port}`, 'file']],
  );
  assert.deepEqual(errors, []);
});

inWorld('book: is saved again and again', async (world, data) => {
  const saved: NodeEvent[] = [];
  world.onEvent((_, event) => {
    if (event.kind === 'saved') saved.push(event);
  });
  await spawn(world, 'n1', { data, settings: { 'book.save': 100_000 } });
  await reach(world, 'two saves', () => saved.length >= 2);
});

inWorld('book: a ban by hand and its end are saved at once, many of one turn together', async (world, data) => {
  let saves = 0;
  world.onEvent((_, event) => {
    if (event.kind === 'saved') saves += 1;
  });
  const node = await spawn(world, 'n1', { data });
  const saved = () => JSON.parse(readFileSync(join(data, 'book.json'), 'utf8')) as { bans: { target: string }[] };
  for (let i = 1; i <= 100; i += 1) node.order({ kind: 'ban', target: `20.1.0.${i}`, forUs: null });
  await reach(world, 'a save', () => saves === 1);
  assert.equal(saved().bans.length, 100);
  node.order({ kind: 'unban', target: '20.1.0.1' });
  await reach(world, 'another save', () => saves === 2);
  assert.equal(saved().bans.length, 99);
  assert.equal(node.order({ kind: 'unban', target: '20.1.0.1' }).ok, false);
  node.order({ kind: 'set', key: 'ban.time', value: 1_000_000 });
  await node.stop();
  assert.equal(saves, 3, 'and no more but the one of the stop');
});

const saved = (parts: object) => JSON.stringify({ version: 1, savedAtMs: 0, checksum: 'no', entries: [], ...parts });
for (const [what, text, says] of [
  ['cut short', '{"version":1,"entr', /is not JSON/],
  ['damaged', saved({ entries: [{ address: '1.2.3.4:5999' }] }), /checksum/],
  ['of a later version', saved({ version: 2 }), /later version/],
  ['something else', '5', /is not an address book/],
] as const) {
  inWorld(`book: a file that is ${what} is put aside, said once, and the node starts empty`, async (world, data) => {
    const errors = errorsOf(world);
    writeFileSync(join(data, 'book.json'), text);
    const node = await spawn(world, 'n1', { data });
    assert.deepEqual(node.views.addrs(), []);
    assert.equal(errors.length, 1);
    assert.match(errors[0] ?? '', says);
    const [aside] = readdirSync(data);
    assert.match(aside ?? '', /^book\.json\.bad-[0-9]+$/);
    assert.equal(readFileSync(join(data, aside ?? ''), 'utf8'), text);
  });
}

inWorld('book: a disk that fails is said once and stops nothing', async (world, data) => {
  const errors = errorsOf(world);
  const file = join(data, 'file');
  writeFileSync(file, '');
  let tries = 0;
  const node = await spawn(world, 'n1', { data: join(data, 'new'), settings: { 'book.save': 100_000 } });
  writeFileSync(join(data, 'new'), '');
  world.onEvent((_, event) => {
    if (event.kind === 'error') tries += 1;
  });
  await reach(world, 'the error', () => tries > 0);
  await node.stop();
  assert.equal(errors.length, 1);
  assert.match(errors[0] ?? '', /book\.json could not be saved \((EEXIST|ENOTDIR)\)/);
});

inWorld('until: ends by time, by its signal and with the world', async (world) => {
  assert.deepEqual(await world.until(() => false, { limitMs: 1 }), { kind: 'timeout' });
  const signal = AbortSignal.abort();
  assert.deepEqual(await world.until(() => false, { limitMs: 10_000, signal }), { kind: 'aborted' });
  const waiting = world.until(() => false, { limitMs: 10_000 });
  await world.close();
  assert.deepEqual(await waiting, { kind: 'aborted' });
  await assert.rejects(spawn(world, 'n2'), /closed/);
});
