/** What of attach takes its time: either side is killed or hangs, or does not come back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { attach } from '../helpers/attached.ts';
import { runtimeFolder, startControlled } from '../helpers/control.ts';
import { PROGRAM } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';
import { until } from '../helpers/until.ts';

const skip = whyNoPty() ?? false;

test('attach: a node that does not come back in 30 s ends its shells with 3', {
  skip: whyNoPty() ?? false,
}, async (context) => {
  const node = await startControlled(context);
  const env = Object.entries(node.env).map(([name, value]) => `${name}=${value}`);
  const home = node.env['TMPDIR'] ?? '/nowhere';
  const pty = new Pty([
    'env',
    ...env,
    `HOME=${home}`,
    `XDG_STATE_HOME=${home}`,
    'NO_COLOR=1',
    process.execPath,
    PROGRAM,
    'attach',
  ]);
  context.after(() => pty.close());
  await pty.terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  const startedAt = performance.now();
  node.program.child.kill('SIGKILL');
  assert.equal(await pty.exitCode(), 3);
  assert.ok(performance.now() - startedAt > 29_000);
  assert.ok((await pty.terminal.view()).rows.some((row) => row === '! it did not come back in 30 s'));
});

test('attach: a node that is killed and started anew is found again', { skip }, async (context) => {
  const folder = runtimeFolder(context);
  const node = await startControlled(context, [], folder);
  const { type, shows, prompt, pty } = attach(context, node);
  await prompt(/ 0>$/);
  type('wait peers>=9\r');
  await until('the wait', async () =>
    (await node.peersh('ls', '--json')).out.includes('"shells":1') ? null : 'no shell',
  );
  node.program.child.kill('SIGKILL');
  await shows('the node went away; whether the line was done is not known');
  await shows('the node is gone; looking for it for 30 s');
  type('half a li');
  const again = await startControlled(context, ['--listen', node.address], folder);
  await shows(`attached again to ${again.id.slice(0, 8)}`);
  await shows('it was started anew: lab, held messages');
  await prompt(new RegExp(`^${again.id.slice(0, 8)} 0> half a li$`));
  type('\x15status\r');
  await shows(again.id);
  type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('attach: a client that is killed at any moment leaves nothing behind on the node', { skip }, async (context) => {
  const node = await startControlled(context);
  const other = await startControlled(context);
  const shells = async () => /"shells":(\d+)/.exec((await node.peersh('ls', '--json')).out)?.[1];
  const phases: [string, string, string][] = [
    ['at the prompt', '', ' 0>'],
    ['in the middle of a line', 'set ping.inter', 'set ping.inter'],
    ['while a command runs', 'wait peers>=9\r', 'wait'],
    ['while something is drawn in place', 'watch peers -n 0.1\r', 'q ends it'],
    ['while the lab runs', 'lab 3\rrun --speed 1 1000s\r', 'lab n1'],
    ['while another shell is waited for', 'use n1\rrun 100000s\r', 'lab n1'],
    ['with a trace', 'use live\rtrace\r', 'tracing all'],
  ];
  for (const [when, keys, seen] of phases) {
    const { pty, type, prompt, shows } = attach(context, node);
    await prompt();
    type(keys);
    await shows(seen);
    pty.close();
    await until(`no shell, killed ${when}`, async () => ((await shells()) === '0' ? null : String(await shells())));
  }
  assert.equal((await node.peersh('exec', `connect ${other.address}`)).code, 0);
  assert.equal((await node.peersh('exec', 'untrace')).out, 'tracing nothing\n');
  assert.match((await node.peersh('exec', 'lab')).out, /^lab {8}3 nodes/);
  assert.equal((await node.peersh('exec', 'use n1', 'run 1s')).code, 0, 'the turn in the lab is free');
  assert.equal(node.program.err.split('\n').filter((line) => line.startsWith('!')).length, 0, node.program.err);
});

test('attach: a node that is killed at any moment ends no client in disorder', { skip }, async (context) => {
  const phases: [string, string][] = [
    ['', ' 0>'],
    ['set ping.inter', 'set ping.inter'],
    ['wait peers>=9\r', 'wait'],
    ['watch peers -n 0.1\r', 'q ends it'],
  ];
  for (const [keys, seen] of phases) {
    const node = await startControlled(context);
    const { pty, type, prompt, shows } = attach(context, node);
    await prompt(/ 0>$/);
    type(keys);
    await shows(seen);
    node.program.child.kill('SIGKILL');
    await prompt(/^not attached>/);
    type('\x15\x04');
    assert.equal(await pty.exitCode(), 0, keys);
  }
});

test('attach: Ctrl-C gives the prompt back when the node hangs, and the next line is answered when it goes on', {
  skip,
}, async (context) => {
  const node = await startControlled(context);
  const { type, shows, prompt } = attach(context, node);
  await prompt(/ 0>$/);
  node.program.child.kill('SIGSTOP');
  type('peers\r');
  type('\x03');
  await shows('^C (the node does not answer)');
  await prompt(/ 0>$/);
  type('set ping.interval\r');
  node.program.child.kill('SIGCONT');
  await shows('ping.interval = 60s');
  type('status\r');
  await shows('next ping');
});
