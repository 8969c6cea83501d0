/** `record` and `replay`: what is written is what is read, nobody else's file is touched, and a broken line is named. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { RecordFile, readRecording } from '../../../src/shell/record-file.ts';
import type { TraceEvent } from '../../../src/trace/event.ts';
import { Recorder } from '../../../src/trace/recorder.ts';
import { openShell } from '../../helpers/open-shell.ts';

function folderOf(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-record-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('record: what happens is in the file, for its owner alone, and replay tells it again', async (context) => {
  const path = join(folderOf(context), 'run.jsonl');
  const { value, text, failure } = await openShell({ peers: 1 });
  assert.equal(await text(`record ${path}`), `recording to ${path}; record stop ends it`);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  assert.equal((await failure(`record ${path}2`)).code, 'busy');
  await value('ping #1');
  const { files, events } = await value<{ files: string[]; events: number }>('record stop');
  assert.deepEqual(files, [path]);
  assert.ok(events >= 5);
  const live = await value<TraceEvent[]>(`log -n ${events}`);
  await value('ping #1');
  const opened = await value<{ events: number; nodes: string[] }>(`replay ${path}`);
  assert.equal(opened.events, events);
  assert.deepEqual([...opened.nodes].sort(), ['n1', 'n2']);
  assert.deepEqual(await value(`log -n ${events}`), live);
  assert.ok((await text('log -n 1')).includes(`${events} events in ${path}, the last 1 shown; `));
  assert.match(await text('recording'), new RegExp(`; log tells of ${path} until replay close$`));
  assert.equal((await value<TraceEvent[]>('log kind=order')).length, 1);
  assert.equal((await value<{ matched: number }>('match ping & from=n1 & out')).matched, 1);
  assert.match((await failure('log peers>=1')).message, /keeps no states/);
  await text('replay close');
  assert.ok(!(await text('log -n 1')).includes(path));
  assert.ok(!(await text('recording')).includes(path));
  assert.equal((await value<TraceEvent[]>('log kind=order')).length, 2);
  assert.equal((await failure('replay close')).code, 'not-open');
});

test('record: an expression chooses, and no file is overwritten', async (context) => {
  const path = join(folderOf(context), 'pongs.jsonl');
  const { value, text, failure } = await openShell({ peers: 1 });
  await text(`record ${path} type=pong & in & node=n1`);
  await value('ping #1');
  await value('record stop');
  const { length } = readFileSync(path, 'utf8').trimEnd().split('\n');
  assert.equal(length, 2);
  assert.match((await failure(`record ${path}`)).message, /is there already; record overwrites no file$/);
  assert.equal(readFileSync(path, 'utf8').trimEnd().split('\n').length, 2);
  assert.match((await failure(`record ${path}x tpye=pong`)).message, /unknown field "tpye" at column 1/);
  assert.equal((await failure('record stop')).code, 'not-recording');
});

test('record: a journey of the lab ends it, and says so', async (context) => {
  const path = join(folderOf(context), 'lab.jsonl');
  const { value, text, printed } = await openShell({ peers: 0 });
  await text('lab 3');
  await text(`record ${path}`);
  await text('run 2s');
  printed.length = 0;
  await text('rewind 1s');
  assert.equal(printed.filter((line) => line.includes('has ended: the lab is at another moment')).length, 1);
  assert.deepEqual(await value('record'), { files: [], events: 0 });
  assert.ok(readRecording(path).count > 10);
});

test('record: a full file is followed by the next, which replay names, and the last one ends it', async (context) => {
  const path = join(folderOf(context), 'run.jsonl');
  const recorder = new Recorder({ world: 'sim', app: 'test', seed: 1, epochMs: null });
  const endings: string[] = [];
  const file = new RecordFile({ path, recorder, holds: null, ended: (why) => endings.push(why), fileBytesMax: 2_000 });
  for (let i = 0; i < 200; i += 1) recorder.event('n1', i, { kind: 'saved', addresses: i });
  assert.deepEqual(endings, ['8 files are full']);
  assert.deepEqual(file.paths, [path, ...[1, 2, 3, 4, 5, 6, 7].map((n) => `${path}.${n}`)]);
  for (const one of file.paths) assert.ok(statSync(one).size < 2_500);
  const second = readRecording(`${path}.1`);
  assert.equal((second.events()[0]?.i ?? 0) - 1, readRecording(path).events().at(-1)?.i);
  const { text, value } = await openShell({ peers: 0 });
  assert.match(await text(`replay ${path}`), new RegExp(`; goes on in ${path}\\.1; replay close ends it$`));
  assert.equal((await value<{ next: string | null }>(`replay ${path}.1`)).next, `${path}.2`);
  assert.equal((await value<{ next: string | null }>(`replay ${path}.7`)).next, null);
  assert.doesNotMatch(await text(`replay ${path}.7`), /goes on/);
  rmSync(`${path}.1`);
  writeFileSync(`${path}.1`, 'somebody else wrote this');
  assert.doesNotMatch(await text(`replay ${path}`), /goes on/);
});

test('replay: a broken line names the file and the line', async (context) => {
  const folder = folderOf(context);
  const { failure, text, value } = await openShell({ peers: 1 });
  const path = join(folder, 'good.jsonl');
  await text(`record ${path}`);
  await value('ping #1');
  await text('record stop');
  const lines = readFileSync(path, 'utf8')
    .split('\n')
    .filter((line) => !line.startsWith('{"d":'));
  const broken = join(folder, 'broken.jsonl');
  const spoilt: readonly (readonly [at: number, line: string, said: RegExp])[] = [
    [0, '{"version":1}', /broken\.jsonl line 1: no header of a recording$/],
    [0, (lines[0] ?? '').replace('"version":1', '"version":2'), /line 1: written by another version/],
    [2, 'nonsense', /line 3: not JSON$/],
    [2, '[]', /line 3: not a JSON object$/],
    [2, (lines[2] ?? '').replace(/"lc":\d+/, '"lc":-1'), /line 3: lc must be a whole number from 0$/],
    [2, (lines[2] ?? '').replace(/"n":"[^"]*",/, ''), /line 3: n is missing$/],
    [2, lines[1] ?? '', /line 3: i is \d+ after \d+: it must rise$/],
    [3, '{"i":', /line 4: not JSON$/],
  ];
  for (const [at, line, said] of spoilt) {
    writeFileSync(broken, lines.with(at, line).join('\n'));
    const { code, message } = await failure(`replay ${broken}`);
    assert.equal(code, 'broken-file');
    assert.match(message, said);
  }
  assert.match((await failure(`replay ${folder}/none`)).message, /^cannot read .* \(ENOENT\)$/);
  // What was open before is not changed by a file that is none.
  assert.match((await failure('replay close')).message, /^no recording is open/);
});

test('replay: a peer that came after the header was written is found by its id and its address', (context) => {
  const path = join(folderOf(context), 'late.jsonl');
  const recorder = new Recorder({ world: 'tcp', app: 'test', seed: null, epochMs: 0 });
  const file = new RecordFile({ path, recorder, holds: null, ended: () => undefined });
  const about = { n: 1, id: 'c0ffee12-x', address: '127.0.0.1:5998', dir: 'inbound' } as const;
  recorder.event('live', 1, {
    ...about,
    id: null,
    kind: 'connected',
    attempt: null,
    via: 'peer',
    local: null,
    remote: '127.0.0.1:50000',
  });
  recorder.event('live', 2, { ...about, kind: 'ready', via: 'peer', helloLess: false, agent: null });
  file.stop();
  assert.deepEqual(
    readRecording(path)
      .header()
      .nodes.find(({ id }) => id === 'c0ffee12-x'),
    { name: 'c0ffee12-x', id: 'c0ffee12-x', address: '127.0.0.1:5998' },
  );
  assert.equal(readRecording(path).match('id=c0ffee & kind=ready').length, 1);
});
