/** The one decision about colour. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createPaint, decideColor } from '../../src/shell/color.ts';

test('color: flag, then NO_COLOR, then FORCE_COLOR, then a terminal that is not dumb', () => {
  const table: [boolean | null, NodeJS.ProcessEnv, boolean, boolean][] = [
    [null, {}, true, true],
    [null, {}, false, false],
    [null, { TERM: 'dumb' }, true, false],
    [null, { TERM: 'dumb', FORCE_COLOR: '1' }, true, true],
    [null, { FORCE_COLOR: '1' }, false, true],
    [null, { FORCE_COLOR: '0' }, true, false],
    [null, { NO_COLOR: '1', FORCE_COLOR: '1' }, true, false],
    [null, { NO_COLOR: '' }, true, true],
    [true, { NO_COLOR: '1' }, false, true],
    [false, { FORCE_COLOR: '1' }, true, false],
  ];
  for (const [flag, env, isTerminal, expected] of table)
    assert.equal(decideColor(flag, env, isTerminal), expected, JSON.stringify([flag, env, isTerminal]));
});

test('color: without it a painter adds nothing', () => {
  const plain = createPaint(false);
  for (const paint of [plain.good, plain.bad, plain.dim, plain.strong]) assert.equal(paint('x'), 'x');
  assert.equal(createPaint(true).good('x'), '\x1b[32mx\x1b[39m');
});

test('color: two shells of one process have each its own', () => {
  const coloured = createPaint(true);
  const plain = createPaint(false);
  assert.equal(coloured.bad('no'), '\x1b[31mno\x1b[39m');
  assert.equal(plain.bad('no'), 'no');
  assert.equal(createPaint(true).strong('x'), '\x1b[1mx\x1b[22m');
  assert.equal(plain.dim('x'), 'x');
});
