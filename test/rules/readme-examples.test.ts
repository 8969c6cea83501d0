// Runs the example programs of the README as a user would, with `peersh` being these sources: each must print what the block after it says.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { promisify } from 'node:util';
import { build } from 'esbuild';
import { ROOT } from '../helpers/program.ts';
import { readmeExamples } from '../helpers/readme-examples.ts';

/** Runs a program and gives what it printed. Its folder lies here, so that it finds the packages. */
async function printed(name: string, source: string): Promise<string> {
  const folder = join(ROOT, '.build', `example-${name}-${process.pid}`);
  mkdirSync(folder, { recursive: true });
  try {
    const outfile = join(folder, 'example.js');
    await build({
      stdin: { contents: source, resolveDir: ROOT },
      absWorkingDir: ROOT,
      alias: { peersh: join(ROOT, 'src', 'index.ts') },
      bundle: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      outfile,
    });
    return (await promisify(execFile)(process.execPath, [outfile], { timeout: 60_000 })).stdout;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const examples = readmeExamples();

test('readme: there are examples to run', () => {
  assert.ok(examples.length > 0);
});

for (const { name, source, output } of examples) {
  test(`readme: the example of ${name} prints what stands below it`, async () => {
    assert.equal(await printed(name, source), output);
  });
}
