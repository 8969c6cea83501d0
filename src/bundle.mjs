/**
 * Makes the program: a folder goes in (`--outdir=FOLDER`); main.js comes out there, and beside it the parts that are loaded once something
 * asks for them. All that main.ts imports becomes one file, since each file that is read at a start costs a millisecond.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

const FOLDER = fileURLToPath(new URL('.', import.meta.url));
const MAIN = join(FOLDER, 'main.ts');
const IMPORTS = [...readFileSync(MAIN, 'utf8').matchAll(/ from '(\.[^']+)';$/gm)].map(
  ([, path]) => `import '${path}';`,
);

/**
 * esbuild puts together what the same entries reach, and every part that is loaded late is an entry. Each is made to import what main.ts
 * imports, which is there by then: so all entries reach all of that, and it is not split by which part needs which of it.
 * @type {import('esbuild').Plugin}
 */
const lateParts = {
  name: 'late parts',
  setup(building) {
    building.onResolve({ filter: /./ }, ({ kind, path, resolveDir }) =>
      kind === 'dynamic-import'
        ? { path: path.startsWith('.') ? join(resolveDir, path) : path, namespace: 'late' }
        : null,
    );
    building.onLoad({ filter: /./, namespace: 'late' }, ({ path }) => {
      // Of a package nothing but its default is asked for.
      const what = path.startsWith(FOLDER) ? '*' : '{ default }';
      return { contents: `${IMPORTS.join('\n')}\nexport ${what} from ${JSON.stringify(path)};`, resolveDir: FOLDER };
    });
  },
};

await build({
  entryPoints: [MAIN],
  outdir: parseArgs({ options: { outdir: { type: 'string' } } }).values.outdir,
  bundle: true,
  splitting: true,
  format: 'esm',
  platform: 'node',
  target: 'node20',
  logLevel: 'warning',
  chunkNames: 'chunks/[name]-[hash]',
  plugins: [lateParts],
  // Packages of the older kind ask for Node's own modules by these names.
  banner: {
    js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url), __filename = import.meta.filename, __dirname = import.meta.dirname;",
  },
});
