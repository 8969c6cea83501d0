/** What takes long at the prompt says meanwhile how far it is: each command that runs a history again, on a clock that has come round as soon as it is looked at. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('progress: whatever runs a history again says so while it does, and takes its line away', async (context) => {
  const { shell, text } = await openShell({ peers: 0, interactive: true });
  await text('lab 8');
  await text('run 60s');
  await text('rewind 30s');
  await text('n1: getaddr');
  await text('run 30s');
  context.mock.method(globalThis, 'setInterval', (tick: () => void) => {
    tick();
    return { unref: () => undefined };
  });
  for (const line of [
    'run 1s',
    'rewind 20s',
    'checkout main',
    'diff main b1',
    'lab check',
    'lab script b1',
    'spread n1',
    'expect count(addr)>0',
    'log -n 1',
  ]) {
    const shown: string[] = [];
    shell.showProgress = (one) => void shown.push(one);
    assert.equal((await shell.run(line)).kind, 'ok', line);
    assert.ok(shown.length >= 2, `${line} shows nothing`);
    assert.match(shown[0] ?? '', / …$/, line);
    assert.equal(shown.at(-1), '', line);
  }
});
