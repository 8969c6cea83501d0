// One line at a time: answers, type-ahead, Ctrl-C, Ctrl-D, longer inputs, and the ways a console ends.
import assert from 'node:assert/strict';
import test from 'node:test';
import { startConsole } from '../../../src/shell/console/console.ts';
import { TYPE_AHEAD_MAX } from '../../../src/shell/console/gate.ts';
import type { RunResult } from '../../../src/shell/session.ts';
import { FakeSession, gateOf, ok } from '../../helpers/fake-session.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';
import { TestTerminal } from '../../helpers/terminal.ts';

const CTRL_C = '\x03';
const CTRL_D = '\x04';
const EMPTY_PROMPT = PROMPT.trimEnd();

test('console: the banner stands above the first prompt and nothing else does', async () => {
  const terminal = new TestTerminal();
  const session = new FakeSession();
  const console = startConsole({
    session,
    input: terminal.input,
    output: terminal.output,
    history: null,
    banner: 'peersh\ntype help',
  });
  const view = await terminal.shows(EMPTY_PROMPT);
  assert.deepEqual(view.rows, ['peersh', 'type help', EMPTY_PROMPT]);
  assert.equal(terminal.isRaw, true);
  session.end();
  await console.done;
});

test('console: an answer stands below its line, an error too, and an empty line asks nothing', async () => {
  const { terminal, session, close } = await openConsole();
  session.answer = (input) =>
    input === 'peers'
      ? ok('no peers')
      : {
          kind: 'error',
          code: 'unknown-command',
          message: 'plain',
          near: [],
          text: 'unknown command: pears',
          value: null,
        };
  terminal.type('peers\r');
  terminal.type('\r');
  terminal.type('  \r');
  terminal.type('pears\r');
  const view = await terminal.until('both answers', ({ rows }) => rows.length === 7);
  assert.deepEqual(view.rows, [
    `${PROMPT}peers`,
    'no peers',
    EMPTY_PROMPT,
    EMPTY_PROMPT,
    `${PROMPT}pears`,
    'unknown command: pears',
    EMPTY_PROMPT,
  ]);
  assert.deepEqual(session.ran, ['peers', 'pears']);
  await close();
});

test('console: lines of the running command are printed at once, however many', async () => {
  const { terminal, session, close } = await openConsole();
  session.answer = () => {
    for (let count = 0; count < 500; count += 1) session.line(`pong ${count}`, true);
    return ok('500 sent');
  };
  terminal.type('ping all\r');
  const view = await terminal.until(
    'the prompt again',
    ({ rows }) => rows.length > 500 && rows.at(-1) === EMPTY_PROMPT,
  );
  assert.deepEqual(view.rows, [
    `${PROMPT}ping all`,
    ...Array.from({ length: 500 }, (_, count) => `pong ${count}`),
    '500 sent',
    EMPTY_PROMPT,
  ]);
  await close();
});

test('console: lines typed ahead run in order, one at a time, and are shown as they run', async () => {
  const { terminal, session, close } = await openConsole();
  const first = gateOf();
  session.answer = (input) => (input === 'one' ? first.result : ok(`did ${input}`));
  terminal.type('one\r');
  terminal.type('two\rthr');
  terminal.type('ee\r');
  terminal.type('fo');
  const during = await terminal.until('the first run', ({ rows }) => rows.at(-1) === `${PROMPT}one`);
  assert.deepEqual(during.rows, [`${PROMPT}one`]);
  assert.deepEqual(session.ran, ['one']);
  first.finish(ok('did one'));
  const view = await terminal.until('the rest', ({ rows }) => rows.at(-1) === `${PROMPT}fo`);
  assert.deepEqual(view.rows, [
    `${PROMPT}one`,
    'did one',
    `${PROMPT}two`,
    'did two',
    `${PROMPT}three`,
    'did three',
    `${PROMPT}fo`,
  ]);
  assert.deepEqual(session.ran, ['one', 'two', 'three']);
  await close();
});

