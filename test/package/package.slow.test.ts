/**
 * The package as users get it: packed from what is tracked, judged by publint and arethetypeswrong, installed globally into an empty prefix,
 * and used there as a program and, with its types, as a library. It never touches dist.
 */
import assert from 'node:assert/strict';
import { execFile, execFileSync, type SpawnSyncReturns, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { publint } from 'publint';
import { ROOT } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';
import { readmeExamples } from '../helpers/readme-examples.ts';
import { ALONE } from '../helpers/run-program.ts';

const folder = mkdtempSync(join(tmpdir(), 'peersh-package-'));
const prefix = join(folder, 'prefix');
const installed = join(prefix, 'lib', 'node_modules', 'peersh');
const tool = (name: string) => join(ROOT, 'node_modules', '.bin', name);
const npm = (...args: readonly string[]) => promisify(execFile)('npm', args, { cwd: folder, maxBuffer: 16_777_216 });
let tarball = '';

after(() => rmSync(folder, { recursive: true, force: true }));

before(async () => {
  const source = join(folder, 'source');
  const tracked = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const path of tracked) {
    mkdirSync(dirname(join(source, path)), { recursive: true });
    cpSync(join(ROOT, path), join(source, path));
  }
  symlinkSync(join(ROOT, 'node_modules'), join(source, 'node_modules'));
  await npm('pack', source, '--pack-destination', folder);
  tarball = join(folder, `peersh-${versionOf(source)}.tgz`);
  await npm('install', '--global', '--prefix', prefix, '--prefer-offline', tarball);
});

const versionOf = (at: string) =>
  (JSON.parse(readFileSync(join(at, 'package.json'), 'utf8')) as { version: string }).version;

/** Nothing of this checkout is in its reach. */
const env = {
  PATH: `${join(prefix, 'bin')}:${process.env['PATH']}`,
  HOME: folder,
  TMPDIR: folder,
  XDG_RUNTIME_DIR: folder,
  NO_COLOR: '1',
};

/** Runs the installed program. */
function peersh(...args: readonly string[]): SpawnSyncReturns<string> {
  return spawnSync('peersh', args, { cwd: folder, env, encoding: 'utf8', timeout: 30_000 });
}

test('package: holds the program, the library, its types and the manual, and neither sources nor tests', () => {
  const paths = execFileSync('tar', ['-tzf', tarball], { encoding: 'utf8' }).split('\n').filter(Boolean);
  for (const name of [
    'dist/main.js',
    'dist/library/index.js',
    'dist/types/index.d.ts',
    'dist/peersh.1',
    'LICENSE',
    'README.md',
  ])
    assert.ok(paths.includes(`package/${name}`), name);
  assert.deepEqual(
    paths.filter((path) => !/^package\/(?:dist\/.*\.(?:js|d\.ts|1)|package\.json|[A-Z]+(?:\.md)?)$/.test(path)),
    [],
  );
});

test('package: publint has nothing to say', async () => {
  const bytes = readFileSync(tarball);
  const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const { messages } = await publint({ pack: { tarball: buffer }, strict: true });
  assert.deepEqual(messages, []);
});

test('package: its types are right wherever an ES module can be imported', () => {
  const { status, stdout } = spawnSync(tool('attw'), [tarball, '--profile', 'esm-only', '--no-color'], {
    encoding: 'utf8',
  });
  assert.equal(status, 0, stdout);
});

test('package: installed globally it is a program with a manual page', () => {
  assert.equal(peersh('--version').stdout, `${versionOf(installed)}\n`);
  assert.deepEqual(
    [peersh(...ALONE, '-e', 'peers', '-e', '[1, 2].map((x) => x + 1)')].map(({ status, stdout, stderr }) => [
      status,
      stdout,
      stderr,
    ]),
    [[0, 'no peers; try connect HOST:PORT\n[ 2, 3 ]\n', '']],
  );
  const played = peersh('--script', join(ROOT, 'test', 'scenarios', 'simultaneous.lab'));
  assert.equal(played.status, 0, played.stderr);
  const page = readFileSync(join(prefix, 'share', 'man', 'man1', 'peersh.1'), 'utf8');
  assert.equal(page, peersh('man').stdout);
});

test('package: installed globally it runs as a service that shells attach to', {
  skip: whyNoPty() ?? false,
}, async (context) => {
  const node = spawn('peersh', ['--headless', '--listen', '127.0.0.1:0', ...ALONE], { cwd: folder, env });
  context.after(() => node.kill('SIGKILL'));
  const ended = once(node, 'exit');
  const [ready] = (await once(node.stdout.setEncoding('utf8'), 'data')) as [string];
  assert.match(ready, /^ready [0-9a-f-]{36} 127\.0\.0\.1:\d+ pid \d+ socket /);
  assert.equal(peersh('exec', 'peers --json').stdout, '[]\n');
  const words = Object.entries(env).map(([name, value]) => `${name}=${value}`);
  const pty = new Pty(['env', '-i', ...words, 'TERM=xterm', 'peersh', 'attach']);
  context.after(() => pty.close());
  await pty.terminal.until('a prompt', ({ rows }) => / 0>$/.test(rows.at(-1) ?? ''));
  pty.terminal.type('shutdown\r');
  assert.equal(await pty.exitCode(), 0);
  assert.deepEqual(await ended, [0, null]);
});

test('package: the example of the README compiles with its types and prints what stands there', () => {
  const user = join(folder, 'user');
  mkdirSync(join(user, 'node_modules', '@types'), { recursive: true });
  symlinkSync(installed, join(user, 'node_modules', 'peersh'));
  symlinkSync(join(ROOT, 'node_modules', '@types', 'node'), join(user, 'node_modules', '@types', 'node'));
  const [example] = readmeExamples();
  writeFileSync(join(user, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(user, 'example.ts'), example?.source ?? '');
  const options = ['--strict', '--module', 'nodenext', '--target', 'es2023', '--types', 'node'];
  const compiled = spawnSync(tool('tsc'), [...options, 'example.ts'], { cwd: user, encoding: 'utf8' });
  assert.equal(compiled.stdout, '');
  assert.equal(compiled.status, 0);
  const ran = spawnSync(process.execPath, ['example.js'], { cwd: user, encoding: 'utf8' });
  assert.equal(ran.stderr, '');
  assert.equal(ran.stdout, example?.output);
});
