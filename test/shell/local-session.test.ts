/** The session of a console on a shell in the same process. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createLocalSession } from '../../src/shell/local-session.ts';
import { openShell } from '../helpers/open-shell.ts';

test('session: what is typed while .noderc runs waits for it', async () => {
  const { shell } = await openShell({ peers: 0 });
  let settle: () => void = () => undefined;
  const ready = new Promise<void>((resolve) => {
    settle = resolve;
  });
  const session = createLocalSession(shell, ready, () => undefined);
  const rc = shell.run('await new Promise((resolve) => setImmediate(resolve, 1))');
  const typed = session.run('1 + 1');
  await rc;
  settle();
  assert.equal((await typed).kind, 'ok');
});

test('session: quit is answered before the end is asked for', async () => {
  const { shell } = await openShell({ peers: 0 });
  let isLeaving = false;
  const session = createLocalSession(shell, Promise.resolve(), () => {
    isLeaving = true;
  });
  assert.equal((await session.run('status')).kind, 'ok');
  assert.equal(isLeaving, false);
  assert.equal((await session.run('quit')).kind, 'ok');
  assert.equal(isLeaving, true);
  assert.match(session.prompt(), /^[0-9a-f]{8} 0> $/);
});

test('session: an interrupt that comes before the line has begun ends it all the same, and not the next one', async () => {
  const { shell } = await openShell({ peers: 0 });
  const session = createLocalSession(shell, Promise.resolve(), () => undefined);
  const run = session.run('wait peers>=9 --timeout 1h');
  session.interrupt();
  assert.equal((await run).kind, 'aborted');
  assert.equal((await session.run('status')).kind, 'ok');
});
