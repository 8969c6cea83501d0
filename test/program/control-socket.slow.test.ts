/** The control socket: who may connect, and that no client can harm the node, the others, or more than its own connection. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, lstatSync, mkdirSync, readdirSync, symlinkSync, watch, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { FRAME_BYTES_MAX } from '../../src/shell/attach/limits.ts';
import { PROTOCOL } from '../../src/shell/attach/protocol.ts';
import { controlEnv, RawClient, runtimeFolder, startControlled } from '../helpers/control.ts';
import { ALONE, Program, run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

const mode = (path: string) => (lstatSync(path).mode & 0o777).toString(8);
const isRoot = process.getuid?.() === 0;
const NOBODY = 65_534;

/** A headless node that may or may not have a socket. */
async function startAny(context: TestContext, env: NodeJS.ProcessEnv, program?: readonly string[]): Promise<Program> {
  const node = new Program(
    [...ALONE, '--headless', '--listen', '127.0.0.1:0', ...(program ?? [])],
    undefined,
    undefined,
    env,
  );
  context.after(async () => {
    node.child.kill('SIGKILL');
    await node.ended;
  });
  await until('the ready line', () => (node.out.includes('ready ') ? null : node.out + node.err));
  return node;
}

test('control socket: folder 0700 and socket 0600 from the first instant, whatever the umask', async (context) => {
  const folder = runtimeFolder(context);
  mkdirSync(join(folder, 'peersh'), { mode: 0o700 });
  const modes: string[] = [];
  const watcher = watch(join(folder, 'peersh'), (_, name) => {
    try {
      modes.push(mode(join(folder, 'peersh', String(name))));
    } catch {
      // It was there for a moment only.
    }
  });
  context.after(() => watcher.close());
  const before = process.umask(0);
  const node = await startControlled(context, [], folder).finally(() => process.umask(before));
  assert.deepEqual([mode(join(folder, 'peersh')), mode(node.socket)], ['700', '600']);
  await until('a look at it', () => (modes.length > 0 ? null : 'none'));
  assert.deepEqual([...new Set(modes)], ['600']);
  node.program.child.kill('SIGTERM');
  assert.equal((await node.program.ended).code, 0);
  assert.deepEqual(readdirSync(join(folder, 'peersh')), []);
});

test('control socket: the folder is made for its owner alone, and files that the node makes are not touched by it', async (context) => {
  const folder = runtimeFolder(context);
  const data = join(folder, 'data');
  const before = process.umask(0o022);
  const node = await startAny(context, controlEnv(folder), []).finally(() => process.umask(before));
  assert.equal(mode(join(folder, 'peersh')), '700');
  mkdirSync(data);
  assert.equal(mode(data), '755');
  node.child.kill('SIGTERM');
  await node.ended;
});

test('control socket: another user can neither connect nor list it', {
  skip: isRoot ? false : 'needs root, to be somebody else',
}, async (context) => {
  const node = await startControlled(context);
  // The folder above is open, so that it is the socket's own folder and the socket that refuse.
  chmodSync(join(node.socket, '..', '..'), 0o755);
  const tryIt = (path: string) =>
    spawnSync(
      process.execPath,
      [
        '-e',
        `require('node:net').connect(${JSON.stringify(path)}).on('connect', () => console.log('in')).on('error', (e) => { console.log(e.code); }).unref(); setTimeout(() => 0, 500)`,
      ],
      { uid: NOBODY, gid: NOBODY, cwd: '/', encoding: 'utf8' },
    ).stdout.trim();
  assert.equal(tryIt(node.socket), 'EACCES');
  chmodSync(join(node.socket, '..'), 0o755);
  assert.equal(tryIt(node.socket), 'EACCES', 'the socket alone refuses, too');
  const refused = await node.peersh('exec', node.socket, 'peers');
  assert.equal(refused.code, 3);
  assert.match(refused.err, /is open to other users; chmod 700 closes it/);
  const listed = await node.peersh('ls');
  assert.match(listed.err, /is open to other users; chmod 700 closes it/);
});

