/** Messages in hand in a simulated lab through the shell: the run stops, a rewind brings them back, a script does it all again. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('lab: a held message ends run, step and connect, and the time stands still', async () => {
  const { text, shell, failure } = await openShell();
  await text('lab 4 topology=line defaults');
  await text('run 1s');
  await text('n1: break hello at send once');
  const failed = await failure('n1: connect n4');
  assert.equal(failed.code, 'held');
  assert.match(failed.message, /m\d+ is held \(dialled .*\); held lists it/);
  assert.match(shell.prompt(), /^lab n1 1\.\d+s held 1> $/);
  const { atMs } = (await shell.run('run 1s').then((result) => (result as { value: object }).value)) as {
    atMs: number;
  };
  assert.ok(atMs > 2_000, 'what is held already does not stop it again');
  await text(`deliver ${shell.world.tap.held()[0]?.id}`);
  await text('run 1s');
  assert.match(await text('n1: peers'), /10\.0\.0\.4/);
  await text('break ping at send once');
  await text('run 200s');
  assert.match(shell.prompt(), /held 1> $/);
  await text('rewind 1s');
  assert.match(shell.prompt(), /^lab n1 1s> $/);
  await text('lab stop');
});

test('lab: a script that lab script prints says the verdicts again and comes to the same hash', async () => {
  const { text, value } = await openShell();
  await text('lab 3 topology=line defaults');
  await text('run 2s');
  await text('break hello');
  await text('n1: order {"kind":"connect","host":"10.0.0.3","port":5999,"keep":false}');
  await text('run 5s');
  const [{ id }] = await value<readonly [{ id: string }]>('held');
  await text(`edit ${id} body.agent="edited by hand"`);
  await text(`deliver ${id} in 50ms`);
  await text('run 1s');
  await text('deliver all');
  await text('unbreak');
  await text('run 1s');
  const rows = await value<readonly { agent: string }[]>('n3: peers');
  assert.ok(rows.some(({ agent }) => agent === 'edited by hand'));
  const hash = await text('lab hash');
  const lines = (await text('lab script')).split('\n');
  assert.ok(lines.includes(`deliver ${id} in 0.05s`), lines.join('\n'));
  await text('lab stop');
  for (const line of lines) await text(line);
  assert.equal(await text('lab hash'), hash);
  await text('lab stop');
});

test('lab: dup with anything but a message is the fault of that name', async () => {
  const { text } = await openShell();
  await text('lab 3 defaults');
  assert.match(await text('dup 5% on n1'), /^f1 dup 5% on n1$/);
  await text('lab stop');
});
