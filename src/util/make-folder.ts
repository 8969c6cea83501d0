/** Makes a folder for its owner alone, with those above it that are missing: a path goes in. Throws the system's error. */
import { mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

/** Node's own way with `recursive` tries for ever where a folder that is there lets none be made in it, as /proc does. */
export function makeFolder(folder: string): void {
  let trouble = tryToMake(folder);
  if (trouble?.code === 'ENOENT' && dirname(folder) !== folder) {
    makeFolder(dirname(folder));
    trouble = tryToMake(folder);
  }
  if (trouble !== null) throw trouble;
}

/** That it is there is no trouble, whoever made it. */
function tryToMake(folder: string): NodeJS.ErrnoException | null {
  try {
    mkdirSync(folder, { mode: 0o700 });
    return null;
  } catch (error) {
    const trouble = error as NodeJS.ErrnoException;
    return trouble.code === 'EEXIST' ? null : trouble;
  }
}
