/** `edit m13` without a change: the message goes through the user's editor and back, and nothing of what is typed there is lost. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type OpenShell, openShell } from '../../helpers/open-shell.ts';

const skip = process.platform === 'win32' ? 'the editors here are scripts of sh' : false;

interface Open extends OpenShell {
  readonly folder: string;
  /** The next editor is this script of sh, with the file as its last argument. */
  readonly edits: (script: string, args?: string) => void;
  readonly lent: () => number;
}

/** m13 is held: a line that was sent. */
async function openHeld(context: TestContext, line = '{"msgtype":"one"}'): Promise<Open> {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-editor-'));
  const before = { ...process.env };
  context.after(() => {
    for (const name of ['VISUAL', 'EDITOR']) {
      if (before[name] === undefined) delete process.env[name];
      else process.env[name] = before[name];
    }
    rmSync(folder, { recursive: true, force: true });
  });
  delete process.env['VISUAL'];
  delete process.env['EDITOR'];
  const open = await openShell({ peers: 1 });
  let lent = 0;
  open.shell.lendTerminal = async (work) => {
    lent += 1;
    await work();
  };
  await open.text('break body.msgtype=one at send');
  open.node.order({ kind: 'send-line', n: 1, line });
  await open.pass(100);
  const script = join(folder, 'editor');
  return {
    ...open,
    folder,
    lent: () => lent,
    edits(body, args = '') {
      writeFileSync(script, `#!/bin/sh\n${body}\n`);
      chmodSync(script, 0o700);
      process.env['VISUAL'] = `${script} ${args}`.trim();
    },
  };
}

test('edit: opens the message as JSON over several lines, in a file of the owner alone that is gone afterwards', {
  skip,
}, async (context) => {
  const { text, value, edits, folder } = await openHeld(context);
  const seen = join(folder, 'seen');
  edits(
    `cp "$1" ${seen}; echo "$1" > ${seen}.path; ls -ld "$1" "$(dirname "$1")" > ${seen}.modes; sed -i s/one/two/ "$1"`,
  );
  assert.match(await text('edit m13'), /- body.msgtype="one"\n\+ body.msgtype="two"$/);
  assert.equal(readFileSync(seen, 'utf8'), '{\n  "msgtype": "one"\n}\n');
  assert.match(readFileSync(`${seen}.modes`, 'utf8'), /^drwx------ .*\n-rw------- /);
  const path = readFileSync(`${seen}.path`, 'utf8').trim();
  assert.match(path, /m13\.json$/);
  assert.equal(existsSync(path), false);
  assert.equal(existsSync(join(path, '..')), false);
  const [message] = await value<{ line: string }[]>('edit m13');
  assert.equal(message?.line, '{"msgtype":"two"}');
});

test('edit: a file that is as it was, is emptied or is taken away changes nothing', { skip }, async (context) => {
  const { text, value, edits, lent } = await openHeld(context);
  for (const body of [':', ': > "$1"', 'printf " \\n" > "$1"', 'rm "$1"']) {
    edits(body);
    assert.equal(await text('edit m13'), 'm13: unchanged', body);
  }
  assert.equal(lent(), 4);
  const [held] = await value<{ line: string; original: string }[]>('held');
  assert.equal(held?.line, held?.original);
});

test('edit: what is no JSON is told with line and column, and is there again the next time', {
  skip,
}, async (context) => {
  const { text, failure, edits, folder } = await openHeld(context);
  edits('printf \'{\\n  "msgtype": "two"\\n  "n": 7\\n}\' > "$1"');
  const { message } = await failure('edit m13');
  assert.equal(message, 'not JSON: line 3, column 3: , or } should stand there; edit m13 opens it again');
  assert.equal(await text('diff m13'), 'm13 "one" is as it was');
  edits(`cp "$1" ${join(folder, 'again')}; sed -i 's/"two"/"two",/' "$1"`);
  assert.match(await text('edit m13'), /\+ body.msgtype="two"/);
  assert.match(readFileSync(join(folder, 'again'), 'utf8'), /"n": 7/);
  // What was taken is not kept.
  edits(`cp "$1" ${join(folder, 'third')}`);
  assert.equal(await text('edit m13'), 'm13: unchanged');
  assert.match(readFileSync(join(folder, 'third'), 'utf8'), /"msgtype": "two",\n/);
});

