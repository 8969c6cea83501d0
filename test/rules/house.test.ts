// Executes the house rules a machine can judge: headers, names, forms that may not appear, and what may lie at the top of
// the repository. It judges src and the list of tracked files; taste is left to readers.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import { ROOT } from '../helpers/program.ts';
import { codeOf, importsOf, type SourceFile, sourceFiles, tokensOf } from '../helpers/source.ts';

/** Names that say nothing about what a file holds. */
const EMPTY_NAME = /(?:^|\/)(?:utils?|types|helpers?|common|misc)\.ts$/;

/** A comment with fewer letters says neither what goes in nor what must not happen. */
const HEADER_LETTERS_MIN = 40;

const TOP_LEVEL = new Set(
  `.ci .gitignore .noderc .npmrc .oxlintrc.json CHANGELOG.md LICENSE README.md biome.json deploy knip.json
   package-lock.json package.json src test tsconfig.json`.split(/\s+/),
);

/** Words that leave work behind, put together here so that a search for them finds only real ones. */
const LEFT_BEHIND = ['TO' + 'DO', 'FIX' + 'ME', 'XXX', 'HACK'];
const LEAVES_WORK = new RegExp(`\\b(?:${LEFT_BEHIND.join('|')})\\b`);

/** What a file does against the house rules, one sentence each. */
function offences({ path, text }: SourceFile): string[] {
  const found: string[] = [];
  const tokens = tokensOf(text);
  const code = codeOf(text);
  const say = (line: number, what: string): void => void found.push(`${path}:${line}: ${what}`);

  if (EMPTY_NAME.test(path)) say(1, 'the name says nothing; name it after what it holds');
  if (headerOf(text).replace(/[^a-z]/gi, '').length < HEADER_LETTERS_MIN) {
    say(1, 'opens without one or two sentences: what goes in, what comes out, what it must not do');
  }
  for (const { kind, text: comment, line } of tokens) {
    if (kind !== 'comment') continue;
    if (LEAVES_WORK.test(comment)) say(line, 'leaves work to do in a comment');
    if (/^[\s/*]*import\b.*(?:from\s*)?['"][^'"]+['"]\)?\s*;?\s*$/m.test(comment)) say(line, 'a commented-out import');
  }
  for (const [index, { kind, text: word, line }] of code.entries()) {
    if (kind !== 'word' || (word !== 'enum' && word !== 'namespace')) continue;
    const [name, brace] = [code[index + 1], code[index + 2]];
    if (name?.kind === 'word' && (brace?.text === '{' || brace?.text === '.')) say(line, `a ${word}`);
  }
  for (const { specifier, line } of importsOf(text)) {
    if (specifier?.startsWith('.') && !/\.(?:ts|json)$/.test(specifier)) say(line, `imports ${specifier} without .ts`);
  }
  return found;
}

/** The comment a file opens with, after a #! line; empty when code comes first. */
function headerOf(text: string): string {
  const tokens = tokensOf(text).filter((token) => !token.text.startsWith('#!'));
  const end = tokens.findIndex((token) => token.kind !== 'comment');
  return tokens
    .slice(0, end < 0 ? undefined : end)
    .map((token) => token.text)
    .join('\n');
}

/** Tracked paths whose first part has no place at the top of the repository. */
function strayEntries(paths: readonly string[]): string[] {
  return [...new Set(paths.map((path) => path.split('/')[0] ?? path))].filter((name) => !TOP_LEVEL.has(name));
}

test('house: every file of src keeps the rules', () => {
  const files = sourceFiles();
  assert.ok(files.length > 0);
  assert.deepEqual(files.flatMap(offences), []);
});

test('house: the top of the repository holds only what has a place there', (context) => {
  const git = spawnSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' });
  if (git.status !== 0) return context.skip('not a git checkout');
  assert.deepEqual(strayEntries(git.stdout.split('\0').filter(Boolean)), []);
});

test('house: a stray file at the top is named', () => {
  assert.deepEqual(strayEntries(['src/main.ts', 'notes.md', 'scripts/a.sh', 'scripts/b.sh']), ['notes.md', 'scripts']);
});

const HEADER = '// Text in, tokens out; it must never take a word of a comment for code.\n';

const REFUSED: readonly (readonly [path: string, text: string])[] = [
  ['core/node.ts', ''],
  ['core/node.ts', 'const a = 1;\n// Text in, tokens out; it must never take a word of a comment for code.'],
  ['core/node.ts', '// node\nconst a = 1;'],
  ['main.ts', '#!/usr/bin/env node\nconst a = 1;'],
  ...LEFT_BEHIND.flatMap((word): [string, string][] => [
    ['core/node.ts', `${HEADER}// ${word}: later`],
    ['core/node.ts', `${HEADER}/* ${word} */`],
  ]),
  ['core/node.ts', `${HEADER}// import { a } from './a.ts';`],
  ['core/node.ts', `${HEADER}/*\n * import './a.ts'\n */`],
  ['core/node.ts', `${HEADER}export enum Color { Red }`],
  ['core/node.ts', `${HEADER}declare namespace A.B {}`],
  ['core/node.ts', `${HEADER}import { a } from './a.js'`],
  ['core/node.ts', `${HEADER}import { a } from './a'`],
  ['shell/utils.ts', HEADER],
  ['types.ts', HEADER],
  ['wire/helpers.ts', HEADER],
];

for (const [path, text] of REFUSED) {
  test(`house: refuses ${path}: ${JSON.stringify(text.replace(HEADER, '… '))}`, () => {
    assert.notDeepEqual(offences({ path, text }), []);
  });
}

const ALLOWED: readonly (readonly [path: string, text: string])[] = [
  ['main.ts', `#!/usr/bin/env node\n${HEADER}import { a } from './a.ts'`],
  [
    'core/node.ts',
    `/**\n * Text in, tokens out; it must never take a word of a comment for code.\n */\nconst a = '${LEFT_BEHIND[0]}';`,
  ],
  [
    'core/node.ts',
    `${HEADER}const enumeration = { enum: 1, namespace: 2 };\n// An import from 'x' is fine to talk about.`,
  ],
];

for (const [path, text] of ALLOWED) {
  test(`house: allows ${path}: ${JSON.stringify(text.replace(HEADER, '… '))}`, () => {
    assert.deepEqual(offences({ path, text }), []);
  });
}
