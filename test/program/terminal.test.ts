/** The program on a real terminal: the first minute of a newcomer, what is kept, and a window that is closed. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import type { NodePort, World } from '../../src/core/world.ts';
import { createLiveWorld } from '../../src/worlds.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';
import { PROGRAM } from '../helpers/program.ts';
import { whyNoPty } from '../helpers/pty.ts';
import { type PtyAtHome, ptyAtHome } from '../helpers/pty-at-home.ts';
import { ALONE, Program } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

const skip = whyNoPty() ?? false;

function openProgram(context: TestContext, args: readonly string[], columns = 80, editor = ''): PtyAtHome {
  return ptyAtHome(context, [process.execPath, PROGRAM, ...args], {
    columns,
    set(home) {
      const script = join(home, 'editor');
      writeFileSync(script, editor);
      chmodSync(script, 0o700);
      return [`VISUAL=${script}`, `TMPDIR=${home}`];
    },
  });
}

/** The other side is there for so many pings from now. */
async function pongsOf(world: World, node: NodePort, count: number): Promise<void> {
  let pongs = 0;
  const end = world.onEvent((from, event) => {
    if (from === node && event.kind === 'pong') pongs += 1;
  });
  await reach(world, `${count} pongs`, () => pongs >= count);
  end();
}

