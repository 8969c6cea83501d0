/** What a lab can say about its run: the same twice, its hash, where two branches part, and a script that leads to it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('lab check: a run is the same twice', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('run 3s');
  await text('drop n2');
  await text('run 3s');
  const checked = await value<{ same: boolean; hash: string; events: number }>('lab check');
  assert.ok(checked.same);
  assert.ok((await text('lab hash')).startsWith(checked.hash));
  assert.match(await text('lab check'), /^the same twice, as objects and encoded: \d+ events, hash [0-9a-f]{8}$/);
});

test('lab check: a run that is not the same twice is told with both sides of the first event that differs', async (context) => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('run 20s');
  // What no run may depend on: how often something was asked in this process.
  const { imul } = Math;
  let calls = 0;
  context.mock.method(Math, 'imul', (a: number, b: number) => {
    calls += 1;
    return calls % 4_999 === 0 ? imul(a, b) ^ 1 : imul(a, b);
  });
  const { code, message, divergence } = await failure('lab check');
  const [, first, second] = /^not the same twice: first (#\d+ .+), encoded (#\d+ .+|nothing more)$/.exec(message) ?? [];
  assert.ok(first !== undefined && second !== undefined, message);
  assert.equal(code, 'differs');
  const { a, b } = divergence as { a: { index: number; hash: string }; b: { index: number; hash: string } | null };
  assert.ok(first.startsWith(`#${a.index} `), message);
  assert.notEqual(a.hash, b?.hash);
  context.mock.restoreAll();
  assert.match(await text('lab check'), /^the same twice/, 'nothing of it stays');
});

test('lab check: what was changed behind the back of the record is found', async () => {
  const { shell, text, failure } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('run 2s');
  const [node] = shell.lab?.world.nodes() ?? [];
  assert.ok(node !== undefined);
  (node.state.settings as { 'getaddr.ask': number })['getaddr.ask'] = 1_000_000;
  for (const session of node.state.sessions.values()) session.nextPingAt = 2_500_000;
  await text('n1: set ping.interval 3s');
  await text('run 20s');
  assert.match((await failure('lab check')).message, /^not the same twice: it comes to another hash than this world$/);
});

test('lab script: the lines that it prints lead to the same hash in another shell', async () => {
  const first = await openShell({ peers: 0, settings: { 'ping.interval': 5_000_000 } });
  await first.text('lab 5 seed=7 topology=ring');
  await first.text('run 3s');
  await first.text('connect n3');
  await first.text('step 7');
  await first.text('n2: drop n1');
  await first.text('n4: set ping.interval 7s');
  await first.text('run 10s');
  await first.text('rewind 8s');
  await first.text('n5: ping all');
  await first.text('run 12.345678s');
  for (const branch of ['', ' main', ' b1']) {
    const lines = (await first.text(`lab script${branch}`)).split('\n');
    const hash = /^# hash ([0-9a-f]{8}) at /.exec(lines.at(-1) ?? '')?.[1];
    assert.ok(hash !== undefined, lines.join('\n'));
    const second = await openShell({ peers: 0 });
    for (const line of lines) await second.text(line);
    assert.equal((await second.value<{ hash: string }>('lab hash')).hash, hash, lines.join('\n'));
  }
  assert.match((await first.failure('lab script b9')).message, /^no branch "b9"; there are main, b1$/);
  assert.equal((await first.value<{ branch: string }>('lab')).branch, 'b1');
});

test('diff: names the first event that differs and only nodes that do', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 3s');
  await text('rewind 2s');
  await text('n1: drop n2');
  await text('run to 3s');
  const found = await value<{ divergence: { a: object; b: object }; nodes: { node: string }[] }>('diff main b1');
  assert.ok(found.divergence !== null);
  assert.ok(found.nodes.some((row) => row.node === 'n1'));
  assert.ok(found.nodes.length < 4, JSON.stringify(found.nodes));
  assert.match(await text('diff main b1'), /^A is main#\d+, B is b1#\d+\nfirst different event:\n {2}A {2}/);
  assert.match(await text('diff 1s 1s'), /^A is .*\nthe same events\nevery node is the same$/);
  assert.match((await failure('diff main')).message, /^usage: diff A B +or +diff MESSAGE$/);
  assert.equal((await value<{ branch: string }>('lab')).branch, 'b1');
});

test('order: what is none is one line', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 2s');
  for (const line of ['order {}', 'order 7', 'order {"kind":7}'])
    assert.match(
      (await failure(line)).message,
      /^an order is such as \{"kind":"ping","n":1\}; kinds are connect, ping, /,
    );
  for (const line of ['order', 'order x', 'order {}', 'order {"kind":"ping"}', 'order {"kind":"toString"}'])
    assert.equal((await failure(line)).code, 'usage', line);
  assert.deepEqual(await value('order {"kind":"ping","n":1}'), { ok: true, attempt: null, n: 1 });
});

test('lab script: no line stands twice, wherever its last command was', async () => {
  const { text } = await openShell({ peers: 0 });
  await text('lab 4 topology=ring');
  assert.equal((await text('lab script')).split('\n').filter((line) => line.startsWith('run to')).length, 1);
  await text('run 5s');
  await text('rewind 3s');
  await text('drop n2');
  const lines = (await text('lab script')).split('\n');
  assert.equal(lines.length, new Set(lines).size, lines.join('\n'));
  await text('run 1s');
  assert.equal((await text('lab script')).split('\n').filter((line) => line.startsWith('run to')).length, 2);
});
