/** `map`: the picture of the lab and of the own node, its files, and what is refused. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface MapValue {
  readonly nodes: readonly {
    readonly name: string;
    readonly id: string;
    readonly address: string;
    readonly peers: number;
  }[];
  readonly connections: readonly { readonly from: string; readonly to: string; readonly half: boolean }[];
  readonly knownOnly: number | null;
  readonly components: readonly number[];
}

async function labOf(line: string) {
  const opened = await openShell({ peers: 0 });
  await opened.text(line);
  await opened.text('run 20s');
  return opened;
}

test('map: draws a ring with lines and counts its connections', async () => {
  const { text, value } = await labOf('lab 8 topology=ring');
  const lines = (await text('map')).split('\n');
  assert.match(lines[0] ?? '', /^8 nodes, 8 connections(, \d+ more only known)?$/);
  assert.ok(lines.length > 10 && lines.every((row) => row.length < 80));
  for (const name of ['n1', 'n5', 'n8']) assert.match(lines.join('\n'), new RegExp(`\\b${name}\\b`));
  const map = await value<MapValue>('map');
  assert.equal(map.connections.length, 8);
  assert.deepEqual(map.components, [8]);
  assert.deepEqual(
    map.nodes.map(({ name, peers }) => `${name} ${peers}`),
    ['n1 2', 'n2 2', 'n3 2', 'n4 2', 'n5 2', 'n6 2', 'n7 2', 'n8 2'],
  );
  assert.deepEqual(map.nodes[0]?.address, '10.0.0.1:5999');
});

test('map: a full mesh is a table with its legend', async () => {
  const { text } = await labOf('lab 8');
  const lines = (await text('map')).split('\n');
  assert.equal(lines[0], '8 nodes, 28 connections');
  assert.match(lines[3] ?? '', /^n1 \\( [<>]){7}$/);
  assert.match(lines.at(-1) ?? '', /^each row: > dialled the column, < was dialled by it$/);
});

test('map: before anything happened everybody is alone', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  assert.equal(await text('map'), '3 nodes, 0 connections, 6 more only known\nalone: n1, n2, n3');
  assert.deepEqual((await value<MapValue>('map')).components, [1, 1, 1]);
});

test('map: more than 30 nodes are counted', async () => {
  const { text, value } = await labOf('lab 40 topology=ring');
  const lines = (await text('map')).split('\n');
  assert.deepEqual(
    [lines[0], lines[1], lines.at(-1)],
    ['40 nodes, 40 connections', 'peers  nodes', 'components: 1 × 40'],
  );
  assert.equal((await value<MapValue>('map')).connections.length, 40);
});

test('map: of the own node shows its peers by their short ids', async () => {
  const { text, others } = await openShell({ peers: 2 });
  const drawn = await text('map');
  assert.match(drawn, /^3 nodes, \d connections/);
  for (const { name } of others) assert.ok(drawn.includes(name));
});

test('map: goes with the terminal', async () => {
  const { shell, text } = await labOf('lab 9 topology=star');
  for (const columns of [40, 80, 200]) {
    shell.columns = () => columns;
    const widest = Math.max(...(await text('map')).split('\n').map((row) => row.length));
    assert.ok(widest < columns && widest > columns / 2, `${widest} of ${columns}`);
  }
});

test('map: --dot and --svg are printed, or written to a file', async () => {
  const { text, value } = await labOf('lab 3');
  assert.match(await text('map --dot'), /^digraph peersh \{[\s\S]*\}$/);
  assert.match(await text('map --svg'), /^<svg [\s\S]*<\/svg>$/);
  const { text: dot } = await value<{ format: string; file: null; text: string }>('map --dot');
  assert.match(dot, /"n2" -> "n1" \[style=solid|"n1" -> "n2" \[style=solid/);
  const folder = mkdtempSync(join(tmpdir(), 'peersh-map-'));
  try {
    const file = join(folder, 'net.svg');
    assert.match(await text(`map --svg ${file}`), /^wrote .*net\.svg \(\d+ bytes\)$/);
    assert.match(readFileSync(file, 'utf8'), /^<svg [\s\S]*<\/svg>\n$/);
    assert.deepEqual(await value(`map --dot ${join(folder, 'net.dot')}`), {
      format: 'dot',
      file: join(folder, 'net.dot'),
      bytes: Buffer.byteLength(dot),
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('map: what cannot be is one line', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 501');
  await text('run 1s');
  assert.match((await failure('map --svg')).message, /^an SVG shows at most 500 nodes; map --dot FILE/);
  assert.match((await failure('map file')).message, /^usage: map/);
  assert.match((await failure('map --dot a b')).message, /^usage: map/);
  assert.match((await failure('map --dot --svg')).message, /^usage: map/);
  assert.match((await failure('map --dot /nowhere/at/all')).message, /^cannot write \/nowhere\/at\/all \(ENOENT\)$/);
});

test('map: a crashed node that its peers still hold for one has its name in brackets, and it is said why', async () => {
  const { text, value } = await labOf('lab 4');
  await text('isolate n3');
  await text('crash n3');
  const map = await value<MapValue>('map');
  assert.deepEqual(
    map.nodes.map(({ name }) => name),
    ['n1', 'n2', 'n4', '(n3)'],
  );
  assert.equal(map.connections.filter(({ from, to }) => [from, to].includes('(n3)')).length, 3);
  const lines = (await text('map')).split('\n');
  assert.equal(lines[0], '4 nodes, 6 connections');
  assert.equal(lines.at(-1), '(n3) is not running, and its peers have not noticed yet');
  await text('heal all');
  await text('run 30s');
  assert.doesNotMatch(await text('map'), /not running|\(n/);
});
