/** `set`: all settings, one, a change, and what is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SETTINGS } from '../../../src/settings.ts';
import { openShell } from '../../helpers/open-shell.ts';

test('set: every setting with its value, its default and where it came from', async () => {
  const { value, text } = await openShell({ peers: 0 });
  const rows = await value<Record<string, unknown>[]>('set');
  assert.deepEqual(
    rows.map(({ key }) => key),
    Object.keys(SETTINGS),
  );
  for (const row of rows) {
    assert.deepEqual(Object.keys(row), ['key', 'value', 'default', 'from']);
    assert.deepEqual([row['value'], row['from']], [row['default'], 'default']);
  }
  assert.match(await text('set'), /^setting +value +default +from\nhello\.timeout +30s +30s +default\n/);
});

test('set: a change takes effect at once and is remembered as one', async () => {
  const { value, text, node } = await openShell({ peers: 0 });
  assert.deepEqual(await value('set ping.interval'), {
    key: 'ping.interval',
    value: '60s',
    default: '60s',
    from: 'default',
  });
  assert.equal(await text('set ping.interval 10s'), 'ping.interval = 10s (default 60s)');
  assert.equal(node.state.settings['ping.interval'], 10_000_000);
  assert.equal((await value<Record<string, unknown>>('set ping.interval'))['from'], 'set');
  assert.equal(await text('set ping.interval 60s'), 'ping.interval = 60s');
  assert.equal(await text('set agent tester/1'), 'agent = tester/1 (at next start) (default (none))');
  assert.equal(await text('set events connect, drop'), 'events = connect,drop (default connect,drop,error)');
});

test('set: what is wrong names the right key, form or bounds', async () => {
  const { failure, node } = await openShell({ peers: 0 });
  const unknown = await failure('set ping.intervall 5s');
  assert.match((await failure('set peers.max -1')).message, /^peers\.max: "-1" is not a whole number/);
  assert.match(unknown.message, /^unknown setting "ping\.intervall"; did you mean ping\.interval/);
  assert.equal((unknown['near'] as string[])[0], 'ping.interval');
  assert.match((await failure('set nothing.like.it')).message, /help settings lists them$/);
  assert.match((await failure('set ping.interval soon')).message, /is not a duration such as/);
  assert.match((await failure('set ping.interval 2h')).message, /100ms to 1h/);
  assert.match((await failure('set ping.timeout 1s')).message, /must be longer than ping\.interval/);
  assert.equal(node.state.settings['ping.timeout'], 150_000_000);
});
