// The console on a real terminal, with a real shell above it.
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { constants, tmpdir } from 'node:os';
import { join } from 'node:path';
import test from 'node:test';
import { fileURLToPath } from 'node:url';
import { runConsoleFixture } from '../../helpers/console-fixture.ts';
import { PROMPT } from '../../helpers/open-console.ts';
import { Pty, whyNoPty } from '../../helpers/pty.ts';

/** With this argument the file is the program on the terminal, so that it is found however the tests are built. */
const IS_PROGRAM = '--console-fixture';
const FIXTURE = [process.execPath, fileURLToPath(import.meta.url), IS_PROGRAM];
const EMPTY_PROMPT = PROMPT.trimEnd();
const skip = whyNoPty() ?? false;
const hasBash = spawnSync('bash', ['-c', 'exit 0']).status === 0;

if (process.argv[2] === IS_PROGRAM) await runConsoleFixture(process.argv[3]);
else addTests();

function addTests(): void {
  test('console: on a real terminal typing, lines, Ctrl-C and Ctrl-D work and the program ends well', {
    skip,
  }, async (t) => {
    const pty = new Pty(FIXTURE, 40);
    t.after(() => pty.close());
    const { terminal } = pty;
    await terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
    terminal.type('say + a1b2c3d4 connected\r');
    await terminal.until('the next prompt', ({ rows }) => rows.length === 3 && rows.at(-1) === EMPTY_PROMPT);
    terminal.type('echo a line that is folded over two rows');
    const typed = await terminal.until('the line', ({ rows }) => rows.includes('+ a1b2c3d4 connected'));
    assert.deepEqual(typed.rows.slice(2), [
      '+ a1b2c3d4 connected',
      `${PROMPT}echo a line that is folded o`,
      'ver two rows',
    ]);
    terminal.type('\rwait\r');
    await terminal.shows(`${PROMPT}wait`);
    terminal.type('\x03');
    await terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT && rows.includes('aborted'));
    terminal.type('\x04');
    assert.equal(await pty.exitCode(), 0);
    const { rows } = await terminal.view();
    assert.deepEqual(rows.slice(-4), [
      'a line that is folded over two rows',
      `${PROMPT}wait`,
      'aborted',
      `${PROMPT}quit`,
    ]);
  });

  const alone = `'${FIXTURE.join("' '")}'`;
  suspends('by itself', alone);
  // A shell between, as npm has one: it must stop as well, or the outer one never gets its terminal.
  suspends('under another program', `sh -c '"$0" "$@"; exit $?' ${alone}`);

  test('console: a window that is closed ends the console and runs nothing that was being typed', {
    skip,
  }, async (t) => {
    const folder = mkdtempSync(join(tmpdir(), 'peersh-console-'));
    const endFile = join(folder, 'end.json');
    const pty = new Pty([...FIXTURE, endFile]);
    t.after(() => {
      pty.close();
      rmSync(folder, { recursive: true });
    });
    await pty.terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
    pty.terminal.type('drop all');
    await pty.terminal.shows('drop all');
    pty.hangUp();
    assert.equal(await pty.exitCode(), 128 + constants.signals.SIGHUP);
    assert.equal(JSON.parse(readFileSync(endFile, 'utf8')).kind, 'terminal');
  });
}

function suspends(how: string, command: string): void {
  test(`console: Ctrl-Z and fg ${how} bring the typed line back, and the shell gets its terminal as it was`, {
    skip: skip || (hasBash ? false : 'bash is missing'),
  }, async (t) => {
    const pty = new Pty(['bash', '--norc', '--noprofile', '-i'], 60);
    t.after(() => pty.close());
    const { terminal } = pty;
    terminal.type("PS1='sh> '; PROMPT_COMMAND=\r");
    await terminal.until('the shell', ({ rows }) => rows.at(-1) === 'sh>');
    terminal.type(`clear; ${command}\r`);
    await terminal.until('the prompt', ({ rows }) => rows.at(-1) === EMPTY_PROMPT);
    terminal.type('echo a line that is folded over two rows of this terminal');
    await terminal.shows('this terminal');
    terminal.type('\x1a');
    await terminal.until('the shell', ({ rows }) => rows.at(-1) === 'sh>' && rows.join().includes('Stopped'));
    terminal.type('echo echo is $((40 + 2))\r');
    await terminal.until(
      'what is typed and its answer',
      ({ rows }) =>
        rows.at(-1) === 'sh>' && rows.includes('sh> echo echo is $((40 + 2))') && rows.includes('echo is 42'),
    );
    terminal.type('fg\r');
    const back = await terminal.until('the line again', ({ rows }) => rows.at(-1) === ' terminal');
    assert.equal(back.rows.at(-2), `${PROMPT}echo a line that is folded over two rows of this`);
    terminal.type('\x1b[D\x1b[D\x1b[D\x1b[D\r');
    await terminal.until(
      'the answer',
      ({ rows }) =>
        rows.at(-1) === EMPTY_PROMPT && rows.includes('a line that is folded over two rows of this terminal'),
    );
    terminal.type('\x04');
    await terminal.until('the shell', ({ rows }) => rows.at(-1) === 'sh>');
    terminal.type('exit\r');
    assert.equal(await pty.exitCode(), 0);
  });
}
