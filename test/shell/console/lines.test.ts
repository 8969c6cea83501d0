// How many lines of the node's own accord reach the screen, and what happens to the rest.
import assert from 'node:assert/strict';
import test from 'node:test';
import { Lines } from '../../../src/shell/console/lines.ts';
import { ok } from '../../helpers/fake-session.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';

test('console: of 500 lines in a second 20 are printed and the rest is counted', async () => {
  const { terminal, session, close } = await openConsole();
  terminal.type('peers');
  for (let count = 1; count <= 500; count += 1) session.line(`+ ${count}`);
  const view = await terminal.shows('more');
  assert.deepEqual(view.rows, [
    ...Array.from({ length: 20 }, (_, count) => `+ ${count + 1}`),
    '… 480 more',
    `${PROMPT}peers`,
  ]);
  session.line('+ 501');
  await terminal.shows('+ 501');
  await close();
});

test('console: lines that come together are drawn together', async () => {
  const { terminal, session, close } = await openConsole();
  const writes = terminal.written.length;
  for (let count = 0; count < 10; count += 1) session.line(`+ ${count}`);
  await terminal.shows('+ 9');
  assert.equal(terminal.written.length, writes + 1);
  await close();
});

test('console: lines that a command was too fast for are counted before its answer, not after it', async () => {
  const { terminal, session, close } = await openConsole({}, { rate: () => 2 });
  session.answer = () => {
    for (let count = 0; count < 5; count += 1) session.line(`+ ${count}`);
    return ok('5s: 5 events');
  };
  terminal.type('run\r');
  const view = await terminal.shows('5 events');
  assert.deepEqual(view.rows.slice(0, 5), [`${PROMPT}run`, '+ 0', '+ 1', '… 3 more', '5s: 5 events']);
  await close();
});

test('console: what was counted is said when the console ends', async () => {
  const { terminal, session, console } = await openConsole({}, { rate: () => 2 });
  for (let count = 0; count < 5; count += 1) session.line(`+ ${count}`);
  session.end();
  await console.done;
  assert.deepEqual((await terminal.view()).rows, ['+ 0', '+ 1', '… 3 more']);
});

test('lines: while nothing may be shown they are kept up to a bound and then counted', () => {
  let canShow = false;
  const shown: string[] = [];
  const lines = new Lines({ rate: () => 10_000, canShow: () => canShow, show: (texts) => shown.push(...texts) });
  for (let count = 0; count < 2_000; count += 1) lines.add(`${count}`);
  lines.flush();
  assert.deepEqual(shown, []);
  canShow = true;
  lines.end();
  assert.equal(shown.length, 501);
  assert.equal(shown.at(-1), '… 1500 more');
});

test('lines: an answer keeps its place behind the lines that came before it', () => {
  const shown: string[] = [];
  const lines = new Lines({ rate: () => 20, canShow: () => true, show: (texts) => shown.push(...texts) });
  lines.add('+ connected');
  assert.deepEqual(shown, []);
  lines.answer('pong');
  assert.deepEqual(shown, ['+ connected', 'pong']);
  lines.end();
});

test('console: the rate may be changed while it runs', async () => {
  let rate = 2;
  const { terminal, session, close } = await openConsole({}, { rate: () => rate });
  for (let count = 1; count <= 2; count += 1) session.line(`+ ${count}`);
  rate = 5;
  for (let count = 3; count <= 7; count += 1) session.line(`+ ${count}`);
  const view = await terminal.shows('… 2 more');
  assert.deepEqual(view.rows.slice(0, -1), ['+ 1', '+ 2', '+ 3', '+ 4', '+ 5', '… 2 more']);
  await close();
});
