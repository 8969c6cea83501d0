/** The life of the process with peers at its sockets: ports, signals, readers that go away, broken books, garbage typed. Rules 62-66. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { Program, run } from '../../helpers/run-program.ts';
import { until } from '../../helpers/until.ts';
import { WireListener, WirePeer } from '../../helpers/wire-peer.ts';
import { WireNode } from '../../helpers/wire-scene.ts';

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function nodeFor(context: TestContext): Promise<WireNode> {
  const node = await WireNode.start({ set: ['gossip.dial=off'] });
  context.after(() => node.kill());
  return node;
}

interface Headless {
  readonly program: Program;
  readonly address: string;
  readonly data: string;
}

async function headless(context: TestContext): Promise<Headless> {
  const data = folderFor(context);
  const args = ['--no-rc', '--no-bootstrap', '--headless', '--json', '--listen', '127.0.0.1:0', '--data', data];
  const program = new Program([...args, '--set', 'gossip.dial=off']);
  context.after(() => program.child.kill('SIGKILL'));
  await until('the start', () => (program.err.includes('"listening"') ? null : program.err));
  return { program, address: /127\.0\.0\.1:\d+/.exec(program.err)?.[0] ?? '', data };
}

test('rule 63: a port in use is one line with the port and exit 3, and its owner notices nothing', async (context) => {
  const owner = await nodeFor(context);
  const peer = await WirePeer.dial(owner.address);
  await peer.greet();
  const { code, err, out } = await run(
    ['--no-rc', '--no-data', '--no-bootstrap', '--listen', owner.address],
    'status\n',
  );
  assert.deepEqual([code, out], [3, '']);
  assert.match(err, new RegExp(`^peersh: .*${owner.port}.*in use.*\n$`));
  await peer.isAnswered();
  assert.equal((await owner.peers()).length, 1);
  peer.leave();
});

test('rule 63: with port 0 the real port is shown, told and open', async (context) => {
  const node = await nodeFor(context);
  assert.ok(node.port > 0);
  const peer = await WirePeer.dial(node.address);
  assert.equal((await peer.greet())['listen'], node.port);
  peer.leave();
});

for (const signal of ['SIGTERM', 'SIGINT'] as const) {
  test(`rule 66: ${signal} says bye to peers, nothing to others, saves and ends with 0`, async (context) => {
    const { program, address, data } = await headless(context);
    const peer = await WirePeer.dial(address);
    await peer.greet({ listen: 26_001 });
    const silent = await WirePeer.dial(address);
    await peer.isAnswered();
    program.child.kill(signal);
    await Promise.all([peer.closes(), silent.closes()]);
    assert.equal(peer.heard('bye')[0]?.['reason'], 'stopping');
    assert.deepEqual(silent.messages, []);
    assert.equal((await program.ended).code, 0);
    await assert.rejects(WirePeer.dial(address));
    const book = readFileSync(join(data, 'book.json'), 'utf8');
    assert.ok(book.includes('127.0.0.1:26001'));
  });
}

test('rule 66: a peer that does not let go holds the stop up for a moment only', async (context) => {
  const { program, address } = await headless(context);
  const peer = await WirePeer.dial(address, { halfOpen: true });
  await peer.greet();
  const startMs = performance.now();
  program.child.kill('SIGTERM');
  assert.equal((await program.ended).code, 0);
  assert.ok(performance.now() - startMs < 10_000);
  assert.equal(peer.heard('bye').length, 1);
  peer.leave();
});

test('rule 66: a second signal ends the program at once', async (context) => {
  const { program, address } = await headless(context);
  const peer = await WirePeer.dial(address, { halfOpen: true });
  await peer.greet();
  // Both wait while the process stands still, so that the second comes while the first is being obeyed.
  for (const signal of ['SIGSTOP', 'SIGTERM', 'SIGINT', 'SIGCONT'] as const) program.child.kill(signal);
  assert.equal((await program.ended).code, 130);
  peer.leave();
});

test('rule 66: the end of a script says bye to its peers', async (context) => {
  const node = await nodeFor(context);
  const peer = await WirePeer.dial(node.address);
  await peer.greet();
  await node.run('quit');
  await peer.closes();
  assert.equal(peer.heard('bye')[0]?.['reason'], 'stopping');
  assert.equal((await node.program.ended).code, 0);
});

test('rule 66: a dial in progress does not outlive the stop', async (context) => {
  const node = await nodeFor(context);
  const listener = await WireListener.open();
  context.after(() => listener.close());
  node.program.child.stdin.write(`connect ${listener.address}\n`);
  const peer = await listener.accepts();
  await peer.hears('hello');
  node.program.child.kill('SIGTERM');
  await peer.closes();
  assert.equal(peer.heard('bye').length, 0);
  assert.equal((await node.program.ended).code, 130);
});

test('rule 62: a closed stdout or stderr ends neither the node nor its peers', async (context) => {
  const node = await nodeFor(context);
  const peer = await WirePeer.dial(node.address);
  await peer.greet();
  node.program.child.stderr.destroy();
  node.program.child.stdout.destroy();
  node.program.child.stdin.write('status\npeers\nevents all\n');
  for (let i = 0; i < 20; i += 1) {
    const other = await WirePeer.dial(node.address);
    await other.greet();
    other.leave();
    await peer.isAnswered();
  }
  node.program.child.stdin.write('quit\n');
  await peer.hears('bye');
  assert.equal((await node.program.ended).code, 0);
});

test('rule 62: nobody reads stdout and stderr: peers are served all the same', async (context) => {
  const node = await nodeFor(context);
  const peer = await WirePeer.dial(node.address);
  await peer.greet();
  node.program.child.stderr.pause();
  node.program.child.stdout.pause();
  node.program.child.stdin.write('"x".repeat(3e6)\n'.repeat(3));
  for (let i = 0; i < 200; i += 1) peer.say('{"msgtype":"x"}\n');
  await peer.isAnswered();
  node.program.child.stdout.resume();
  node.program.child.stderr.resume();
  peer.leave();
});

const GARBAGE: readonly (readonly [what: string, bytes: string | Buffer])[] = [
  ['bytes that are no text', Buffer.from([0xff, 0xfe, 0, 1, 2, 0x80, 0x0a])],
  ['escape sequences', '\u001b[A\u001b[2J\u0003\u0004\n'],
  ['a line of 100,000 letters', `${'x'.repeat(100_000)}\n`],
  ['brackets that never close', `${'('.repeat(5_000)}\n`],
  ['a message of the wire', '{"msgtype":"hello","nodeid":"a"}\n'],
];
for (const [what, bytes] of GARBAGE) {
  test(`process: ${what} on stdin are an answer, and peers are served on`, async (context) => {
    const node = await nodeFor(context);
    const peer = await WirePeer.dial(node.address);
    await peer.greet();
    node.program.child.stdin.write(bytes);
    // A statement that is not complete waits for more; this ends it in any case.
    node.program.child.stdin.write('\n\n');
    await until('an answer', () => (node.program.out.split('\n').length > 2 ? null : node.program.err));
    await peer.isAnswered();
    node.isQuiet();
    for (const line of node.program.out.split('\n').slice(0, -1)) JSON.parse(line);
    peer.leave();
  });
}

const checksum = (entries: unknown) => createHash('sha256').update(JSON.stringify(entries)).digest('hex');
const BOOKS: readonly (readonly [what: string, text: string | Buffer])[] = [
  ['half of one', '{"version":1,"savedAtMs":1,"checksum":"'],
  ['nothing', ''],
  ['bytes that are no text', Buffer.from([0, 0xff, 0xfe, 1])],
  ['another JSON', '[1,2,3]'],
  ['null', 'null'],
  ['a wrong checksum', JSON.stringify({ version: 1, savedAtMs: 1, checksum: 'x', entries: [] })],
  ['a later version', JSON.stringify({ version: 99, savedAtMs: 1, checksum: checksum([]), entries: [] })],
];
for (const [what, text] of BOOKS) {
  test(`rule 64: a book that is ${what} is put aside, said once, and the node starts`, async (context) => {
    const folder = folderFor(context);
    const path = join(folder, 'book.json');
    writeFileSync(path, text);
    const args = ['--no-rc', '--no-bootstrap', '--listen', '127.0.0.1:0', '--data', folder, '--json'];
    const { code, err, out } = await run(args, 'addrs\n');
    assert.deepEqual([code, out], [0, '[]\n']);
    assert.equal(err.split('\n').filter((line) => line.includes('address book')).length, 1);
    const aside = readdirSync(folder).filter((name) => name.includes('.bad-'));
    assert.equal(aside.length, 1);
    assert.deepEqual(readFileSync(join(folder, aside[0] ?? '')), Buffer.from(text));
  });
}

test('rule 64: entries of a sound book are checked as gossip is', async (context) => {
  const { program, address, data } = await headless(context);
  const peer = await WirePeer.dial(address);
  await peer.greet({ listen: 26_002 });
  program.child.kill('SIGTERM');
  await program.ended;
  const path = join(data, 'book.json');
  const saved = JSON.parse(readFileSync(path, 'utf8')) as { entries: Record<string, unknown>[] };
  const [good] = saved.entries;
  assert.ok(good !== undefined);
  const texts = ['x:/var/run/docker.sock', '/etc/passwd', '127.1:5005', '127.0.0.1:0', '0.0.0.0:5005', '127.0.0.1:22'];
  const bad = texts.map((text) => ({ ...good, address: text }));
  const strange = { ...good, address: '127.0.0.1:26003', id: '\u001b[2J' };
  const entries = [...bad, null, 5, 'x', [], good, { ...good, address: 5 }, strange];
  writeFileSync(path, JSON.stringify({ ...saved, entries, checksum: checksum(entries) }));
  const args = [
    '--no-rc',
    '--no-bootstrap',
    '--listen',
    '127.0.0.1:0',
    '--data',
    data,
    '--json',
    '--set',
    'gossip.dial=off',
  ];
  const { code, out } = await run(args, 'addrs\n');
  assert.equal(code, 0);
  assert.deepEqual(
    (JSON.parse(out) as { address: string; id: string | null }[]).map((row) => [row.address, row.id]),
    [
      ['127.0.0.1:26002', peer.id],
      ['127.0.0.1:26003', null],
    ],
  );
  assert.ok(!readdirSync(data).some((name) => name.includes('.bad-')));
});

test('rule 66: a hundred peers are all told of the stop', async (context) => {
  const { program, address } = await headless(context);
  const peers: WirePeer[] = [];
  for (let i = 0; i < 100; i += 1) {
    const peer = await WirePeer.dial(address);
    await peer.greet();
    peers.push(peer);
  }
  program.child.kill('SIGTERM');
  await Promise.all(peers.map((peer) => peer.closes()));
  assert.ok(peers.every((peer) => peer.heard('bye').length === 1));
  assert.equal((await program.ended).code, 0);
});
