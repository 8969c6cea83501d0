/** Scripts that are one line smaller. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { scriptOf } from '../../../src/shell/lab/script-file.ts';
import { smallerOnes } from '../../../src/shell/lab/smaller.ts';

test('minimise: what lets the time pass stays, whichever word says it', () => {
  const lines = ['run 5s', 'until peers>=2', 'wait peers>=2', 'crash n1', 'expect peers>=3'];
  const scripts = [...smallerOnes(scriptOf('x.lab', lines), 'x.lab:5')];
  assert.deepEqual(
    scripts.map((script) => lines.filter((line) => !script.lines.some(({ text }) => text === line))),
    [['crash n1']],
  );
});
