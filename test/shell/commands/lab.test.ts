/** The lab: making it, going to its nodes, ending it, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('lab: its nodes find each other when time passes, and not before', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  assert.match(await text('lab 5'), /^lab {8}5 nodes, everybody dials the first three, seed 1$/m);
  assert.equal(shell.prompt(), 'lab n1 0s> ');
  assert.deepEqual(await value('peers'), []);
  assert.match(await text('run 12.5s'), /^main#\d+ 12\.5s: \d+ events$/);
  assert.equal(shell.prompt(), 'lab n1 12.5s> ');
  assert.equal((await value<unknown[]>('peers')).length, 4);
});

test('lab: use goes to a node and to the own one and back', async () => {
  const { shell, node, text, value } = await openShell({ peers: 0 });
  const own = shell.prompt();
  await text('lab 3 seed=9');
  await text('use n3');
  assert.equal(shell.node.name, 'n3');
  assert.notEqual((await value<{ nodeId: string }>('status')).nodeId, node.state.id);
  await text('use live');
  assert.equal(shell.prompt(), own);
  assert.equal((await value<{ nodeId: string }>('status')).nodeId, node.state.id);
  await text('use n2');
  assert.equal(shell.prompt(), 'lab n2 0s> ');
  await text('lab stop');
  assert.equal(shell.prompt(), own);
  assert.equal(shell.lab, null);
});

test('lab: what cannot be is one line', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  for (const line of ['lab', 'lab stop', 'use n1', 'run 5s'])
    assert.equal((await failure(line)).message, 'no lab here; type lab 8', line);
  const refused: [string, RegExp][] = [
    ['lab 0', /whole number of nodes from 1 on, not "0"; type lab 8$/],
    ['lab -3', /whole number of nodes/],
    ['lab 2.5', /whole number of nodes/],
    ['lab x', /^lab takes a number of nodes such as lab 8, not "x"$/],
    ['lab stpo', /did you mean stop\?$/],
    ['lab 5 seed=abc', /^seed=abc is no whole number from 0 to 4294967295; type seed=42$/],
    ['lab 5 sed=3', /did you mean seed\?$/],
    ['lab 5 ping.intervall=3s', /^lab knows no "ping\.intervall=3s"; did you mean ping\.interval\?$/],
    ['lab 5 --tcp wire', /^wire is of a simulated lab: real nodes encode every message; leave it out$/],
    ['sweep sed=1..20', /^"sed=1\.\.20" is no setting and no word of this command; did you mean seed\?$/],
    ['sweep x.lab job=2', /did you mean jobs\?$/],
    ['minimise x.lab ping.intervall=3s', /did you mean ping\.interval\?$/],
    ['lab 5 topology=rng', /^unknown topology "rng"; did you mean ring\?$/],
    ['lab 5 topology=tree', /^topology "tree" is not whole: type one of /],
    ['lab 5 topology=tree:0', /takes a number from 1 to 256/],
    ['lab 5 topology=er:2', /takes a share from 0 to 1/],
    ['lab 5 topology=ring:2', /takes no numbers/],
  ];
  for (const [line, message] of refused) assert.match((await failure(line)).message, message, line);
  const large = await failure('lab 1000000');
  assert.match(
    large.message,
    /^1,000,000 nodes would need some 343\.3 GiB of memory and there are 4\.0; lab 11650 fits$/,
  );
  assert.equal(large.code, 'too-many');
  await text('lab 5');
  assert.equal((await failure('lab 3')).message, 'there is a lab of 5 nodes already; lab stop ends it');
  assert.equal((await failure('use n99')).message, 'no node "n99" in the lab; there are n1 to n5');
  assert.equal((await failure('use n')).message, 'no node "n" in the lab; there are n1 to n5');
});

test('lab: what it says of itself stays in its column on a narrow terminal', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  shell.columns = () => 60;
  for (const row of (await text('lab 8')).split('\n')) {
    assert.ok(row.length <= 60, row);
    assert.match(row, /^(?:lab|at|more| {4}) {7}/);
  }
});

test('lab: what it answers is no wider than 80 columns, where no terminal says how wide it is', async () => {
  const { text, shell } = await openShell({ peers: 0 });
  assert.equal(shell.columns(), null);
  const lines = (await text('lab 3')).split('\n');
  for (const line of lines) assert.ok(line.length < 80, line);
  assert.match(lines.at(-1) ?? '', /^ {11}lab stop ends it$/);
});
