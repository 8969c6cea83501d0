// Where things are, for tests that start the real program or read the source tree. It holds paths only and starts nothing.
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

/** The repository's root: the nearest folder above this file that has a tsconfig.json. Compiled tests lie below it too. */
export const ROOT: string = findRoot(dirname(fileURLToPath(import.meta.url)));

/** The bundled program as users start it: `node PROGRAM …`. The test runner may point to another build of it. */
export const PROGRAM: string = process.env['PEERSH_PROGRAM'] ?? join(ROOT, '.build', 'program', 'main.js');

function findRoot(folder: string): string {
  if (existsSync(join(folder, 'tsconfig.json'))) return folder;
  const parent = dirname(folder);
  if (parent === folder) throw new Error('no tsconfig.json above the tests');
  return findRoot(parent);
}
