/** Where the address book cannot be kept: that is one error, whatever the system says, and never an end that does not come. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openBookFile } from '../../src/tcp/book-file.ts';

test('book file: folders that are missing are made for their owner alone', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-book-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const deep = join(folder, 'a', 'b', 'c');
  for (let times = 0; times < 2; times += 1) await openBookFile(deep).write([], []);
  assert.deepEqual((await openBookFile(deep).read()).trouble, null);
  for (const made of [deep, join(folder, 'a')]) assert.equal(statSync(made).mode & 0o777, 0o700);
});

test('book file: a folder that cannot be made rejects', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-book-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(join(folder, 'file'), '');
  await assert.rejects(openBookFile(join(folder, 'file')).write([], []), { code: 'ENOTDIR' });
  await assert.rejects(openBookFile(join(folder, 'file', 'a')).write([], []), { code: 'ENOTDIR' });
});

test('book file: a folder in a file system where nothing can be made rejects instead of trying for ever', {
  skip: existsSync('/proc/self') ? false : 'no /proc',
  timeout: 20_000,
}, async () => {
  await assert.rejects(openBookFile('/proc/peersh/book').write([], []), { code: 'ENOENT' });
});
