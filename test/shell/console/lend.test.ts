/** The terminal lent to another program while an input runs: it is as it was found meanwhile, and whole again afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { gateOf, ok } from '../../helpers/fake-session.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';

const EMPTY_PROMPT = PROMPT.trimEnd();

/** `edit` borrows the terminal until `back` is called. */
async function openLent(size: { columns?: number; rows?: number } = {}) {
  const open = await openConsole(size);
  const { session, console, terminal } = open;
  const borrowed = gateOf();
  session.answer = async (input) => {
    if (input === 'edit') await console.lend(async () => void (await borrowed.result));
    return ok(`answer to ${input}`);
  };
  terminal.type('edit\r');
  await terminal.until('the terminal is lent', () => !terminal.isRaw);
  return { ...open, back: () => borrowed.finish(ok()) };
}

test('console: lends its terminal out of raw mode and takes it back, with the next prompt', async (context) => {
  const { terminal, back, close } = await openLent();
  context.after(close);
  back();
  const { rows } = await terminal.until(
    'the prompt',
    (view) => view.rows.at(-1) === EMPTY_PROMPT && view.rows.length > 1,
  );
  assert.deepEqual(rows, [`${PROMPT}edit`, 'answer to edit', EMPTY_PROMPT]);
  assert.equal(terminal.isRaw, true);
  terminal.type('more\r');
  await terminal.shows('answer to more');
});

test('console: draws nothing while its terminal is lent, and shows the lines of that time afterwards', async (context) => {
  const { terminal, session, back, close } = await openLent();
  context.after(close);
  const before = terminal.written.length;
  session.line('+ a1b2c3d4 connected');
  session.line('of the command', true);
  session.setPrompt('5f0c2a9e 3> ');
  session.emit({ kind: 'progress', text: 'on the way', isWatched: false });
  terminal.resize(60, 10);
  await new Promise((resolve) => setTimeout(resolve, 120));
  assert.deepEqual(terminal.written.slice(before).join(''), '');
  back();
  const { rows } = await terminal.until('the prompt', (view) => view.rows.at(-1) === '5f0c2a9e 3>');
  assert.deepEqual(rows.slice(1), ['+ a1b2c3d4 connected', 'of the command', 'answer to edit', '5f0c2a9e 3>']);
});

test('console: reads nothing while its terminal is lent, and Ctrl-C interrupts nothing here', async (context) => {
  const { terminal, session, back, close } = await openLent();
  context.after(close);
  assert.equal(terminal.input.isPaused(), true);
  terminal.type('\x03ls\r');
  await new Promise((resolve) => setTimeout(resolve, 50));
  assert.equal(session.interrupts, 0);
  assert.deepEqual(session.ran, ['edit']);
  back();
  await terminal.shows('answer to edit');
});

test('console: a width that changed while its terminal was lent is the one it draws for', async (context) => {
  const { terminal, back, close } = await openLent({ columns: 80 });
  context.after(close);
  terminal.resize(30, 10);
  back();
  await terminal.until('the prompt', (view) => view.rows.at(-1) === EMPTY_PROMPT && view.rows.length > 1);
  terminal.type('echo a line that is folded over two rows');
  const { rows } = await terminal.until('the line', (view) => view.rows.at(-1) === 's folded over two rows');
  assert.equal(rows.at(-2), `${PROMPT}echo a line that i`);
});

test('console: a session that ends while the terminal is lent leaves it as it was found', async () => {
  const { terminal, session, console, close } = await openLent();
  session.line('+ last words');
  session.end();
  assert.equal((await console.done).kind, 'session');
  assert.equal(terminal.isRaw, false);
  await terminal.shows('+ last words');
  await close();
});
