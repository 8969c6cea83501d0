/** What befalls a process: few files, no disk, a stop by the system, a blocked loop, readers that do not read. The node lives, says so once and recovers. */
import assert from 'node:assert/strict';
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, unlinkSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { OurNode } from '../helpers/json-shell.ts';
import { PROGRAM } from '../helpers/program.ts';
import { until } from '../helpers/until.ts';
import { Host, Speaker } from './speaker.ts';

/** Longer than what counts as a late tick (rule 28), and than the ping timeout that these nodes are given. */
const STOPPED_MS = 6_000;
const FILES = 80;

interface Headless {
  readonly child: ChildProcessWithoutNullStreams;
  readonly port: number;
  /** Lines of stderr so far. */
  readonly said: string[];
}

/** A headless node whose events come as JSON on stderr. `shell` comes before the command in a `sh -c`, `around` before that. */
async function startHeadless(
  context: TestContext,
  args: readonly string[],
  shell = '',
  around: readonly string[] = [],
): Promise<Headless> {
  const program = [PROGRAM, '--headless', '--json', '--no-rc', '--listen', '127.0.0.1:0', ...args];
  const words = [process.execPath, ...program].map((word) => `'${word}'`).join(' ');
  // All of them hand their process over, so that the child's pid is the node's.
  const child = spawn('env', [...around, 'sh', '-c', `${shell}exec ${words}`], { stdio: ['pipe', 'pipe', 'pipe'] });
  context.after(() => child.kill('SIGKILL'));
  const said: string[] = [];
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => {
    const lines = (text + chunk.toString()).split('\n');
    text = lines.pop() ?? '';
    said.push(...lines);
  });
  child.stdin.on('error', () => undefined);
  let port = 0;
  await until('the node to listen', () => {
    const line = said.find((one) => one.includes('"listening"'));
    port = Number(/127\.0\.0\.1:(\d+)/.exec(line ?? '')?.[1] ?? 0);
    return port > 0 ? null : `it said ${said.join(' ')}`;
  });
  return { child, port, said };
}

const stopped = (child: ChildProcessWithoutNullStreams): Promise<number | null> => {
  const ended = new Promise<number | null>((resolve) => child.once('exit', (code) => resolve(code)));
  child.kill('SIGTERM');
  return ended;
};

const times = (said: readonly string[], part: RegExp) => said.filter((line) => part.test(line)).length;

test('process: with 80 files the node lowers its peers, lives through 200 connections and serves the next peer', async (context) => {
  const { child, port, said } = await startHeadless(context, ['--no-data', '--no-bootstrap'], `ulimit -n ${FILES}; `);
  assert.equal(times(said, /may open only 80 files/), 1);
  const first = Speaker.dial(port, 'first');
  assert.ok((await first.ping()) >= 0);
  const crowd = Array.from({ length: 200 }, () => connect(port, '127.0.0.1').on('error', () => undefined));
  await until('the crowd to be let in or turned away', () => {
    const open = crowd.filter((socket) => socket.connecting).length;
    return open === 0 ? null : `${open} connecting`;
  });
  assert.ok((await first.ping()) >= 0, 'who was there before is served');
  for (const socket of crowd) socket.destroy();
  await until('a newcomer to be served', async () => {
    const next = Speaker.dial(port, 'next');
    const served = await next.ping().then(
      () => true,
      () => false,
    );
    next.close();
    return served ? null : 'it was turned away';
  });
  assert.equal(first.closed, false);
  first.close();
  assert.equal(child.exitCode, null);
  assert.equal(await stopped(child), 0);
  assert.ok(said.length < 100, `it said ${said.length} lines`);
});

test('process: a data folder that cannot be written is told of once, and saved to once it can be', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const data = join(folder, 'data');
  writeFileSync(data, 'a file where the folder should be');
  const fast = ['--set', 'book.save=100ms', '--set', 'events=all'];
  const { child, port, said } = await startHeadless(context, ['--data', data, '--no-bootstrap', ...fast]);
  const peer = Speaker.dial(port, 'peer');
  await until('the trouble to be told', () => (times(said, /could not be saved/) > 0 ? null : said.join(' ')));
  // Ten more saves fail meanwhile.
  for (let i = 0; i < 20; i += 1) {
    await peer.ping();
    await delay(50);
  }
  assert.equal(times(said, /could not be saved/), 1, said.join('\n'));
  unlinkSync(data);
  await until('the book to be saved', () => (existsSync(join(data, 'book.json')) ? null : said.join(' ')));
  assert.ok((await peer.ping()) >= 0);
  peer.close();
  assert.equal(await stopped(child), 0);
});

