/** `wait`: its forms, how long, and what it cannot know. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, spawn } from '../../helpers/meet.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('wait: what holds already takes no time', async () => {
  const { value, text } = await openShell();
  for (const form of ['peers>=2', 'peers <= 2', 'addrs>=1', 'ready #1', 'ready 10.0.0.2:5999', 'gone zz'])
    assert.deepEqual(await value(`wait ${form}`), { waitedMs: 0 }, form);
  assert.equal(await text('wait peers>=1'), 'after 0 ms');
});

test('wait: goes on until it holds', async () => {
  const { value, world, node, others } = await openShell({ peers: 1 });
  await spawn(world, 'n9', { bootstrap: [placeOf(node)] });
  assert.ok((await value<{ waitedMs: number }>('wait peers>=2')).waitedMs > 0);
  const id = others[0]?.state.id ?? '';
  await others[0]?.stop();
  assert.ok((await value<{ waitedMs: number }>(`wait gone ${id.slice(0, 8)}`)).waitedMs > 0);
  assert.deepEqual(await value('wait peers<=1'), { waitedMs: 0 });
});

test('wait: what does not come true is a timeout', async () => {
  const { failure, world } = await openShell({ peers: 0 });
  const before = world.now();
  const late = await failure('wait peers>=1 --timeout 2s');
  assert.deepEqual([late.code, late.message], ['timeout', 'peers>=1 did not come true in 2 s']);
  assert.equal(world.now() - before, 2_000_000);
  assert.equal((await failure('wait ready abc --timeout 1s')).code, 'timeout');
});

test('wait: an id that fits several peers names them, also when the second one comes later', async () => {
  const { failure, others } = await openShell({ peers: 17 });
  const letters = others.map(({ state }) => state.id[0] ?? '');
  const twice = letters.find((letter, i) => letters.indexOf(letter) !== i) ?? '';
  for (const verb of ['ready', 'gone']) {
    const ambiguous = await failure(`wait ${verb} ${twice}`);
    assert.equal(ambiguous.code, 'ambiguous');
    assert.ok((ambiguous['near'] as string[]).length >= 2);
  }
});

test('wait: any expression, also one about a message that passes', async () => {
  const { value, text, others, world } = await openShell({ peers: 1 });
  await text('set ping.interval 2s');
  const before = world.now();
  assert.ok(
    (await value<{ waitedMs: number }>(`wait type=pong & in & id=${others[0]?.state.id.slice(0, 8)}`)).waitedMs > 0,
  );
  const at = world.now();
  assert.ok(at - before <= 3_000_000);
  // It ends at that very message, not at what happens next.
  const lines = await value<{ lines: { dir: string; line: string; agoMs: number }[] }>('peer #1');
  assert.deepEqual([lines.lines.at(-1)?.dir, lines.lines.at(-1)?.agoMs], ['received', 0]);
  assert.match(lines.lines.at(-1)?.line ?? '', /pong/);
  assert.ok((await value<{ waitedMs: number }>('wait nth(ping & out, 2)')).waitedMs > 2_000);
  assert.deepEqual(await value('wait peers>=1 & state.peers.size<5'), { waitedMs: 0 });
});

test('wait: a message that never comes is a timeout at its time', async () => {
  const { failure, world } = await openShell({ peers: 1 });
  const before = world.now();
  const late = await failure('wait type=bye --timeout 2s');
  assert.deepEqual([late.code, late.message], ['timeout', 'type=bye did not come true in 2 s']);
  assert.equal(world.now() - before, 2_000_000);
});

test('wait: wrong forms tell what is wrong and where', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.match((await failure('wait')).message, /^usage: wait EXPR/);
  const wrong: readonly (readonly [form: string, message: RegExp])[] = [
    ['peers', /^the expression ends where an operator after "peers" is wanted at column 6$/],
    ['peers>=x', /^peers wants a number such as 5, not "x", at column 8$/],
    ['ready', /^ready is used as ready\(ID\); the \( is missing at column 6; did you mean/],
    ['what ever', /^unknown word "what" at column 1/],
    ['tpye=pong', /^unknown field "tpye" at column 1; did you mean type\?$/],
  ];
  for (const [form, message] of wrong) assert.match((await failure(`wait ${form}`)).message, message, form);
  assert.match((await failure('wait peers>=1 --timeout x')).message, /"x" is not a duration such as 500ms or 5s/);
  assert.match(
    (await failure('wait peers>=1 --timeot 5s')).message,
    /^unknown option --timeot; did you mean --timeout\?/,
  );
});
