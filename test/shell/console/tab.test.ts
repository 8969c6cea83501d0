// Tab: what is inserted, what is listed, and that nothing a session does freezes the prompt.
import assert from 'node:assert/strict';
import test from 'node:test';
import type { Completion } from '../../../src/shell/session.ts';
import { gateOf, NO_COMPLETION, ok } from '../../helpers/fake-session.ts';
import { openConsole, PROMPT } from '../../helpers/open-console.ts';

const TAB = '\t';

function offer(candidates: string[], replaces: string, usage: string | null = null): Completion {
  return { candidates, replaces, usage };
}

test('console: Tab inserts what all candidates share', async () => {
  const { terminal, session, close } = await openConsole();
  session.completion = (line) => offer(['connect', 'connection'], line);
  terminal.type('con');
  terminal.type(TAB);
  const view = await terminal.shows('connect');
  assert.deepEqual(view.rows, [`${PROMPT}connect`]);
  await close();
});

test('console: Tab with nothing to insert lists the candidates above the prompt, group by group', async () => {
  const { terminal, session, close } = await openConsole({ columns: 24 });
  session.completion = () => offer(['peer', 'peers', 'ping', '', 'process', 'performance'], 'p');
  terminal.type('wait a long while for p');
  terminal.type(TAB);
  const view = await terminal.shows('performance');
  assert.deepEqual(view.rows, [
    'peer   peers  ping',
    'process',
    'performance',
    '5f0c2a9e 2> wait a long',
    'while for p',
  ]);
  assert.deepEqual([view.row, view.column], [4, 11]);
  await close();
});

test('console: Tab lists at most 50 candidates and counts the rest', async () => {
  const { terminal, session, close } = await openConsole();
  session.completion = () =>
    offer(
      Array.from({ length: 80 }, (_, count) => `a${count + 10}`),
      'a',
    );
  terminal.type('a');
  terminal.type(TAB);
  const view = await terminal.shows('… 30 more');
  assert.ok(view.rows.join(' ').includes('a59'));
  assert.ok(!view.rows.join(' ').includes('a60'));
  await close();
});

test('console: Tab with nothing left to complete shows the usage', async () => {
  const { terminal, session, close } = await openConsole();
  session.completion = () => offer([], '', 'drop ID|all');
  terminal.type('drop ');
  terminal.type(TAB);
  const view = await terminal.shows('ID|all');
  assert.deepEqual(view.rows, ['drop ID|all', `${PROMPT}drop`]);
  assert.deepEqual([view.row, view.column], [1, PROMPT.length + 5]);
  await close();
});

test('console: a line that arrives while a completion is asked for waits, and keys typed meanwhile are not lost', async () => {
  const { terminal, session, close } = await openConsole();
  let answer: (completion: Completion) => void = () => undefined;
  session.completion = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  terminal.type('drop a1');
  terminal.type(TAB);
  session.line('+ a1b2c3d4 connected');
  session.setPrompt('5f0c2a9e 3> ');
  terminal.type(' now');
  await terminal.until('the question', ({ rows }) => rows[0] === `${PROMPT}drop a1` && answer.length === 1);
  const writes = terminal.written.length;
  // Longer than lines are gathered, shorter than a completion may take.
  await new Promise((resolve) => setTimeout(resolve, 100));
  assert.equal(terminal.written.length, writes);
  answer(offer(['a1b2c3d4'], 'a1'));
  const view = await terminal.shows('connected');
  assert.deepEqual(view.rows, ['+ a1b2c3d4 connected', '5f0c2a9e 3> drop a1b2c3d4 now']);
  await close();
});

test('console: a completion that never comes gives the prompt back', async () => {
  const { terminal, session, close } = await openConsole();
  session.completion = () => new Promise(() => undefined);
  terminal.type('drop ');
  terminal.type(TAB);
  terminal.type('all');
  const view = await terminal.shows('drop all');
  assert.deepEqual(view.rows, [`${PROMPT}drop all`]);
  await close();
});

test('console: a completion that comes after the console has ended is harmless', async () => {
  const { terminal, session, console } = await openConsole();
  let answer: (completion: Completion) => void = () => undefined;
  session.completion = () =>
    new Promise((resolve) => {
      answer = resolve;
    });
  terminal.type(TAB);
  await terminal.until('a question', () => answer.length === 1);
  session.end();
  await console.done;
  answer(offer(['peers'], ''));
  await new Promise((resolve) => setImmediate(resolve));
  assert.deepEqual((await terminal.view()).rows, []);
});

test('console: a Tab inside a pasted text completes nothing', async () => {
  const { terminal, session, close } = await openConsole();
  let asked = 0;
  session.completion = () => {
    asked += 1;
    return NO_COMPLETION;
  };
  terminal.type('{\tx:\t1 }\t\r');
  await terminal.until('a run', () => session.ran.length === 1);
  assert.deepEqual(session.ran, ['{  x:  1 }  ']);
  assert.equal(asked, 0);
  await close();
});

test('console: Tab typed ahead completes when its turn comes', async () => {
  const { terminal, session, close } = await openConsole();
  const run = gateOf();
  session.answer = (input) => (input === 'wait' ? run.result : ok());
  session.completion = (line) => offer(['peers'], line);
  terminal.type('wait\r');
  await terminal.until('a run', () => session.ran.length === 1);
  terminal.type('pe');
  terminal.type(TAB);
  terminal.type(' -v\r');
  run.finish(ok());
  await terminal.until('the second run', () => session.ran.length === 2);
  assert.deepEqual(session.ran, ['wait', 'peers -v']);
  await close();
});