test('console: Ctrl-C interrupts the running command and forgets what was typed ahead of it', async () => {
  const { terminal, session, close } = await openConsole();
  const run = gateOf();
  session.answer = (input) => (input === 'ping all' ? run.result : ok(`did ${input}`));
  session.onInterrupt = () => run.finish({ kind: 'aborted', text: 'aborted' });
  terminal.type('ping all\r');
  await terminal.until('a run', () => session.ran.length === 1);
  terminal.type(`drop all\r${CTRL_C}peers\r`);
  const view = await terminal.until('the next prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT && rows.length > 3);
  assert.deepEqual(view.rows, [`${PROMPT}ping all`, 'aborted', `${PROMPT}peers`, 'did peers', EMPTY_PROMPT]);
  assert.equal(session.interrupts, 1);
  assert.deepEqual(session.ran, ['ping all', 'peers']);
  await close();
});

test('console: Ctrl-C in the same chunk as the line it follows interrupts that line', async () => {
  const { terminal, session, close } = await openConsole();
  const run = gateOf();
  session.answer = () => run.result;
  session.onInterrupt = () => run.finish({ kind: 'aborted', text: 'aborted' });
  terminal.type(`ping all\r${CTRL_C}`);
  const view = await terminal.until('the next prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT && rows.length > 1);
  assert.deepEqual(view.rows, [`${PROMPT}ping all`, 'aborted', EMPTY_PROMPT]);
  await close();
});

test('console: Ctrl-C with nothing running clears the line, and hints how to leave on an empty one', async () => {
  const { terminal, session, close } = await openConsole({ columns: 30 });
  terminal.type('connect 127.0.0.1:4001 --keep');
  terminal.type('\x1b[D'.repeat(20));
  terminal.type(CTRL_C);
  await terminal.until('an empty prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
  terminal.type(CTRL_C);
  const view = await terminal.until('the hint', ({ rows }) => rows.length === 6);
  assert.deepEqual(
    view.rows,
    [
      `${PROMPT}connect 127.0.0.1:`,
      '4001 --keep',
      EMPTY_PROMPT,
      '(type quit or press Ctrl-D to ',
      'leave)',
      EMPTY_PROMPT,
    ].map((row) => row.trimEnd()),
  );
  terminal.type('peers\r');
  await terminal.until('a run', () => session.ran.length === 1);
  assert.deepEqual(session.ran, ['peers']);
  assert.equal(session.interrupts, 0);
  await close();
});

test('console: Ctrl-C drops the lines of an unfinished input', async () => {
  const { terminal, session, close } = await openConsole();
  session.answer = (input) => (input.startsWith('(') ? { kind: 'more' } : ok());
  terminal.type('(\r');
  terminal.type('.then(\r');
  await terminal.until('a second line', ({ rows }) => rows.length === 3 && rows.at(-1) === '...');
  terminal.type(CTRL_C);
  const view = await terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
  assert.deepEqual(view.rows, [`${PROMPT}(`, '... .then(', '...', EMPTY_PROMPT]);
  terminal.type('peers\r');
  await terminal.until('a run', () => session.ran.length === 3);
  assert.deepEqual(session.ran, ['(', '(\n.then(', 'peers']);
  await close();
});

test('console: Ctrl-D on an empty line runs quit and ends when the session does', async () => {
  const { terminal, session, console } = await openConsole();
  session.answer = () => {
    setImmediate(() => session.end());
    return ok('stopped');
  };
  terminal.type('x');
  terminal.type(CTRL_D);
  terminal.type('\x7f');
  await terminal.until('an empty line', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
  assert.deepEqual(session.ran, []);
  terminal.type(CTRL_D);
  assert.deepEqual(await console.done, { kind: 'session' });
  assert.deepEqual(session.ran, ['quit']);
  assert.deepEqual((await terminal.view()).rows, [`${PROMPT}quit`, 'stopped']);
  assert.equal(terminal.isRaw, false);
  assert.equal(session.isListenedTo, false);
  assert.equal(terminal.input.listenerCount('data'), 0);
});

test('console: an end that comes before the answer of quit does not lose the answer', async () => {
  const { terminal, session, console } = await openConsole();
  const run = gateOf();
  session.answer = () => run.result;
  terminal.type(CTRL_D);
  await terminal.until('a run', () => session.ran.length === 1);
  session.end();
  run.finish(ok('stopped'));
  await console.done;
  assert.deepEqual((await terminal.view()).rows, [`${PROMPT}quit`, 'stopped']);
});

test('console: a node that stops during a reverse search damages no line above', async () => {
  const { terminal, session, console } = await openConsole({ columns: 30 });
  session.line('one');
  session.line('two');
  await terminal.shows('two');
  terminal.type('connect 127.0.0.1:4001 --timeout 5s');
  terminal.type('\x12');
  await terminal.shows('(bck-i-search: )');
  session.line('three');
  session.end();
  await console.done;
  assert.deepEqual((await terminal.view()).rows, ['one', 'two', 'three']);
});

test('console: a quit that is refused leaves the prompt', async () => {
  const { terminal, session, close } = await openConsole();
  const refused: RunResult = { kind: 'error', code: 'refused', message: '', near: [], text: 'not now', value: null };
  session.answer = () => refused;
  terminal.type(CTRL_D);
  await terminal.until('the prompt', ({ rows }) => rows.length === 3 && rows.at(-1) === EMPTY_PROMPT);
  terminal.type('x');
  const view = await terminal.shows(`${PROMPT}x`);
  assert.deepEqual(view.rows, [`${PROMPT}quit`, 'not now', `${PROMPT}x`]);
  await close();
});

test('console: a node that stops by itself takes the prompt off the screen', async () => {
  const { terminal, session, console } = await openConsole({ columns: 20 });
  terminal.type('connect 127.0.0.1:4001');
  await terminal.shows('4001');
  session.line('! the node stops');
  session.end();
  assert.deepEqual(await console.done, { kind: 'session' });
  assert.deepEqual((await terminal.view()).rows, ['! the node stops']);
});

test('console: an end while a command runs waits for its answer', async () => {
  const { terminal, session, console } = await openConsole();
  const run = gateOf();
  session.answer = () => run.result;
  terminal.type('shutdown\r');
  await terminal.until('a run', () => session.ran.length === 1);
  session.end();
  run.finish(ok('stopped'));
  await console.done;
  assert.deepEqual((await terminal.view()).rows, [`${PROMPT}shutdown`, 'stopped']);
});

for (const code of ['EPIPE', 'EIO']) {
  test(`console: a terminal that fails with ${code} ends the console and says so`, async () => {
    const { terminal, session, console } = await openConsole();
    terminal.output.destroy(Object.assign(new Error(`write ${code}`), { code }));
    session.line('nobody sees this');
    assert.deepEqual(await console.done, { kind: 'terminal', message: `write ${code}` });
    assert.equal(session.isListenedTo, false);
    assert.deepEqual(session.ran, []);
    terminal.output.emit('error', new Error('a second one'));
    terminal.input.emit('error', new Error('a third one'));
  });
}

test('console: a terminal that hangs up does not run the line that was being typed', async () => {
  const { terminal, session, console } = await openConsole();
  terminal.type('drop all');
  await terminal.shows('drop all');
  terminal.input.end();
  assert.deepEqual(await console.done, { kind: 'terminal', message: 'the input has ended' });
  assert.deepEqual(session.ran, []);
});

test("console: the dot-words of Node's REPL do not reach the session", async () => {
  const { terminal, session, console } = await openConsole();
  session.answer = (input) => {
    if (input === 'quit') session.end();
    return input === '{' ? { kind: 'more' } : ok();
  };
  terminal.type('.help\r{\r.break\r.5 + 1\r.exit\r');
  await console.done;
  assert.deepEqual((await terminal.view()).rows, [
    `${PROMPT}.help`,
    'type help',
    `${PROMPT}{`,
    '... .break',
    `${PROMPT}.5 + 1`,
    `${PROMPT}.exit`,
  ]);
  assert.deepEqual(session.ran, ['{', '.5 + 1', 'quit']);
});

test('console: a flood of typed bytes is bounded, said, and does not make Ctrl-C deaf', async () => {
  const { terminal, session, close } = await openConsole();
  const run = gateOf();
  session.answer = () => run.result;
  session.onInterrupt = () => run.finish({ kind: 'aborted', text: 'aborted' });
  terminal.type('ping all\r');
  await terminal.until('a run', () => session.ran.length === 1);
  for (let sent = 0; sent <= TYPE_AHEAD_MAX; sent += 65_536) terminal.type('x'.repeat(65_536));
  await terminal.shows('more was typed ahead');
  terminal.type(CTRL_C);
  await terminal.shows('aborted');
  await terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
  await close();
});

test('console: starting one adds nothing to globalThis', async () => {
  const before = Object.getOwnPropertyNames(globalThis).sort();
  const { close } = await openConsole();
  assert.deepEqual(Object.getOwnPropertyNames(globalThis).sort(), before);
  await close();
});

test('console: a key that comes in two pieces is one key', async () => {
  const { terminal, session, close } = await openConsole();
  terminal.type('per');
  terminal.type('\x1b');
  terminal.type('[');
  terminal.type('De');
  terminal.type('\x1b[');
  terminal.type('Cs');
  const euro = Buffer.from('€');
  terminal.input.write(euro.subarray(0, 1));
  terminal.input.write(euro.subarray(1));
  terminal.type('\r');
  await terminal.until('a run', () => session.ran.length === 1);
  assert.deepEqual(session.ran, ['peers€']);
  await close();
});

test('console: what is watched is drawn in place, lines go above it, and q ends it', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20, rows: 8 });
  const enough = gateOf();
  session.answer = () => enough.result;
  session.onFinish = () => enough.finish(ok('the last'));
  terminal.type('watch it\r');
  await terminal.until('the command', () => session.ran.length === 1);
  const frame = (text: string) => session.emit({ kind: 'progress', text, isWatched: true });
  frame('head\none\ntwo');
  await terminal.until('the first frame', ({ rows }) => rows.at(-1) === 'two');
  frame(`head\n${'x'.repeat(50)}`);
  await terminal.until('the second frame', ({ rows }) => rows.at(-1) === 'x'.repeat(20));
  session.line('+ a peer');
  const view = await terminal.until('the line', ({ rows }) => rows.includes('+ a peer'));
  assert.deepEqual(view.rows.slice(-3), ['+ a peer', 'head', 'x'.repeat(20)]);
  assert.ok(!view.rows.includes('one'), 'nothing of an earlier frame stays');
  frame(Array.from({ length: 20 }, (_, i) => `row ${i}`).join('\n'));
  await terminal.until('a long frame', ({ rows }) => rows.at(-1) === '… 14 more');
  terminal.type('xq');
  await terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
  assert.equal(session.finishes, 1);
  assert.equal(session.interrupts, 0);
  session.answer = () => ok();
  terminal.type('quiz\r');
  await terminal.until('the next line', () => session.ran.includes('quiz'));
  assert.equal(session.finishes, 1, 'q is a letter again');
  await close();
});
