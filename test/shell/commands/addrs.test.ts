/** `addrs`: the book, one table of it, and why an address is not dialled. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { placeOf, reach, spawn } from '../../helpers/meet.ts';
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
  const { value, text } = await openShell();
  await value('drop #1');
  const rows = await value<Record<string, unknown>[]>('addrs');
  assert.ok(rows.some((row) => row['state'] === 'waiting' && row['reason'] === 'held'));
  const shown = (await text('addrs')).split('\n');
  assert.match(shown.find((line) => line.startsWith('10.0.0.2:5999')) ?? '', / waiting +held$/);
  assert.match(shown.at(-1) ?? '', /^held +dropped by hand, kept away for a while$/);
});

test('addrs: the last trouble stands beside why it waits', async () => {
  const { value, text, world, node, pass } = await openShell({ peers: 0 });
  const other = await spawn(world, 'n9');
  const { host, port } = placeOf(other);
  await value(`connect ${host}:${port}`);
  await other.stop();
  await pass(60_000);
  assert.equal(node.views.ready(), 0);
  const shown = await text('addrs');
  assert.match(shown, /waiting +(backoff|just-dialled), refused$/m);
  assert.match(shown, /\n\nrefused +nobody listens there\n/);
});

test('addrs: a command for a peer at a known address says why it is not connected', async () => {
  const settings = { 'gossip.dial': false };
  const { value, failure, world, node, others } = await openShell({ peers: 1, settings });
  const [first] = others;
  assert.ok(first !== undefined);
  const far = await spawn(world, 'n9', { bootstrap: [placeOf(first)], settings });
  await reach(world, 'a handshake', () => first.views.ready() === 2);
  await value('getaddr #1');
  const { host, port } = placeOf(far);
  assert.equal(node.views.ready(), 1);
  const { code, message } = await failure(`ping ${host}:${port}`);
  assert.equal(code, 'no-such-peer');
  assert.match(message, /; 10\.0\.0\.3:5999: gossip\.dial is off: learnt addresses are not dialled \[gossip-off\]$/);
});

test('addrs: nothing known is one sentence, a wrong table the usage', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.equal(await text('addrs'), 'no addresses; try connect HOST:PORT');
  assert.match((await failure('addrs old')).message, /^usage: addrs \[new\|tried\] \[--all\]$/);
});

test('addrs: from 40 columns on no row is folded, and address, state and why stay', async () => {
  const { shell, text, value } = await openShell();
  await value('drop #1');
  await value('bootstrap add 192.168.100.200:15999');
  for (const columns of [50, 64, 80, 40]) {
    shell.columns = () => columns;
    for (const line of [
      'addrs',
      'bootstrap',
      'peers',
      'bans',
      'set',
      'stats',
      ...(columns > 47 ? ['status', 'peer #2'] : []),
    ])
      for (const row of (await text(line)).split('\n')) assert.ok(row.length <= columns, `${line} ${columns}: ${row}`);
    assert.match(await text('addrs'), /^10\.0\.0\.2:5999 .*waiting +held$/m);
  }
});
