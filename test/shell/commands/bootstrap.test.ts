/** `bootstrap`: the list, an entry more, an entry less. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { spawn } from '../../helpers/meet.ts';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

test('bootstrap: an entry that is added is dialled, and one that is removed is gone', async () => {
  const { world, node, value, text, pass } = await openShell({ peers: 0 });
  assert.equal(await text('bootstrap'), 'the bootstrap list is empty; try bootstrap add HOST:PORT');
  await spawn(world, 'n2');
  await value('bootstrap add 10.0.0.2:5999');
  await pass(1_000);
  assert.equal(node.views.ready(), 1);
  const [row] = await value<Record<string, unknown>[]>('bootstrap');
  assertFields(row, ['address', 'resolved', 'self', 'state', 'nextDialMs']);
  assert.deepEqual([row?.['state'], row?.['nextDialMs']], ['connected', null]);
  assert.match(await text('bootstrap'), /^address +resolved +state +next +error\n10\.0\.0\.2:5999/);
  assert.deepEqual(await value('bootstrap rm 10.0.0.2:5999'), []);
});

test('bootstrap: wrong words and addresses are one line', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.match((await failure('bootstrap plus a:1')).message, /^usage: bootstrap \[add\|rm HOST:PORT\]$/);
  assert.match((await failure('bootstrap add')).message, /^usage: /);
  assert.equal((await failure('bootstrap add nowhere')).code, 'bad-address');
  const missing = await failure('bootstrap rm 1.2.3.4:5');
  assert.deepEqual([missing.code, missing.message], ['not-listed', '1.2.3.4:5 is not in the bootstrap list']);
});

test('bootstrap: a directory is added and removed, and stands above what it lists', async () => {
  const { value, text, failure, tab, pass } = await openShell({ peers: 0 });
  assert.deepEqual((await failure('bootstrap add dnssrv:example.org')).code, 'bad-address');
  await value('bootstrap add dns:nowhere.example');
  await value('bootstrap add dnssrv:_peersh._tcp.example.org');
  await pass(100);
  const rows = await value<Record<string, unknown>[]>('bootstrap');
  for (const row of rows)
    assertFields(row, ['address', 'from', 'resolved', 'self', 'state', 'nextDialMs', 'lastError']);
  assert.deepEqual(
    rows.map((row) => [row['address'], row['state'], row['lastError']]),
    [
      ['dns:nowhere.example:5999', 'waiting', 'no-name'],
      ['dnssrv:_peersh._tcp.example.org', 'waiting', 'no-name'],
    ],
  );
  assert.deepEqual(tab('bootstrap rm ').candidates, ['dns:nowhere.example:5999', 'dnssrv:_peersh._tcp.example.org']);
  assert.deepEqual(tab('connect dns').candidates, [], 'nobody can connect to a directory');
  await value('bootstrap rm dns:nowhere.example');
  assert.doesNotMatch(await text('bootstrap'), /nowhere/);
});
