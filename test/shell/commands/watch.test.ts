/** `watch`: draws the answer of a line in place until it is enough. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('watch: draws the answer as often as told until it is finished, and the last one is its own', async () => {
  const { shell, text } = await openShell({ interactive: true });
  const frames: string[] = [];
  const at: number[] = [];
  shell.showProgress = (frame, isWatched) => {
    frames.push(frame);
    if (frame === '') return;
    assert.equal(isWatched, true);
    at.push(shell.options.labs?.wallMs() ?? 0);
    if (at.length === 3) shell.finish();
  };
  const last = await text('watch status -n 5');
  assert.match(last, /^id /);
  assert.equal(frames.length, 4);
  assert.match(frames[0] ?? '', /^every 5s: status {2}\(q ends it\)\nid /);
  assert.equal(frames.at(-1), '', 'nothing stays in place');
  assert.deepEqual(
    at.map((ms) => Math.round((ms - (at[0] ?? 0)) / 100)),
    [0, 50, 100],
  );
});

test('watch: Ctrl-C ends it, and time of the lab goes on meanwhile', async () => {
  const { shell, text } = await openShell({ interactive: true, peers: 0 });
  await text('lab 3');
  await text('run --speed 1');
  const seen: string[] = [];
  shell.showProgress = (frame) => {
    if (frame !== '') seen.push(/uptime +(\S+)/.exec(frame)?.[1] ?? '');
    if (seen.length === 3) shell.interrupt();
  };
  const result = await shell.run('watch status');
  assert.equal(result.kind, 'aborted');
  await text('pause');
  assert.equal(new Set(seen).size, 3, seen.join(' '));
});

test('watch: without a terminal it is refused in one line, and so is what cannot be watched', async () => {
  const piped = await openShell();
  assert.match((await piped.failure('watch peers')).message, /^watch draws on a terminal, and here is none; /);
  const { failure, shell } = await openShell({ interactive: true });
  let frames = 0;
  shell.showProgress = (frame) => {
    if (frame !== '') frames += 1;
  };
  assert.match((await failure('watch')).message, /^usage: watch /);
  assert.match((await failure('watch peers -n x')).message, /^-n takes seconds from 0\.1 to 3600, not "x"$/);
  assert.match((await failure('watch watch peers')).message, /cannot watch itself/);
  assert.equal((await failure('watch peer #99')).code, 'no-such-peer');
  assert.equal(frames, 0);
});
