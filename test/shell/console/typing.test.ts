// Lines arrive while a person types; what is typed must stay whole, with its cursor, and no line may be damaged.
import assert from 'node:assert/strict';
import test from 'node:test';
import { ok } from '../../helpers/fake-session.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';

const LEFT = '\x1b[D';
const CTRL_R = '\x12';
const ESCAPE = '\x1b';

test('console: a line that arrives while nothing is typed stands above the prompt', async () => {
  const { terminal, session, close } = await openConsole();
  session.line('+ a1b2c3d4 connected');
  const view = await terminal.shows('connected');
  assert.deepEqual(view.rows, ['+ a1b2c3d4 connected', PROMPT.trimEnd()]);
  assert.deepEqual([view.row, view.column], [1, PROMPT.length]);
  await close();
});

test('console: a line that arrives while a short line is typed leaves the typed text and its cursor', async () => {
  const { terminal, session, close } = await openConsole();
  terminal.type('peers -v');
  terminal.type(LEFT);
  terminal.type(LEFT);
  session.line('+ a1b2c3d4 connected');
  const view = await terminal.shows('connected');
  assert.deepEqual(view.rows, ['+ a1b2c3d4 connected', `${PROMPT}peers -v`]);
  assert.deepEqual([view.row, view.column], [1, PROMPT.length + 6]);
  await close();
});

for (const columns of [20, 21, 33, 40, 80]) {
  test(`console: a line that arrives while a wrapped line is typed leaves the typed text whole on ${columns} columns`, async () => {
    const { terminal, session, close } = await openConsole({ columns });
    const typed = 'connect 127.0.0.1:4001 --timeout 5s '.repeat(4).slice(0, -1);
    for (const character of typed) terminal.type(character);
    await terminal.shows(typed.replaceAll(' ', '').slice(-9, -4));
    session.line('+ a1b2c3d4 connected from 127.0.0.1:61234 as an inbound peer');
    session.line('- a1b2c3d4 gone');
    const view = await terminal.shows('gone');
    const expected = [
      ...fold('+ a1b2c3d4 connected from 127.0.0.1:61234 as an inbound peer', columns),
      '- a1b2c3d4 gone',
      ...fold(PROMPT + typed, columns),
    ];
    assert.deepEqual(view.rows, expected);
    assert.equal(view.row, expected.length - 1);
    assert.equal(view.column, (PROMPT.length + typed.length) % columns);
    await close();
  });
}

test('console: a line that arrives leaves a cursor in the middle of a wrapped line where it is', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20 });
  terminal.type('connect 127.0.0.1:4001 --timeout 5s');
  for (let count = 0; count < 19; count += 1) terminal.type(LEFT);
  session.line('+ a1b2c3d4 connected');
  const first = await terminal.shows('connected');
  assert.deepEqual(first.rows, ['+ a1b2c3d4 connected', ...fold(`${PROMPT}connect 127.0.0.1:4001 --timeout 5s`, 20)]);
  assert.deepEqual([first.row, first.column], [2, 8]);
  terminal.type('9');
  const second = await terminal.shows('127.0.0.91');
  assert.deepEqual(second.rows, ['+ a1b2c3d4 connected', ...fold(`${PROMPT}connect 127.0.0.91:4001 --timeout 5s`, 20)]);
  await close();
});

test('console: text that ends exactly at the right edge is not damaged by a line that arrives', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20 });
  session.line('above');
  await terminal.shows('above');
  for (const character of '12345678') terminal.type(character);
  session.line('one');
  await terminal.shows('one');
  terminal.type('abcdefghijklmnopqrst');
  session.line('two');
  const view = await terminal.shows('two');
  assert.deepEqual(view.rows, ['above', 'one', 'two', `${PROMPT}12345678`, 'abcdefghijklmnopqrst']);
  assert.deepEqual([view.row, view.column], [5, 0]);
  await close();
});

test('console: a line that arrives at the bottom of the screen scrolls and damages nothing', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20, rows: 6 });
  for (let count = 0; count < 8; count += 1) session.line(`line ${count}`);
  await terminal.shows('line 7');
  terminal.type('connect 127.0.0.1:4001 --timeout 5s');
  session.line('line 8');
  const view = await terminal.shows('line 8');
  assert.deepEqual(view.rows, [
    ...Array.from({ length: 9 }, (_, count) => `line ${count}`),
    ...fold(`${PROMPT}connect 127.0.0.1:4001 --timeout 5s`, 20),
  ]);
  await close();
});