test('process: a full disk is told of once, and written to once there is room', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  // A disk of one page, in a namespace of its own that ends with the process.
  const disk = `mount -t tmpfs -o size=4k tmpfs '${folder}' && head -c 4096 /dev/zero > '${folder}/fill'`;
  if (spawnSync('unshare', ['-rm', 'sh', '-c', disk]).status !== 0) return context.skip('no disk can be mounted here');
  const args = ['--data', folder, '--no-bootstrap', '--set', 'book.save=100ms'];
  const { child, port, said } = await startHeadless(context, args, `${disk}; `, ['unshare', '-rm']);
  const peer = Speaker.dial(port, 'peer');
  await until('the trouble to be told', () =>
    times(said, /could not be saved \(ENOSPC\)/) > 0 ? null : said.join(' '),
  );
  for (let i = 0; i < 10; i += 1) {
    await peer.ping();
    await delay(50);
  }
  assert.equal(times(said, /could not be saved/), 1, said.join('\n'));
  const inside = `/proc/${child.pid}/root${folder}`;
  unlinkSync(join(inside, 'fill'));
  await until('the book to be saved', () => (existsSync(join(inside, 'book.json')) ? null : said.join(' ')));
  peer.close();
  assert.equal(await stopped(child), 0);
});

/** A node that pings its one peer every 100 ms and gives it 3 s, and that peer. */
async function withPeer(context: TestContext): Promise<{ host: Host; peer: Speaker; node: OurNode }> {
  const host = await Host.open();
  const set = ['ping.interval=100ms', 'ping.timeout=3s'];
  const node = await OurNode.start({ bootstrap: [`127.0.0.1:${host.port}`], set });
  context.after(async () => {
    await node.kill();
    await host.close();
  });
  await until('a pong to come', async () => ((await node.peers())[0]?.pingMs == null ? 'none yet' : null));
  const [peer] = host.speakers;
  assert.ok(peer !== undefined);
  return { host, peer, node };
}

/** It still has the connection it had before, and goes on pinging there. */
async function keepsPeer(host: Host, peer: Speaker, node: OurNode): Promise<void> {
  const pongs = await node.pongsOn(1);
  await until('more pongs', async () => ((await node.pongsOn(1)) >= pongs + 5 ? null : `${await node.pongsOn(1)}`));
  assert.equal(peer.closed, false);
  assert.equal(host.speakers.length, 1, 'nobody was dialled again');
  assert.ok((await peer.ping()) >= 0);
}

test('process: stopped for 6 s by the system, a node that gives its peers 3 s drops nobody', async (context) => {
  const { host, peer, node } = await withPeer(context);
  process.kill(node.pid, 'SIGSTOP');
  await delay(STOPPED_MS);
  process.kill(node.pid, 'SIGCONT');
  await keepsPeer(host, peer, node);
});

test('process: a loop that is blocked for 6 s costs no peer', async (context) => {
  const { host, peer, node } = await withPeer(context);
  // The shell ends what runs for more than 5 s, so the loop is blocked from inside, by a timer of the same process.
  await node.run(`setTimeout(() => { const began = Date.now(); while (Date.now() - began < ${STOPPED_MS}); }, 1)`);
  await until('the loop to be blocked', async () => {
    const started = performance.now();
    await node.run('status');
    return performance.now() - started > STOPPED_MS / 2 ? null : 'status is answered at once';
  });
  await keepsPeer(host, peer, node);
});

test('process: a reader that does not read costs neither the node nor its peers anything, and is told what it missed', async (context) => {
  const args = ['--no-data', '--no-bootstrap', '--set', 'events=all'];
  const { child, port, said } = await startHeadless(context, args);
  child.stderr.pause();
  const peer = Speaker.dial(port, 'peer');
  // Each of them is a few lines: with all that pipes hold, some 1.5 MiB.
  for (let i = 0; i < 6_000; i += 1) {
    const passer = Speaker.dial(port, `passer-${i}`);
    await passer.ping();
    passer.close();
  }
  assert.ok((await peer.ping()) < 1_000, 'the peer is served');
  child.stderr.resume();
  await until('what was missed to be told', () => (times(said, /"event":"lost"/) > 0 ? null : `${said.length} lines`));
  assert.equal(times(said, /"event":"lost"/), 1);
  child.stderr.destroy();
  child.stdout.destroy();
  for (let i = 0; i < 50; i += 1) {
    const passer = Speaker.dial(port, `late-${i}`);
    await passer.ping();
    passer.close();
  }
  assert.ok((await peer.ping()) >= 0, 'and when the reader is gone');
  peer.close();
  assert.equal(await stopped(child), 0);
});
