/** `events`: which kinds are shown, and as what. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('events: kinds, on and off', async () => {
  const { value, text } = await openShell({ peers: 0 });
  assert.deepEqual(await value('events'), { on: ['connect', 'drop', 'error'] });
  assert.equal(await text('events'), 'shown: connect, drop, error; not shown: dial, gossip, self, flood, save');
  assert.equal(await text('events off'), 'no events are shown');
  assert.equal(await text('events all'), 'shown: connect, drop, dial, gossip, error, self, flood, save');
  assert.deepEqual(await value('events gossip dial'), { on: ['gossip', 'dial'] });
  assert.deepEqual(await value('events on'), { on: ['connect', 'drop', 'error'] });
  assert.equal((await value<{ from: string }>('set events')).from, 'set');
});

test('events: a wrong kind names the right ones', async () => {
  const { failure } = await openShell({ peers: 0 });
  assert.match((await failure('events conect')).message, /comma list of connect, drop, dial/);
});

test('events: coming and going is one line each, under --json one value with reason and address', async () => {
  const plain = await openShell({ peers: 1 });
  await plain.others[0]?.stop();
  await plain.pass(500);
  assert.match(plain.printed.join('\n'), /^- [0-9a-f]{8} inbound 10\.0\.0\.2:\d+: the peer said bye "stopping"$/);
  const json = await openShell({ peers: 1, json: true });
  await json.others[0]?.stop();
  await json.pass(500);
  const [notice] = json.printed.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual(Object.keys(notice ?? {}).slice(0, 5), ['event', 'atMs', 'id', 'address', 'reason']);
  assert.deepEqual([notice?.['event'], notice?.['id'], notice?.['reason']], ['drop', json.others[0]?.state.id, 'bye']);
  assert.ok(Number(notice?.['ageMs']) > 0);
});

test('events: a notice without id or reason has null for them', async () => {
  const { value, shell, printed } = await openShell({ peers: 0, json: true });
  await value('events dial');
  await shell.run('connect 10.0.0.9:5999');
  const [dialing, failed] = printed.map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.deepEqual([dialing?.['event'], dialing?.['id'], dialing?.['reason']], ['dial', null, null]);
  assert.deepEqual([failed?.['event'], failed?.['address'], failed?.['reason']], ['dial', '10.0.0.9:5999', 'refused']);
});
