/** Nodes that join a lab later, and lines that are done at a later time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('spawn: new nodes dial the first three of the lab, and all others hear of them', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 3s');
  assert.equal(await text('spawn n5..n6'), '2 nodes joined');
  await text('run until n6.peers>=5 max 60s');
  assert.equal((await value<unknown[]>('n5: peers')).length, 5);
  assert.match(await text('lab'), /^lab {8}6 nodes/);
});

test('spawn: every and after let them come one after the other', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  assert.equal(await text('spawn n4..n6 after=1s every=500ms bootstrap=n2'), '3 nodes will join');
  assert.match((await failure('n4: status')).message, /^n4 is not running at 0s$/);
  await text('run 1.6s');
  assert.match((await failure('n6: status')).message, /^n6 is not running at 1\.6s$/);
  await text('n5: status');
  await text('run 5s');
  const rows = await value<{ node: string; dir: string }[]>('n4: peers out');
  assert.ok(rows.some(({ node }) => node === 'n2'));
});

test('spawn: a topology and settings are those of the new nodes only', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 2');
  await text('spawn n3..n5 topology=line bootstrap=none ping.interval=7s');
  await text('run 10s');
  const peersOf = async (name: string) => (await value<{ node: string }[]>(`${name}: peers`)).map(({ node }) => node);
  assert.deepEqual((await peersOf('n4')).sort(), ['n3', 'n5']);
  assert.deepEqual(await peersOf('n1'), ['n2']);
  assert.equal((await value<{ value: string }>('n4: set ping.interval')).value, '7s');
  assert.equal((await value<{ value: string }>('n1: set ping.interval')).value, '60s');
});

test('spawn: what is wrong is one line, and nobody came', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.match((await failure('spawn n1')).message, /^no lab here/);
  await text('lab 3');
  const refused: [string, RegExp][] = [
    ['spawn', /^spawn whom\? type spawn n1\.\.n8$/],
    ['spawn n3', /^n3 is there already; restart n3 starts it anew$/],
    ['spawn n0', /^n0 is no name/],
    ['spawn n8..n5', /^n8\.\.n5 names nobody/],
    ['spawn n4 evry=50ms', /^spawn knows no "evry=50ms"; did you mean every\?$/],
    ['spawn n4 every=x', /^every=x is no duration/],
    ['spawn n4 topology=rng', /did you mean ring\?$/],
    ['spawn n4 bootstrap=n99', /"n99" is no node of the lab/],
    ['spawn n4..n900000', /^n4\.\.n900000 names|would need some/],
  ];
  for (const [line, message] of refused) assert.match((await failure(line)).message, message, line);
  assert.match(await text('lab'), /^lab {8}3 nodes/);
});

test('at: a line is done at its time whoever moves it, and nothing waits for its answer', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3 topology=line');
  assert.equal(await text('at 6s n1: connect n3'), 'at 6s: n1: connect n3');
  await text('at 5s all: set ping.interval 7s');
  await text('at 7s crash n2');
  await text('run 5.5s');
  assert.equal((await value<{ value: string }>('n3: set ping.interval')).value, '7s');
  assert.equal((await value<unknown[]>('n1: peers')).length, 1);
  await text('run to 6.9s');
  assert.equal((await value<unknown[]>('n1: peers')).length, 2);
  await text('n1: ping n3 -c 3');
  assert.match((await failure('n2: peers')).message, /^n2 is not running/);
  assert.match((await failure('at 1s status')).message, /^it is [\d.]+s already/);
});

test('at: a later line speaks of its own node only, and what is typed goes on about the other', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 1s');
  await text('at 2s n3: ping n1');
  await text('at 2s n2: ping n1');
  await text('run 5s');
  assert.equal(shell.node.name, 'n1');
  assert.equal((await value<{ node: string }[]>('peers')).length, 2);
});

test('at: a line that fails then is told, and the run goes on', async () => {
  const { text, printed } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('at 2s drop #77');
  await text('run 5s');
  await text('run 1s');
  assert.ok(
    printed.some((line) => /at 2s: no peer "#77"/.test(line)),
    printed.join('\n'),
  );
});

test('at: what moves the time, waits or is no command is refused at once', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  const refused: [string, RegExp][] = [
    ['at', /^usage: at T LINE/],
    ['at 5s', /^usage: at T LINE/],
    ['at x status', /^"x" is not a time/],
    ['at 5s run 3s', /^run moves the time itself/],
    ['at 5s n1: wait peers>=2', /^wait moves the time itself, or waits/],
    ['at 5s n1: conect n2', /^unknown command "conect"$/],
    ['at 5s 1+1', /^unknown command|^plain commands only/],
    ['at 5s drop n9', /^n9 is no node; there are n1 to n3$/],
    ['at 5s at 6s status', /^at moves the time/],
  ];
  for (const [line, message] of refused) assert.match((await failure(line)).message, message, line);
  await text('run 10s');
  await text('lab stop');
  await text('lab 1');
  assert.equal((await failure('at 5s drop n9')).message, 'n9 is no node; there is n1');
  assert.equal((await failure('use n9')).message, 'no node "n9" in the lab; there is n1');
});
