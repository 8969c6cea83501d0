/** The example programs of the README: its text goes in; the name, source and output of each come out. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from './program.ts';

const EXAMPLE = /<!-- example (\w+) -->\n+```js\n(.*?)```\n+```\n(.*?)```\n+<!-- \/example \1 -->/gs;

export interface Example {
  readonly name: string;
  readonly source: string;
  readonly output: string;
}

export const readmeExamples = (): Example[] =>
  [...readFileSync(join(ROOT, 'README.md'), 'utf8').matchAll(EXAMPLE)].map(
    ([, name = '', source = '', output = '']) => ({
      name,
      source,
      output,
    }),
  );
