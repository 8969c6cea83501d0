// The scanner under the rule tests: a rule is worth what its reading of the source is worth.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, importsOf, resolveImport, sourceFiles, tokensOf } from './source.ts';

const words = (text: string): string[] =>
  codeOf(text)
    .filter((token) => token.kind === 'word')
    .map((token) => token.text);

const specifiers = (text: string): (string | undefined)[] => importsOf(text).map((found) => found.specifier);

test('scanner: words in strings, comments and regular expressions are not code', () => {
  assert.deepEqual(words(`'Date' "Date" \`Date\` // Date\n/* Date */; /Date/g.test(a)`), ['test', 'a']);
  assert.deepEqual(words(`'it\\'s Date' + "\\"Date" + b`), ['b']);
});

test('scanner: code inside a template is code, its text is not', () => {
  assert.deepEqual(words('`Date ${a + `Date ${b({ c: 1 })} Date`} Date` + d'), ['a', 'b', 'c', 'd']);
  assert.deepEqual(words('`\\${Date} $ $$ \\` Date` + e'), ['e']);
});

test('scanner: a slash divides after a value and opens a regular expression elsewhere', () => {
  assert.deepEqual(words('a / b / c'), ['a', 'b', 'c']);
  assert.deepEqual(words('(a) / b / c[0] / d'), ['a', 'b', 'c', 'd']);
  assert.deepEqual(words(`return /['"\`]/.test(a) && x`), ['return', 'test', 'a', 'x']);
  assert.deepEqual(words('f(/[/"]/, a)'), ['f', 'a']);
});

test('scanner: comment marks inside strings and expressions open no comment', () => {
  assert.deepEqual(words(`'http://x' + a; "/*" + b; /\\/\\*/.test(c); \`//\` + d`), ['a', 'b', 'test', 'c', 'd']);
});

test('scanner: power is one sign, and not found in comments', () => {
  assert.deepEqual(
    codeOf('/** doc */ a ** b').map((token) => token.text),
    ['a', '**', 'b'],
  );
});

test('scanner: tokens know their line', () => {
  assert.deepEqual(
    tokensOf('/* a\nb */\n`c\n` + d').map((token) => token.line),
    [1, 3, 4, 4],
  );
});

test('scanner: bad source ends', () => {
  for (const text of ["'open", '`open ${', '/* open', '}', '/', '`', '"', '\\'])
    assert.ok(tokensOf(text).length > 0, text);
});

test('imports: every form is found', () => {
  assert.deepEqual(specifiers(`import a from './a.ts'; import { type b, c as d } from './b.ts'`), ['./a.ts', './b.ts']);
  assert.deepEqual(specifiers(`import type { a } from './a.ts'; import type b from './b.ts'`), ['./a.ts', './b.ts']);
  assert.deepEqual(specifiers(`import * as a from './a.ts'; import './b.ts'`), ['./a.ts', './b.ts']);
  assert.deepEqual(specifiers(`export * from './a.ts'; export * as b from './b.ts'`), ['./a.ts', './b.ts']);
  assert.deepEqual(specifiers(`export { a } from './a.ts'; export type { b } from './b.ts'`), ['./a.ts', './b.ts']);
  assert.deepEqual(specifiers(`await import('./a.ts'); let b: import('./b.ts').B`), ['./a.ts', './b.ts']);
  assert.deepEqual(specifiers(`require('./a.cjs'); import(\`./b.ts\`)`), ['./a.cjs', './b.ts']);
  assert.deepEqual(specifiers(`import {\n  a, // from 'x'\n  b,\n} from './a.ts'`), ['./a.ts']);
});

test('imports: a computed specifier is reported as unknown', () => {
  assert.deepEqual(specifiers('import(name); import(`./${name}.ts`); import("./a" + b)'), [
    undefined,
    undefined,
    undefined,
  ]);
});

test('imports: what only looks like one is not one', () => {
  assert.deepEqual(specifiers(`// import a from './a.ts'\n"import a from './a.ts'"; \`import('./a.ts')\``), []);
  assert.deepEqual(specifiers(`export const a = 1; export { b }; from('x'); import.meta.url; c.import('x')`), []);
  assert.deepEqual(specifiers(`export type A = { from: 'x' }; export { d }\nconst from = 'y'`), []);
});

test('imports: relative specifiers resolve below src', () => {
  assert.equal(resolveImport('shell/commands/peers.ts', '../command.ts'), 'shell/command.ts');
  assert.equal(resolveImport('main.ts', './worlds.ts'), 'worlds.ts');
  assert.equal(resolveImport('main.ts', '../test/helpers/until.ts'), '../test/helpers/until.ts');
  assert.equal(resolveImport('main.ts', 'uuid'), undefined);
});

test('sources: src is found and read', () => {
  assert.ok(sourceFiles().some((file) => file.path === 'settings.ts' && file.text.length > 0));
});
