/** The history of a lab at the prompt: steps, rewinds, labels, branches. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { BRANCHES_MAX } from '../../../src/sim/timeline.ts';
import { openShell } from '../../helpers/open-shell.ts';

interface At {
  readonly moment: string;
  readonly index: number;
  readonly atMs: number;
}

test('history: step prints each event, next goes to the next one of the looked at node', async () => {
  const { printed, text, value, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  printed.length = 0;
  await text('step 3');
  const steps = printed.filter((line) => line.startsWith('#'));
  assert.equal(steps.length, 3);
  for (const [i, line] of steps.entries()) assert.match(line, new RegExp(`^#${i + 1} [\\d.]+s n\\d( <- n\\d)? `));
  const { events } = await value<{ events: { node: string; index: number }[] }>('n4: next 2');
  assert.deepEqual(
    events.map((event) => event.node),
    ['n4', 'n4'],
  );
  assert.match((await failure('step 0')).message, /is no number from 1 to 1000; run goes on further$/);
  assert.match((await failure('step x')).message, /is no number/);
});

test('history: back, rewind and run lead to the same events again', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 3s');
  const hash = await text('lab hash');
  const end = await value<At>('rewind 3s');
  assert.equal((await value<At>('back 2')).index, end.index - 2);
  assert.equal((await value<At>('rewind #5')).index, 5);
  assert.notEqual(await text('lab hash'), hash);
  assert.equal((await value<At>('rewind main#7')).moment, 'main#7');
  await text('rewind 0s');
  await text('run 3s');
  assert.equal(await text('lab hash'), hash);
  assert.match((await failure('rewind #99999')).message, /^no event #99999: main has #0 to #\d+$/);
  assert.match((await failure('rewind 9s')).message, /^no time 9 s: main has 0 s to 3 s$/);
  assert.match((await failure('rewind 99999')).message, /type 99999s for a time or #99999 for an event$/);
  assert.match((await failure('rewind b7#3')).message, /^no moment "b7"/);
});

test('history: a command after a rewind begins a branch and says so, and nothing is lost', async () => {
  const { printed, text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 3s');
  const main = await text('lab hash');
  assert.ok(!printed.some((line) => line.includes('forked')));
  const { index } = await value<At>('rewind 2s');
  await text('peers');
  assert.ok(!printed.some((line) => line.includes('forked')));
  await text('drop n2');
  assert.deepEqual(
    printed.filter((line) => line.includes('forked')),
    [`forked b1 at main#${index}`],
  );
  await text('run 5s');
  const rows = await value<{ name: string; from: string | null; current: boolean }[]>('branches');
  assert.deepEqual(
    rows.map((row) => [row.name, row.from, row.current]),
    [
      ['main', null, false],
      ['b1', `main#${index}`, true],
    ],
  );
  await text('checkout main');
  assert.equal(await text('lab hash'), main);
  assert.equal(printed.filter((line) => line.includes('forked')).length, 1);
});

test('diff: a node that is there on one side only is one of those that differ', async () => {
  const { text } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 3s');
  await text('label before');
  await text('crash n3');
  const shown = await text('diff main before');
  assert.match(shown, /^4 nodes of 4 differ:$/m);
  assert.match(shown, /^n3 {5}A {2}not there\n {7}B {2}peers /m);
  assert.deepEqual(shown.match(/^n\d/gm), ['n1', 'n2', 'n3', 'n4']);
});

test('diff: one node alone differs, and one without peers has no peers', async () => {
  const { text } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 3s');
  const shown: string[] = [];
  for (let index = 1; index < 60; index += 1) shown.push(await text(`diff #0 #${index}`));
  assert.ok(
    shown.some((one) => /^1 node of 4 differs:\nn\d {5}A {2}no peers; knows /m.test(one)),
    shown.at(-1),
  );
  assert.ok(shown.some((one) => /^2 nodes of 4 differ:$/m.test(one)));
  assert.ok(!shown.some((one) => one.includes('peers ;')));
});

test('history: a journey that is interrupted says where it ended, and checkout goes to the end', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  await text('lab 40');
  await text('run 60s');
  const end = await text('lab hash');
  const running = shell.run('rewind 50s');
  shell.interrupt();
  const result = await running;
  assert.equal(result.kind, 'aborted');
  const [, moment] = /^\^C\nat (main#\d+) [\d.]+s, interrupted; checkout main goes to the end$/.exec(result.text) ?? [];
  assert.ok((await text('lab hash')).endsWith(` at ${moment}`), result.text);
  await text('checkout main');
  assert.equal(await text('lab hash'), end);
});

test('history: a label is a moment that rewind knows', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  assert.equal(await text('labels'), 'no labels; label NAME names this moment');
  await text('run 1s');
  const hash = await text('lab hash');
  assert.match(await text('label full'), /^full is main#\d+ 1s$/);
  await text('run 1s');
  await text('rewind full');
  assert.equal(await text('lab hash'), hash);
  assert.match(await text('labels'), /^full +main#\d+ +1s$/m);
  assert.match(
    (await failure('label full')).message,
    /^there is a label full already, at main#\d+; take another name$/,
  );
  assert.match((await failure('label main')).message, /is a branch/);
  assert.match((await failure('label 5s')).message, /is no name/);
  assert.match((await failure('rewind ful')).message, /did you mean full\?$/);
});

test('history: words of the lab are JavaScript where they are assigned or declared', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('label = 3');
  assert.equal(await value('=label'), 3);
  await text('delete globalThis.label');
  assert.equal((await failure('label x')).message, 'no lab here; type lab 8');
  assert.equal((await failure('back')).message, 'no lab here; type lab 8');
});

test('history: a variable with the name of a word of the lab is read where there is no lab', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('let step = 3');
  assert.equal(await value('step'), 3);
  await text('lab 2');
  assert.match((await failure('step x')).message, /is no number/);
});

test('history: before the looked at node has joined another one is looked at', async () => {
  const { shell, text, failure } = await openShell({ peers: 0 });
  await text('lab 70');
  await text('run 1s');
  await text('use n70');
  await text('rewind 5ms');
  assert.equal(shell.prompt(), 'lab n1 0.005s> ');
  assert.match((await failure('use n70')).message, /^n70 is not running at 0\.005s$/);
});

test('history: more branches than there may be are refused in one line, and nothing is done', async () => {
  const { text, failure, value } = await openShell({ peers: 0 });
  await text('lab 2');
  await text('run 1s');
  for (let i = 1; i < BRANCHES_MAX; i += 1) {
    await text('rewind 0.5s');
    await text(`crash n${1 + (i % 2)}`);
  }
  await text('rewind 0.5s');
  for (const line of ['crash n1', 'n1: drop n2', 'break ping', 'n1: order {"kind":"getaddr","n":1}']) {
    const error = await failure(line);
    assert.deepEqual(
      [error.code, error.message],
      ['too-many', `a lab has at most ${BRANCHES_MAX} branches; checkout BRANCH goes on at the end of one`],
      line,
    );
  }
  assert.equal((await value<unknown[]>('branches')).length, BRANCHES_MAX);
  assert.deepEqual(await value('faults'), []);
});
