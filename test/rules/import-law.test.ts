// Executes the import law: which room of src may import which. It reads every import of every file, type imports and
// dynamic ones too, since a type that flows the wrong way binds the rooms as much as a value does.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { importsOf, resolveImport, type SourceFile, sourceFiles } from '../helpers/source.ts';

/** Rooms from the bottom up. A room may import itself and lower steps; rooms of one step never import each other. */
const STEPS: readonly (readonly string[])[] = [
  ['util'],
  ['wire'],
  ['settings.ts'],
  ['core'],
  ['query'],
  ['tap'],
  ['tcp', 'sim', 'trace'],
  ['learn'],
  ['shell', 'metrics'],
  ['worlds.ts'],
  ['library'],
  ['main.ts', 'index.ts'],
];

/** Lower rooms a room may still not import: the shell and the metrics see worlds only through core/world.ts. */
const HIDDEN: Readonly<Record<string, readonly string[]>> = { shell: ['tcp', 'sim'], metrics: ['tcp', 'sim'] };

/** The only file that may know both worlds. */
const COMPOSITION_ROOT = 'worlds.ts';

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

function stepOf(room: string): number {
  return STEPS.findIndex((rooms) => rooms.includes(room));
}

/** Why each import of a file breaks the law, one sentence each; empty when it keeps it. */
function breaches({ path, text }: SourceFile): string[] {
  const room = roomOf(path);
  if (stepOf(room) < 0) return [`${path}: no room of the layout; give it a step in the import law`];
  const found: string[] = [];
  const worlds = new Set<string>();
  for (const { specifier, line } of importsOf(text)) {
    const at = `${path}:${line}`;
    if (specifier === undefined) {
      found.push(`${at}: a computed import cannot be checked`);
      continue;
    }
    const target = resolveImport(path, specifier);
    if (target === undefined) continue;
    const other = roomOf(target);
    if (other === 'tcp' || other === 'sim') worlds.add(other);
    if (other === room) continue;
    if (stepOf(other) < 0) found.push(`${at}: imports ${target}, which is in no room`);
    else if (stepOf(other) >= stepOf(room)) found.push(`${at}: ${room} may not import ${other}`);
    else if (HIDDEN[room]?.includes(other)) found.push(`${at}: ${room} sees ${other} only through core/world.ts`);
  }
  if (worlds.size > 1 && path !== COMPOSITION_ROOT)
    found.push(`${path}: only ${COMPOSITION_ROOT} knows both tcp and sim`);
  return found;
}

test('import law: every file of src keeps it', () => {
  assert.deepEqual(sourceFiles().flatMap(breaches), []);
});

const REFUSED: readonly (readonly [path: string, text: string])[] = [
  ['util/assert.ts', `import { a } from '../wire/address.ts'`],
  ['wire/messages.ts', `import type { Settings } from '../settings.ts'`],
  ['settings.ts', `import './core/limits.ts'`],
  ['core/node.ts', `let world: import('../sim/world.ts').World`],
  ['core/node.ts', `import { tap } from '../tap/tap.ts'`],
  ['query/parse.ts', `export * from '../tap/tap.ts'`],
  ['tcp/world.ts', `import { seeded } from '../sim/random.ts'`],
  ['sim/world.ts', `import { record } from '../trace/recorder.ts'`],
  ['trace/why.ts', `import '../tcp/driver.ts'`],
  ['learn/lesson.ts', `import '../shell/command.ts'`],
  ['learn/lesson.ts', `import '../sim/world.ts'; import '../tcp/world.ts'`],
  ['shell/repl.ts', `await import('../tcp/world.ts')`],
  ['shell/commands/sim.ts', `import '../../sim/world.ts'`],
  ['shell/repl.ts', `import '../worlds.ts'`],
  ['shell/repl.ts', `await import('../metrics/serve.ts')`],
  ['metrics/serve.ts', `import '../tcp/world.ts'`],
  ['metrics/serve.ts', `import '../shell/errors.ts'`],
  ['worlds.ts', `import './main.ts'`],
  ['worlds.ts', `import './library/lab.ts'`],
  ['index.ts', `import './main.ts'`],
  ['main.ts', `import './tcp/world.ts'; import './sim/world.ts'`],
  ['main.ts', `import '../test/helpers/until.ts'`],
  ['main.ts', 'await import(name)'],
  ['common/thing.ts', ''],
];

for (const [path, text] of REFUSED) {
  test(`import law: refuses ${path}: ${text}`, () => {
    assert.notDeepEqual(breaches({ path, text }), []);
  });
}

const ALLOWED: readonly (readonly [path: string, text: string])[] = [
  [
    'core/node.ts',
    `import '../wire/messages.ts'; import '../settings.ts'; import '../util/assert.ts'; import './book.ts'`,
  ],
  ['tap/tap.ts', `import { parse } from '../query/parse.ts'`],
  ['shell/commands/why.ts', `import '../../trace/why.ts'; import '../../core/world.ts'; import '../../query/parse.ts'`],
  ['worlds.ts', `import './tcp/world.ts'; import './sim/world.ts'`],
  ['main.ts', `await import('./worlds.ts'); import './shell/repl.ts'; import 'node:fs'; import 'uuid'`],
];

for (const [path, text] of ALLOWED) {
  test(`import law: allows ${path}: ${text}`, () => {
    assert.deepEqual(breaches({ path, text }), []);
  });
}
