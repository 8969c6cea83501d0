/** The shell itself: one line at a time, beginnings of commands, interrupts, errors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { World } from '../../src/core/world.ts';
import type { Shell } from '../../src/shell/shell.ts';
import { createLiveWorld } from '../../src/worlds.ts';
import { liveShell } from '../helpers/live-shell.ts';
import { spawn } from '../helpers/meet.ts';
import { openShell } from '../helpers/open-shell.ts';

async function openLive(world: World): Promise<{ shell: Shell; printed: string[] }> {
  const node = await spawn(world, 'n1');
  const printed: string[] = [];
  const shell = liveShell(world, node, { interactive: true });
  shell.printTo((text) => void printed.push(text));
  return { shell, printed };
}

test('shell: the unique beginning of a command counts on a terminal only', async () => {
  const person = await openShell({ peers: 0, interactive: true });
  assert.equal(await person.text('pin all'), 'no peers; try connect HOST:PORT');
  assert.equal(await person.text('boot'), await person.text('bootstrap'));
  const table: [string, string[]][] = [
    ['pee', ['peers', 'peer']],
    ['sta', ['status', 'stats']],
    ['dro all', ['drop']],
    ['qui', ['quit']],
  ];
  for (const [line, near] of table) assert.deepEqual((await person.failure(line))['near'], near, line);
  const script = await openShell({ peers: 0 });
  assert.equal((await script.failure('pin all')).code, 'unknown-command');
});

test('shell: runs one line at a time', async () => {
  const { shell } = await openShell({ peers: 0 });
  const first = shell.run('await new Promise((resolve) => setImmediate(resolve, 1))');
  await assert.rejects(shell.run('status'), /busy/);
  assert.equal((await first).kind, 'ok');
});

test('shell: an interrupt ends the running command and nothing else', async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const { shell } = await openLive(world);
  const waiting = shell.run('wait peers>=1');
  shell.interrupt();
  assert.deepEqual(await waiting, { kind: 'aborted', text: '^C' });
  assert.equal(shell.failure, null);
  shell.interrupt();
  assert.equal((await shell.run('status')).kind, 'ok');
  assert.equal(world.nodes().length, 1);
});

test('shell: a command that does not give way is let go of, and goes on unheard', async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const { shell, printed } = await openLive(world);
  let release: () => void = () => undefined;
  const stuck = shell.call(
    {
      name: 'stuck',
      aliases: [],
      group: 'watch',
      usage: 'stuck',
      summary: '',
      async run(_, { say }) {
        say('heard');
        await new Promise<void>((resolve) => {
          release = resolve;
        });
        say('unheard');
        return { value: 1, text: '' };
      },
    },
    '',
    AbortSignal.abort(),
  );
  release();
  await stuck;
  assert.deepEqual(printed, []);
  assert.equal(shell.lastRows, undefined);
});

test('shell: lines that come before anybody prints are kept for whoever does', async (context) => {
  const world = createLiveWorld();
  context.after(() => world.close());
  const node = await spawn(world, 'n1');
  const shell = liveShell(world, node);
  for (let count = 0; count < 1_500; count += 1) shell.print(`${count}`);
  const printed: string[] = [];
  shell.printTo((text) => void printed.push(text));
  shell.print('later');
  assert.deepEqual([printed.length, printed[0], printed[999], printed[1_000]], [1_001, '0', '999', 'later']);
});

test('shell: a command that takes no words says so', async () => {
  const { failure } = await openShell({ peers: 0 });
  for (const name of ['status', 'bans', 'hist', 'wtf', 'quit'])
    assert.equal((await failure(`${name} now`)).message, `usage: ${name}`);
});

test('shell: what went wrong, what a command did and what is held are folded between words where the terminal is narrow', async () => {
  const { shell, printed, text, pass } = await openShell({ peers: 1 });
  const narrow = 36;
  shell.columns = () => narrow;
  const wrong = await shell.run('ping');
  assert.ok(wrong.kind === 'error');
  await text('break ping at send');
  await shell.run('ping #1');
  await text('unbreak');
  await pass(100);
  const held = printed.filter((line) => line.startsWith('| '));
  assert.equal(held.length, 1);
  const shown = [wrong.text, ...held, await text('drop #1')];
  for (const line of shown.flatMap((one) => one.split('\n'))) assert.ok(line.length < narrow, line);
  assert.match(wrong.text, /^usage: ping ID\|all/);
  assert.ok(wrong.text.includes('\n  '));
  // What a program reads stays one line.
  assert.ok(!wrong.message.includes('\n'));
});