function isAlive(pid: number): boolean {
  try {
    // A zombie, which its parent has not waited for yet, has ended.
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch {
    return false;
  }
}

async function startOther(context: TestContext): Promise<string> {
  const other = new Program([...ALONE, '--headless', '--listen', '127.0.0.1:0']);
  context.after(async () => {
    other.child.kill('SIGTERM');
    await other.ended;
  });
  await until('another node', () => (other.err.includes('listening ') ? null : other.err));
  return /127\.0\.0\.1:\d+/.exec(other.err)?.[0] ?? '';
}

test('terminal: a newcomer gets from help to ping, trace, getaddr and drop', { skip }, async (context) => {
  const address = await startOther(context);
  const { pty, home } = openProgram(context, ['--no-rc', '--no-data', '--bootstrap', address]);
  const { terminal } = pty;
  const banner = await terminal.shows(' outbound ');
  assert.match(banner.rows[0] ?? '', /^[0-9a-f]{8} listens on 127\.0\.0\.1:\d+$/);
  assert.match(banner.rows[1] ?? '', /^type help; a second node: npm start -- --bootstrap 127\.0\.0\.1:\d+$/);
  terminal.type('help\r');
  await terminal.shows('drop ID');
  terminal.type('trace\r');
  await terminal.shows('tracing all');
  terminal.type('peer ');
  terminal.type('\t');
  await terminal.until('the id', ({ rows }) => /> peer [0-9a-f-]{36}$/.test(rows.at(-1) ?? ''));
  terminal.type('\r');
  await terminal.shows('state      ready, outbound (boot)');
  terminal.type('ping #1\r');
  const pinged = await terminal.shows('1 received, 0% lost');
  assert.ok(pinged.rows.some((row) => /^> #1 [0-9a-f]{8} ping/.test(row)));
  terminal.type('getaddr #1\r');
  await terminal.shows('0 new');
  terminal.type(' secret\r');
  await terminal.shows('unknown command "secret"');
  terminal.type('drop #1\r');
  await terminal.shows('stays away for 10m, or until');
  await terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  terminal.type('hist\r');
  await terminal.until('the history', ({ rows }) => rows.filter((row) => row === 'help').length === 1);
  terminal.type('\x04');
  assert.equal(await pty.exitCode(), 0);
  const history = join(home, 'state', 'peersh', 'history');
  assert.equal(statSync(history).mode & 0o777, 0o600);
  const lines = readFileSync(history, 'utf8').trim().split('\n');
  assert.match(lines.splice(2, 1)[0] ?? '', /^peer [0-9a-f-]{36}$/);
  assert.deepEqual(lines, ['help', 'trace', 'ping #1', 'getaddr #1', 'drop #1', 'hist']);
});

/** Says what mode it finds the terminal in, and writes what is typed to it in the place of `ping`. Ctrl-C it counts. */
const EDITOR = `#!/bin/sh
trap 'echo interrupted' INT
echo "editing with $(stty -a < /dev/tty | tr ' ;' '\\n\\n' | grep -x -e icanon -e -icanon)"
until read word < /dev/tty; do :; done
sed -i "s/ping/$word/" "$1"
`;

test('terminal: a message in hand is edited in an editor that has the terminal meanwhile, Ctrl-C too', {
  skip,
}, async (context) => {
  const address = await startOther(context);
  const { pty, home } = openProgram(context, ['--no-rc', '--no-data', '--bootstrap', address], 80, EDITOR);
  const { terminal } = pty;
  const banner = await terminal.shows(' outbound ');
  const [place = ''] = /127\.0\.0\.1:\d+/.exec(banner.rows[0] ?? '') ?? [];
  terminal.type('break ping at send once\r');
  await terminal.shows('k1 ping at send once');
  terminal.type('send #1 {"msgtype":"ping"}\r');
  const holding = await terminal.shows('held 1>');
  const [id = ''] = /\bm\d+\b/.exec(holding.rows.find((row) => row.includes(' held by k1')) ?? '') ?? [];
  terminal.type(`edit ${id}\r`);
  await terminal.shows('editing with icanon');
  const world = createLiveWorld();
  context.after(() => world.close());
  const [host = '', port = ''] = place.split(':');
  const guest = await spawn(world, 'guest', { bootstrap: [{ host, port: Number(port) }] });
  await reach(world, 'a handshake', () => guest.views.ready() >= 1);
  terminal.type('\x03');
  const lent = await terminal.shows('interrupted');
  assert.equal(lent.rows.at(-1), '^Cinterrupted');
  terminal.type('pong\r');
  const after = await terminal.until(
    'the prompt',
    ({ rows }) => / held 1>$/.test(rows.at(-1) ?? '') && rows.includes('pong'),
  );
  assert.ok(after.rows.indexOf('+ body.msgtype="pong"') > after.rows.indexOf('pong'), after.rows.join('\n'));
  assert.ok(
    after.rows.findIndex((row) => row.includes(' inbound ')) > after.rows.indexOf('pong'),
    after.rows.join('\n'),
  );
  assert.deepEqual(
    readdirSync(home).filter((name) => name.startsWith('peersh-edit')),
    [],
  );
  // The line editor has the keys again.
  terminal.type(`dif ${id}${'\x1b[D'.repeat(id.length + 1)}f\r`);
  await terminal.until(
    'the change again',
    ({ rows }) => rows.filter((row) => row === '+ body.msgtype="pong"').length === 2,
  );
  terminal.type('\x04');
  assert.equal(await pty.exitCode(), 0);
});

test('terminal: Ctrl-C ends the running command only, and a narrow window a narrow table', {
  skip,
}, async (context) => {
  const address = await startOther(context);
  const { pty } = openProgram(context, ['--no-rc', '--no-data', '--bootstrap', address], 56);
  const { terminal } = pty;
  await terminal.shows(' outbound ');
  terminal.type('ping #1 -c 100\r');
  await terminal.shows('pong from');
  terminal.type('\x03');
  await terminal.shows('^C');
  const stopped = await terminal.shows('% lost');
  assert.ok(stopped.rows.some((row) => /: 1 sent, 1 received/.test(row)));
  terminal.type('peers\r');
  const { rows } = await terminal.until('the table', ({ rows: all }) => all.some((row) => / recv +age$/.test(row)));
  const head = rows.find((row) => / recv +age$/.test(row)) ?? '';
  assert.ok(head.length <= 56 && !head.includes('addrs') && !head.includes('min'), head);
  terminal.type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('terminal: a socket or file that typed JavaScript opened may fail without an end of the node', {
  skip,
}, async (context) => {
  const { pty } = openProgram(context, ['--no-rc', '--no-bootstrap', '--no-data']);
  const { terminal } = pty;
  await terminal.shows(' 0>');
  terminal.type('(await import("node:net")).connect(1, "127.0.0.1"), 1\r');
  await terminal.shows('! nobody caught: Error: connect ECONNREFUSED 127.0.0.1:1');
  terminal.type('require("node:fs").createReadStream("/no/such/file"), 2\r');
  await terminal.shows("! nobody caught: Error: ENOENT: no such file or directory, open '/no/such/file'");
  terminal.type('setTimeout(() => world.now.call.nothing.at.all), 3\r');
  await terminal.shows('! nobody caught: TypeError');
  terminal.type('status\r');
  await terminal.shows('next ping');
  terminal.type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('terminal: JavaScript and its variables are still there after Ctrl-Z and fg', {
  skip: skip || (spawnSync('bash', ['-c', 'exit 0']).status === 0 ? false : 'bash is missing'),
}, async (context) => {
  const { pty } = ptyAtHome(context, ['bash', '--norc', '--noprofile', '-i'], { set: () => ['HISTFILE='] });
  const { terminal } = pty;
  terminal.type("PS1='sh> '; PROMPT_COMMAND=; clear\r");
  await terminal.until('the shell', ({ rows }) => rows.at(-1) === 'sh>');
  terminal.type(`'${process.execPath}' '${PROGRAM}' --no-rc --no-bootstrap --no-data --no-color\r`);
  await terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  terminal.type('const kept = 40; kept + 1\r');
  await terminal.until('the answer', ({ rows }) => rows.includes('41'));
  terminal.type('\x1a');
  await terminal.until('the shell', ({ rows }) => rows.at(-1) === 'sh>' && rows.join().includes('Stopped'));
  terminal.type('fg\r');
  await terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  terminal.type('await Promise.resolve(kept + 2)\r');
  await terminal.until('the answer', ({ rows }) => rows.includes('42'));
  terminal.type('quit\r');
  await terminal.until('the shell', (view) => view.rows.at(-1) === 'sh>');
  terminal.type('exit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('terminal: one that stops reading stops no node, and shows the rest when it reads again', {
  skip: skip || (process.platform === 'linux' ? false : 'only Linux can open a terminal anew'),
}, async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const other = await spawn(world, 'other', { settings: { 'ping.interval': 100_000 } });
  const { host, port } = placeOf(other);
  const { pty } = openProgram(context, ['--no-rc', '--no-data', '--bootstrap', `${host}:${port}`]);
  const { terminal } = pty;
  await terminal.shows(' outbound ');
  terminal.type('const page = Array.from({ length: 50 }, (_, i) => `${i}`.repeat(450)); page.length\r');
  await terminal.until('the answer', ({ rows }) => rows.includes('50'));
  pty.stopReading();
  // Each shows some 45 KB, together far more than what fits between the node and this test.
  terminal.type('page\r'.repeat(12));
  await pongsOf(world, other, 20);
  pty.readAgain();
  terminal.type('status\r');
  await terminal.shows('next ping');
  terminal.type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('terminal: one that does not read does not keep the node from stopping in time', {
  skip: skip || (process.platform === 'linux' ? false : 'only Linux can open a terminal anew'),
}, async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const other = await spawn(world, 'other', { settings: { 'ping.interval': 100_000 } });
  const { host, port } = placeOf(other);
  const { pty } = openProgram(context, ['--no-rc', '--no-data', '--bootstrap', `${host}:${port}`]);
  const { terminal } = pty;
  await terminal.shows(' outbound ');
  terminal.type('process.pid + 0.5\r');
  const { rows } = await terminal.until('the pid', (view) => view.rows.some((row) => /^\d+\.5$/.test(row)));
  const pid = Math.floor(Number(rows.find((row) => /^\d+\.5$/.test(row))));
  terminal.type('const page = Array.from({ length: 50 }, (_, i) => `${i}`.repeat(450)); page.length\r');
  await terminal.until('the answer', (view) => view.rows.includes('50'));
  pty.stopReading();
  terminal.type('page\r'.repeat(12));
  await pongsOf(world, other, 10);
  process.kill(pid, 'SIGTERM');
  await reach(world, 'the bye', () => other.views.gone()[0]?.closed?.said === 'stopping', 3_000);
  await until('the end of the process', () => (isAlive(pid) ? 'it lives' : null), 5_000);
});

test('terminal: closing the window stops the node cleanly, saves, and ends by the hang-up', {
  skip,
}, async (context) => {
  const data = mkdtempSync(join(tmpdir(), 'peersh-data-'));
  context.after(() => rmSync(data, { recursive: true }));
  const { pty } = openProgram(context, ['--no-rc', '--no-bootstrap', '--data', data]);
  await pty.terminal.shows(' 0>');
  pty.terminal.type('drop all');
  await pty.terminal.shows('drop all');
  pty.hangUp();
  assert.equal(await pty.exitCode(), 128 + constants.signals.SIGHUP);
  assert.equal((JSON.parse(readFileSync(join(data, 'book.json'), 'utf8')) as { version: number }).version, 1);
});
