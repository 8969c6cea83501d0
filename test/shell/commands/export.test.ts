/** `export`: every kind of file of what was recorded, its filter, its name, and what is refused. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { EXPORTERS } from '../../../src/trace/exporters/index.ts';
import { openShell } from '../../helpers/open-shell.ts';

async function inFolder(run: (folder: string) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-export-'));
  try {
    await run(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

test('export: writes every kind of a lab, says how much, and how to look at it', () =>
  inFolder(async (folder) => {
    const { text, value } = await openShell({ peers: 0 });
    await text('lab 3');
    await text('run 5s');
    for (const { name, ending } of EXPORTERS) {
      const file = join(folder, `run.${ending}`);
      const told = await value<{ kind: string; file: string; events: number; bytes: number }>(`export ${name} ${file}`);
      assert.deepEqual([told.kind, told.file], [name, file]);
      assert.ok(told.events > 20);
      assert.equal(told.bytes, readFileSync(file).length);
    }
    assert.match(
      await text(`export pcapng ${join(folder, 'run.pcapng')}`),
      /^wrote .*run\.pcapng \(\d+ events, \d+ bytes\)\nto look at it: wireshark -r .*run\.pcapng -d tcp\.port==5999,json$/,
    );
  }));

test('export: with an expression only what it holds for, and a name with blanks in quotes', () =>
  inFolder(async (folder) => {
    const { text, value } = await openShell({ peers: 2 });
    await text('ping #1');
    const file = join(folder, 'a b.mmd');
    const { events } = await value<{ events: number }>(`export mermaid (type=ping | type=pong) & node=n1 "${file}"`);
    const written = readFileSync(file, 'utf8');
    assert.ok(events >= 2 && written.includes('ping m') && written.includes('pong m'));
    assert.doesNotMatch(written, /hello|addr/);
  }));

test('export: JSON lines are a recording that replay opens', () =>
  inFolder(async (folder) => {
    const { text, value } = await openShell({ peers: 1 });
    const file = join(folder, 'run.jsonl');
    await text(`export jsonl ${file}`);
    const before = await value<unknown>('log -n 5');
    await text(`replay ${file}`);
    assert.deepEqual(await value<unknown>('log -n 5'), before);
    assert.match(await text('seq'), /hello m\d+/);
    await text('replay close');
  }));

test('export: what is wrong is one line, and no file is made', () =>
  inFolder(async (folder) => {
    const { failure, tab } = await openShell({ peers: 0 });
    const file = join(folder, 'x.svg');
    assert.match(
      (await failure(`export mermad ${file}`)).message,
      /^"mermad" is no kind of file; did you mean mermaid\?$/,
    );
    assert.match((await failure(`export pdf ${file}`)).message, /^"pdf" is no kind of file; there are html, svg, /);
    assert.match(
      (await failure('export svg')).message,
      /^usage: export KIND \[EXPR\] FILE; KIND is html, svg, .*jsonl$/,
    );
    assert.match((await failure('export svg type=ping')).message, /^the file is missing after "type=ping"; usage: /);
    for (const word of ['ping', 'in', 'all'])
      assert.match((await failure(`export svg ${word}`)).message, /^the file is missing after "\w+"; usage: /);
    assert.match((await failure(`export svg tpye=ping ${file}`)).message, /^unknown field "tpye" at column 1/);
    assert.match((await failure('export svg /nowhere/at/all')).message, /^cannot write \/nowhere\/at\/all \(ENOENT\)$/);
    assert.ok(!existsSync(file));
    assert.deepEqual(tab('export mer').candidates, ['mermaid']);
    assert.ok(tab('export svg ty').candidates.some((word) => word.startsWith('type')));
  }));

test('export: more nodes than a picture can show are refused before a file is made', () =>
  inFolder(async (folder) => {
    const { text, failure } = await openShell({ peers: 0 });
    await text('lab 201 topology=line');
    await text('run 1s');
    const file = join(folder, 'x.svg');
    const { code, message } = await failure(`export svg ${file}`);
    assert.equal(code, 'too-many');
    assert.match(message, /^a sequence shows at most 200 nodes and this trace has 201/);
    assert.ok(!existsSync(file));
  }));
