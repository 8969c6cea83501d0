/** `apropos`: a word finds commands, settings and reasons. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('apropos: finds what speaks of a word, whatever its case', async () => {
  const { value, text, failure } = await openShell({ peers: 0 });
  const rows = await value<{ kind: string; name: string }[]>('apropos BYE');
  assert.ok(rows.some((row) => row.kind === 'command' && row.name === 'drop'));
  assert.ok(rows.some((row) => row.kind === 'reason' && row.name === 'bye'));
  assert.ok((await value<{ name: string }[]>('apropos backoff')).some((row) => row.name === 'dial.retry'));
  assert.equal(await text('apropos zzzz'), 'nothing; help lists the commands');
  assert.equal((await failure('apropos')).message, 'usage: apropos WORD');
});
