/** What seeds, fuzz, eclipse and soak take from a command line, and what they refuse. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { readWhole, readWholes, WrongArgument } from './command-line.ts';

test('arguments: whole numbers are taken, what is left out is as it is by default', () => {
  assert.deepEqual(readWholes([], { COUNT: 100, FIRST: 1 }), { COUNT: 100, FIRST: 1 });
  assert.deepEqual(readWholes(['3'], { COUNT: 100, FIRST: 1 }), { COUNT: 3, FIRST: 1 });
  assert.deepEqual(readWholes(['3', '7'], { COUNT: 100, FIRST: 1 }), { COUNT: 3, FIRST: 7 });
  assert.equal(readWhole('--seed', '0', 0), 0);
});

test('arguments: what is no whole number, too small or one too many is refused by name', () => {
  for (const text of ['abc', '', '-3', '1.5', '1e3', '0x10', '0', ' 5', '9'.repeat(16)])
    assert.throws(
      () => readWholes([text], { COUNT: 100 }),
      (error) => error instanceof WrongArgument && error.message.startsWith('COUNT is a whole number from 1 on, not '),
      text,
    );
  assert.throws(() => readWholes(['1', '2', '3'], { COUNT: 100, FIRST: 1 }), /^.*"3" is one argument too many$/);
});

test('arguments: no command that tries a node passes when its arguments made it try nothing', (context) => {
  const built = (part: string) => fileURLToPath(new URL(`../${part}/main.js`, import.meta.url));
  if (!existsSync(built('seeds'))) return context.skip('this is not the test build');
  for (const [part, ...words] of [
    ['seeds', 'abc'],
    ['eclipse', '0'],
    ['soak', '-1'],
    ['fuzz', '--cases', 'abc'],
    ['fuzz', '--path', '3:2', '--cases', '10'],
    ['fuzz', '--nothing'],
  ] as const) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [built(part), ...words], { encoding: 'utf8' });
    const what = `${part} ${words.join(' ')}: ${stdout}${stderr}`;
    assert.equal(status, 2, what);
    assert.match(stderr, new RegExp(`^[^\\n]+; usage: npm run ${part} -- [^\\n]+\\n$`), what);
    assert.doesNotMatch(stdout, /held|broken|captured|ok/, what);
  }
});
