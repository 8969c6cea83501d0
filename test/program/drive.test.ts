/** A recording of the program itself, driven by another run of it: the exit code says whether the core does the same. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { ALONE, Program, run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

test('replay --drive: a script ends with 0 where the core does the same, and with 1 where it does not', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-drive-'));
  const other = new Program([...ALONE, '--headless', '--listen', '127.0.0.1:0']);
  context.after(async () => {
    other.child.kill('SIGTERM');
    await other.ended;
    rmSync(folder, { recursive: true, force: true });
  });
  await until('another node', () => (other.err.includes('listening ') ? null : other.err));
  const address = /127\.0\.0\.1:\d+/.exec(other.err)?.[0] ?? '';
  const path = join(folder, 'run.jsonl');
  const recorded = await run(ALONE, `record ${path}\nconnect ${address}\nping all -c 3 -i 0.1\ngetaddr\nrecord stop\n`);
  assert.equal(recorded.code, 0, recorded.err);
  const same = await run([...ALONE, '-e', `replay --drive ${path}`]);
  assert.equal(same.code, 0, same.err);
  assert.match(same.out, /^\d+ events, the same\n$/);
  const text = readFileSync(path, 'utf8');
  writeFileSync(path, text.replace(/("k":"recv"[^\n]*"type":"pong"[^\n]*nonce\\":)\d+/, '$17'));
  const changed = await run([...ALONE, '--json', '-e', `replay --drive ${path}`]);
  assert.equal(changed.code, 1);
  const { error } = JSON.parse(changed.out) as { error: { code: string; now: string | null; recorded: string } };
  assert.deepEqual([error.code, error.now], ['parted', null]);
  assert.match(error.recorded, /^pong [\d.]+ ms/);
});
