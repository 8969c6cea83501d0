// Executes the purity rule: rooms that must give the same answer on every machine and in every run touch no clock, timer,
// process, console, network or package; core, sim and query use no promises and no mathematics that differs between machines.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { codeOf, importsOf, resolveImport, type SourceFile, sourceFiles, type Token } from '../helpers/source.ts';

const PURE = new Set(['wire', 'core', 'sim', 'query', 'tap', 'trace', 'settings.ts']);

/** Rooms whose every step must be repeatable, bit for bit. */
const DETERMINISTIC = new Set(['core', 'sim', 'query']);

/** Packages that are pure themselves, by the room that may use them. */
const PURE_PACKAGES: Readonly<Record<string, readonly string[]>> = { wire: ['ipaddr.js'] };

/** Globals that reach outside the program or differ from run to run. */
const IMPURE_GLOBALS = new Set(
  `Date performance setTimeout setInterval setImmediate clearTimeout clearInterval clearImmediate queueMicrotask
   process console globalThis global require fetch crypto WeakRef FinalizationRegistry eval`.split(/\s+/),
);

/** Names that break a deterministic room even as members: their answer depends on the machine's language. */
const LOCALE_MEMBERS = new Set(['localeCompare', 'toLocaleString', 'toLocaleUpperCase', 'toLocaleLowerCase', 'Intl']);

/** The functions of Math that every engine must round alike. */
const EXACT_MATH = new Set(['sqrt', 'floor', 'min', 'max', 'abs', 'imul']);

/** The ports name promises in their types; the simulator's adapters hand them to the shell. Nothing else there may. */
const PORTS = new Set(['core/world.ts', 'core/simulation.ts']);
const ADAPTERS = new Set(['sim/world.ts', 'sim/simulation.ts']);

function roomOf(path: string): string {
  return path.split('/')[0] ?? path;
}