test('control socket: a socket or a folder of another user is not trusted', {
  skip: isRoot ? false : 'needs root, to be somebody else',
}, async (context) => {
  const folder = runtimeFolder(context);
  const foreign = join(folder, 'peersh');
  chmodSync(folder, 0o777);
  spawnSync('mkdir', ['-m', '700', foreign], { uid: NOBODY, gid: NOBODY });
  const path = join(foreign, '1.sock');
  const fake = spawnSync(
    process.execPath,
    [
      '-e',
      `require('node:net').createServer().listen(${JSON.stringify(path)}, () => process.kill(process.pid, 'SIGKILL'))`,
    ],
    { uid: NOBODY, gid: NOBODY, cwd: '/' },
  );
  assert.equal(fake.signal, 'SIGKILL');
  const env = controlEnv(folder);
  const { code, err } = await run(['exec', path, 'peers'], '', undefined, undefined, env);
  assert.equal(code, 3);
  assert.match(err, /belongs to another user \(uid 65534\)/);
  assert.match((await run(['ls'], '', undefined, undefined, env)).err, /belongs to another user/);
  assert.ok(existsSync(path), 'it is not ours to remove');
  const node = await startAny(context, env);
  assert.match(node.out, new RegExp(`socket ${folder}/peersh-0/`), 'the other folder is taken');
});

test('control socket: a node that can have none says why and runs', async (context) => {
  const folder = runtimeFolder(context);
  const uid = process.getuid?.() ?? 0;
  writeFileSync(join(folder, 'peersh'), '');
  symlinkSync('/tmp', join(folder, `peersh-${uid}`));
  const node = await startAny(context, controlEnv(folder));
  await until('the reason', () => (node.err.includes('attach') ? null : node.err));
  assert.match(node.err, /^! nobody can attach: .*\/peersh is no folder; .*\/peersh-\d+ is no folder$/m);
  assert.match(node.out, /^ready \S+ \S+ pid \d+\n$/);
  const deep = join(folder, 'x'.repeat(90));
  mkdirSync(deep);
  const long = await startAny(context, controlEnv(deep));
  await until('the reason', () => (long.err.includes('attach') ? null : long.err));
  assert.match(
    long.err,
    /^! nobody can attach: .* has \d+ bytes, and a socket's path 10[37] at most; set XDG_RUNTIME_DIR to a shorter folder$/m,
  );
  long.child.kill('SIGTERM');
  assert.equal((await long.ended).code, 0);
});

test('control socket: what a killed node left behind is probed and removed, what hangs is not', async (context) => {
  const folder = runtimeFolder(context);
  const dead = await startControlled(context, [], folder);
  const stopped = await startControlled(context, [], folder);
  dead.program.child.kill('SIGKILL');
  await dead.program.ended;
  stopped.program.child.kill('SIGSTOP');
  assert.ok(existsSync(dead.socket));
  const { out, err } = await stopped.peersh('ls');
  assert.equal(out, '');
  assert.match(err, /\d+\.sock: the node does not answer/);
  assert.equal(existsSync(dead.socket), false);
  assert.ok(existsSync(stopped.socket));
  stopped.program.child.kill('SIGCONT');
  assert.equal((await stopped.peersh('exec', 'peers')).code, 0);
});

test('control socket: garbage, a frame without end and a wrong order end that connection only, with the reason', async (context) => {
  const node = await startControlled(context);
  const table: [string | Buffer, RegExp][] = [
    ['GET / HTTP/1.1\r\nHost: x\r\n\r\n', /no JSON object/],
    [Buffer.from([0, 255, 10, 27, 10]), /no JSON object/],
    ['x'.repeat(FRAME_BYTES_MAX + 10), /longer than 1048576 bytes/],
    ['{"kind":"run","id":1,"input":"shutdown","json":false}\n', /the first frame is no hello/],
    ['{"kind":"hello","protocol":1}\n', /a frame is no request/],
    [`{"kind":"hello","protocol":${PROTOCOL + 1}}\n`, /this node speaks protocol 1 .* and the client 2/],
    ['{"kind":"\\u001b[2J"}\n', /a frame is no request/],
  ];
  for (const [bytes, message] of table) {
    const client = new RawClient(node.socket);
    client.socket.write(bytes);
    const refused = await client.reply('refused');
    assert.match(refused.message, message);
    await client.closed();
  }
  const twice = await RawClient.attach(node.socket);
  twice.begin('wait peers>=1 --timeout 60s');
  twice.begin('shutdown');
  assert.equal((await twice.reply('refused')).code, 'busy');
  await twice.closed();
  assert.equal(node.program.child.exitCode, null);
  assert.equal((await node.peersh('exec', 'peers')).code, 0);
  assert.equal(node.program.err.trim().split('\n').length, 1, node.program.err);
});

