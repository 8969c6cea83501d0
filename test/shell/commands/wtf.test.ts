/** `wtf`: the last failure and what passed on the wire before it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('wtf: nothing has gone wrong at first', async () => {
  const { value, text } = await openShell({ peers: 0 });
  assert.deepEqual(await value('wtf'), { command: null, error: null, lines: [], after: [] });
  assert.equal(await text('wtf'), 'nothing has gone wrong');
});

test('wtf: shows the line, its error and the wire around it, also when much has passed since', async () => {
  const { value, text, shell, pass } = await openShell({ peers: 1, settings: { 'ping.interval': 100_000 } });
  await shell.run('ping #7');
  const first = await value<{ lines: { line: string; n: number; dir: string; agoMs: number }[] }>('wtf');
  await pass(30_000);
  const later = await value<{
    command: string;
    error: { code: string };
    lines: { line: string }[];
    after: { line: string; agoMs: number }[];
  }>('wtf');
  assert.deepEqual([later.command, later.error.code], ['ping #7', 'no-such-peer']);
  assert.equal(later.lines.length, 8);
  assert.deepEqual(
    later.lines.map(({ line }) => line),
    first.lines.map(({ line }) => line),
  );
  assert.equal(later.after.length, 8);
  assert.ok(
    later.after.every(({ agoMs }) => agoMs < 30_000 && agoMs > 29_000),
    JSON.stringify(later.after),
  );
  const lines = (await text('wtf')).split('\n');
  assert.equal(lines[0], 'ping #7  (30s ago)');
  assert.match(lines[1] ?? '', /^ {2}no peer "#7"; .* \[no-such-peer\]$/);
  assert.deepEqual([lines[2], lines[11]], ['on the wire just before:', 'and just after:']);
});

test('wtf: fits a screen of 24 rows with the prompt, however long the lines and the message are', async () => {
  const { shell, text, world } = await openShell({ peers: 6, settings: { 'ping.interval': 100_000 } });
  for (const columns of [40, 80]) {
    shell.columns = () => columns;
    await shell.run('ping nobody');
    await world.until(() => false, { limitMs: 5_000 });
    const lines = (await text('wtf')).split('\n');
    assert.ok(lines.length <= 22, `${lines.length} lines`);
    for (const line of lines) assert.ok(line.length < columns, line);
    assert.ok(lines.includes('and just after:'));
  }
});
