/** `spread`: how an address travelled in the lab, and why a real network cannot tell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface SpreadValue {
  readonly address: string;
  readonly node: string | null;
  readonly knowing: number;
  readonly nodes: number;
  readonly medianMs: number | null;
  readonly lastMs: number | null;
  readonly deepest: readonly string[];
  readonly tree: readonly { node: string; atMs: number; how: string; from: string | null; depth: number }[];
}

test('spread: a tree from the node itself and from bootstrap lists, with times', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  await text('lab 8');
  await text('run 20s');
  const before = shell.prompt();
  const lines = (await text('spread n7')).split('\n');
  assert.equal(shell.prompt(), before);
  assert.match(
    lines[0] ?? '',
    /^10\.0\.0\.7:5999 \(n7\): 8 of 8 nodes know it, half of them by \d\.\d{3}s, all by \d\.\d{3}s$/,
  );
  assert.match(lines[1] ?? '', /^n7 +0\.000s {2}itself$/);
  assert.equal(lines.length, 9);
  assert.match(lines.join('\n'), /^[├└]─ n1 +0\.\d{3}s {2}connected to it$/m);
  assert.match(lines.join('\n'), / {2}told$/m);
  const spread = await value<SpreadValue>('spread n7');
  assert.deepEqual(await value('spread 10.0.0.7:5999'), spread);
  assert.equal(spread.address, '10.0.0.7:5999');
  assert.equal(spread.node, 'n7');
  assert.equal(spread.tree.length, 8);
  assert.deepEqual(spread.tree[0], { node: 'n7', atMs: 0, how: 'itself', from: null, depth: 0 });
  assert.equal(spread.lastMs, spread.tree.at(-1)?.atMs);
  assert.equal(spread.deepest[0], 'n7');
});

test('spread: who is not running knows nothing and is none of the nodes', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 6');
  await text('run 20s');
  await text('crash n3');
  assert.match(await text('spread n5'), /^10\.0\.0\.5:5999 \(n5\): 5 of 5 nodes know it, /);
  const { knowing, nodes, tree } = await value<SpreadValue>('spread n5');
  assert.deepEqual([knowing, nodes], [5, 5]);
  assert.ok(
    tree.some(({ node }) => node === 'n3'),
    'it learnt it once',
  );
});

test('spread: the address of a bootstrap node has a root for each list', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('run 1s');
  const { tree } = await value<SpreadValue>('spread n1');
  assert.deepEqual(
    tree.filter(({ from }) => from === null).map(({ node, how }) => `${node} ${how}`),
    ['n1 itself', 'n2 bootstrap', 'n3 bootstrap', 'n4 bootstrap', 'n5 bootstrap'],
  );
});

test('spread: an address that nobody learnt is said in one line', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  assert.equal(await text('spread 10.0.0.77:5999'), '10.0.0.77:5999: nobody in the lab has learnt it up to 0s');
  assert.deepEqual((await value<SpreadValue>('spread 10.0.0.77:5999')).tree, []);
});

test('spread: in a large lab the deepest chain and the first 40 are shown', async () => {
  const { text } = await openShell({ peers: 0 });
  await text('lab 60');
  await text('run 5s');
  const lines = (await text('spread n50')).split('\n');
  assert.ok(lines.some((row) => /^deepest chain, \d+ steps?: n50 > n\d+/.test(row)));
  assert.equal(lines.filter((row) => / \d\.\d{3}s {2}|\d\d\.\d{3}s {2}/.test(row)).length, 40);
});

test('spread: what cannot be is one line', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.match(
    (await failure('spread 10.0.0.1:5999')).message,
    /^spread tells a simulated history again, and .* type lab 8$/,
  );
  await text('lab 3');
  assert.match((await failure('spread')).message, /^usage: spread/);
  assert.match((await failure('spread n1 n2')).message, /^usage: spread/);
  assert.match((await failure('spread n9')).message, /^no node "n9" in the lab/);
  assert.match(
    (await failure('spread 1.2.3:4')).message,
    /^"1\.2\.3:4" is no address such as 10\.0\.0\.1:5999, and no node$/,
  );
});