test('control socket: a client that says nothing is let go of', async (context) => {
  const node = await startControlled(context);
  const silent = new RawClient(node.socket);
  assert.equal((await silent.reply('refused')).code, 'silent');
  await silent.closed();
});

test('control socket: who only looked is let go of, and takes no place', async (context) => {
  const node = await startControlled(context);
  const look = await RawClient.attach(node.socket, { role: 'look' });
  await look.closed();
  assert.deepEqual(
    look.replies.map(({ kind }) => kind),
    ['hello'],
  );
});

test('control socket: text of a client comes back harmless', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const client = await RawClient.attach(node.socket, { history: ['\u001b[31mred'] });
  for (const line of [
    '\u001b[2Jpeers',
    'peers \u001b[2J',
    'connect \u001b]0;x\u0007:1',
    'hist',
    '"\u001b[2J"',
    'throw "\u009b2J"',
    'set \u202e 1',
    'why \u001b[2J',
    'alias \u001b[2J peers',
    'source \u001b[2J',
  ]) {
    const { result } = await client.run(line);
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what must not be there.
    assert.doesNotMatch('text' in result ? result.text : '', /[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]/, line);
  }
  client.close();
});

test('control socket: a flood of requests leaves the others their turn', async (context) => {
  const node = await startControlled(context);
  const flood = await RawClient.attach(node.socket);
  const frame = `${JSON.stringify({ kind: 'complete', id: 1, line: 'pee' })}\n`.repeat(1_000);
  let isOver = false;
  flood.socket.resume();
  const pour = () => {
    while (!isOver && flood.socket.write(frame));
  };
  flood.socket.on('drain', pour);
  pour();
  const other = await RawClient.attach(node.socket);
  const startedAt = performance.now();
  for (let i = 0; i < 20; i += 1) assert.equal((await other.run('status')).result.kind, 'ok');
  assert.ok(performance.now() - startedAt < 10_000);
  isOver = true;
  flood.close();
  other.close();
});

test('control socket: who does not read loses events, is told how many, and harms nobody', async (context) => {
  const unlimited = ['--set', 'flood.messages=100000', '--set', 'flood.messages.burst=100000'];
  const node = await startControlled(context, ['--allow-eval']);
  const other = await startControlled(context, unlimited);
  const deaf = await RawClient.attach(node.socket);
  const awake = await RawClient.attach(node.socket);
  assert.equal((await awake.run(`connect ${other.address}`)).result.kind, 'ok');
  assert.equal((await deaf.run('trace --lines')).result.kind, 'ok');
  deaf.socket.pause();
  const many = `for (let i = 0; i < 3_000; i += 1) await send('#1', { msgtype: 'unknown', text: 'x'.repeat(1_200) })`;
  assert.equal((await awake.run(many)).result.kind, 'ok');
  deaf.socket.resume();
  const lost = await deaf.reply('lost');
  assert.ok(lost.count > 0);
  assert.ok(deaf.replies.filter(({ kind }) => kind === 'line').length + lost.count >= 3_000);
  assert.equal((await deaf.run('status')).result.kind, 'ok');
  deaf.close();
  awake.close();
});

test('control socket: an answer of many frames comes whole, one that is too large is an error', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const client = await RawClient.attach(node.socket);
  const { result } = await client.run('"ä".repeat(5e5)', true);
  assert.equal(result.kind === 'ok' && (result.value as string).length, 500_000);
  const large = await client.run('Array.from({ length: 900 }, () => "x".repeat(1e4))', true);
  assert.equal(large.result.kind === 'error' && large.result.code, 'too-large');
  assert.equal((await client.run('peers', true)).result.kind, 'ok');
  client.close();
});

test('control socket: no more shells than there is room for, and a place that is left is free', async (context) => {
  const node = await startControlled(context);
  const clients = await Promise.all(Array.from({ length: 64 }, () => RawClient.attach(node.socket)));
  const late = new RawClient(node.socket);
  assert.equal((await late.reply('refused')).code, 'full');
  const { code, err } = await node.peersh('exec', node.socket, 'peers');
  assert.equal(code, 3);
  assert.match(err, /there are 64 shells on this node already/);
  clients[0]?.close();
  await until('a place', async () => ((await node.peersh('exec', node.socket, 'peers')).code === 0 ? null : 'full'));
  for (const client of clients) client.close();
});

