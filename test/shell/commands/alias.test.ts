/** `alias`: words of one's own. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

test('alias: stands for its line as typed, quotes and options too, and takes more words', async () => {
  const { value, text } = await openShell({ peers: 1 });
  assert.deepEqual(await value('alias'), []);
  assert.deepEqual(await value('alias p peers -v'), [{ name: 'p', line: 'peers -v' }]);
  assert.match(await text('p in'), /state +agent/);
  await value('alias hop send #1 {"msgtype":"hop hop"}');
  assert.match(await text('hop'), /\(hop hop\)/);
  assert.equal(await text('p ?'), 'p = peers -v');
  assert.equal((await value<unknown[]>('alias')).length, 2);
  assert.equal(await text('alias p'), 'p = peers -v');
});

test('alias: hides no command, is a word, and does not go round in a circle', async () => {
  const { failure, value } = await openShell({ peers: 0 });
  assert.equal((await failure('alias peers status')).message, 'peers is a command; choose another word');
  assert.match((await failure('alias 1x status')).message, /^an alias is a word of letters/);
  assert.match((await failure('alias none')).message, /^no alias none; alias none LINE makes one$/);
  await value('alias a b');
  await value('alias b a');
  assert.match((await failure('a')).message, /leads back to itself$/);
});
