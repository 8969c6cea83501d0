/** Lab scripts that say how the network behaves: the small ones pass, and fail when the rule they are about is broken. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { firstTrouble } from '../../src/shell/lab/report.ts';
import { FOLDER, play, SCENARIOS } from './scenarios.ts';

for (const { name, brokenBy, failing } of SCENARIOS.filter(({ isSmall }) => isSmall)) {
  test(`scenario: ${name} passes`, async () => {
    const report = await play(name, null, []);
    assert.equal(report.verdict, 'pass', firstTrouble(report) ?? '');
  });

  test(`scenario: ${name} fails with ${brokenBy.join(' ')}`, async () => {
    const { expectations, verdict } = await play(name, null, brokenBy);
    assert.equal(verdict, 'fail');
    assert.ok(expectations.some((row) => row.verdict === 'fail' && failing.test(row.expect)));
  });
}

test('scenario: every file is in the table and says first what it shows', () => {
  const files = readdirSync(FOLDER).filter((file) => file.endsWith('.lab'));
  assert.deepEqual(files.map((file) => file.replace('.lab', '')).sort(), SCENARIOS.map(({ name }) => name).sort());
  for (const file of files) {
    const [header, comment = ''] = readFileSync(join(FOLDER, file), 'utf8').split('\n');
    assert.equal(header, '#!peersh lab v1', file);
    assert.match(comment, /^# [A-Z]/, file);
  }
});