/** Whether the word at `index` names a member or a key, so that it is no use of the global of that name. */
function isMember(code: readonly Token[], index: number): boolean {
  const before = code[index - 1]?.text ?? '';
  const after = code[index + 1]?.text ?? '';
  if (before === '.' || before === '?.') return true;
  const isKey = after === ':' || (after === '?' && code[index + 2]?.text === ':');
  return isKey && /^(?:[{,;(]|readonly)$/.test(before);
}

/** What in a file is impure, one sentence each. `deterministic` adds the rules of core, sim and query. */
function impurities({ path, text }: SourceFile, deterministic = DETERMINISTIC.has(roomOf(path))): string[] {
  const found: string[] = [];
  const packages = PURE_PACKAGES[roomOf(path)] ?? [];
  for (const { specifier, line } of importsOf(text)) {
    const isRelative = specifier?.startsWith('.') ?? false;
    if (!isRelative && !packages.includes(specifier ?? '')) found.push(`${path}:${line}: imports ${specifier}`);
  }
  const code = codeOf(text);
  for (const [index, token] of code.entries()) {
    const say = (what: string): void => void found.push(`${path}:${token.line}: ${what}`);
    const next = code[index + 1]?.text;
    if (deterministic && /^\*\*/.test(token.text) && token.kind === 'sign')
      say('** rounds differently between engines');
    if (token.kind !== 'word') continue;
    if (deterministic && LOCALE_MEMBERS.has(token.text)) say(`${token.text} depends on the machine's language`);
    if (isMember(code, index)) continue;
    if (IMPURE_GLOBALS.has(token.text)) say(`uses ${token.text}`);
    if (token.text === 'import' && next === '.') say('uses import.meta');
    if (token.text === 'Math') {
      const name = next === '.' ? (code[index + 2]?.text ?? '') : '';
      if (deterministic && !EXACT_MATH.has(name)) say(`uses Math${name && `.${name}`}`);
      if (!deterministic && (name === 'random' || name === '')) say('uses randomness that no seed repeats');
    }
    if (deterministic && /^(?:Promise|PromiseLike|async|await)$/.test(token.text)) {
      const isType = /^Promise(?:Like)?$/.test(token.text) && next === '<' && code[index - 1]?.text !== 'new';
      if (!ADAPTERS.has(path) && !(PORTS.has(path) && isType)) say(`uses ${token.text}`);
    }
  }
  return found;
}

/** The files of util that pure rooms reach: what they use must be as pure as they are. */
function reachedUtilities(files: readonly SourceFile[]): SourceFile[] {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const reached = new Set<SourceFile>();
  const queue = files.filter((file) => PURE.has(roomOf(file.path)));
  for (let file = queue.pop(); file; file = queue.pop()) {
    for (const { specifier } of importsOf(file.text)) {
      const target = byPath.get(resolveImport(file.path, specifier ?? '') ?? '');
      if (!target || roomOf(target.path) !== 'util' || reached.has(target)) continue;
      reached.add(target);
      queue.push(target);
    }
  }
  return [...reached];
}

test('purity: the pure rooms keep it', () => {
  const files = sourceFiles().filter((file) => PURE.has(roomOf(file.path)));
  assert.ok(files.length > 0);
  assert.deepEqual(
    files.flatMap((file) => impurities(file)),
    [],
  );
});

test('purity: what the pure rooms use of util keeps it', () => {
  assert.deepEqual(
    reachedUtilities(sourceFiles()).flatMap((file) => impurities(file, true)),
    [],
  );
});

test('purity: an impure file of util is found through the room that uses it', () => {
  const files = [
    { path: 'core/node.ts', text: `import { a } from '../util/a.ts'` },
    { path: 'util/a.ts', text: `import './b.ts'` },
    { path: 'util/b.ts', text: `import 'node:fs'` },
    { path: 'util/free.ts', text: `import 'node:fs'` },
  ];
  const reached = reachedUtilities(files);
  assert.deepEqual(reached.map((file) => file.path).sort(), ['util/a.ts', 'util/b.ts']);
  assert.equal(reached.flatMap((file) => impurities(file, true)).length, 1);
});

const IMPURE: readonly (readonly [path: string, text: string])[] = [
  ['wire/frames.ts', `import { Buffer } from 'node:buffer'`],
  ['wire/frames.ts', `import type { Socket } from 'node:net'`],
  ['wire/frames.ts', `import uuid from 'uuid'`],
  ['core/dialer.ts', `import ipaddr from 'ipaddr.js'`],
  ['trace/recorder.ts', `await import('node:fs')`],
  ['trace/recorder.ts', 'const at = Date.now()'],
  ['settings.ts', 'const home = process.env.HOME'],
  ['query/match.ts', 'console.log(1)'],
  ['query/match.ts', 'const { now } = performance'],
  ['query/match.ts', 'async function f() {}'],
  ['tap/tap.ts', 'setTimeout(f, 1)'],
  ['tap/tap.ts', 'globalThis.setTimeout(f, 1)'],
  ['tap/tap.ts', 'const roll = Math.random()'],
  ['tap/tap.ts', 'const { random } = Math'],
  ['tap/tap.ts', 'const clock = isLate ? Date : other'],
  ['core/node.ts', 'queueMicrotask(f)'],
  ['core/node.ts', 'async function f() {}'],
  ['core/node.ts', 'let later: Promise<void>'],
  ['core/world.ts', 'export const f = async () => 1'],
  ['core/world.ts', 'new Promise<void>(f)'],
  ['core/world.ts', 'Promise.resolve()'],
  ['sim/network.ts', 'const x = Math.pow(2, 3)'],
  ['sim/network.ts', 'const x = Math.log(2)'],
  ['sim/network.ts', 'const x = 2 ** 3'],
  ['sim/network.ts', 'x **= 3'],
  ['sim/network.ts', 'names.sort((a, b) => a.localeCompare(b))'],
  ['sim/world.ts', 'setImmediate(f)'],
];

for (const [path, text] of IMPURE) {
  test(`purity: refuses ${path}: ${text}`, () => {
    assert.notDeepEqual(impurities({ path, text }), []);
  });
}

const INNOCENT: readonly (readonly [path: string, text: string])[] = [
  ['wire/address.ts', `import ipaddr from 'ipaddr.js'; import { a } from './b.ts'`],
  ['core/node.ts', '/** Not Date, not process. */ const text = `Promise ${Math.floor(2)}`'],
  [
    'core/node.ts',
    'this.process(1); const row = { process: 1, Date: 2 }; interface A { readonly console: 1; process?: 2 }',
  ],
  ['core/world.ts', 'until(event: string): Promise<void>'],
  ['sim/world.ts', 'async until() { await new Promise((resolve) => resolve(1)); }'],
  ['trace/why.ts', 'Math.round(2 ** 3)'],
];

for (const [path, text] of INNOCENT) {
  test(`purity: allows ${path}: ${text}`, () => {
    assert.deepEqual(impurities({ path, text }), []);
  });
}
