/** `log`, `match` and `recording`: what was recorded of a node and of a lab, and that a journey takes it along. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('log: the last events of the node, all or where an expression holds', async () => {
  const { value, text } = await openShell({ peers: 2 });
  await value('ping #1');
  const all = await value<TraceEvent[]>('log');
  assert.equal(all.length, 20);
  const pings = await value<TraceEvent[]>('log type=ping & node=n1 & out -n 1');
  assert.equal(pings.length, 1);
  assert.deepEqual([pings[0]?.k, pings[0]?.n, pings[0]?.type], ['send', 'n1', 'ping']);
  assert.ok(pings.every((event) => Object.hasOwn(event, 'line')));
  const lines = (await text('log kind=order')).split('\n');
  assert.match(lines[0] ?? '', /^#\d+ \d+\.\d{6}s n1 order ping #1$/);
  assert.match(lines[1] ?? '', /^1 event of \d+$/);
});

test('log: what is wrong is one line', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.match((await failure('log tpye=ping')).message, /^unknown field "tpye" at column 1; did you mean type\?$/);
  assert.match((await failure('log peers>=2')).message, /keeps no states/);
  assert.match((await failure('log -n 0')).message, /^-n takes a whole number from 1 to/);
  assert.match((await failure('log ping -n 5 -n 6')).message, /^-n is there twice; usage: log /);
  assert.match((await failure('log type == ping')).message, /^"==" is no operator at column 6; did you mean =\?$/);
  assert.match((await failure('log -x 5')).message, /^unknown option -x/);
  assert.match((await failure('log --n 5')).message, /^unknown option --n; usage: log /);
  assert.match((await failure('match')).message, /^usage: match EXPR/);
});

test('match: how many of the last messages an expression would take, and the last of them', async () => {
  const { value, text, failure } = await openShell({ peers: 2 });
  for (let i = 0; i < 6; i += 1) await value('ping #1');
  const found = await value<{ matched: number; of: number; last: TraceEvent[] }>('match type=ping & node=n1');
  assert.ok(found.matched >= 6);
  assert.ok(found.of > found.matched);
  assert.equal(found.last.length, 5);
  assert.ok(found.last.every(({ type, n }) => type === 'ping' && n === 'n1'));
  assert.match(
    (await text('match type=ping & node=n1')).split('\n')[0] ?? '',
    /^\d+ of the last \d+ messages; the last 5:$/,
  );
  // What is wrong is told of what was typed.
  assert.match((await failure('match tpye=ping')).message, /^unknown field "tpye" at column 1; did you mean type\?$/);
  assert.match((await failure('match type=ping &')).message, /^the expression ends where .* is wanted at column 12$/);
  assert.deepEqual(
    await value('match type=ping | type=pong').then((both) => (both as { matched: number }).matched > found.matched),
    true,
  );
  // Events are no messages.
  assert.equal((await value<{ matched: number }>('match kind=ready')).matched, 0);
});

test('log: a lab is told from its set-up on, whenever it is first asked, and goes on from there', async () => {
  const { value, text } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 2s');
  const early = await value<TraceEvent[]>('log -n 10000');
  assert.equal(early[0]?.i, 1);
  assert.equal(early.filter(({ k }) => k === 'join').length, 4);
  await text('n2: ping n3');
  await text('run 1s');
  const grown = await value<TraceEvent[]>('log -n 10000');
  assert.deepEqual(grown.slice(0, early.length), early);
  assert.ok(grown.length > early.length);
  await text('recording off');
  // The history run once more says the same as what was recorded on the way.
  assert.deepEqual(await value('log -n 10000'), grown);
});

test('log: a rewind takes the recorder back, and a branch is told as it went', async () => {
  const { value, text } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 2s');
  const before = await value<TraceEvent[]>('log -n 10000');
  await text('n1: drop n2');
  await text('run 2s');
  const one = await value<TraceEvent[]>('log -n 10000');
  assert.ok(one.some(({ k, text: said }) => k === 'order' && said?.startsWith('drop') === true));
  await text('rewind 2s');
  assert.deepEqual(await value('recording'), { on: false, events: 0, forgotten: 0 });
  assert.deepEqual(await value('log -n 10000'), before);
  await text('n1: ping n3');
  const other = await value<TraceEvent[]>('log kind=order');
  assert.deepEqual(
    other.map(({ text: said }) => said?.split(' ')[0]),
    ['ping'],
  );
  await text('checkout main');
  assert.deepEqual(await value('log -n 10000'), one);
});

test('recording: only a simulated lab can be off', async () => {
  const { failure, value } = await openShell({ peers: 0 });
  assert.match((await failure('recording off')).message, /^only a simulated lab/);
  assert.equal((await value<{ on: boolean }>('recording')).on, true);
});