test('console: a line that arrives between the lines of a longer input leaves all of them', async () => {
  const { terminal, session, close } = await openConsole();
  session.answer = (input) => (input.endsWith('}') ? ok('3') : { kind: 'more' });
  terminal.type('{\r');
  await terminal.shows('...');
  terminal.type('1 + 2');
  session.line('+ a1b2c3d4 connected');
  session.setPrompt('5f0c2a9e 3> ');
  const view = await terminal.shows('connected');
  assert.deepEqual(view.rows, [`${PROMPT}{`, '+ a1b2c3d4 connected', '... 1 + 2']);
  terminal.type('\r');
  terminal.type('}\r');
  const last = await terminal.until('the result and the new prompt', ({ rows }) => rows.at(-1) === '5f0c2a9e 3>');
  assert.deepEqual(last.rows.slice(2), ['... 1 + 2', '... }', '3', '5f0c2a9e 3>']);
  assert.deepEqual(session.ran, ['{', '{\n1 + 2', '{\n1 + 2\n}']);
  await close();
});

test('console: a line that arrives while a paste of 3 lines runs stands between their answers', async () => {
  const { terminal, session, close } = await openConsole();
  session.answer = (input) => {
    session.line(`+ while ${input}`);
    return ok(`did ${input}`);
  };
  terminal.type('one\r\ntwo\r\nthree');
  const view = await terminal.until('the last of the paste', ({ rows }) => rows.at(-1) === `${PROMPT}three`);
  assert.deepEqual(view.rows, [
    `${PROMPT}one`,
    '+ while one',
    'did one',
    `${PROMPT}two`,
    '+ while two',
    'did two',
    `${PROMPT}three`,
  ]);
  assert.deepEqual(session.ran, ['one', 'two']);
  await close();
});

test('console: a text pasted into the middle of a wrapped line stands where the cursor was', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20 });
  terminal.type('connect [::1]:5999 --keep');
  for (let count = 0; count < 7; count += 1) terminal.type(LEFT);
  terminal.type(' --timeout 30s');
  session.line('+ a1b2c3d4 connected');
  const view = await terminal.shows('connected');
  assert.deepEqual(view.rows, [
    '+ a1b2c3d4 connected',
    ...fold(`${PROMPT}connect [::1]:5999 --timeout 30s --keep`, 20),
  ]);
  terminal.type('\r');
  await terminal.until('a run', () => session.ran.length === 1);
  assert.deepEqual(session.ran, ['connect [::1]:5999 --timeout 30s --keep']);
  await close();
});

test('console: wide characters keep their places when a line arrives', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20 });
  terminal.type('send 節點 節點 😀😀 節點節點');
  for (let count = 0; count < 6; count += 1) terminal.type(LEFT);
  session.line('+ 節點 😀 connected');
  const view = await terminal.shows('connected');
  assert.deepEqual(view.rows, ['+ 節點 😀 connected', '5f0c2a9e 2> send 節', '點 節點 😀😀 節點節', '點']);
  assert.deepEqual([view.row, view.column], [2, 10]);
  terminal.type('x');
  await terminal.shows('😀x😀');
  await close();
});

test('console: a line that arrives during a reverse search waits for its end', async () => {
  const { terminal, session, close } = await openConsole();
  terminal.type('peers -v\r');
  await terminal.until('a second prompt', ({ rows }) => rows.at(-1) === PROMPT.trimEnd() && rows.length === 2);
  terminal.type(CTRL_R);
  terminal.type('e');
  terminal.type('er');
  session.line('+ a1b2c3d4 connected');
  session.setPrompt('5f0c2a9e 3> ');
  const during = await terminal.shows('(bck-i-search: eer) peers -v');
  assert.deepEqual(during.rows, [`${PROMPT}peers -v`, '(bck-i-search: eer) peers -v']);
  terminal.type('s');
  await terminal.shows('eers)');
  terminal.type(ESCAPE);
  const after = await terminal.shows('connected');
  assert.deepEqual(after.rows, [`${PROMPT}peers -v`, '+ a1b2c3d4 connected', '5f0c2a9e 3>']);
  await close();
});

test('console: a line that was found by a reverse search stays when the line that waited is shown', async () => {
  const { terminal, session, close } = await openConsole({ columns: 30 });
  terminal.type('connect 127.0.0.1:4001 --timeout 5s\r');
  await terminal.until('a second prompt', ({ rows }) => rows.at(-1) === PROMPT.trimEnd());
  terminal.type(CTRL_R);
  terminal.type('time');
  await terminal.shows('search: time)');
  session.line('+ a1b2c3d4 connected');
  terminal.type('\x05');
  const view = await terminal.shows('+ a1b2c3d4');
  const typed = fold(`${PROMPT}connect 127.0.0.1:4001 --timeout 5s`, 30);
  assert.deepEqual(view.rows, [...typed, '+ a1b2c3d4 connected', ...typed]);
  await close();
});

