/** A node without a shell: what it loads, and what it loads only once something asks for more. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { PROGRAM } from '../helpers/program.ts';
import { ALONE } from '../helpers/run-program.ts';

/** What a start costs time for and only a shell needs. */
const OF_A_SHELL =
  /^src\/(?:shell\/(?:shell|notices|javascript|rc|run-shell|run-streams)\.ts|shell\/(?:commands|console\/console|hand|lab\/lab)|trace\/recorder|sim\/)/;

/** The source files whose code a headless node loads until it is told to stop, by the name that the bundle gives to each. */
async function loadedBy(context: TestContext, args: readonly string[]): Promise<string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-loaded-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const env = { PATH: process.env['PATH'], HOME: folder, NODE_V8_COVERAGE: folder };
  const command = [PROGRAM, '--headless', '--listen', '127.0.0.1:0', ...args];
  const child = spawn(process.execPath, command, { stdio: ['ignore', 'ignore', 'pipe'], env });
  let said = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('listening') && (said + text).includes('listening')) child.kill('SIGTERM');
    said += text;
  });
  const [code] = (await once(child, 'exit')) as [number | null];
  assert.equal(code, 0, said);
  const loaded = readdirSync(folder)
    .filter((name) => name.startsWith('coverage-'))
    .flatMap((name) => (JSON.parse(readFileSync(join(folder, name), 'utf8')) as Coverage).result)
    .filter(({ url }) => url.startsWith('file:') && fileURLToPath(url).startsWith(dirname(PROGRAM)));
  return loaded.flatMap(({ url }) =>
    [...readFileSync(fileURLToPath(url), 'utf8').matchAll(/^\/\/ (src\/\S+|node_modules\/\S+)$/gm)].map(
      ([, path = '']) => path,
    ),
  );
}

interface Coverage {
  readonly result: readonly { readonly url: string }[];
}

test('headless: a node without lines to run loads no shell, no command, no recorder, no lab and no simulator', async (context) => {
  const loaded = await loadedBy(context, ALONE);
  assert.ok(loaded.includes('src/core/node.ts') && loaded.includes('src/tcp/driver.ts'), loaded.join(' '));
  assert.deepEqual(
    loaded.filter((path) => OF_A_SHELL.test(path)),
    [],
  );
  assert.deepEqual(
    loaded.filter((path) => /acorn|cli-table3|write-file-atomic/.test(path)),
    [],
  );
});

test('program: what a start needs is one file beside its own, since each costs it a millisecond', () => {
  const needed = new Set([PROGRAM]);
  for (const file of needed)
    for (const [, path = ''] of readFileSync(file, 'utf8').matchAll(/^(?:import|}).*"(\.[^"]+)";$/gm))
      needed.add(join(dirname(file), path));
  assert.equal(needed.size, 2, [...needed].join(' '));
});

test('headless: lines of .noderc that need a node load the shell that runs them', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-rc-'));
  context.after(() => rmSync(folder, { recursive: true }));
  writeFileSync(join(folder, 'rc'), 'status\n');
  const loaded = await loadedBy(context, ['--no-data', '--no-bootstrap', '--rc', join(folder, 'rc')]);
  assert.ok(loaded.includes('src/shell/shell.ts'), loaded.join(' '));
});
