/** `addrs`: the book, one table of it, and why an address is not dialled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

const FIELDS = 'address id table source via heardMs triedMs tries state reason'.split(' ');

test('addrs: rows have every field of the reference', async () => {
  const { value, text } = await openShell();
  const rows = await value<Record<string, unknown>[]>('addrs');
  assert.ok(rows.length >= 2);
  for (const row of rows) assertFields(row, FIELDS);
  const halves = [...(await value<unknown[]>('addrs new')), ...(await value<unknown[]>('book tried'))];
  assert.equal(halves.length, rows.length);
  assert.match(await text('addrs'), /^address +id +table +source +heard +tried +fails +state +why/);
});

test('addrs: says why a dropped one is not dialled', async () => {
  const { value } = await openShell();
  await value('drop #1');
  const rows = await value<Record<string, unknown>[]>('addrs');
  assert.ok(rows.some((row) => row['state'] === 'waiting' && row['reason'] === 'held'));
});

test('addrs: nothing known is one sentence, a wrong table the usage', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.equal(await text('addrs'), 'no addresses; try connect HOST:PORT');
  assert.match((await failure('addrs old')).message, /^usage: addrs \[new\|tried\] \[--all\]$/);
});