test('console: Ctrl-G, like Ctrl-C, gives a search up and brings back what was typed', async () => {
  const { terminal, session, close } = await openConsole();
  terminal.type('peers -v\r');
  await terminal.until('a second prompt', ({ rows }) => rows.at(-1) === PROMPT.trimEnd() && rows.length === 2);
  terminal.type('ping');
  for (const key of ['\x07', '\x03']) {
    terminal.type(CTRL_R);
    terminal.type('eer');
    await terminal.shows('(bck-i-search: eer) peers -v');
    terminal.type(key);
    const { rows } = await terminal.until('the prompt', (view) => !view.rows.join().includes('search'));
    assert.deepEqual(rows, [`${PROMPT}peers -v`, `${PROMPT}ping`], JSON.stringify(key));
  }
  terminal.type(' all\r');
  await terminal.until('a run', () => session.ran.length === 2);
  assert.deepEqual(session.ran, ['peers -v', 'ping all']);
  await close();
});

test('console: the prompt changes in place, with the typed text and the cursor kept', async () => {
  const { terminal, session, close } = await openConsole({ columns: 20 });
  terminal.type('peers -v --json');
  for (let count = 0; count < 4; count += 1) terminal.type(LEFT);
  await terminal.shows('--json');
  session.setPrompt('5f0c2a9e 12> ');
  const view = await terminal.shows('12>');
  assert.deepEqual(view.rows, fold('5f0c2a9e 12> peers -v --json', 20));
  assert.deepEqual([view.row, view.column], [1, 4]);
  session.setPrompt('5f> ');
  const shorter = await terminal.shows('5f>');
  assert.deepEqual(shorter.rows, ['5f> peers -v --json']);
  assert.deepEqual([shorter.row, shorter.column], [0, 15]);
  await close();
});

test('console: a line longer than the screen is printed whole and the typed text stays', async () => {
  const { terminal, session, close } = await openConsole({ columns: 40, rows: 10 });
  const hostile = Array.from({ length: 1_000 }, (_, count) => `${count}`).join('-');
  terminal.type('peers');
  session.line(hostile);
  session.line('end');
  const view = await terminal.shows('end');
  assert.deepEqual(view.rows, [...fold(hostile, 40), 'end', `${PROMPT}peers`]);
  await close();
});

test('console: a narrower or wider terminal keeps every line that was printed and the typed text', async () => {
  const { terminal, session, close } = await openConsole({ columns: 60 });
  session.line('one'.padEnd(18, '.'));
  session.line('two'.padEnd(18, '.'));
  terminal.type('connect 127.0.0.1:4001 --timeout 5s');
  await terminal.shows('two');
  await terminal.shows('5s');
  for (const columns of [30, 20, 40, 80]) {
    terminal.resize(columns);
    session.line(`now ${columns}`);
    const view = await terminal.shows(`now ${columns}`);
    assert.deepEqual(view.rows.slice(0, 2), ['one'.padEnd(18, '.'), 'two'.padEnd(18, '.')]);
    const typed = fold(`${PROMPT}connect 127.0.0.1:4001 --timeout 5s`, columns);
    assert.deepEqual(view.rows.slice(-typed.length - 1), [`now ${columns}`, ...typed]);
  }
  terminal.type('\r');
  await terminal.until('a run', () => session.ran.length === 1);
  assert.deepEqual(session.ran, ['connect 127.0.0.1:4001 --timeout 5s']);
  await close();
});

test('console: on a terminal that cannot move its cursor a line waits until nothing is typed', async (t) => {
  const before = process.env['TERM'];
  process.env['TERM'] = 'dumb';
  t.after(() => {
    if (before === undefined) delete process.env['TERM'];
    else process.env['TERM'] = before;
  });
  const { terminal, session, close } = await openConsole();
  session.line('+ one');
  await terminal.shows('+ one');
  terminal.type('peers');
  session.line('+ two');
  await new Promise((resolve) => setTimeout(resolve, 150));
  terminal.type('\r');
  await terminal.shows('+ two');
  await terminal.until('the prompt', ({ rows }) => rows.at(-1) === PROMPT.trimEnd());
  assert.deepEqual((await terminal.view()).rows, [
    PROMPT.trimEnd(),
    '+ one',
    `${PROMPT}peers`,
    '+ two',
    PROMPT.trimEnd(),
  ]);
  await close();
});

/** As a terminal folds text of narrow characters. */
function fold(text: string, columns: number): string[] {
  const rows: string[] = [];
  for (let from = 0; from < text.length; from += columns) rows.push(text.slice(from, from + columns).trimEnd());
  return rows;
}
