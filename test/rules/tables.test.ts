/** Every row of the product's tables is used: a reason that nothing gives and a limit that nothing keeps would be promises. */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import * as coreLimits from '../../src/core/limits.ts';
import { REASONS } from '../../src/core/reasons.ts';
import * as queryLimits from '../../src/query/limits.ts';
import * as wireLimits from '../../src/wire/limits.ts';
import { ROOT } from '../helpers/program.ts';

/** The text of all of src but one file. */
function sourcesWithout(file: string): string {
  const folder = join(ROOT, 'src');
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts') && name !== file)
    .map((name) => readFileSync(join(folder, name), 'utf8'))
    .join('\n');
}

const unused = (names: readonly string[], text: string, quote: string) =>
  names.filter((name) => !new RegExp(`${quote || '\\b'}${name}${quote || '\\b'}`).test(text));

test('tables: every reason is given somewhere', () => {
  assert.deepEqual(unused(Object.keys(REASONS), sourcesWithout(join('core', 'reasons.ts')), "'"), []);
});

test('tables: every limit is kept somewhere', () => {
  for (const [room, limits] of [
    ['core', coreLimits],
    ['wire', wireLimits],
    ['query', queryLimits],
  ] as const) {
    const own = readFileSync(join(ROOT, 'src', room, 'limits.ts'), 'utf8');
    const text = sourcesWithout(join(room, 'limits.ts'));
    const names = Object.keys(limits).filter((name) => own.split(name).length === 2);
    assert.deepEqual(unused(names, text, ''), []);
  }
});

test('tables: an unused row is named', () => {
  assert.deepEqual(unused(['refused', 'nobody-gives-this'], "reason = 'refused';", "'"), ['nobody-gives-this']);
});
