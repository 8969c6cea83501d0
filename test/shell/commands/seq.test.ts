/** `seq`: the diagram of the own node and of a lab, its pages, its filter, and what is refused. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { openShell } from '../../helpers/open-shell.ts';

interface Row {
  readonly kind: string;
  readonly message?: string;
  readonly type?: string;
  readonly from?: string;
  readonly to?: string;
  readonly outcome?: string;
  readonly verdict?: string;
}

interface Drawn {
  readonly earlier: number;
  readonly rows: readonly Row[];
}

test('seq: a ping and its pong of the own node are arrows that fit 80 columns', async () => {
  const { text, value } = await openShell({ peers: 2 });
  await text('ping #1');
  const lines = (await text('seq type=ping|type=pong')).split('\n').slice(-4);
  assert.match(lines.join('\n'), /ping m\d+ ─/);
  assert.match(lines.join('\n'), /╌ pong m\d+/);
  const { rows } = await value<Drawn>('seq type=ping|type=pong');
  assert.deepEqual(
    rows.slice(-4).map(({ kind, type, from }) => `${kind} ${type} ${from === 'n1' ? 'from' : 'to'} n1`),
    ['tail ping from n1', 'head ping from n1', 'tail pong to n1', 'head pong to n1'],
  );
  for (const line of (await text('seq --all')).split('\n')) assert.ok(line.length < 80);
});

test('seq: of a lab every node has a column, the last 40 rows are shown and the others counted', async () => {
  const { text, value, shell } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 70s');
  const [more = '', head = '', ...rows] = (await text('seq')).split('\n');
  const { earlier, rows: shown } = await value<Drawn>('seq');
  assert.equal(rows.length, 40);
  assert.equal(shown.length, 40);
  assert.equal(more, `… ${earlier.toLocaleString('en')} earlier rows: seq --all`);
  assert.match(head, /^ +n1 +n2 +n3$/);
  const all = (await text('seq --all')).split('\n');
  assert.equal(all.length, earlier + 40 + 1);
  assert.deepEqual(all.slice(-40), rows);
  shell.columns = () => 140;
  assert.ok(((await text('seq')).split('\n')[1] ?? '').length > head.length);
});

test('seq: a line that a fault dropped or copied looks so, and only those asked for are there', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 2');
  await text('run 2s');
  await text('dup 100% on n1>n2');
  await text('n1: ping n2');
  await text('run 1s');
  const { rows } = await value<Drawn>('seq type=ping & from=n1');
  assert.ok(rows.every(({ kind, type, from }) => kind !== 'note' && type === 'ping' && from === 'n1'));
  assert.equal(rows.at(-1)?.verdict?.startsWith('copy'), true);
  assert.match(await text('seq type=ping & from=n1'), /═+.*ping m\d+\.2 copy|ping m\d+\.2 copy/);
});

test('seq: before anything was recorded it says so, and what is wrong is one line', async () => {
  const { text, failure, tab } = await openShell({ peers: 0 });
  assert.equal(await text('seq type=pong'), 'nothing was recorded that it could draw');
  assert.match((await failure('seq tpye=ping')).message, /^unknown field "tpye" at column 1; did you mean type\?$/);
  assert.match((await failure('seq --al')).message, /^unknown option --al; did you mean --all\?$/);
  assert.ok(tab('seq ty').candidates.some((word) => word.startsWith('type')));
});

test('seq: --svg and --html write what export writes, whole, of the events asked for', async (context) => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-seq-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const { text, value, failure } = await openShell({ peers: 2 });
  await text('ping #1');
  for (const kind of ['svg', 'html']) {
    const [drawn, exported] = [join(folder, `drawn.${kind}`), join(folder, `exported.${kind}`)];
    const told = await value<{ kind: string; bytes: number }>(`seq type=ping --${kind} ${drawn}`);
    await text(`export ${kind} type=ping ${exported}`);
    assert.equal(told.kind, kind);
    assert.equal(readFileSync(drawn, 'utf8'), readFileSync(exported, 'utf8'));
  }
  assert.match((await failure('seq --svg')).message, /^--svg needs a value; usage: seq /);
  const none = join(folder, 'none');
  assert.match((await failure(`seq --svg ${none} --html ${none}`)).message, /^usage: seq /);
  assert.ok(!existsSync(none));
});

test('seq: -n draws the last messages, whole, with the events between them', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 70s');
  const all = await value<Drawn>('seq --all');
  const { earlier, rows } = await value<Drawn>('seq -n 3');
  const ids = (some: readonly Row[]) => [...new Set(some.flatMap(({ message }) => message ?? []))];
  assert.deepEqual(ids(rows), ids(all.rows).slice(-3));
  assert.equal(earlier, ids(all.rows).length - 3);
  for (const id of ids(rows))
    assert.deepEqual(
      rows.filter(({ message }) => message === id),
      all.rows.filter(({ message }) => message === id),
    );
  assert.deepEqual(ids((await value<Drawn>('seq -n 1 type=ping')).rows).length, 1);
  assert.match((await text('seq -n 3')).split('\n')[0] ?? '', /^… [\d,]+ earlier messages: seq --all$/);
  assert.equal((await value<Drawn>('seq -n 10000')).earlier, 0);
  assert.match((await failure('seq -n 0')).message, /^-n takes a whole number from 1 to/);
  assert.match((await failure('seq -n')).message, /^-n needs a value/);
  assert.match((await failure('seq -n 5 --all')).message, /^-n and --all/);
});

test('seq: an id is shown as everywhere, by its first eight characters', async () => {
  const { text, value, others } = await openShell({ peers: 1 });
  const id = others[0]?.state.id ?? '';
  const shown = await text('seq --all');
  assert.match(shown, new RegExp(`n2 join ${id.slice(0, 8)}$`, 'm'));
  assert.doesNotMatch(shown, /[0-9a-f]{8}-/);
  // A program gets the whole.
  assert.match(JSON.stringify(await value('seq --all')), new RegExp(id));
});
