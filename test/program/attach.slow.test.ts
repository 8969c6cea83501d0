/** `peersh attach` on a real terminal: the whole shell on a node that runs already, and what becomes of it when either side goes. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { attach } from '../helpers/attached.ts';
import { RawClient, runtimeFolder, startControlled } from '../helpers/control.ts';
import { PROGRAM } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';
import { ptyAtHome } from '../helpers/pty-at-home.ts';
import { ALONE, run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

const skip = whyNoPty() ?? false;

test('attach: the whole shell: banner, prompt, Tab, history, Ctrl-C, and quit leaves the node running', {
  skip,
}, async (context) => {
  const other = await startControlled(context);
  const node = await startControlled(context);
  const { pty, home, type, shows, prompt } = attach(context, node);
  const rows = await shows('shutdown stops it');
  assert.equal(rows[0], `attached to ${node.id.slice(0, 8)} at ${node.address} (pid ${node.pid}), 0 peers`);
  await prompt(/^[0-9a-f]{8} 0>$/);
  type(`connect ${other.address}\r`);
  await shows('connected to');
  await prompt(/^[0-9a-f]{8} 1>$/);
  type('peer ');
  type('\t');
  await prompt(/> peer [0-9a-f-]{36}$/);
  type('\r');
  await shows('state      ready, outbound');
  type('sta');
  type('\t');
  await prompt(/> stat$/);
  type('\t');
  await shows('stats   status');
  type('\x15wait peers>=9\r');
  await pty.terminal.until(
    'the line',
    (view) => (view.rows.at(-1) ?? '') === '' || !/> wait/.test(view.rows.at(-1) ?? ''),
  );
  type('\x03');
  await shows('^C');
  type('hist\r');
  await pty.terminal.until('the history', (view) => view.rows.includes('wait peers>=9') && view.rows.includes('hist'));
  type('quit\r');
  assert.equal(await pty.exitCode(), 0);
  assert.match((await pty.terminal.view()).rows.at(-1) ?? '', /^[0-9a-f]{8} 1> quit$/);
  const history = readFileSync(join(home, 'state', 'peersh', 'history'), 'utf8');
  assert.match(history, /^connect .*\npeer [0-9a-f-]{36}\nwait peers>=9\nhist\nquit\n$/);
  assert.equal((await node.peersh('exec', 'peers --json')).code, 0);
  assert.equal(node.program.child.exitCode, null);
});

test('attach: what is typed stays whole while events arrive above it', { skip }, async (context) => {
  const node = await startControlled(context);
  const others = await Promise.all([startControlled(context), startControlled(context)]);
  const { pty, type, prompt, shows } = attach(context, node);
  await prompt(/ 0>$/);
  type('trace\r');
  await shows('tracing all');
  type('set ping.interval');
  await prompt(/> set ping\.interval$/);
  // In the middle of the line.
  type('\x1b[D\x1b[D');
  for (const other of others) {
    await node.peersh('exec', `connect ${other.address}`);
    type('X');
  }
  await node.peersh('exec', 'ping all');
  await shows('pong nonce=');
  await prompt(/^[0-9a-f]{8} 2> set ping\.intervXXal$/);
  const { rows, row, column } = await pty.terminal.view();
  assert.equal(row, rows.length - 1);
  assert.equal(rows.at(-1)?.slice(column), 'al');
  assert.equal(rows.filter((line) => line.startsWith('+ ')).length, 2);
  assert.equal(rows.filter((line) => line.includes('XX')).length, 1);
  type('\x7f\x7f 5s\x1b[F\r');
  await shows('unknown setting "ping.interv"');
  type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('attach: colours are of the terminal, not of the node, and lines are drawn in place', {
  skip,
}, async (context) => {
  const node = await startControlled(context);
  const { pty, type, prompt } = attach(context, node, [], true);
  await prompt(/ 0>$/);
  type('pers\r');
  await pty.terminal.shows('did you mean peers');
  assert.ok(pty.terminal.written.join('').includes('\x1b[31munknown command'));
  assert.ok(!(await node.peersh('exec', 'pers')).err.includes('\x1b'));
  type('watch peers -n 0.1\r');
  await pty.terminal.shows('(q ends it)');
  type('q');
  await prompt(/ 0>$/);
  type('\x04');
  assert.equal(await pty.exitCode(), 0);
});

test("attach: the lab, what is held and what is recorded are the node's, where one looks is the client's", {
  skip,
}, async (context) => {
  const node = await startControlled(context);
  const one = attach(context, node);
  const two = attach(context, node);
  await one.prompt(/ 0>$/);
  await two.prompt(/ 0>$/);
  one.type('lab 3\r');
  await one.prompt(/^lab n1 0s>$/);
  two.type('use n2\r');
  await two.prompt(/^lab n2 0s>$/);
  one.type('break hello at send once\r');
  await one.shows('k1 hello at send once');
  one.type('run 1s\r');
  await two.shows('held by k1');
  await two.prompt(/^lab n2 [\d.m]+s held 1>$/);
  two.type('deliver m1\r');
  await one.shows('m1 ');
  await one.prompt(/^lab n1 [\d.m]+s>$/);
  one.type('quit\r');
  assert.equal(await one.pty.exitCode(), 0);
  two.type('run 5s\r');
  await two.prompt(/^lab n2 5\.?\d*s>$/);
  two.type('log type=hello -n 1\r');
  await two.shows('the last 1 shown');
  two.type('use live\r');
  await two.prompt(/^[0-9a-f]{8} 0>$/);
  two.type('log\r');
  await two.shows('0 events');
  two.type('connect 127.0.0.1:1\r');
  await two.shows('nobody listens there');
  two.type('log kind=dial-failed\r');
  await two.shows('1 event');
});

test('attach: a history as long as the node takes is no hindrance, whatever is in it', { skip }, async (context) => {
  const node = await startControlled(context);
  const home = mkdtempSync(join(tmpdir(), 'peersh-home-'));
  context.after(() => rmSync(home, { recursive: true, force: true }));
  mkdirSync(join(home, 'peersh'));
  const lines = Array.from({ length: 1_000 }, (_, at) => `send #${at} ${'{"'.repeat(70)}\n`);
  writeFileSync(join(home, 'peersh', 'history'), lines.join(''), { mode: 0o600 });
  const env = Object.entries(node.env).map(([name, value]) => `${name}=${value}`);
  const pty = new Pty(['env', ...env, `HOME=${home}`, `XDG_STATE_HOME=${home}`, process.execPath, PROGRAM, 'attach']);
  context.after(() => pty.close());
  await pty.terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
});

test('attach: JavaScript only with --allow-eval, and Tab tells nothing of it without', { skip }, async (context) => {
  const node = await startControlled(context);
  const { type, shows, prompt } = attach(context, node);
  await prompt(/ 0>$/);
  type('process.env\r');
  await shows('JavaScript over a socket needs a node that was started with --allow-eval');
  const client = await RawClient.attach(node.socket);
  client.send({ kind: 'complete', id: 9, line: 'process.' });
  assert.deepEqual((await client.reply('completion')).completion.candidates, []);
  client.close();
  const open = await startControlled(context, ['--allow-eval']);
  const second = attach(context, open);
  await second.prompt(/ 0>$/);
  second.type('const a = 1\ra + 41\r');
  await second.pty.terminal.until('the value', (view) => view.rows.includes('42'));
  second.type('setTimeout(() => { throw new Error("late") }), 5\r');
  await second.prompt(/ 0>$/);
  assert.equal((await open.peersh('exec', 'peers')).code, 0, 'the node goes on');
});

test('attach: --read-only looks only and says so', { skip }, async (context) => {
  const node = await startControlled(context);
  const { type, shows, prompt } = attach(context, node, ['--read-only']);
  assert.ok((await shows(', to look only')).length > 0);
  await prompt(/ 0>$/);
  type('drop all\r');
  await shows('drop may change something, and this shell only looks');
  type('shutdown\r');
  await shows('shutdown may change something, and this shell only looks');
  type('status\r');
  await shows('next ping');
});

test('attach: shutdown stops the node and every shell on it', { skip }, async (context) => {
  const node = await startControlled(context);
  const one = attach(context, node);
  const two = attach(context, node);
  await one.prompt(/ 0>$/);
  await two.prompt(/ 0>$/);
  one.type('shut\r');
  await one.shows('unknown command "shut"; did you mean shutdown?');
  one.type('shutdown\r');
  assert.equal(await one.pty.exitCode(), 0);
  assert.equal((await node.program.ended).code, 0);
  await two.shows('the node has stopped; looking for it for 30 s, quit leaves');
  await two.prompt(/^not attached>$/);
  two.type('peers\r');
  await two.shows('not attached: the node is away');
  two.type('quit\r');
  assert.equal(await two.pty.exitCode(), 0);
});

test('attach: without a terminal, and without a node, it says what to do', async (context) => {
  const node = await startControlled(context);
  const { code, err } = await node.peersh('attach');
  assert.deepEqual(
    [code, err],
    [2, 'peersh: attach is for a terminal, and here is none; peersh exec runs lines without one\n'],
  );
  const folder = runtimeFolder(context);
  const nobody = await run(['exec', 'peers'], '', undefined, undefined, { XDG_RUNTIME_DIR: folder, TMPDIR: folder });
  assert.equal(nobody.code, 3);
  assert.match(nobody.err, /^peersh: no node runs \(looked into .*\)\n$/);
});

test('attach: a node with a shell on a terminal has a control socket, too', { skip }, async (context) => {
  const folder = runtimeFolder(context);
  const { pty } = ptyAtHome(context, [process.execPath, PROGRAM, ...ALONE, '--listen', '127.0.0.1:0'], {
    set: () => [`XDG_RUNTIME_DIR=${folder}`, `TMPDIR=${folder}`],
  });
  await pty.terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  const env = { XDG_RUNTIME_DIR: folder, TMPDIR: folder };
  const exec = (...lines: string[]) => run(['exec', ...lines], '', undefined, undefined, env);
  await until('the socket', async () => ((await exec('peers')).code === 0 ? null : 'none'));
  pty.terminal.type('lab 2\r');
  await pty.terminal.until('the lab', ({ rows }) => /^lab n1 0s>$/.test(rows.at(-1) ?? ''));
  assert.equal((await exec('use n1', 'run 5s')).code, 0);
  await pty.terminal.until('the time', ({ rows }) => /^lab n1 5s>$/.test(rows.at(-1) ?? ''));
  pty.terminal.type('half');
  assert.equal((await exec('shutdown')).code, 0);
  assert.equal(await pty.exitCode(), 0);
});
