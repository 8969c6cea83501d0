// Holds package.json and its lock to the rules of packages: every version exact, and no registry of anybody written down.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { ROOT } from '../helpers/program.ts';

type Versions = Readonly<Record<string, string>>;

const read = (name: string): unknown => JSON.parse(readFileSync(join(ROOT, name), 'utf8'));

test('package: every dependency has an exact version', () => {
  const { dependencies, devDependencies } = read('package.json') as Record<string, Versions>;
  const loose = Object.entries({ ...dependencies, ...devDependencies }).filter(
    ([, version]) => !/^\d+\.\d+\.\d+$/.test(version),
  );
  assert.deepEqual(loose, []);
});

test('package: the lock names no registry, so that everybody installs from their own', () => {
  const { packages } = read('package-lock.json') as {
    packages: Record<string, { resolved?: string; integrity?: string }>;
  };
  const entries = Object.entries(packages).filter(([path]) => path !== '');
  assert.ok(entries.length > 0);
  assert.deepEqual(
    entries.filter(([, { resolved }]) => resolved !== undefined).map(([path]) => path),
    [],
  );
  assert.deepEqual(
    entries.filter(([, { integrity }]) => integrity === undefined).map(([path]) => path),
    [],
  );
});