test('control socket: a server that is no node is named as such', async (context) => {
  const folder = runtimeFolder(context);
  mkdirSync(join(folder, 'peersh'), { mode: 0o700 });
  const path = join(folder, 'peersh', `${process.pid}.sock`);
  const server = createServer((socket) =>
    socket.on('error', () => undefined).end('HTTP/1.1 400 Bad Request\r\n\r\n'),
  ).listen(path);
  context.after(() => server.close());
  const { code, err } = await run(['exec', path, 'peers'], '', undefined, undefined, controlEnv(folder));
  assert.equal(code, 3);
  assert.match(err, /what answers there is no node: a frame is no JSON object/);
});

test('control socket: JavaScript of two shells at once is each about its own', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const one = await RawClient.attach(node.socket);
  const two = await RawClient.attach(node.socket);
  await one.run('lab 2');
  const id = one.begin(
    'await new Promise((resolve) => setTimeout(resolve, 200)); [(await status()).nodeId, world.kind]',
    true,
  );
  const live = await two.run('[(await status()).nodeId, world.kind]', true);
  assert.deepEqual(live.result.kind === 'ok' && live.result.value, [node.id, 'tcp']);
  two.begin('await new Promise(() => 0)');
  const { result } = await one.reply('result', (reply) => reply.id === id);
  const [labId, kind] = (result.kind === 'ok' ? result.value : []) as string[];
  assert.equal(kind, 'sim');
  assert.notEqual(labId, node.id);
  one.send({ kind: 'interrupt' });
  two.send({ kind: 'interrupt' });
  assert.equal((await two.reply('result', (reply) => reply.id === 2)).result.kind, 'aborted');
  one.close();
  two.close();
});

test('control socket: twenty shells at once are all answered, while one of them does not read', async (context) => {
  const node = await startControlled(context);
  const other = await startControlled(context);
  const [deaf, ...clients] = await Promise.all(Array.from({ length: 20 }, () => RawClient.attach(node.socket)));
  await deaf?.run('trace');
  deaf?.socket.pause();
  await clients[0]?.run(`connect ${other.address}`);
  const kinds = await Promise.all(
    clients.map(async (client) => {
      const results = [await client.run('ping #1'), await client.run('peers'), await client.run('status', true)];
      return results.map(({ result }) => result.kind).join(' ');
    }),
  );
  assert.deepEqual([...new Set(kinds)], ['ok ok ok']);
  for (const client of [...clients, deaf]) client?.close();
});

test('control socket: frames that are damaged at random harm nobody', async (context) => {
  const node = await startControlled(context);
  const seed = Number(process.env['SEED'] ?? 1);
  const random = seeded(seed);
  const frames = [
    JSON.stringify({
      kind: 'hello',
      protocol: PROTOCOL,
      role: 'attach',
      columns: 80,
      color: false,
      isReadOnly: true,
      wantsNews: true,
      folder: '/',
      history: [],
    }),
    '{"kind":"run","id":1,"input":"peers","json":false}',
    '{"kind":"complete","id":2,"line":"pe"}',
    '{"kind":"columns","columns":40}',
    '{"kind":"interrupt"}',
  ];
  const clients = Array.from({ length: 100 }, () => {
    const client = new RawClient(node.socket);
    const bytes = Buffer.from(`${frames.join('\n')}\n`);
    for (let i = 0; i < 3; i += 1) bytes[Math.floor(random() * bytes.length)] = Math.floor(random() * 256);
    const at = Math.floor(random() * bytes.length);
    client.socket.write(bytes.subarray(0, at));
    client.socket.write(bytes.subarray(at));
    client.socket.end();
    return client;
  });
  await Promise.all(clients.map((client) => client.closed()));
  assert.equal((await node.peersh('exec', 'peers')).code, 0, `SEED=${seed}`);
  assert.equal(node.program.err.trim().split('\n').length, 1, `SEED=${seed}: ${node.program.err}`);
});

/** Numbers from 0 to 1, the same for the same seed. */
function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}
