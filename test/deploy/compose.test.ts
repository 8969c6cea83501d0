/** The Compose file fits the schema of Compose and the rules of its linter, which has the schema with it. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { DEPLOY, deployText } from '../helpers/deploy-files.ts';
import { ROOT } from '../helpers/program.ts';

const lint = (path: string) =>
  spawnSync(join(ROOT, 'node_modules', '.bin', 'dclint'), [path, '--max-warnings', '0'], { encoding: 'utf8' });

test('compose: its linter finds nothing', () => {
  const { status, stdout, stderr } = lint(join(DEPLOY, 'compose.yaml'));
  assert.equal(status, 0, stdout + stderr);
});

test('compose: a word that Compose does not know would be found', (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-compose-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, 'compose.yaml');
  writeFileSync(path, deployText('compose.yaml').replace('cap_drop', 'cap_dropp'));
  const { status, stdout } = lint(path);
  assert.notEqual(status, 0);
  assert.match(stdout, /cap_dropp|additional properties/i);
});
