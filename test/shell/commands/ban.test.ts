/** `ban`, `unban`, `bans`: who is closed and kept away, under which name, for how long, and what a restart keeps. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { loadBans } from '../../../src/core/bans-saved.ts';
import { BANS_MAX } from '../../../src/core/limits.ts';
import { createLiveWorld } from '../../../src/worlds.ts';
import { placeOf, reach, spawn } from '../../helpers/meet.ts';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

const UNKNOWN = '5f0c2a9e-0000-4000-8000-000000000000';

test('ban: a local peer is closed and kept away by its id, which the answer says', async () => {
  const { value, text, node, others, pass } = await openShell();
  const id = others[0]?.state.id ?? '';
  const answer = await value<Record<string, unknown>>('ban #1 30m');
  assert.deepEqual(answer, {
    target: id,
    by: 'hand',
    leftMs: 1_800_000,
    closed: [{ id, n: 1, address: '10.0.0.2:5999' }],
  });
  await pass(120_000);
  assert.deepEqual([node.views.ready(), others[0]?.views.ready()], [1, 1]);
  assert.equal(
    await text(`setban ${others[1]?.state.id} 1h`),
    `banned ${others[1]?.state.id.slice(0, 8)} by its id (others share its IP) for 1h; closed #2`,
  );
});

test('ban: an IP closes everybody who has it, and lasts for ban.time unless told', async () => {
  const { value, text, node } = await openShell();
  const { target, leftMs, closed } = await value<{ target: string; leftMs: number; closed: unknown[] }>('ban 10.0.0.2');
  assert.deepEqual([target, leftMs, closed.length], ['10.0.0.2', 86_400_000, 1]);
  assert.equal(await text('ban 203.0.113.9 2m'), 'banned 203.0.113.9 for 2m; nobody was connected');
  assert.equal((await value<{ target: string }>('ban [2001:DB8:0::1]')).target, '2001:db8::/56');
  assert.equal(await text('ban 2a00:1:2:3456::7 2m'), 'banned 2a00:1:2:3400::/56 for 2m; nobody was connected');
  assert.equal(await text('unban 2a00:1:2:34ff::1'), '2a00:1:2:3400::/56 may come back');
  assert.equal(node.views.ready(), 1);
});

test('ban: also who has just gone, or is only known by its whole id', async () => {
  const { value, others, pass } = await openShell({ peers: 1 });
  await others[0]?.stop();
  await pass(500);
  assert.equal((await value<{ target: string }>('ban #1')).target, others[0]?.state.id);
  const answer = await value<{ target: string; closed: unknown[] }>(`ban ${UNKNOWN.toUpperCase()}`);
  assert.deepEqual([answer.target, answer.closed], [UNKNOWN, []]);
});

test('ban: bad input is one line that says what to type, and bans nobody', async () => {
  const { failure, text } = await openShell({ peers: 1, interactive: true });
  assert.match((await failure('ban')).message, /^usage: ban ID\|IP \[TIME\]; the live ones are [0-9a-f]{8} \(#1\)$/);
  assert.match((await failure('ban #1 soon')).message, /^"soon" is not a time such as 30m or 24h$/);
  assert.match((await failure('ban #1 99999h')).message, /too long: at most 8784h$/);
  assert.match((await failure('ban #1 1h now')).message, /^usage: /);
  assert.equal((await failure('ban zz')).code, 'no-such-peer');
  assert.equal((await failure('ban 300.1.1.1')).code, 'no-such-peer');
  for (const [word, ip] of [
    ['1.2.3.4/24', '1.2.3.4'],
    ['[2001:db8::1]/64', '2001:db8::1'],
    ['8.8.8.8:5999', '8.8.8.8'],
    ['[2001:db8::1]:5999', '2001:db8::1'],
  ] as const) {
    const { code, message } = await failure(`ban ${word}`);
    assert.deepEqual([code, message], ['no-such-peer', `no peer ${JSON.stringify(word)}; ban ${ip} keeps its IP away`]);
  }
  const own = await failure('ban 10.0.0.1:9');
  assert.doesNotMatch(own.message, /keeps its IP away/, 'nothing is advised that would be refused');
  assert.equal((await failure('ba #1')).code, 'usage');
  assert.match((await failure('unban')).message, /^usage: unban ID\|IP\|all; nobody is banned$/);
  assert.equal(await text('bans'), 'nobody is banned');
});

test('ban: oneself is refused with one line', async () => {
  const { failure, text, node } = await openShell({ peers: 1 });
  const { id } = node.state;
  for (const [word, shown] of [
    [id, id],
    [id.toUpperCase(), id],
    ['10.0.0.1', '10.0.0.1'],
  ] as const) {
    const { code, message } = await failure(`ban ${word}`);
    assert.deepEqual([code, message], ['is-self', `${shown} is this node itself`]);
  }
  assert.equal(await text('bans'), 'nobody is banned');
  assert.equal(node.views.ready(), 1);
});

test('ban: connect to a banned one says what to type, by address and by name', async () => {
  const { failure, value, others } = await openShell({ peers: 1 });
  const id = others[0]?.state.id ?? '';
  await value('ban #1');
  const byId = await failure('connect 10.0.0.2:5999');
  assert.equal(byId.code, 'banned');
  assert.equal(byId.message, `10.0.0.2:5999 is banned; type unban ${id.slice(0, 8)} first`);
  assertFields(byId, ['reason', 'steps']);
  await value('unban all');
  await value('ban 10.0.0.2');
  assert.match((await failure('connect 10.0.0.2:5999')).message, /; type unban 10\.0\.0\.2 first$/);
});

test('unban: the beginning of an id is enough, all ends all, and what is not banned is named', async () => {
  const { value, text, failure, others } = await openShell();
  await value('ban #1');
  await value('ban #2 5m');
  const [one, other] = others.map(({ state }) => state.id);
  assert.equal((await failure('unban 1.2.3.4')).code, 'not-listed');
  assert.equal((await failure('unban ""')).code, 'not-listed');
  assert.deepEqual(await value(`unban ${one?.slice(0, 8)}`), { target: one, by: 'hand', leftMs: 86_400_000 });
  assert.equal(await text('unban all'), `${other} may come back`);
  assert.deepEqual(await value('unban all'), []);
  assert.deepEqual(await value('bans'), []);
});

test('ban: holds for an entry of the bootstrap list, which is dialled again after unban', async () => {
  const { value, world, node, pass } = await openShell({ peers: 0 });
  const other = await spawn(world, 'n9');
  const { host, port } = placeOf(other);
  await value(`bootstrap add ${host}:${port}`);
  await reach(world, 'a handshake', () => node.views.ready() === 1);
  await value('ban #1');
  let connections = 0;
  const end = world.onEvent((from, event) => {
    if (from === node && event.kind === 'connected' && event.dir === 'outbound') connections += 1;
  });
  await pass(60_000);
  assert.deepEqual([node.views.ready(), connections], [0, 0]);
  const [row] = await value<Record<string, unknown>[]>('bootstrap');
  assert.deepEqual([row?.['state'], row?.['nextDialMs']], ['banned', null]);
  end();
  await value('unban all');
  await pass(1_000);
  assert.equal(node.views.ready(), 1);
});

test('bans: a table for people, an array for programs', async () => {
  const { value, text, others } = await openShell();
  await value('ban #1');
  await value('ban 203.0.113.9 2m');
  assert.deepEqual(
    (await text('bans')).split('\n').map((line) => line.split(/ {2,}/)),
    [
      ['banned', 'by', 'left'],
      [others[0]?.state.id, 'hand', '1d00'],
      ['203.0.113.9', 'hand', '2m00'],
    ],
  );
  assert.deepEqual((await value<unknown[]>('bans'))[1], { target: '203.0.113.9', by: 'hand', leftMs: 120_000 });
});

test('ban: Tab offers live ids, unban what is banned', async () => {
  const { tab, value, others } = await openShell();
  const ids = others.map(({ state }) => state.id);
  assert.deepEqual([...tab('ban ').candidates].sort(), ['#1', '#2', ...ids].sort());
  assert.deepEqual(tab('ban #').candidates.length, 2);
  await value('ban #1');
  assert.deepEqual(tab('unban ').candidates, [ids[0], 'all']);
  await value('drop #2');
  assert.deepEqual(
    tab('connect ').candidates,
    ['10.0.0.3:5999'],
    'a dropped one may be dialled by hand, a banned one not where it said that it listens',
  );
  assert.equal(tab('bans ').usage, 'bans');
});

test('ban: when its time is over, an entry of the bootstrap list is dialled again', async () => {
  const { value, world, node, pass } = await openShell({ peers: 0, settings: { 'gossip.dial': false } });
  const other = await spawn(world, 'n9', { settings: { 'gossip.dial': false } });
  const { host, port } = placeOf(other);
  await value(`bootstrap add ${host}:${port}`);
  await reach(world, 'a handshake', () => node.views.ready() === 1);
  await value('ban #1 40s');
  await pass(39_000);
  assert.equal(node.views.ready(), 0);
  await pass(8_000);
  assert.equal(node.views.ready(), 1);
});

test('ban: an address that turns out to be a banned id is closed, and connect says whose ban it is', async () => {
  const { value, failure, world, node } = await openShell({ peers: 0 });
  const other = await spawn(world, 'n9');
  const { host, port } = placeOf(other);
  await value(`ban ${other.state.id} 1h`);
  const { code, message } = await failure(`connect ${host}:${port}`);
  assert.equal(code, 'banned');
  assert.equal(message, `${host}:${port} is banned; type unban ${other.state.id.slice(0, 8)} first`);
  assert.equal(node.views.ready(), 0);
});

test('ban: a restart keeps bans by hand with the time that is left, and nothing else', async (context) => {
  const data = mkdtempSync(join(tmpdir(), 'peersh-bans-'));
  const world = createLiveWorld();
  context.after(async () => {
    await world.close();
    rmSync(data, { recursive: true });
  });
  const first = await spawn(world, 'n1', { data });
  first.order({ kind: 'ban', target: '203.0.113.9', forUs: 3_600_000_000 });
  first.order({ kind: 'ban', target: UNKNOWN, forUs: null });
  first.state.bans.set('203.0.113.10', { until: world.now() + 3_600_000_000, by: 'strikes' });
  await first.stop();
  const file = join(data, 'book.json');
  const saved = JSON.parse(readFileSync(file, 'utf8')) as Record<string, unknown>;
  assert.equal((saved['bans'] as unknown[]).length, 2);
  const second = await spawn(world, 'n2', { data });
  const rows = second.views.bans();
  assert.deepEqual(
    rows.map(({ target, by }) => [target, by]),
    [
      ['203.0.113.9', 'hand'],
      [UNKNOWN, 'hand'],
    ],
  );
  assert.ok((rows[0]?.leftMs ?? 0) > 3_590_000 && (rows[0]?.leftMs ?? 0) <= 3_601_000);
  await second.stop();
  writeFileSync(file, JSON.stringify({ ...saved, bans: [] }));
  const third = await spawn(world, 'n3', { data });
  assert.deepEqual(third.views.bans(), [], 'a file that somebody changed is not believed');
});

test('ban: saved bans are checked as if a stranger had told them', async () => {
  const { node } = await openShell({ peers: 0 });
  const hostile = [
    null,
    5,
    'x',
    {},
    { target: 5, leftS: 9 },
    { target: '', leftS: 9 },
    { target: '\x1b[2J', leftS: 9 },
  ];
  const wrong = [
    { target: '1.2.3.4', leftS: -1 },
    { target: '1.2.3.4', leftS: '9' },
    { target: '1.2.3.4', leftS: null },
  ];
  loadBans(node.state, 0, [...hostile, ...wrong, { target: '1.2.3.4', leftS: 60 }], 61_000_000);
  assert.deepEqual(node.views.bans(), []);
  const many = Array.from({ length: BANS_MAX + 9 }, (_, i) => ({ target: `peer-${i}`, leftS: 1e300 }));
  loadBans(node.state, 0, [{ target: '::FFFF:1.2.3.4', leftS: 60 }, ...many], 0);
  assert.equal(node.views.bans().length, BANS_MAX);
  assert.equal(node.views.bans()[0]?.target, '1.2.3.4');
  assert.ok(node.views.bans().every(({ leftMs }) => leftMs <= 8_784 * 3_600_000));
});
