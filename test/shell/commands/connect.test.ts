/** `connect`: the steps, what fails and why, and the wire lines of -v. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { createServer } from 'node:net';
import { test } from 'node:test';
import { createLiveWorld } from '../../../src/worlds.ts';
import { liveShell } from '../../helpers/live-shell.ts';
import { placeOf, reach, spawn } from '../../helpers/meet.ts';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

interface Connected {
  readonly id: string;
  readonly n: number;
  readonly address: string;
  readonly steps: readonly { readonly step: string; readonly ms: number }[];
}

const STEPS = ['dialled', 'hello sent', 'hello received', 'ready'];

test('connect: answers the steps with their times', async () => {
  const { world, value, text } = await openShell({ peers: 0 });
  const other = await spawn(world, 'n2');
  const answer = await value<Connected>('connect 10.0.0.2:5999');
  assert.deepEqual(Object.keys(answer), ['id', 'n', 'address', 'steps']);
  assert.equal(answer.id, other.state.id);
  assert.deepEqual(
    answer.steps.map(({ step }) => step),
    STEPS,
  );
  assert.ok(answer.steps.every(({ ms }, i) => ms >= (answer.steps[i - 1]?.ms ?? 0)));
  await spawn(world, 'n3');
  const told = await text('dial 10.0.0.3:5999');
  assert.match(told, /^connected to [0-9a-f]{8} \(#\d+\)\ndialled [\d.]+, hello sent [\d.]+, .*ready [\d.]+ ms$/);
  assert.ok(
    told.split('\n').every(({ length }) => length <= 80),
    told,
  );
});

test('connect: one that is connected already answers its row without steps', async () => {
  const { value, text } = await openShell({ peers: 1 });
  const answer = await value<Connected>('connect 10.0.0.2:5999');
  assertFields(answer, ['n', 'id', 'dir', 'via', 'address', 'listen', 'state', 'pingMs', 'ageMs']);
  assert.deepEqual(answer.steps, []);
  assert.match(await text('connect 10.0.0.2:5999'), /^already connected: /);
});

test('connect: what fails carries code, message, reason and the steps before it', async () => {
  const { world, failure } = await openShell({ peers: 0, settings: { 'peers.max': 10 } });
  const refused = await failure('connect 10.0.0.9:5999');
  assert.deepEqual([refused.code, refused['reason'], refused['steps']], ['refused', 'refused', []]);
  assert.equal(refused.message, '10.0.0.9:5999: nobody listens there');
  const self = await failure('connect 10.0.0.1:5999');
  assert.deepEqual([self.code, self['reason']], ['self', 'self']);
  assert.ok(Array.isArray(self['steps']));
  for (const place of ['nowhere', '1.2.3:5', 'host:99999', '0.0.0.0:5999']) {
    const bad = await failure(`connect ${place}`);
    assert.deepEqual([bad.code, bad['reason'], bad['steps']], ['bad-address', 'bad-address', []], place);
  }
  await spawn(world, 'n5', { settings: { 'peers.max': 1, 'peers.inbound': 1 } });
  await spawn(world, 'n6', { bootstrap: [{ host: '10.0.0.2', port: 5_999 }] });
  await reach(world, 'a full node', () => world.nodes().some((node) => node.name === 'n5' && node.views.ready() === 1));
  const full = await failure('connect 10.0.0.2:5999');
  assert.deepEqual([full.code, full['reason']], ['full', 'bye']);
  assert.match(full.message, /^10\.0\.0\.2:5999: all its places for peers are taken; before that: dialled /);
});

test('connect: a name that nobody knows has one code, its reason', async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const node = await spawn(world, 'n1');
  const shell = liveShell(world, node, { json: true });
  const result = await shell.run('connect nosuch.invalid:5999');
  assert.equal(result.kind, 'error');
  const { error } = result.value as { error: Record<string, unknown> };
  assert.deepEqual([error['code'], error['reason'], error['steps']], ['no-name', 'no-name', []]);
  assert.equal(error['message'], 'nosuch.invalid:5999: the host name could not be resolved');
});

test('connect: -v shows the lines of both sides, hello first', async () => {
  const { world, text, printed, node } = await openShell({ peers: 0 });
  const other = await spawn(world, 'n2');
  await text('connect 10.0.0.2:5999 -v');
  const lines = printed.filter((line) => /^ {2}[<>] /.test(line));
  assert.match(lines[0] ?? '', new RegExp(`^ {2}> \\{"msgtype":"hello","nodeid":"${node.state.id}"`));
  assert.match(lines[1] ?? '', new RegExp(`^ {2}< \\{"msgtype":"hello","nodeid":"${other.state.id}"`));
});

test('connect: ends what drop holds, and --keep is listed as kept', async () => {
  const { world, node, value, pass } = await openShell({ peers: 1 });
  await value('drop 10.0.0.2:5999');
  await pass(5_000);
  assert.equal(node.views.ready(), 0);
  await value('connect 10.0.0.2:5999 --keep');
  assert.equal(node.views.ready(), 1);
  const [other] = world.nodes().filter((one) => one !== node);
  assert.ok(other !== undefined && placeOf(other).port === 5_999);
  assert.equal(node.state.targets.length, 1);
});

test('connect: wrong input tells what to type', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.match((await failure('connect')).message, /^usage: connect HOST:PORT/);
  assert.match((await failure('connect a:1 b:2')).message, /^usage: connect HOST:PORT/);
  assert.match((await failure('connect a:1 --timeout soon')).message, /"soon" is not a duration such as 500ms/);
  assert.match((await failure('connect 5999')).message, /localhost:5999/);
});

test('connect: a listener that never says hello is an old peer without an id', async (context) => {
  const server = createServer((socket) => {
    socket.on('error', () => undefined);
    socket.write('{"msgtype":"ping"}\n{"msgtype":"getaddr"}\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  context.after(() => server.close());
  const world = createLiveWorld();
  context.after(() => world.close());
  const node = await spawn(world, 'n1', { settings: { 'hello.quiet': 100_000 } });
  const shell = liveShell(world, node, { json: true });
  const { port } = server.address() as { port: number };
  const result = await shell.run(`connect 127.0.0.1:${port}`);
  assert.equal(result.kind, 'ok', JSON.stringify(result));
  const answer = (result as { value: unknown }).value as Connected;
  assert.equal(answer.id, null);
  assert.deepEqual(
    answer.steps.map(({ step }) => step),
    ['dialled', 'hello sent', 'no hello (old peer)'],
  );
});
