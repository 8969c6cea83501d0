/** `source`: a file of lines. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

function fileOf(context: TestContext, text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-source-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const path = join(folder, 'lines');
  writeFileSync(path, text);
  return path;
}

test('source: runs the lines of a file and shows their answers', async (context) => {
  const { value, printed, shell } = await openShell({ peers: 0 });
  const path = fileOf(context, '# a comment\n\nset ping.interval 5s # another\nalias p peers\n1 + 1\n');
  assert.deepEqual(await value(`source '${path}'`), { lines: 3, failed: 0 });
  assert.deepEqual(printed, ['ping.interval = 5s (default 60s)', 'p = peers', '2']);
  assert.equal(shell.settings['ping.interval'], 5_000_000);
});

test('source: the first line that fails ends it and is named', async (context) => {
  const { failure, shell } = await openShell({ peers: 0 });
  const path = fileOf(context, 'status\nset ping.intervall 5s\nset ping.interval 5s\n');
  const failed = await failure(`source ${path}`);
  assert.match(failed.message, /lines:2: unknown setting "ping\.intervall"; did you mean ping\.interval/);
  assert.equal(shell.settings['ping.interval'], 60_000_000);
});

test('source: JavaScript may go over several lines, and a failure names the first of them', async (context) => {
  const { value, failure, printed } = await openShell({ peers: 0 });
  const path = fileOf(context, 'let sum = 0\nfor (const one of [1, 2]) {\n  sum += one\n}\nsum\n');
  assert.deepEqual(await value(`source ${path}`), { lines: 3, failed: 0 });
  assert.equal(printed.at(-1), '3');
  const wrong = fileOf(context, 'status\nfor (const one of [1, 2]) {\n  one()\n}\n');
  assert.match((await failure(`source ${wrong}`)).message, /lines:2: TypeError: one is not a function$/);
  const open = fileOf(context, 'status\nfor (const one of [1, 2]) {\n  one()\n');
  const { message } = await failure(`source ${open}`);
  assert.match(message, /lines:2: the JavaScript is not finished that begins with "for \(const one of \[1, 2\]\) \{"$/);
});

test('source: quit within a file ends it there', async (context) => {
  const { value, shell } = await openShell({ peers: 0 });
  assert.deepEqual(await value(`source ${fileOf(context, 'quit\nset ping.interval 5s\n')}`), { lines: 1, failed: 0 });
  assert.equal(shell.quitting, true);
  assert.equal(shell.settings['ping.interval'], 60_000_000);
});

test('source: a file that is not there, none at all, and one that sources itself are one line', async (context) => {
  const { failure } = await openShell({ peers: 0 });
  assert.match((await failure('source /no/such/file')).message, /^cannot read \/no\/such\/file \(ENOENT\)$/);
  assert.equal((await failure('source')).message, 'usage: source FILE');
  const path = fileOf(context, '');
  writeFileSync(path, `source ${path}\n`);
  assert.match((await failure(`source ${path}`)).message, /round in a circle$/);
});
