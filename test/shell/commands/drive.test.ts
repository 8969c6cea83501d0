/** `replay --drive`: what was recorded of nodes is done again by the core, a rule that has changed is found, and what is no such recording is refused in a line. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RecordFile, readRecording } from '../../../src/shell/record-file.ts';
import { placeOf, spawn } from '../../helpers/meet.ts';
import { type OpenShell, openShell } from '../../helpers/open-shell.ts';

interface Driven {
  readonly files: readonly string[];
  readonly events: number;
  readonly isWhole: boolean;
  readonly same: boolean;
}

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-drive-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

const linesOf = (path: string) => readFileSync(path, 'utf8').trimEnd().split('\n');
const writeLines = (path: string, lines: readonly string[]) => writeFileSync(path, `${lines.join('\n')}\n`);

/** The user's own node with two peers, recorded for some minutes. */
async function recorded(context: TestContext): Promise<OpenShell & { path: string; lines: readonly string[] }> {
  const path = join(folderOf(context), 'run.jsonl');
  const open = await openShell();
  await open.text(`record ${path}`);
  await open.text('ping #1');
  await open.pass(400_000);
  await open.text('record stop');
  return { ...open, path, lines: linesOf(path) };
}

test('replay --drive: a lab that is recorded from its middle does the same again, with a crash, faults and a drop', async (context) => {
  const path = join(folderOf(context), 'lab.jsonl');
  const { value, text } = await openShell({ peers: 0 });
  await text('lab 8');
  await text('run 2s');
  await text(`record ${path}`);
  await text('run 90s');
  await text('n2: drop #1');
  await text('ping n3');
  await text('crash n4');
  await text('run 3s');
  await text('restart n4');
  await text('byzantine n6 flood for 1s');
  await text('byzantine n7 lie-addr for 20s');
  await text('fault loss 20% on all');
  await text('skew n5 +2s');
  await text('n2: break ping once');
  await text('run 30s');
  const { events } = await value<Driven>('record stop');
  const driven = await value<Driven>(`replay --drive ${path}`);
  assert.deepEqual([driven.events, driven.same, driven.isWhole], [events, true, true]);
  assert.equal(await text(`replay --drive ${path}`), `${events} events, the same`);
});

test('replay --drive: nothing is opened by it, and the node goes on as it was', async (context) => {
  const { path, value, text, node, shell } = await recorded(context);
  const before = JSON.stringify(node.views.peers());
  await text(`replay --drive ${path}`);
  assert.equal(shell.opened, null);
  assert.equal(JSON.stringify(node.views.peers()), before);
  assert.equal(await value('replay'), null);
});

test('replay --drive: nodes that leave and join meanwhile are driven, too', async (context) => {
  const path = join(folderOf(context), 'run.jsonl');
  const { value, text, others, world, node, pass } = await openShell();
  await text(`record ${path}`);
  await others[1]?.stop();
  await pass(5_000);
  await spawn(world, 'n9', { bootstrap: [placeOf(node)] });
  await pass(100_000);
  const { events } = await value<Driven>('record stop');
  const driven = await value<Driven>(`replay --drive ${path}`);
  assert.deepEqual([driven.events, driven.same], [events, true]);
});

test('replay --drive: a look at another moment meanwhile leaves no trace in the recording', async (context) => {
  const path = join(folderOf(context), 'lab.jsonl');
  const { value, text } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('run 5s');
  await text('label here');
  await text(`record ${path}`);
  await text('run 70s');
  await text('label there');
  await text('diff here there');
  await text('run 70s');
  await text('record stop');
  assert.equal((await value<Driven>(`replay --drive ${path}`)).same, true);
});

const RULES: readonly (readonly [setting: string, to: string])[] = [
  ['ping.interval', '31000000'],
  ['getaddr.ask', '61000000'],
  ['dial.rotate', '100000000'],
];

for (const [setting, to] of RULES)
  test(`replay --drive: a node for which ${setting} is another does something else, and the first of it is told`, async (context) => {
    const { path, lines, failure } = await recorded(context);
    writeLines(
      path,
      lines.map((line) =>
        line.startsWith('{"d":"node"') ? line.replace(new RegExp(`("${setting}":)\\d+`), `$1${to}`) : line,
      ),
    );
    const error = await failure(`replay --drive ${path}`);
    assert.equal(error.code, 'parted');
    assert.match(error.message, /run\.jsonl line \d+, event \d+: n\d at [\d.]+ s, after .+: recorded: .+; now: .+$/);
    assert.ok((error['index'] as number) > 0);
  });

