// Builds what the tests run: .build/src and .build/test by the compiler, .build/program as the bundle users start. It goes
// to a folder of its own first and is swapped in when complete, so a deleted test cannot stay behind, a type error leaves
// the last good build, and dist (which a running node loads from) is never touched.
import { execSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = fileURLToPath(new URL('../..', import.meta.url));
const PARTS = ['src', 'test', 'program'];

/** Runs a tool of node_modules/.bin; its output is ours. Throws when it fails. @param {string} command */
function run(command) {
  const path = `${join(root, 'node_modules', '.bin')}${delimiter}${process.env.PATH}`;
  execSync(command, { cwd: root, stdio: 'inherit', env: { ...process.env, PATH: path } });
}

/** Bundles the program into a folder, by the one command that also makes dist. @param {string} folder */
export function bundleProgram(folder) {
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  run(`${scripts.bundle} "--outdir=${folder}"`);
}

function buildTests() {
  const next = join(root, '.build', `next-${process.pid}`);
  const old = join(root, '.build', `old-${process.pid}`);
  try {
    // The source maps would be off by the folder that the swap takes away: they name the sources from the root.
    run(`tsc --outDir "${next}" --sourceRoot "${pathToFileURL(root).href}"`);
    bundleProgram(join(next, 'program'));
    mkdirSync(old, { recursive: true });
    for (const part of PARTS) {
      if (existsSync(join(root, '.build', part))) renameSync(join(root, '.build', part), join(old, part));
      renameSync(join(next, part), join(root, '.build', part));
    }
  } finally {
    for (const folder of [next, old]) rmSync(folder, { recursive: true, force: true });
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  try {
    buildTests();
  } catch (error) {
    console.error(`test build failed: ${error instanceof Error ? error.message : String(error)}`);
    process.exitCode = 1;
  }
}
