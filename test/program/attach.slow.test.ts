/** What of attach takes its time: a node that does not come back. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { startControlled } from '../helpers/control.ts';
import { PROGRAM } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';

test('attach: a node that does not come back in 30 s ends its shells with 3', {
  skip: whyNoPty() ?? false,
}, async (context) => {
  const node = await startControlled(context);
  const env = Object.entries(node.env).map(([name, value]) => `${name}=${value}`);
  const home = node.env['TMPDIR'] ?? '/nowhere';
  const pty = new Pty([
    'env',
    ...env,
    `HOME=${home}`,
    `XDG_STATE_HOME=${home}`,
    'NO_COLOR=1',
    process.execPath,
    PROGRAM,
    'attach',
  ]);
  context.after(() => pty.close());
  await pty.terminal.until('the prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  const startedAt = performance.now();
  node.program.child.kill('SIGKILL');
  assert.equal(await pty.exitCode(), 3);
  assert.ok(performance.now() - startedAt > 29_000);
  assert.ok((await pty.terminal.view()).rows.some((row) => row === '! it did not come back in 30 s'));
});
