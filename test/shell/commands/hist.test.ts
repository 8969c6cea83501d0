/** `hist`: lines typed before. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('hist: answers every line and shows the last 50', async () => {
  const { shell, value, text } = await openShell({ peers: 0 });
  assert.deepEqual(await value('hist'), []);
  shell.history = Array.from({ length: 80 }, (_, i) => `ping ${i}`);
  assert.equal((await value<string[]>('hist')).length, 80);
  const lines = (await text('hist')).split('\n');
  assert.deepEqual([lines.length, lines[0], lines.at(-1)], [50, 'ping 30', 'ping 79']);
});

test('hist: a line stands as it was typed, but for what would move the cursor', async () => {
  const { shell, text } = await openShell({ peers: 0 });
  shell.history = ['latency 20ms±5ms on n1<>n2', 'send #1 {"é":"\x1b[2J\n"}'];
  assert.equal(await text('hist'), 'latency 20ms±5ms on n1<>n2\nsend #1 {"é":"\\u{1b}[2J\\u{a}"}');
});
