/** How the time of a lab passes. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('run: to an event and to a time, and never back', async () => {
  const { value, text, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  assert.equal((await value<{ index: number }>('run to #20')).index, 20);
  assert.equal((await value<{ atMs: number }>('run to 2.5s')).atMs, 2_500);
  assert.match((await failure('run to 1s')).message, /^it is main#\d+ 2\.5s already; rewind goes back$/);
  assert.match((await failure('run to #3')).message, /already/);
  assert.match((await failure('run 5x')).message, /^"5x" is not a duration such as 500ms or 5s$/);
  assert.match((await failure('run')).message, /^usage: run /);
  assert.match((await failure('run --speed -1')).message, /--speed/);
});

test('run: to an event that does not come in time fails, and says how far it came', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  const now = async () => (await value<{ atMs: number }>('lab')).atMs;
  await text('lab 3');
  await text('run 1s');
  const far = await failure('run to #99999999999');
  assert.match(far.message, /^#99999999999 did not come in 600s; it is main#\d+ 601s$/);
  assert.equal(far.code, 'timeout');
  assert.equal(await now(), 601_000);
  assert.match((await failure('run to #99999999999 max 2s')).message, /^#99999999999 did not come in 2s; it is /);
  assert.equal(await now(), 603_000);
  const { index } = await value<{ index: number }>('run 1000s');
  await text('rewind 603s');
  assert.equal((await value<{ index: number }>(`run to #${index} 1603s`)).index, index, 'a time is a limit, too');
  for (const line of [
    'run to',
    'run to #5 max',
    'run to max 5s',
    'run to 1700s max 5s',
    'run to #5 1s 2s',
    'run to #5 x',
  ])
    assert.equal((await failure(line)).code, 'usage', line);
  await text('lab stop');
  await text('lab 1');
  await text('crash n1');
  assert.match((await failure('run to #1000')).message, /^#1000 did not come in 600s; it is main#\d+ 600s$/);
  assert.match(await text('run 5s'), /^main#\d+ [\d.]+s: 0 events$/);
});

test('run: with --speed it goes on in step with the wall while commands are answered, until pause', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  assert.match(await text('run --speed 10'), /^running at speed 10; pause stops it$/);
  const before = (await value<{ atMs: number }>('lab')).atMs;
  for (let i = 0; i < 20; i += 1) await shell.options.labs?.turn(1);
  assert.match(await text('ping n2'), /1 sent, 1 received/);
  assert.ok((await value<{ atMs: number }>('lab')).atMs > before);
  assert.match(await text('pause'), /^paused at main#\d+ [\d.]+s$/);
  const { atMs } = await value<{ atMs: number }>('lab');
  for (let i = 0; i < 5; i += 1) await shell.options.labs?.turn(1);
  assert.equal((await value<{ atMs: number }>('lab')).atMs, atMs);
  assert.match(await text('pause'), /^nothing runs; it is paused at /);
});

test('run: in the background it ends by itself and says so', async () => {
  const { shell, printed, text } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 2s --speed max');
  for (let i = 0; i < 5; i += 1) await shell.options.labs?.turn(1);
  assert.ok(
    printed.some((line) => /^ran to main#\d+ 2s$/.test(line)),
    printed.join('\n'),
  );
  assert.equal(shell.prompt(), 'lab n1 2s> ');
});

test('run: commands that wait move the time by themselves', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  await text('lab 3 topology=line');
  await text('wait peers>=1');
  assert.notEqual(shell.world.now(), 0);
  const at = shell.world.now();
  assert.match(await text('n1: connect n3'), /^connected to /);
  assert.ok(shell.world.now() > at);
});

test('run: an interrupt stops it at once and leaves the lab whole', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  await text('lab 3');
  const running = shell.run('run 24h');
  shell.interrupt();
  assert.equal((await running).kind, 'aborted');
  await text('run 1s');
  assert.match(await text('n2: status'), /peers/);
});

test('run until: goes on until an expression holds, and no further', async () => {
  const { shell, text, value, failure } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('run until peers>=3 max 30s');
  assert.equal(shell.node.views.ready(), 3);
  const at = shell.world.now();
  await text('run until peers>=3');
  assert.equal(shell.world.now(), at, 'what holds already takes no time');
  await text('n4: run until peers>=2 | pong max 30s');
  const late = await failure('run until peers>=9 max 2s');
  assert.deepEqual([late.code, late.message], ['timeout', 'peers>=9 did not come true in 2s']);
  assert.equal((await value<{ atMs: number }>('lab')).atMs, shell.world.now() / 1_000);
  for (const line of ['run until', 'run until peers>>', 'run until nosuch=3', 'run until peers>=3 max x'])
    assert.equal((await failure(line)).code, 'usage', line);
});

test('until: is run until, in a lab as in a script and after a node', async () => {
  const { shell, text, value, failure, tab } = await openShell({ peers: 0 });
  assert.equal((await failure('until peers>=3')).code, 'no-lab');
  await text('lab 5');
  await text('until peers>=3 max 30s');
  assert.equal(shell.node.views.ready(), 3);
  const at = shell.world.now();
  await text('until (peers>=3)');
  assert.equal(shell.world.now(), at, 'what holds already takes no time');
  await text('n4: until peers>=2 | pong max 30s');
  const late = await failure('until peers>=9 max 2s');
  assert.deepEqual([late.code, late.message], ['timeout', 'peers>=9 did not come true in 2s']);
  assert.equal((await value<{ atMs: number }>('lab')).atMs, shell.world.now() / 1_000);
  assert.match((await failure('until')).message, /^usage: until EXPR \[max T\], such as until peers>=3 max 30s$/);
  assert.match((await failure('until peers>=3 --speed 1')).message, /^unknown option --speed; usage: until /);
  for (const line of ['until peers>>', 'until nosuch=3', 'until peers>=3 max x', 'at 100s until peers>=3'])
    assert.equal((await failure(line)).code, 'usage', line);
  assert.deepEqual(tab('until conv').candidates, ['converged()']);
  assert.ok(tab('until ping ').candidates.includes('max'));
  assert.deepEqual(tab('until ping max ').candidates, []);
});
