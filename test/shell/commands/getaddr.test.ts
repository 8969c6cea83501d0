/** `getaddr`: one peer, everybody, nobody, and peers that do not answer. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface Told {
  readonly id: string;
  readonly count: number;
  readonly new: number;
  readonly known: number;
  readonly addresses: readonly { readonly address: string; readonly id: string | null; readonly new: boolean }[];
}

test('getaddr: tells how many were new and names them', async () => {
  const { value, text, others } = await openShell({ peers: 3, settings: { 'gossip.dial': false } });
  const told = await value<Told>('getaddr #1');
  assert.deepEqual(Object.keys(told), ['id', 'count', 'new', 'known', 'addresses']);
  assert.equal(told.id, others[0]?.state.id);
  assert.equal(told.count, told.addresses.length);
  assert.equal(told.new + told.known, told.count);
  for (const one of told.addresses) assert.deepEqual(Object.keys(one), ['address', 'id', 'new']);
  assert.match(await text('getaddr #1'), /^[0-9a-f]{8}: 2 addresses: 0 new, 2 known$/);
});

test('getaddr: bare asks everybody at once, a line each and a total', async () => {
  const { value, text, world } = await openShell({ peers: 3 });
  const before = world.now();
  assert.equal((await value<Told[]>('getaddr')).length, 3);
  assert.ok(world.now() - before < 1_000_000);
  const lines = (await text('getaddr all')).split('\n');
  assert.equal(lines.length, 4);
  assert.equal(lines.at(-1), '0 new in all');
  const alone = await openShell({ peers: 0 });
  assert.deepEqual(await alone.value('getaddr'), []);
  assert.equal(await alone.text('getaddr'), 'no peers; try connect HOST:PORT');
});

test('getaddr: a peer that does not answer is a timeout after 5 s, all of them are a failure', async () => {
  const { failure, world, others, value } = await openShell({ peers: 2 });
  others[0]?.state.sessions.clear();
  const before = world.now();
  const late = await failure('getaddr #1');
  assert.deepEqual([late.code, late.message.slice(8)], ['timeout', ': no answer; the peer may limit getaddr']);
  assert.ok(world.now() - before >= 5_000_000);
  const both = await value<(Told | { id: string; error: { code: string } })[]>('getaddr');
  const failed = both.filter((one) => 'error' in one);
  assert.deepEqual(
    failed.map(({ id }) => id),
    [others[0]?.state.id],
  );
  assert.equal(both.length, 2);
  others[1]?.state.sessions.clear();
  const all = await failure('getaddr');
  assert.equal(all.code, 'no-answer');
  assert.equal((all['answers'] as unknown[]).length, 2);
});

test('getaddr: wrong input is one line', async () => {
  const { failure } = await openShell({ peers: 1 });
  assert.match((await failure('getaddr #1 #2')).message, /^usage: getaddr \[ID\|all\]$/);
  assert.equal((await failure('getaddr zz')).code, 'no-such-peer');
});

test('getaddr: a question or an answer that is held is named, not a bare time-out', async () => {
  const { text, failure, world } = await openShell({ peers: 2 });
  await text('break getaddr at send once');
  const before = world.now();
  const asked = await failure('getaddr #1');
  assert.equal(asked.code, 'held');
  assert.match(asked.message, /^[0-9a-f]{8}: no answer: getaddr held as m\d+ by k1; held lists it$/);
  assert.equal(world.now(), before, 'the time stands still');
  await text('deliver all');
  await world.until(() => false, { limitMs: 60_000 });
  await text('break addr at send once');
  const answered = await failure('getaddr');
  assert.equal(answered.code, 'held');
  assert.match(answered.message, /^[0-9a-f]{8}: no answer: addr held as m\d+ by k2; held lists it$/);
  assert.equal((answered['answers'] as unknown[]).length, 2);
});
