// The history file: what is kept, who may read it, and that several shells and a broken file do no harm.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import test, { type TestContext } from 'node:test';
import { HISTORY_LINES_MAX, openHistory } from '../../../src/shell/console/history.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';

const UP = '\x1b[A';

function pathFor(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-history-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, 'data', 'history');
}

function linesOf(path: string): string[] {
  return readFileSync(path, 'utf8').split('\n').slice(0, -1);
}

test('history: the file is for its owner only, and so is its folder', { skip: process.platform === 'win32' }, (t) => {
  const path = pathFor(t);
  openHistory(path).add('peers');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal(statSync(join(path, '..')).mode & 0o777, 0o700);
  chmodSync(path, 0o644);
  openHistory(path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('history: a line that starts with a space, an empty one and a repeated one are not kept', (t) => {
  const path = pathFor(t);
  const history = openHistory(path);
  for (const line of ['peers', ' secret', '', 'peers', 'status', 'peers']) history.add(line);
  assert.deepEqual(linesOf(path), ['peers', 'status', 'peers']);
  openHistory(path).add('peers');
  assert.deepEqual(linesOf(path), ['peers', 'status', 'peers']);
});

test('history: 1,000 lines are offered again and a file of more than 2,000 is compacted to them', (t) => {
  const path = pathFor(t);
  openHistory(path);
  writeFileSync(path, Array.from({ length: 1_500 }, (_, count) => `ping ${count}\n`).join(''));
  assert.deepEqual([openHistory(path).lines.length, linesOf(path).length], [HISTORY_LINES_MAX, 1_500]);
  writeFileSync(path, Array.from({ length: 2_500 }, (_, count) => `ping ${count}\n`).join(''));
  const history = openHistory(path);
  assert.deepEqual([history.lines.at(0), history.lines.at(-1)], ['ping 1500', 'ping 2499']);
  assert.deepEqual(linesOf(path), history.lines);
  assert.equal(statSync(path).mode & 0o777, 0o600);
});

test('history: two shells at once keep the lines of both, also when one starts and compacts', (t) => {
  const path = pathFor(t);
  const first = openHistory(path);
  const second = openHistory(path);
  for (let count = 0; count < 1_200; count += 1) {
    first.add(`first ${count}`);
    second.add(`second ${count}`);
  }
  assert.equal(linesOf(path).length, 2_400);
  openHistory(path);
  first.add('after the first');
  second.add('after the second');
  assert.deepEqual(linesOf(path).slice(-3), ['second 1199', 'after the first', 'after the second']);
  assert.equal(linesOf(path).length, HISTORY_LINES_MAX + 2);
});

test('history: lines of a file that is something else are left out', (t) => {
  const path = pathFor(t);
  openHistory(path);
  writeFileSync(
    path,
    Buffer.concat([
      Buffer.from('peers\n\x1b[2Jevil\n'),
      Buffer.from([0xff, 0xfe, 0x00, 0x0a]),
      Buffer.from(`${'x'.repeat(10_000)}\nstatus`),
    ]),
  );
  const history = openHistory(path);
  assert.deepEqual(history.lines, ['peers', 'status']);
  assert.equal(history.problem, null);
});

test('history: a file that cannot be read is one sentence and the shell works on', async (t) => {
  const path = pathFor(t);
  mkdirSync(path, { recursive: true });
  const history = openHistory(path);
  assert.match(history.problem ?? '', /^history is not read: .*(directory|EISDIR)/);
  const { terminal, session, close } = await openConsole({ columns: 200 }, { history });
  terminal.type('peers\r');
  await terminal.until('a run', () => session.ran.length === 1);
  terminal.type(UP);
  const view = await terminal.until('the line again', ({ rows }) => rows.length === 3 && rows[2] === `${PROMPT}peers`);
  assert.deepEqual(view.rows, [`! ${history.problem}`, `${PROMPT}peers`, `${PROMPT}peers`]);
  await close();
});

test('history: a folder that lets none be made in it is one sentence, and nothing tries for ever', {
  skip: process.platform !== 'linux',
}, () => {
  assert.match(openHistory('/proc/peersh/state/history').problem ?? '', /^history is not read: ENOENT: .*mkdir/);
});

test('history: a file that can no longer be written is said once', {
  skip: process.platform === 'win32',
}, async (t) => {
  const path = pathFor(t);
  const history = openHistory(path);
  const { terminal, close } = await openConsole({ columns: 200 }, { history });
  rmSync(join(path, '..'), { recursive: true });
  terminal.type('peers\rstatus\rpeers\r');
  await terminal.until(
    'three prompts more',
    ({ rows }) => rows.filter((row) => row.startsWith(PROMPT.trim())).length === 4,
  );
  const { rows } = await terminal.view();
  assert.equal(rows.filter((row) => row.startsWith('! history is not kept: ')).length, 1);
  await close();
});

test('console: lines of earlier shells come back by the up key, the newest first, then those of this one', async (t) => {
  const path = pathFor(t);
  openHistory(path).add('from an earlier shell');
  const { terminal, session, close } = await openConsole({}, { history: openHistory(path) });
  terminal.type(UP);
  await terminal.until('the earlier line', ({ rows }) => rows.at(-1) === `${PROMPT}from an earlier shell`);
  terminal.type('\r');
  terminal.type(' not to be kept\r');
  terminal.type('status\r');
  await terminal.until('all runs', () => session.ran.length === 3);
  terminal.type(UP + UP);
  await terminal.until('the earlier line again', ({ rows }) => rows.at(-1) === `${PROMPT}from an earlier shell`);
  assert.deepEqual(session.ran, ['from an earlier shell', ' not to be kept', 'status']);
  assert.deepEqual(linesOf(path), ['from an earlier shell', 'status']);
  await close();
});
