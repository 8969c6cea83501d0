/** `quit`: ends the shell, and only when it is spelled out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('quit: answers {} and asks for the end', async () => {
  for (const word of ['quit', 'exit']) {
    const { value, shell } = await openShell({ peers: 0, interactive: true });
    assert.equal((await shell.run('qui')).kind, 'error');
    assert.equal(shell.quitting, false);
    assert.deepEqual(await value(word), {});
    assert.equal(shell.quitting, true);
  }
});
