// Chooses test files and runs them with this Node's own test runner: `fast`, `slow` and `interop` from the test build,
// `only PART...` straight from the sources. File names are passed one by one: a folder as argument fails on Node 22+, a
// quoted glob on 20, and no shell glob can leave the slow files out. Choosing no file at all is a failure.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleProgram } from './build.mjs';

const root = fileURLToPath(new URL('../..', import.meta.url));
const MINUTE_MS = 60_000;

/** Which files make a suite, and how long one of them may take. */
const SUITES = {
  fast: { holds: (file) => !isSlow(file) && !isInterop(file), fileMs: 5 * MINUTE_MS, files: 2 },
  slow: { holds: (file) => isSlow(file) && !isInterop(file), fileMs: 9 * MINUTE_MS, files: 2 },
  interop: { holds: isInterop, fileMs: 5 * MINUTE_MS, files: 1 },
};

function isSlow(file) {
  return /\.slow\.test\.[jt]s$/.test(file);
}

function isInterop(file) {
  return file.split(sep).includes('interop');
}

/** Paths of the test files below a folder, relative to it, sorted. */
function testFilesIn(folder) {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.test\.[jt]s$/.test(file))
    .sort();
}

/** Runs the files; returns the exit code. */
function runFiles(files, { fileMs, concurrency, environment = {}, options = [] }) {
  if (files.length === 0) {
    console.error('no test file matches');
    return 1;
  }
  const flags = [
    '--test',
    '--enable-source-maps',
    '--test-reporter=spec',
    `--test-concurrency=${concurrency}`,
    `--test-timeout=${fileMs}`,
    ...options,
  ];
  const env = { ...process.env, ...environment };
  const { status } = spawnSync(process.execPath, [...flags, ...files], { cwd: root, stdio: 'inherit', env });
  return status ?? 1;
}

/** Bundles each chosen test in a folder of this run (no type check, nothing shared with other runs), runs and removes it. */
async function runOnly(parts, options) {
  const tests = join(root, 'test');
  const chosen = testFilesIn(tests).filter((file) => parts.length === 0 || parts.some((part) => file.includes(part)));
  const folder = join(root, '.build', `only-${process.pid}`);
  try {
    const { build } = await import('esbuild');
    await build({
      absWorkingDir: root,
      entryPoints: chosen.map((file) => join(tests, file)),
      outdir: folder,
      outbase: tests,
      bundle: true,
      splitting: true,
      packages: 'external',
      format: 'esm',
      platform: 'node',
      target: 'node20',
      sourcemap: 'linked',
      logLevel: 'warning',
    });
    const program = join(folder, 'program');
    try {
      bundleProgram(program);
    } catch {
      console.error('the program does not build; tests that start it will fail');
    }
    const files = chosen.map((file) => join(folder, file.replace(/\.ts$/, '.js')));
    const environment = { PEERSH_PROGRAM: join(program, 'main.js') };
    return runFiles(files, { fileMs: SUITES.slow.fileMs, concurrency: 2, environment, options });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

const [suiteName = '', ...rest] = process.argv.slice(2);
const suite = SUITES[suiteName];
if (suiteName === 'only') {
  const isOption = (word) => word.startsWith('--');
  process.exitCode = await runOnly(
    rest.filter((word) => !isOption(word)),
    rest.filter(isOption),
  );
} else if (suite) {
  const built = join(root, '.build', 'test');
  const files = testFilesIn(built).filter(suite.holds);
  process.exitCode = runFiles(
    files.map((file) => join(built, file)),
    { fileMs: suite.fileMs, concurrency: suite.files, options: rest },
  );
} else {
  console.error(`usage: run.mjs ${Object.keys(SUITES).join('|')} | only PART...`);
  process.exitCode = 2;
}
