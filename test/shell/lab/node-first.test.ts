/** Lines that say first whom they are about. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readNodeFirst } from '../../../src/shell/lab/node-first.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('node first: nodes, ranges, groups, all and live before a colon, and nothing else', () => {
  for (const [line, who, rest] of [
    ['n1: peers', 'n1', 'peers'],
    ['  n12:peers -v', 'n12', 'peers -v'],
    ['n1..n4,n7: status', 'n1..n4,n7', 'status'],
    ['@A: status', '@A', 'status'],
    ['all: ping n1', 'all', 'ping n1'],
    ['live: status', 'live', 'status'],
    ['n1 : peers', 'n1', 'peers'],
  ])
    assert.deepEqual(readNodeFirst(line ?? ''), { who, rest }, line);
  for (const line of ['peers', 'node: 1', 'connect n1:5999', 'n1::x', 'x = {n1: 2}', '{ all: 1 }'])
    assert.equal(readNodeFirst(line), null, line);
});

test('node first: a command is about that node and the next one about the looked at one again', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 5s');
  const of = async (line: string) => (await value<{ nodeId: string }>(line)).nodeId;
  const ids = ['n1', 'n3'].map((name) => shell.named(name)[0]?.state.id);
  assert.equal(await of('n3: status'), ids[1]);
  assert.equal(await of('status'), ids[0]);
  assert.equal(shell.prompt(), 'lab n1 5s> ');
  const own = shell.options.live?.node.state.id;
  assert.equal(await of('live: status'), own);
  assert.equal(await of('n3: status'), ids[1]);
  await text('use live');
  assert.equal(await of('n3: status'), ids[1]);
  assert.equal(await of('status'), own);
});

test('node first: several answer one after the other, a node each', async () => {
  const { printed, text, value, failure } = await openShell({ peers: 0 });
  await text('lab 6');
  await text('run 5s');
  await text('group A=n1..n3 B=n4,n6');
  printed.length = 0;
  const rows = await value<{ node: string; value: { nodeId: string } }[]>('@B: status');
  assert.deepEqual(
    rows.map((row) => row.node),
    ['n4', 'n6'],
  );
  assert.equal(new Set(rows.map((row) => row.value.nodeId)).size, 2);
  assert.match(printed[0] ?? '', /^n4:\nid /);
  assert.equal((await value<unknown[]>('all: peers')).length, 6);
  const failed = await failure('@A: drop #99');
  assert.equal(failed.code, 'no-such-peer');
  assert.match(failed.message, /^3 nodes of 3 failed, first n1: no peer "#99"/);
  assert.equal((await failure('@C: status')).message, 'no group @C; there are @A, @B');
  assert.match((await failure('n9: status')).message, /^no node "n9" in the lab; there are n1 to n6$/);
  assert.match((await failure('n4..n2: status')).message, /names nobody; type the lower number first/);
  assert.match((await failure('n1:')).message, /^usage: n1: COMMAND/);
});

test('node first: all answer in the order of their numbers, also when one of them began anew', async () => {
  const { printed, text } = await openShell({ peers: 0 });
  await text('lab 11');
  await text('run 1s');
  await text('crash n2 for 1s');
  await text('run 2s');
  printed.length = 0;
  await text('all: peers');
  const names = printed.join('\n').match(/^n\d+(?=:$)/gm);
  assert.deepEqual(
    names,
    Array.from({ length: 11 }, (_, i) => `n${i + 1}`),
  );
});

test('node first: without a lab it is said, and a label of JavaScript stays one', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.equal((await failure('n1: peers')).message, 'no lab here; type lab 8');
  assert.equal((await failure('all: peers')).message, 'no lab here; type lab 8');
  assert.equal(await text('all: for (;;) break all'), '');
});

test('node first: of several those that run answer, and the line fails for those that do not', async () => {
  const { printed, text, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 2s');
  await text('crash n3');
  printed.length = 0;
  const failed = await failure('n2..n4: listen');
  assert.equal(failed.message, '1 node of 3 failed, first n3: n3 is not running at 2s');
  assert.deepEqual(
    printed.map((line) => line.split(':')[0]),
    ['n2', 'n3', 'n4'],
  );
  assert.deepEqual(
    (failed['answers'] as { node: string; value?: object }[]).map(({ node, value }) => [node, value !== undefined]),
    [
      ['n2', true],
      ['n3', false],
      ['n4', true],
    ],
  );
  assert.equal((await failure('n3: listen')).message, 'n3 is not running at 2s');
  printed.length = 0;
  assert.match((await failure('n2..n5: listen')).message, /^no node "n5" in the lab; /);
  assert.deepEqual(printed, [], 'nobody was asked');
  assert.equal(await text('all: listen'), '', 'all are those that run');
});