test('edit: the text is told when the message went on meanwhile or cannot be such', { skip }, async (context) => {
  const { failure, edits, text } = await openHeld(context);
  edits('printf 7 > "$1"');
  const refused = await failure('edit m13');
  assert.match(refused.message, /what travels here must be a message.*; what you wrote: 7$/);
  edits('printf \'{"msgtype":"three"}\' > "$1"');
  await text('deliver m13');
  assert.match((await failure('edit m13')).message, /m13 is delivered already; resend m13/);
});

test('edit: an editor may have arguments, and VISUAL comes before EDITOR', { skip }, async (context) => {
  const { text, edits, folder } = await openHeld(context);
  edits(
    `printf '%s|' "$@" > ${join(folder, 'args')}; for last; do :; done; sed -i s/one/two/ "$last"`,
    "-w --title 'a b'",
  );
  process.env['EDITOR'] = 'false';
  await text('edit m13');
  assert.match(readFileSync(join(folder, 'args'), 'utf8'), /^-w\|--title\|a b\|.*m13\.json\|$/);
  process.env['VISUAL'] = '  ';
  process.env['EDITOR'] = 'true';
  assert.equal(await text('edit m13'), 'm13: unchanged');
});

test('edit: an editor that fails or is none changes nothing, in one clear line', { skip }, async (context) => {
  const { failure, edits, text } = await openHeld(context);
  edits('sed -i s/one/two/ "$1"; exit 3');
  assert.equal((await failure('edit m13')).message, 'the editor failed: it ended with exit code 3; nothing is changed');
  edits('kill -TERM $$');
  assert.match((await failure('edit m13')).message, /it ended with SIGTERM; nothing is changed$/);
  process.env['VISUAL'] = 'no-such-editor-here';
  assert.match((await failure('edit m13')).message, /no-such-editor-here cannot be started; nothing is changed$/);
  edits('head -c 2000000 /dev/zero > "$1"');
  assert.match((await failure('edit m13')).message, /larger than 1 MiB$/);
  assert.equal(await text('diff m13'), 'm13 "one" is as it was');
});

test('edit: without a terminal or an editor it says how else', async (context) => {
  const { shell, failure, lent } = await openHeld(context);
  assert.deepEqual(
    [await failure('edit m13')].map(({ code, message }) => [code, message]),
    [['no-editor', 'neither VISUAL nor EDITOR is set; use m13 with a change: edit m13 body.nodeid=…']],
  );
  process.env['EDITOR'] = 'true';
  shell.lendTerminal = null;
  const { code, message } = await failure('edit m13');
  assert.equal(code, 'no-terminal');
  assert.match(message, /^there is no terminal for an editor here; .*edit m13 body\.nodeid=…$/);
  assert.match((await failure('edit m7')).message, /no message m7/);
  assert.equal((await failure('edit')).code, 'usage');
  assert.equal(lent(), 0);
});

test('edit: a line that nobody typed just now opens no editor, and two are not opened at once', async (context) => {
  const { shell, failure, lent } = await openHeld(context);
  process.env['EDITOR'] = 'true';
  const later = await shell.runNested('edit m13', new AbortController().signal);
  assert.equal(later.kind === 'error' ? later.code : later.kind, 'no-terminal');
  shell.isTerminalLent = true;
  assert.equal((await failure('edit m13')).code, 'busy');
  assert.equal(lent(), 0);
});

test('edit: Ctrl-C of the shell ends an editor that does not want to', { skip }, async (context) => {
  const { shell, edits, folder } = await openHeld(context);
  const started = join(folder, 'started');
  edits(`trap '' TERM; echo $$ > ${started}; while :; do sleep 0.05; done`);
  const lend = shell.lendTerminal;
  shell.lendTerminal = async (work) => {
    const done = lend?.(work);
    setTimeout(() => shell.interrupt(), 300);
    await done;
  };
  const result = await shell.run('edit m13');
  assert.equal(result.kind, 'aborted');
  const pid = Number(readFileSync(started, 'utf8'));
  assert.throws(() => process.kill(pid, 0), /ESRCH/);
});