test('replay --drive: a fact that is missing from the recording is found by what comes of the next', async (context) => {
  const { path, lines, failure } = await recorded(context);
  const at = lines.findLastIndex((line) => line.startsWith('{"d":"given"') && line.includes('"woken"'));
  writeLines(path, lines.toSpliced(at, 1));
  assert.match((await failure(`replay --drive ${path}`)).message, /now: nothing$|a wish that came of no fact$/);
});

test('replay --drive: a recording goes on in its next files, and each of them can be driven alone', async (context) => {
  const path = join(folderOf(context), 'run.jsonl');
  const { value, world, shell, pass, failure } = await openShell();
  const recorder = await shell.recorder(new AbortController().signal);
  const options = {
    path,
    recorder,
    world,
    holds: null,
    ended: () => assert.fail('it has ended'),
    fileBytesMax: 60_000,
  };
  const file = new RecordFile(options);
  while (file.paths.length < 4) await pass(60_000);
  file.stop();
  const driven = await value<Driven>(`replay --drive ${path}`);
  assert.deepEqual(driven.files, file.paths);
  assert.equal(driven.events, file.events);
  const alone = await value<Driven>(`replay --drive ${file.paths[3]}`);
  assert.deepEqual([alone.events, alone.isWhole], [readRecording(file.paths[3] ?? '').count, true]);
  rmSync(file.paths[2] as string);
  assert.match((await failure(`replay --drive ${path}`)).message, /^cannot read .*run\.jsonl\.2 \(ENOENT\)$/);
});

test('replay --drive: what was not ended is driven up to where it was cut, and the answer says so', async (context) => {
  const { path, lines, value, text } = await recorded(context);
  for (const left of [lines.length - 1, lines.length - 2, lines.length - 3, Math.floor(lines.length / 2)]) {
    writeLines(path, lines.slice(0, left));
    const driven = await value<Driven>(`replay --drive ${path}`);
    assert.deepEqual([driven.same, driven.isWhole], [true, false]);
  }
  assert.match(await text(`replay --drive ${path}`), /^\d+ events, the same; its end was never written/);
});

test('replay --drive: what is no recording that can be driven is refused in one line', async (context) => {
  const { path, lines, failure, text, value } = await recorded(context);
  const said = async (content: string) => {
    writeFileSync(path, content);
    return (await failure(`replay --drive ${path}`)).message;
  };
  const whole = `${lines.join('\n')}\n`;
  const middle = Math.floor(lines.length / 2);
  const node = lines.findIndex((line) => line.startsWith('{"d":"node"'));
  const events = lines.filter((line) => !line.startsWith('{"d":'));
  assert.match(await said(''), /line 1: a recording begins with a header, and there is none$/);
  assert.match(await said('\u0000\u0001garbage'), /line 1: not JSON: a recording begins with a header$/);
  assert.match(await said('{"name":"peersh","version":"0.1.0"}\n'), /line 1: no header of a recording$/);
  assert.match(
    await said(whole.slice(0, -20)),
    new RegExp(`line ${lines.length}: not JSON; the file may have been cut off there$`),
  );
  assert.match(await said(lines.with(middle, '{"d":').join('\n')), new RegExp(`line ${middle + 1}: not JSON`));
  assert.match(
    await said(lines.with(middle, '{"d":"dream"}').join('\n')),
    /line \d+: "dream" is no part of a transcript/,
  );
  assert.match(
    await said(lines.with(node, '{"d":"node","of":1,"node":{"$map":7}}').join('\n')),
    /line \d+: no part of a transcript/,
  );
  assert.match(
    await said(
      lines
        .toSpliced(
          lines.findIndex((line) => line.includes('"k":"timer"')),
          1,
        )
        .join('\n'),
    ),
    /there are events missing$/,
  );
  assert.match(await said(lines.toSpliced(node, 1).join('\n')), /a fact for a node that was not written before/);
  assert.match(
    await said(events.with(0, (events[0] ?? '').replace(',"drive":1', '')).join('\n')),
    /cannot be driven: it holds events only: it was recorded with an expression, exported, or written by an earlier version$/,
  );
  assert.match(
    await said(whole.replace('"drive":1', '"drive":2')),
    /written by another version of peersh; this one reads version 1$/,
  );
  const chosen = `${path}.chosen`;
  await text(`record ${chosen} type=pong`);
  await value('ping #1');
  await text('record stop');
  assert.match((await failure(`replay --drive ${chosen}`)).message, /cannot be driven: it holds events only/);
  assert.equal((await failure('replay --drive')).code, 'usage');
  assert.match((await failure(`replay --drive ${path}.none`)).message, /ENOENT/);
});

test('replay: a recording with a transcript is opened like one without', async (context) => {
  const { path, lines, value } = await recorded(context);
  const { events } = await value<{ events: number }>(`replay ${path}`);
  assert.equal(events, lines.filter((line) => !line.startsWith('{"d":')).length - 1);
});
