/** JavaScript at the prompt: what is evaluated, what is shown, and that no mistake of it harms the shell. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { evaluate } from '../../src/shell/javascript.ts';
import { isOfPrompt } from '../../src/shell/typed.ts';
import { openShell } from '../helpers/open-shell.ts';

test('javascript: values are shown as inspect shows them, undefined as nothing', async () => {
  const { text, value } = await openShell({ peers: 0 });
  assert.equal(await text('1 + 1'), '2');
  assert.equal(await text('=[1, "two"]'), "[ 1, 'two' ]");
  assert.equal(await text('{ a: 1 }'), '{ a: 1 }');
  assert.equal(await text('void 0'), '');
  assert.equal(await value('10n'), 10n);
  assert.equal(await value('-0'), -0);
  assert.ok(Number.isNaN(await value('NaN')));
});

test('javascript: top-level await works, and const may be declared again', async () => {
  const { value } = await openShell({ peers: 0 });
  assert.equal(await value('await Promise.resolve(3)'), 3);
  await value('const twice = 1');
  await value('const twice = await Promise.resolve(2)');
  assert.equal(await value('twice'), 2);
});

test('javascript: a promise at the end of a line is answered by what comes of it', async () => {
  const { shell, text, value, failure } = await openShell();
  assert.equal((await value<unknown[]>('peers()')).length, 2);
  assert.equal(await value('_.length'), 2);
  assert.equal(await text('Promise.resolve(3)'), '3');
  assert.equal((await failure('Promise.reject(new TypeError("no"))')).message, 'TypeError: no');
  assert.equal((await failure('connect("10.0.0.99:5999")')).code, 'refused');
  assert.equal(await text('const later = peers()'), '');
  const waiting = shell.run('new Promise(() => undefined)');
  await new Promise(setImmediate);
  shell.interrupt();
  assert.equal((await waiting).kind, 'aborted');
});

test('javascript: what is long is shown less deep, and rows stay whole', async () => {
  const { text } = await openShell();
  const shown = await text('node');
  assert.ok(shown.split('\n').length <= 120, `${shown.split('\n').length} lines`);
  assert.match(shown, /^ {2}id: '/m);
  assert.match(shown, /^ {2}peers: /m);
  assert.match(await text('(await peers())'), /^ {4}pingMs: /m);
  assert.match(await text('Array.from({ length: 50 }, (_, n) => ({ n, b: { c: n } }))'), /\{ n: 49, b: \{ c: 49 \} \}/);
});

test('javascript: node and world are the live objects, commands are functions', async () => {
  const { value, node, world } = await openShell();
  assert.equal(await value('node'), node.state);
  assert.equal(await value('world'), world);
  assert.equal(await value('node.peers.size'), 2);
  assert.equal(await value('(await peers()).length'), 2);
  assert.deepEqual(await value('(await ping("#1")).received'), 1);
  assert.deepEqual(await value("(await send('#1', { msgtype: 'ping' })).type"), 'ping');
  assert.match(await value<string>('(await connect("10.0.0.99:5999").catch((e) => e.code))'), /^refused$/);
});

test('javascript: _ keeps the raw rows of the last answer', async () => {
  const { value } = await openShell();
  const rows = await value('peers');
  assert.equal(await value('_'), rows);
  assert.equal(await value('_.length'), 2);
  assert.equal(await value('_ + 1'), 3);
  await value('help');
  assert.equal(await value('_'), 3);
});

test('javascript: a loop without end is stopped', async () => {
  const { shell } = await openShell({ peers: 0 });
  const result = await evaluate(shell, 'while (true) {}', new AbortController().signal, 50);
  assert.deepEqual(result, { kind: 'threw', message: 'stopped: it ran for more than 0.05 s' });
});

test('javascript: an error is one line, said once', async () => {
  const { failure, shell, printed } = await openShell({ peers: 0 });
  assert.equal((await failure('nothing.at.all')).message, 'ReferenceError: nothing is not defined');
  assert.equal((await failure('throw new Error("why")')).message, 'Error: why');
  assert.equal((await failure('throw { a: 1 }')).message, 'thrown: { a: 1 }');
  assert.equal((await failure('throw null')).message, 'thrown: null');
  assert.equal((await failure('await Promise.reject(new TypeError("no"))')).message, 'TypeError: no');
  assert.match((await failure('let = = 3')).message, /^SyntaxError: (?:Unexpected token|Invalid|let )/);
  assert.deepEqual(printed, []);
  assert.equal(shell.failure?.line, 'let = = 3');
});

test('javascript: a command that fails is told as itself', async () => {
  const { failure } = await openShell({ peers: 0 });
  const failed = await failure('await ping("#9")');
  assert.deepEqual([failed.code, failed.message], ['no-such-peer', 'no peer "#9"; no peers; try connect HOST:PORT']);
});

test('javascript: a mistyped command is one, with arguments or without', async () => {
  const { failure } = await openShell({ peers: 0 });
  for (const line of ['pers', 'pers -v', 'pers --all', 'conect localhost:5998', 'statuss', 'drp #1', 'wiat peers>=1']) {
    const unknown = await failure(line);
    assert.equal(unknown.code, 'unknown-command', line);
    assert.ok((unknown['near'] as string[]).length > 0, line);
  }
  assert.match((await failure('3zzzzz all')).message, /^SyntaxError/);
  assert.match((await failure('frobnicate')).message, /^unknown command "frobnicate"; type help for the list$/);
});

test('javascript: an unfinished input asks for more, and fails where each line has its answer', async () => {
  const person = await openShell({ peers: 0, interactive: true });
  for (const line of ['[1,', '(', 'function f() {', '`text'])
    assert.equal((await person.shell.run(line)).kind, 'more', line);
  assert.equal(await person.value('[1,\n2]').then((rows) => (rows as unknown[]).length), 2);
  const script = await openShell({ peers: 0 });
  assert.equal((await script.shell.run('[1,')).kind, 'more');
  const json = await openShell({ peers: 0, json: true });
  const { message } = await json.failure('[1,');
  assert.equal((await json.failure('foo(')).message, message);
  assert.equal(message, 'the JavaScript is not finished: with --json it stands on one line');
});

test('javascript: several lines that go wrong are JavaScript, whatever they begin with', async () => {
  const { shell, failure } = await openShell({ peers: 0 });
  assert.equal((await shell.run('1 +')).kind, 'more');
  const wrong = await failure('1 +\nping all');
  assert.deepEqual([wrong.code, wrong['near']], ['javascript', []]);
  assert.match(
    wrong.message,
    /^the JavaScript that begins with "1 \+" does not go on like this: SyntaxError: Unexpected token/,
  );
  assert.equal((await failure('pers +\nping all')).code, 'javascript');
  assert.equal((await failure('1 1')).code, 'javascript');
});

test('javascript: import() and require start from the working directory', async () => {
  const { value } = await openShell({ peers: 0 });
  assert.equal(await value('typeof (await import("node:os")).cpus'), 'function');
  assert.equal(await value('(await import("kleur")).default === require("kleur")'), true);
  assert.equal(await value('require("./package.json").name'), 'peersh');
  assert.equal(await value('const text = "import(1)"; text'), 'import(1)');
  assert.equal(await value('await import("./none.mjs").catch((error) => error.code)'), 'ERR_MODULE_NOT_FOUND');
});

test('javascript: Ctrl-C lets go of a promise that never settles, and ends a command it called', async () => {
  const { shell, value } = await openShell({ peers: 0 });
  const waiting = shell.run('await new Promise(() => undefined)');
  setImmediate(() => shell.interrupt());
  assert.equal((await waiting).kind, 'aborted');
  assert.equal(await value('1 + 1'), 2);
});

test('javascript: what is awaited is awaited whole, wherever it stands', async () => {
  const { value, shell } = await openShell({ peers: 0 });
  assert.equal(await value('await (1, Promise.resolve(2))'), 2);
  assert.equal(await value('await await Promise.resolve(Promise.resolve(3))'), 3);
  assert.equal(await value('(await (async () => await Promise.resolve(4))()) + (await 1)'), 5);
  assert.deepEqual(await value('[await import("node:os"), await 6].length'), 2);
  assert.equal(await value('let sum = 0; for await (const one of [1, Promise.resolve(2)]) sum += one; sum'), 3);
  assert.equal(await value('sum = 0; for await (const one of (async function* () { yield 4; })()) sum += one; sum'), 4);
  assert.equal(await value('"await nothing"'), 'await nothing');
  const endless = shell.run('for await (const one of (async function* () { await new Promise(() => 0); })()) one');
  setImmediate(() => shell.interrupt());
  assert.equal((await endless).kind, 'aborted');
});

test('javascript: a variable keeps its name from being the beginning of a command', async () => {
  const { shell, value } = await openShell({ peers: 0, interactive: true });
  assert.equal((await shell.run('stat')).kind, 'error');
  assert.deepEqual(Object.keys(await value<object>('statu')).slice(0, 1), ['nodeId']);
  await value('let statu = 5');
  assert.equal(await value('statu'), 5);
});

test('javascript: what a peer could put into a value is shown harmless', async () => {
  const { text } = await openShell({ peers: 0 });
  const shown = await text('["\\x1b[31mred", "\\u202ertl", "\\u0085", new Error("\\x1b]0;title\\x07").message]');
  assert.ok(!/[^\x20-\x7e\n]/.test(shown), JSON.stringify(shown));
});

test('javascript: what nobody caught is known for the prompt’s, our own errors are not', async () => {
  const { value } = await openShell({ peers: 0 });
  assert.equal(isOfPrompt(await value('new Error("mine")')), true);
  assert.equal(isOfPrompt('a string'), true);
  assert.equal(isOfPrompt(new Error('ours')), false);
});
