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

test('wait: wrong forms tell the right ones', async () => {
  const { failure } = await openShell({ peers: 0 });
  for (const form of ['', 'peers', 'peers>2', 'peers>=x', 'ready', 'gone', 'what ever'])
    assert.match((await failure(`wait ${form}`)).message, /^usage: wait peers>=N\|/, form);
  assert.match((await failure('wait peers>=1 --timeout x')).message, /"x" is not a duration such as 500ms or 5s/);
});
