/** `drop`: says bye, keeps away, and is never reached by accident. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('drop: says bye and keeps the peer away for drop.hold', async () => {
  const { value, node, others, pass } = await openShell();
  const answer = await value<Record<string, unknown>>('drop #1');
  assert.deepEqual(answer, {
    id: others[0]?.state.id,
    n: 1,
    address: '10.0.0.2:5999',
    sent: 'bye',
    redial: false,
    heldMs: 600_000,
  });
  await pass(5_000);
  assert.equal(node.views.ready(), 1);
  assert.ok(others[0]?.views.gone().some((one) => one.closed?.said === 'dropped'));
});

test('drop: with drop.hold 0 it may come back at once, and says so', async () => {
  const { value, text } = await openShell({ settings: { 'drop.hold': 0 } });
  const { redial, heldMs } = await value<Record<string, unknown>>('drop #1');
  assert.deepEqual([redial, heldMs], [{ inMs: 0, because: 'drop.hold is 0' }, 0]);
  assert.match(await text('drop #2'), /\(#2\) 10\.0\.0\.3:5999: sent bye; it may come back at once$/);
});

test('drop: all drops everybody and answers an array', async () => {
  const { value, text, node } = await openShell();
  assert.equal((await value<unknown[]>('disconnect all')).length, 2);
  assert.equal(node.views.ready(), 0);
  assert.equal(await text('drop all'), 'no peers');
});

test('drop: an id that fits several names them, none is a usage error, and a prefix of the word is not drop', async () => {
  const { failure, others, shell, node } = await openShell({ peers: 17, interactive: true });
  const letters = others.map(({ state }) => state.id[0] ?? '');
  const twice = letters.find((letter, i) => letters.indexOf(letter) !== i) ?? '';
  const twins = others.filter(({ state }) => state.id.startsWith(twice)).map(({ state }) => state.id);
  const ambiguous = await failure(`drop ${twice}`);
  assert.equal(ambiguous.code, 'ambiguous');
  assert.deepEqual([...(ambiguous['near'] as string[])].sort(), twins.sort());
  for (const id of twins) assert.ok(ambiguous.message.includes(id.slice(0, 8)));
  assert.match((await failure('drop')).message, /^usage: drop ID\|all; the live ones are .*, and 7 more$/);
  assert.equal((await shell.run('dro #1')).kind, 'error');
  assert.equal(node.views.ready(), 17);
});
