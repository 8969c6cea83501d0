/** The unit of systemd is one that systemd takes, as far as it can say without the program in its place. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { deployText } from '../helpers/deploy-files.ts';

const unit = deployText('peersh.service');
const isMissing = spawnSync('systemd-analyze', ['--version']).status !== 0;

/** What systemd says of a unit whose program is there. */
function verify(text: string): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-unit-'));
  try {
    const path = join(folder, 'peersh.service');
    writeFileSync(path, text.replace('/usr/local/bin/peersh', process.execPath));
    const { stdout, stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', path], { encoding: 'utf8' });
    return `${stdout}${stderr}${status === 0 ? '' : `status ${status}`}`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

test('systemd: the unit is taken without a word', { skip: isMissing && 'systemd-analyze is missing' }, () => {
  assert.equal(verify(unit), '');
  assert.match(verify(unit.replace('DynamicUser', 'DynamikUser')), /DynamikUser/);
});

test('systemd: the node has the time that a clean stop takes', () => {
  const [, seconds] = /^TimeoutStopSec=(\d+)s$/m.exec(unit) ?? [];
  assert.ok(Number(seconds) > 2);
});
