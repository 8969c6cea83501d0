// The README and the places in it that are printed: a name and what belongs there go in, the README with it comes out.
import assert from 'node:assert/strict';
import { join } from 'node:path';
import { ROOT } from './program.ts';

export const README = join(ROOT, 'README.md');

const placeOf = (name: string) => new RegExp(`(<!-- ${name} -->\n)([^]*?)(<!-- /${name} -->)`);

export function withPrinted(readme: string, name: string, body: string): string {
  assert.match(readme, placeOf(name), `the README has no place for ${name}`);
  return readme.replace(placeOf(name), (_, open: string, _old, close: string) => `${open}\n${body}\n\n${close}`);
}

/** What stands there now. */
export function printedIn(readme: string, name: string): string {
  const [, , body] = placeOf(name).exec(readme) ?? [];
  assert.ok(body !== undefined, `the README has no place for ${name}`);
  return body.trim();
}
