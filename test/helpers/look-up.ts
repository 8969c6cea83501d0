/** One look-up of a directory as the user types it: a server goes in, what is listed comes out. */
import assert from 'node:assert/strict';
import { createDirectories } from '../../src/tcp/directory.ts';
import { parsePlace, readDirectory } from '../../src/wire/directory.ts';

/** What is listed, sorted; or the code of the failure. */
export function look(server: string, typed: string): Promise<readonly string[] | string> {
  const place = parsePlace(typed);
  const directory = 'error' in place ? null : readDirectory(place.host);
  assert.ok(directory !== null, typed);
  return new Promise((resolve) => {
    createDirectories(() => server).ask(directory, (error, places) =>
      resolve(error === null ? [...places].sort() : (error.code ?? error.message)),
    );
  });
}
