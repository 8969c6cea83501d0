/** `fault`, `faults`, `heal` and `chaos` in a lab: what they answer, and what comes of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assertFields, openShell } from '../../helpers/open-shell.ts';

interface Row {
  readonly id: string;
  readonly text: string;
}

const ids = (rows: readonly Row[]) => rows.map(({ id }) => id);

test('faults: each that is on with its id, since when, how often it struck and when it ends', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4');
  assert.equal(await text('faults'), 'no faults; help faults lists what there is');
  await text('run 2s');
  await text('crash n4 for 10s');
  await text('latency 30ms±5ms on n1<>n2 until n1.peers>=9');
  await text('loss 5%');
  await text('run 1s');
  const [first, second] = await value<Row[]>('faults');
  assertFields(first, ['id', 'text', 'sinceMs', 'struck', 'endsMs', 'until', 'names']);
  assert.deepEqual(first, {
    id: 'f1',
    text: 'crash n4 for 10s',
    sinceMs: 2_000,
    struck: 1,
    endsMs: 12_000,
    until: null,
    names: ['n4'],
  });
  assert.equal((second as unknown as { until: string }).until, 'n1.peers>=9');
  const lines = (await text('faults')).split('\n');
  assert.match(lines[0] ?? '', /^id +what +since +struck +ends$/);
  assert.match(lines[1] ?? '', /^f1 +crash n4 for 10s +2s +1 +12s$/);
  assert.match(lines[2] ?? '', /^f2 +latency 30ms±5ms on n1<>n2 until n1\.peers>=9 +2s +\d+ +when it holds$/);
  assert.match(lines[3] ?? '', /^f3 +loss 5% +2s +\d+ +when healed$/);
  await text('run 10s');
  assert.deepEqual(ids(await value<Row[]>('faults')), ['f2', 'f3']);
});

test('step: an event of a fault says which fault it was, and whether it struck first or went off', async () => {
  const { printed, text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 1s');
  await text('latency 30ms for 2s');
  await text('restart n3');
  printed.length = 0;
  await text('step 200');
  const told = printed.filter((line) => / f\d+ /.test(line)).map((line) => line.replace(/^#\d+ [\d.]+s /, ''));
  assert.deepEqual(told, ['n1 f1 latency 30ms for 2s strikes first', 'n1 f1 latency 30ms for 2s ends']);
  assert.ok(!printed.some((line) => / fault$/.test(line)), 'none says only that it is one');
  await text('crash n2');
  const [event] = (await value<{ events: object[] }>('step')).events;
  assert.deepEqual((event as { fault: object }).fault, { id: 'f3', change: 'struck', text: 'crash n2' });
  await text('run 1s');
  for (const one of (await value<{ events: object[] }>('step')).events) assertFields(one, ['fault']);
});

test('skew: what is shown of a node is as old as its own clock says, its next ping is no later, the others are as they were', async () => {
  const { text, value } = await openShell({ peers: 0 });
  const ages = async (who: string) => {
    const [row] = await value<{ ageMs: number; lastReceiveMs: number }[]>(`${who}: peers`);
    const { uptimeMs, nextPingMs } = await value<{ uptimeMs: number; nextPingMs: number }>(`${who}: status`);
    return [row?.ageMs ?? 0, row?.lastReceiveMs ?? 0, uptimeMs, 0 - nextPingMs];
  };
  await text('lab 3');
  await text('run 40s');
  const before = { n1: await ages('n1'), n2: await ages('n2') };
  await text('skew n1 -30s');
  const after = { n1: await ages('n1'), n2: await ages('n2') };
  assert.deepEqual(
    after.n1.map((ms, i) => Math.round(ms - (before.n1[i] ?? 0))),
    [-30_000, -30_000, -30_000, 0],
  );
  assert.deepEqual(after.n2, before.n2);
});

test('heal: one by its id, those that name a node or a group, all; and a crashed node is there again', async () => {
  const { text, value, failure } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('group A=n1,n2');
  await text('run 2s');
  assert.equal(await text('heal'), 'no faults to heal');
  for (const line of ['crash n4', 'partition @A|n3', 'loss 5% on n1>n5', 'nat n5 full', 'latency 5ms'])
    await text(line);
  assert.equal((await failure('n4: status')).code, 'no-such-node');
  assert.equal(await text('heal n4'), 'healed f1 crash n4');
  assert.equal((await value<{ state?: string }[]>('n4: peers')).length, 0);
  assert.equal(await text('heal n4'), 'no fault names n4');
  assert.deepEqual(ids(await value<Row[]>('faults')), ['f2', 'f3', 'f4', 'f5']);
  assert.equal(await text('heal f3'), 'healed f3 loss 5% on n1>n5');
  assert.equal((await failure('heal f3')).message, 'f3 is not on; on are f2, f4, f5');
  assert.equal((await failure('heal n9')).message, 'no node "n9" in the lab; there are n1 to n5');
  assert.match((await failure('heal @B')).message, /^no group @B; /);
  assert.match((await failure('heal n1 n2')).message, /^usage: heal /);
  assert.deepEqual(ids(await value<Row[]>('heal @A')), ['f2']);
  assert.equal(await text('heal'), 'healed f4 nat n5 full\nhealed f5 latency 5ms');
  assert.equal((await failure('heal f4')).message, 'f4 is not on; no fault is on');
  await text('loss 5%');
  await text('dup 5%');
  await text('rate 1KiB/s');
  assert.match((await failure('heal f6,f9')).message, /^f9 is not on; on are f6, f7, f8$/);
  assert.equal(await text('heal f6,f8'), 'healed f6 loss 5%\nhealed f8 rate 1KiB/s');
  assert.equal(await text('heal f7'), 'healed f7 dup 5%');
  for (let i = 0; i < 23; i += 1) await text(`latency ${i + 1}ms`);
  assert.match(await text('heal'), /^(?:healed f\d+ latency \d+ms\n){20}… 3 more$/);
  await text('run 5s');
  assert.ok((await value<unknown[]>('n4: peers')).length > 0);
});

test('nat: addrs shows that nobody reached the node, and two behind one never meet though gossip tells of both', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 6');
  await text('run 5s');
  await text('nat n4,n5 symmetric');
  await text('restart n4,n5');
  await text('run 60s');
  type Addr = { address: string; table: string; tries: number; state: string; lastError: string | null };
  const seen = async (node: string) =>
    (await value<Addr[]>(`${node}: addrs`)).find(({ address }) => address === '10.0.0.5:5999');
  const byOpen = await seen('n1');
  assert.deepEqual(
    [byOpen?.table, byOpen?.state, byOpen?.tries, byOpen?.lastError],
    ['new', 'connected', 1, 'timeout'],
  );
  const byClosed = await seen('n4');
  assert.deepEqual([byClosed?.table, byClosed?.lastError], ['new', 'timeout']);
  assert.notEqual(byClosed?.state, 'connected');
  assert.match(await text('n4: addrs'), /^10\.0\.0\.5:5999 .* timeout$/m);
  assert.equal((await value<unknown[]>('n4: peers')).length, 4);
});

test('chaos: plans faults by lot, puts each on when its time comes and not before, and the network is whole after it', async () => {
  const { printed, text, value } = await openShell({ peers: 0 });
  await text('lab 5');
  await text('run 3s');
  const plan = await value<{
    seed: number;
    profile: string;
    fromMs: number;
    toMs: number;
    faults: { atMs: number; text: string }[];
  }>('chaos 7 rough for 40s');
  assert.deepEqual([plan.seed, plan.profile, plan.fromMs, plan.toMs], [7, 'rough', 3_000, 43_000]);
  assert.ok(plan.faults.length > 5);
  assert.deepEqual(await value('faults'), []);
  const [first] = plan.faults;
  assert.match(await text('faults'), /^no faults; .*\n\d+ planned, next at [\d.]+s /);
  printed.length = 0;
  await text(`run to ${(first?.atMs ?? 0) - 1}ms`);
  assert.ok(!printed.some((line) => / f1 /.test(line)));
  await text('run 1ms');
  assert.ok(
    printed.some((line) => line.endsWith(` f1 ${first?.text}`)),
    printed.join('\n'),
  );
  await text('run to 200s');
  const put = printed.filter((line) => /^[\d.]+s f\d+ /.test(line)).map((line) => line.replace(/^\S+ f\d+ /, ''));
  assert.deepEqual(
    put,
    plan.faults.map((one) => one.text),
  );
  assert.deepEqual(await value('faults'), []);
});

test('chaos: the same seed gives the same plan, another seed another; without words it is 60 s by the seed of the lab', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 4 seed=11');
  const texts = async (line: string) => {
    const { faults } = await value<{ faults: { text: string }[] }>(line);
    await text('chaos stop');
    return faults;
  };
  const usual = await texts('chaos');
  assert.deepEqual(await texts('chaos 11 normal for 60s'), usual);
  assert.notDeepEqual(await texts('chaos 12'), usual);
  assert.notDeepEqual(await texts('chaos gentle'), usual);
});

test('chaos: a rewind comes by the plan again, a branch too, and stop ends it', async () => {
  const { printed, text, value } = await openShell({ peers: 0 });
  await text('lab 5');
  const { faults } = await value<{ faults: { atMs: number }[] }>('chaos 3 rough for 60s');
  await text('run 30s');
  const hash = await text('lab hash');
  const early = faults.filter(({ atMs }) => atMs <= 30_000).length;
  const inputs = async () => (await value<{ inputs: number }[]>('branches')).map((row) => row.inputs);
  const before = await inputs();
  await text('rewind 1ms');
  await text('run to 30s');
  assert.equal(await text('lab hash'), hash);
  assert.deepEqual(await inputs(), before);
  await text('rewind 1ms');
  printed.length = 0;
  await text('bootstrap add 10.0.0.4:5999');
  await text('run to 30s');
  assert.equal(printed.filter((line) => /^[\d.]+s f\d+ /.test(line)).length, early);
  assert.match(await text('chaos stop'), new RegExp(`^${faults.length - early} faults? will not come$`));
  assert.equal(await text('chaos stop'), 'no chaos is planned');
  printed.length = 0;
  await text('run to 70s');
  assert.ok(!printed.some((line) => /^[\d.]+s f\d+ /.test(line)));
});

test('chaos: a wrong word is one line', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.equal((await failure('chaos')).message, 'no lab here; type lab 8');
  await text('lab 1');
  assert.equal((await failure('chaos')).message, 'chaos needs two running nodes, not 1');
  await text('lab stop');
  await text('lab 3');
  for (const [line, message] of [
    ['chaos foo', /^chaos: "foo" does not fit here: usage: chaos /],
    ['chaos ruff', /^chaos: "ruff" does not fit here: usage: chaos /],
    ['chaos gentel', /^chaos: "gentel" does not fit here: type gentle$/],
    ['chaos 1 2', /^chaos: "2" does not fit here/],
    ['chaos for', /^chaos: "" is not a duration/],
    ['chaos for 0s', /out of bounds: type at most 24h$/],
  ] as const)
    assert.match((await failure(line)).message, message, line);
  assert.equal(await text('faults'), 'no faults; help faults lists what there is');
});

test('lab script: faults, groups that they name and heals lead to the same hash', async () => {
  const first = await openShell({ peers: 0 });
  await first.text('lab 5 seed=7');
  await first.text('group A=n1,n2');
  await first.text('run 2s');
  await first.text('partition @A|n3..n5 for 4s');
  await first.text('crash n5');
  await first.text('chaos 3 rough for 20s');
  await first.text('run 10s');
  await first.text('group A=n3');
  await first.text('heal n5');
  await first.text('loss 30% on @A');
  await first.text('run 20s');
  const lines = (await first.text('lab script')).split('\n');
  assert.deepEqual(
    lines.filter((line) => line.startsWith('group')),
    ['group A=n1,n2', 'group A=n3'],
  );
  const second = await openShell({ peers: 0 });
  for (const line of lines) await second.text(line);
  assert.equal(await second.text('lab hash'), await first.text('lab hash'), lines.join('\n'));
});

test('help: faults lists every one with its usage, meaning and other name; the name of one tells about it', async () => {
  const { shell, text, value } = await openShell({ peers: 0 });
  const rows = shell.options.labs?.faultRows ?? [];
  const flat = (await text('help faults')).replace(/\s+/g, ' ');
  for (const { usage, summary, knownAs } of rows) assert.ok(flat.includes(`${usage} ${summary} (${knownAs})`), usage);
  assert.deepEqual((await value<{ faults: unknown }>('help faults')).faults, rows);
  assert.match(await text('help partition'), /^partition NODES\|NODES \[oneway\].*\n {2}a blackhole between two sides/);
  assert.match(await text('help pause'), /^pause \[NODE .*\n[\s\S]*SIGSTOP/);
  await text('lab 2');
  assert.equal(await text('crash?'), await text('help crash'));
  shell.columns = () => 60;
  for (const line of (await text('help faults')).split('\n')) assert.ok(line.length < 60, line);
  assert.match(await text('apropos blackhole'), /^fault +partition/m);
});

test('crash: of a node that is gone nothing is told as if it ran, and restart brings back the last one', async () => {
  const { shell, text, value, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  await text('crash n1');
  for (const line of ['status', 'peers', 'addrs', 'ping all', 'bans', 'connect n2', 'stats', 'bootstrap', 'listen'])
    assert.equal(
      (await failure(line)).message,
      'n1 is not running at 5s; restart n1 starts it anew, use n2 goes to another node',
      line,
    );
  for (const line of ['lab', 'faults', 'map', 'n2: status', 'log -n 1', 'events', 'run 1s']) await text(line);
  await text('crash n2,n3');
  assert.equal(shell.prompt(), 'lab n1 6s> ');
  assert.equal((await failure('status')).message, 'n1 is not running at 6s; restart n1 starts it anew');
  await text('restart n2,n1');
  await text('run 5s');
  assert.equal((await value<unknown[]>('peers')).length, 1);
  const hash = await text('lab hash');
  assert.match(await text('lab check'), new RegExp(hash.slice(0, 8)));
});
