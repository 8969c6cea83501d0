/** Names of the lab's nodes: where they are typed and where they are shown. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('names: a node of the lab stands for its address and is shown beside its id', async () => {
  const { text, value, failure, tab } = await openShell({ peers: 0 });
  await text('lab 4 topology=line');
  await text('run 2s');
  assert.match(await text('n2: peers'), /^ +# +id +dir +via +node +address/);
  const rows = await value<{ node: string }[]>('n2: peers');
  assert.deepEqual(rows.map((row) => row.node).sort(), ['n1', 'n3']);
  assert.match(await text('n2: peers -v'), /\bn3\b/);
  assert.match(await text('ping n2'), /^n2: 1 sent, 1 received/);
  assert.deepEqual(tab('connect ').candidates.slice(0, 2), ['n3', 'n4']);
  assert.deepEqual([...tab('n2: drop ').candidates].sort(), ['all', 'n1', 'n3']);
  assert.match(await text('connect n3'), /^connected to n3 \(#\d+\)\ndialled/);
  assert.match(await text('drop n3'), /^dropped n3 \(#\d+\) 10\.0\.0\.3:5999/);
  await text('ban n4 30m');
  assert.match((await failure('connect n4')).message, /banned/);
  assert.match(await text('unban n4'), /may come back/);
  assert.match((await failure('ping n9')).message, /^no node "n9" in the lab/);
});

test('names: who the live ones are, and what is ambiguous, is told by name', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  const LIVE = / the live ones are n[23] \(#\d+\), n[23] \(#\d+\)$/;
  for (const line of [
    'ping',
    'drop',
    'ban',
    'send',
    'inject',
    'ping #99',
    'peer #99',
    'stats #99',
    'getaddr #99',
    'ban x',
  ])
    assert.match((await failure(line)).message, LIVE, line);
  await text('ban n2 30m');
  assert.match((await failure('unban')).message, /; banned are n2$/);
  assert.match(await text('ban n3'), /^banned n3 by its id \(others share its IP\) |^banned 10\./);
  const own = await failure('live: ping #99');
  assert.match(own.message, /no peers; try connect/);
});

test('names: a node stands for its address also before a line that is taken as it was typed', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  const [peer] = (await value<{ n: number; node: string }[]>('peers')).filter(({ node }) => node === 'n2');
  assert.match(
    await text('send n2 {"msgtype":"ping"}'),
    new RegExp(`^sent 19 bytes \\(ping\\) to .* \\(#${peer?.n}\\)$`),
  );
  assert.match(await text('inject n2 {"msgtype":"ping"}'), new RegExp(`^heard from .* \\(#${peer?.n}\\)$`));
  for (const line of ['send n9 {}', 'inject n9 {}'])
    assert.match((await failure(line)).message, /^no node "n9" in the lab/);
});

test('names: addrs says which node listens at an address, also of one that has crashed, and of nobody else', async () => {
  const { text, value } = await openShell({ peers: 0 });
  assert.doesNotMatch(await text('addrs'), /node/);
  await text('lab 3');
  await text('run 2s');
  await text('crash n3');
  assert.match(await text('addrs'), /^address +node +id +table/);
  await text('connect 10.0.0.9:1').catch(() => null);
  const rows = await value<{ address: string; node: string | null }[]>('addrs');
  assert.deepEqual(rows.map(({ address, node }) => `${address} ${node}`).sort(), [
    '10.0.0.2:5999 n2',
    '10.0.0.3:5999 n3',
    '10.0.0.9:1 null',
  ]);
  assert.match(await text('addrs'), /^10\.0\.0\.9:1 +- +- +new/m);
});

test('names: a node that came again is still called by its name where its old id is meant, until time goes back', async () => {
  const { printed, text } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  await text('restart n3');
  printed.length = 0;
  await text('run 5s');
  assert.ok(
    printed.some((line) => /^- n3 inbound 10\.0\.0\.3:5999: /.test(line)),
    printed.join('\n'),
  );
  assert.ok(
    printed.some((line) => /^\+ n3 /.test(line)),
    printed.join('\n'),
  );
});

test('names: a shell without a lab has no column for them', async () => {
  const { text, value } = await openShell({ peers: 1 });
  assert.doesNotMatch(await text('peers'), /node/);
  assert.ok(!('node' in ((await value<object[]>('peers'))[0] ?? {})));
});

test('names: JavaScript sees copies, and changing one changes nothing', async () => {
  const { text, value, shell } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 2s');
  assert.equal(await value('nodes.n3.id'), shell.named('n3')[0]?.state.id);
  assert.equal(await value('node.peers.size'), 2);
  assert.equal(await value('n2: node.id'), shell.named('n2')[0]?.state.id);
  await text('node.peers.clear(); nodes.n3.book.addresses.length = 0');
  assert.equal(await value('node.peers.size'), 2);
  assert.equal(await value('world.simulation'), undefined);
  assert.equal(await value('world.now'), 2_000_000);
  assert.equal(await value('(await peers()).length'), 2);
});

test('names: notices of the own node say so in the lab, and those of other nodes are not told', async () => {
  const { world, printed, others, text } = await openShell({ peers: 1 });
  await text('lab 3');
  await others[0]?.stop();
  await world.until(() => false, { limitMs: 1_000 });
  assert.equal(printed.filter((line) => line.startsWith('live - ')).length, 1, printed.join('\n'));
  printed.length = 0;
  await text('run 2s');
  assert.equal(printed.filter((line) => line.startsWith('+ ')).length, 2, printed.join('\n'));
});

test('names: without a lab nodes is no name of JavaScript', async () => {
  const { failure, value } = await openShell({ peers: 0 });
  assert.equal((await failure('nodes')).code, 'unknown-command');
  await value('nodes = 3');
  assert.equal(await value('=nodes'), 3);
  await value('delete globalThis.nodes');
});

test('use live: without a lab one is there already, another node is not', async () => {
  const { text, value, failure, node } = await openShell({ peers: 0 });
  assert.equal(await text('use live'), 'already there: no lab runs');
  assert.deepEqual(await value('use live'), { node: 'n1', id: node.state.id });
  assert.equal((await failure('use n3')).code, 'no-lab');
  await text('lab 2');
  assert.equal(await text('use live'), '');
});
