/** The lab on a real terminal: its prompt goes on while somebody types, and Ctrl-C stops a long run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { PROGRAM } from '../helpers/program.ts';
import { whyNoPty } from '../helpers/pty.ts';
import { ptyAtHome } from '../helpers/pty-at-home.ts';

const skip = whyNoPty() ?? false;
const ALONE = ['--no-rc', '--no-data', '--no-bootstrap', '--listen', '127.0.0.1:0'];

test('lab: the prompt shows the time that passes while a line is typed', { skip }, async (context) => {
  const { pty } = ptyAtHome(context, [process.execPath, PROGRAM, ...ALONE]);
  const { terminal } = pty;
  await terminal.until('the prompt', ({ rows }) => /^[0-9a-f]{8} 0>$/.test(rows.at(-1) ?? ''));
  terminal.type('lab 5\r');
  await terminal.until('the lab', ({ rows }) => rows.at(-1) === 'lab n1 0s>');
  terminal.type('events none\r');
  await terminal.until('the answer', ({ rows }) => rows.at(-2) === 'no events are shown');
  terminal.type('run --speed 10\r');
  await terminal.until('the pace', ({ rows }) => /^lab n1 [\d.]+s>/.test(rows.at(-1) ?? ''));
  terminal.type('n3: pee');
  const timeOf = (rows: readonly string[]) => Number(/^lab n1 ([\d.]+)s> n3: pee$/.exec(rows.at(-1) ?? '')?.[1]);
  const first = await terminal.until('what is typed', ({ rows }) => timeOf(rows) > 0);
  await terminal.until('a later time', ({ rows }) => timeOf(rows) > timeOf(first.rows));
  terminal.type('rs\r');
  await terminal.until('the table', ({ rows }) => rows.some((row) => /^ *# {2}id/.test(row)));
  terminal.type('pause\r');
  await terminal.until('the pause', ({ rows }) => rows.some((row) => row.startsWith('paused at main#')));
  terminal.type('run 24h\r');
  await terminal.until('the progress', ({ rows }) => /^main#\d+ [\d.]+s of [\d.]+s …$/.test(rows.at(-1) ?? ''));
  terminal.type('\x03');
  const { rows } = await terminal.until('the prompt again', (view) => /^lab n1 [\d.]+s>$/.test(view.rows.at(-1) ?? ''));
  assert.match(rows.at(-2) ?? '', /^main#\d+ [\d.]+s: \d+ events$/);
  assert.equal(rows.at(-3), '^C');
  terminal.type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});
