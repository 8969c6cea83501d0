/** Lab scripts: what a run of one says, and what is wrong with one. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { playAlone } from '../../../src/shell/lab/alone.ts';
import { scriptOf } from '../../../src/shell/lab/script-file.ts';
import { createTestLabs } from '../../helpers/labs.ts';
import { openShell } from '../../helpers/open-shell.ts';

const HEADER = '#!peersh lab v1';

async function play(lines: readonly string[], seed: number | null = null, settings: readonly string[] = []) {
  const said: string[] = [];
  const script = scriptOf('x.lab', [HEADER, ...lines]);
  const { signal } = new AbortController();
  const report = await playAlone(createTestLabs(), script, { seed, settings }, signal, (text) => said.push(text));
  return { report, said };
}

const wrong = async (lines: readonly string[]) => {
  try {
    await play(lines);
  } catch (error) {
    return (error as Error).message;
  }
  return 'nothing was wrong';
};

const EIGHT = ['set seed 42', 'spawn n1..n8 topology=ring'];

test('script: all that holds is a pass, with a verdict for each', async () => {
  const { report } = await play([
    ...EIGHT,
    'group A=n1..n4 B=n5..n8',
    'fault latency 20ms±5ms on all',
    'at 5s partition A|B for 10s',
    'at 6s n1: connect n2',
    'expect always !connected(n1,n1)',
    'expect eventually converged() within 30s',
    'run until converged() max 60s',
    'run 30s # goes on',
    'expect count(addr) < 400',
  ]);
  assert.equal(report.verdict, 'pass');
  assert.deepEqual(
    report.expectations.map(({ expect, verdict, where }) => [expect, verdict, where]),
    [
      ['always !connected(n1,n1)', 'pass', 'x.lab:8'],
      ['eventually converged() within 30s', 'pass', 'x.lab:9'],
      ['count(addr) < 400', 'pass', 'x.lab:12'],
    ],
  );
  assert.equal(report.seed, 42);
  assert.equal(report.stopped, null);
  assert.deepEqual(report.notDone, []);
});

test('script: what fails names its first event, and the line that runs it again', async () => {
  const { report } = await play([
    ...EIGHT,
    'expect never ping & from=n3',
    'expect peers=2',
    'run 10s',
    'expect peers=2',
  ]);
  assert.equal(report.verdict, 'fail');
  const [never, early, late] = report.expectations;
  assert.equal(never?.verdict, 'fail');
  assert.match(never?.event?.text ?? '', /^#\d+ 0\.\d+s n\d <- n3 ping$/);
  assert.deepEqual([early?.verdict, late?.verdict], ['fail', 'pass'], 'it is asked at once');
  assert.equal(report.repro, 'peersh --script x.lab --seed 42');
});

test('script: the same seed gives the same run, another one another, and the command line says it last', async () => {
  const lines = [...EIGHT, 'run 30s'];
  const first = await play(lines);
  assert.equal((await play(lines)).report.hash, first.report.hash);
  const other = await play(lines, 43);
  assert.equal(other.report.seed, 43);
  assert.notEqual(other.report.hash, first.report.hash);
  const set = await play(lines, null, ['ping.interval=5s']);
  assert.notEqual(set.report.hash, first.report.hash);
  const both = await play(['set ping.interval 9s', ...lines], null, ['ping.interval=5s']);
  assert.equal(both.report.hash, set.report.hash, 'what the command line sets stands');
  assert.match(set.report.repro, /^peersh --script x\.lab --seed 42 --set ping\.interval=5s$/);
});

test('script: set is about all nodes, those that come later and those that run', async () => {
  const { said } = await play([
    'set ping.interval 7s',
    'spawn n1..n2',
    'n1: set ping.interval',
    'set ping.interval 9s',
    'n2: set ping.interval',
    'spawn n3',
    'n3: set ping.interval',
    'n1: set ping.interval 11s',
    'n1: set ping.interval',
    'n3: set ping.interval',
  ]);
  const values = said.filter((line) => line.startsWith('ping.interval')).map((line) => line.split(' ')[2]);
  assert.deepEqual(values, ['7s', '9s', '9s', '11s', '11s', '9s']);
});

test('script: what is still open at the end is unknown and named', async () => {
  const { report } = await play([...EIGHT, 'expect eventually n1.peers>=7 within 60s', 'run 5s']);
  assert.equal(report.verdict, 'unknown');
  assert.equal(report.expectations[0]?.verdict, 'unknown');
  assert.equal(report.expectations[0]?.why, 'still open when the run ended at 5s');
});

test('script: run until has a limit, and what held so far is not known to hold', async () => {
  const { report } = await play([
    ...EIGHT,
    'expect always converged() | t<1s',
    'run until peers>=7',
    'expect peers>=7',
  ]);
  assert.equal(report.verdict, 'unknown');
  assert.equal(report.stopped?.where, 'x.lab:5');
  assert.match(report.stopped?.message ?? '', /^peers>=7 did not come true in 600s$/);
  assert.equal(report.atMs, 600_000);
  assert.equal(report.expectations.length, 1, 'nothing is asked after that');
});

test('script: a line that cannot do its work fails, with what was said', async () => {
  const { report } = await play([
    'spawn n1..n3 topology=line',
    'crash n3',
    'run 1s',
    'n1: connect 10.0.0.9:5999',
    'run 5s',
  ]);
  assert.equal(report.verdict, 'fail');
  assert.equal(report.stopped?.where, 'x.lab:5');
  assert.match(report.stopped?.message ?? '', /nobody listens there/);
});

test('script: a line whose time did not come is named', async () => {
  const { report } = await play([...EIGHT, 'at 20s crash n3', 'run 5s']);
  assert.deepEqual(report.notDone, ['at 20s crash n3']);
});

test('script: what is expected at a later time is asked then, and is named by its own line', async () => {
  const { report } = await play([
    'spawn n1..n3',
    'at 5s n2: expect peers=2',
    'at 6s expect count(hello) >= 6',
    'at 7s expect never kind=closed',
    'at 8s crash n3',
    'run 6.5s',
    'run 20s',
  ]);
  assert.deepEqual(
    report.expectations.map(({ expect, where, verdict }) => [expect, where, verdict]),
    [
      ['n2: expect peers=2', 'x.lab:3', 'pass'],
      ['count(hello) >= 6', 'x.lab:4', 'pass'],
      ['never kind=closed', 'x.lab:5', 'fail'],
    ],
  );
});

test('script: converged waits for those that are still to join', async () => {
  const { report } = await play(['spawn n1..n5 every=1s bootstrap=n1', 'run until converged() max 60s']);
  assert.equal(report.verdict, 'pass');
  assert.ok((report.atMs ?? 0) > 4_000, String(report.atMs));
});

test('script: a mistake in a line of a later time is told before anything runs', async () => {
  const table: [string, RegExp][] = [
    ['crash n99', /^x\.lab:3: crash: "n99" is no node or group/],
    ['partition n1|n9x for 5s', /^x\.lab:3: partition: .*"n9x"/],
    ['fault latency on all', /^x\.lab:3: latency: /],
    ['dup 500% on n1', /^x\.lab:3: dup: /],
    ['break helo', /^x\.lab:3: .*did you mean hello/],
    ['break hello do sing', /^x\.lab:3: no verdict "sing"/],
    ['expect always convrged()', /^x\.lab:3: unknown function "convrged"/],
    ['expect eventually peers>=2 within soon', /^x\.lab:3: "soon" is not a duration/],
    ['set ping.intervall 5s', /^x\.lab:3: unknown setting "ping\.intervall"/],
    ['n1: set ping.interval soon', /^x\.lab:3: .*ping\.interval/],
    ['n1: connect', /^x\.lab:3: usage: connect HOST:PORT/],
    ['n1: connect n2 --tiemout 5s', /^x\.lab:3: unknown option --tiemout; did you mean --timeout\?$/],
    ['n1: connect nowhere', /^x\.lab:3: /],
    ['n1: ping', /^x\.lab:3: usage: ping/],
    ['n77: peers', /^x\.lab:3: n77 is no node/],
    ['@C: peers', /^x\.lab:3: no group @C/],
    ['heal f1 f2', /^x\.lab:3: usage: heal/],
    ['heal n77', /^x\.lab:3: n77 is no node/],
    ['group C=n77', /^x\.lab:3: n77 is no node/],
    ['spawn m9', /^x\.lab:3: /],
    ['faults now', /^x\.lab:3: usage: faults$/],
  ];
  for (const [line, message] of table)
    assert.match(await wrong(['spawn n1..n8', `at 200s ${line}`, 'run 10s']), message, line);
});

test('script: what is there only later may be named by a line of a later time', async () => {
  const { report } = await play([
    'spawn n1..n4',
    'at 1s spawn n5 bootstrap=n1',
    'at 2s group A=n1,n5',
    'at 3s partition @A|n2 for 1s',
    'at 4s crash n5',
    'at 5s heal f2',
    'at 6s n5: status',
    'at 6s n1: connect n5',
    'at 7s break hello & from=n5 once do drop',
    'at 8s heal',
    'run 9s',
  ]);
  assert.deepEqual([report.verdict, report.stopped], ['pass', null]);
});

test('at: a mistake in what is typed is told at once, and nothing is planned', async () => {
  const { text, failure, value } = await openShell({ peers: 0 });
  await text('lab 3');
  assert.match((await failure('at 5s crash n9')).message, /^crash: "n9" is no node or group/);
  assert.match((await failure('at 5s n9: status')).message, /^n9 is no node/);
  await text('at 4s spawn n9');
  await text('at 5s crash n9');
  await text('run 6s');
  assert.deepEqual(
    (await value<{ text: string }[]>('faults')).map(({ text: told }) => told),
    ['crash n9'],
  );
});

test('script: what it traces is heard, and nothing else that comes of its own accord', async () => {
  const heard: string[] = [];
  const said: string[] = [];
  const hear = { json: false, print: (text: string) => void heard.push(text) };
  const script = scriptOf('x.lab', [HEADER, 'spawn n1..n3', 'run 5s', 'trace ping', 'run 60s', 'untrace', 'run 60s']);
  const { signal } = new AbortController();
  const options = { seed: null, settings: [] };
  await playAlone(createTestLabs(), script, options, signal, (text) => void said.push(text), hear);
  assert.ok(heard.length >= 2, heard.join('\n'));
  for (const line of heard) assert.match(line, /^(?:n\d: )?[<>] #\d+ n\d ping nonce=\d+$/);
  assert.ok(!said.some((line) => line.includes('nonce=')));
  const asJson: string[] = [];
  await playAlone(createTestLabs(), script, options, signal, () => undefined, {
    json: true,
    print: (text) => void asJson.push(text),
  });
  assert.equal(asJson.length, heard.length);
  for (const line of asJson) assert.equal((JSON.parse(line) as { type: string }).type, 'ping');
});

test('script: run with --speed is refused, since nothing waits for what runs in the background', async () => {
  assert.match(
    await wrong(['spawn n1..n3', 'run 5s --speed 10']),
    /^x\.lab:3: --speed runs in the background, and nothing in a lab script waits for that; leave it out$/,
  );
});

test('script: a line to a node that has crashed is no wrong line', async () => {
  const { report } = await play(['spawn n1..n3', 'crash n3', 'n3: peers']);
  assert.equal(report.verdict, 'fail');
  assert.deepEqual([report.stopped?.where, report.stopped?.code], ['x.lab:4', 'no-such-node']);
});

test('script: a wrong line names file, line, word and the nearest right one', async () => {
  const table: [string[], RegExp][] = [
    [['spwn n1..n8'], /^x\.lab:2: unknown command "spwn"; did you mean spawn\?$/],
    [
      ['spawn n1..n8', '', '# a comment', 'run 5s', 'expecct peers>=2'],
      /^x\.lab:6: unknown command "expecct"; did you mean expect\?$/,
    ],
    [['spawn n1..n8', 'partitoin n1|n2'], /^x\.lab:3: unknown command "partitoin"; did you mean partition\?$/],
    [['spawn n1..n8', 'at 5s partition n1|n9x', 'run 10s'], /^x\.lab:3: partition: .*"n9x"/],
    [
      ['spawn n1..n8', 'at 5s fualt crash n1', 'run 10s'],
      /^x\.lab:3: unknown command "fualt"; did you mean fault or faults\?$/,
    ],
    [['spawn n1..n8', 'at 5s run 5s'], /^x\.lab:3: run moves the time itself/],
    [
      ['set ping.intervall 5s', 'spawn n1..n8'],
      /^x\.lab:2: unknown setting "ping\.intervall"; did you mean ping\.interval/,
    ],
    [['set seed x', 'spawn n1..n8'], /^x\.lab:2: seed=x is no whole number/],
    [['set sed 4', 'spawn n1..n8'], /^x\.lab:2: unknown setting "sed"; did you mean seed\?$/],
    [
      ['spawn n1..n60000'],
      /^x\.lab:2: 60,000 nodes would need some [\d.]+ GiB of memory and there are 4\.0; lab \d+ fits$/,
    ],
    [['spawn n1..n9', 'spawn n10..n60000', 'run 1s'], /^x\.lab:2: 60,000 nodes would need some/],
    [['spawn n1..n1000000'], /^x\.lab:2: n1\.\.n1000000 names 1,000,000 nodes; one word names at most 100,000$/],
    [['spawn n8..n1'], /^x\.lab:2: n8\.\.n1 names nobody; type the lower number first, such as n1\.\.n4$/],
    [
      ['spawn n1..n8', 'expect never ping within 5s'],
      /^x\.lab:3: within goes with eventually only; always and never hold to the end of the run$/,
    ],
    [['spawn n1..n8', 'at 5s n1: connect n9', 'run 10s'], /^x\.lab:3: n9 is no node; there are n1 to n8$/],
    [['spawn n1..n8', 'at 5s n9: peers', 'run 10s'], /^x\.lab:3: n9 is no node; there are n1 to n8$/],
    [['spawn n1..n8', 'n9: connect n1'], /^x\.lab:3: n9 is no node; there are n1 to n8$/],
    [['spawn n1..n8', 'n1: connect n9'], /^x\.lab:3: n9 is no node; there are n1 to n8$/],
    [['spawn n1..n8', '@C: peers'], /^x\.lab:3: no group @C; /],
    [['spawn n1..n8', 'partition n1|n2 fr 5s'], /^x\.lab:3: partition: "fr" is no oneway: type for$/],
    [['spawn n1..n8', '3gg on n1'], /^x\.lab:3: unknown command "3gg"; did you mean 3g\?$/],
    [['spawn n1..n8', 'set seed 4'], /^x\.lab:3: set seed must stand before the first spawn$/],
    [['spawn n1..n8', 'expect evntually converged()'], /^x\.lab:3: unknown word "evntually" at column 1/],
    [
      ['spawn n1..n8', 'expect always convrged()'],
      /^x\.lab:3: unknown function "convrged" at column 1; did you mean converged\(\)\?$/,
    ],
    [['connect n2', 'spawn n1..n8'], /^x\.lab:2: there are no nodes yet; type spawn/],
    [['run 5s'], /^x\.lab:2: there are no nodes yet; type spawn/],
    [['# nothing'], /^x\.lab spawns no nodes/],
    [['spawn n1..n8', '1 + 1'], /^x\.lab:3: (plain commands only|unknown command)/],
    [['spawn n1..n8', 'lab 5'], /^x\.lab:3: a lab script has a lab already/],
    [['spawn n1..n8', 'lab stop'], /^x\.lab:3: a lab script has a lab already/],
    [['spawn n1..n8', 'source /no/such.lab'], /^x\.lab:3: cannot read \/no\/such\.lab \(ENOENT\)$/],
  ];
  for (const [lines, message] of table) assert.match(await wrong(lines), message, lines.join(' / '));
});

function fileFor(context: TestContext, name: string, lines: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-lab-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, name);
  writeFileSync(path, `${lines.join('\n')}\n`);
  return path;
}

test('lab FILE: runs beside the own node, never on it, and leaves a lab to look into', async (context) => {
  const { shell, node, text, value } = await openShell({ peers: 0 });
  const path = fileFor(context, 'a.lab', [HEADER, 'spawn n1..n4', 'set ping.interval 5s', 'run 30s', 'expect peers=3']);
  const before = node.state.settings['ping.interval'];
  assert.match(
    await text(`lab ${path}`),
    /^pass .*a\.lab seed 1: main#\d+ 30s, \d+ events, hash [0-9a-f]{8}\n {2}pass {5}peers=3 /,
  );
  assert.equal(node.state.settings['ping.interval'], before);
  assert.equal(shell.prompt(), 'lab n1 30s> ');
  await text('rewind 2s');
  assert.equal((await value<unknown[]>('peers')).length, 3);
  await text('lab stop');
  const seeded = await value<{ seed: number }>(`lab ${path} seed=9`);
  assert.equal(seeded.seed, 9);
});

test('lab FILE: one that fails is told line by line and is an error with its report', async (context) => {
  const { printed, failure, text } = await openShell({ peers: 0 });
  const path = fileFor(context, 'b.lab', [HEADER, 'spawn n1..n3', 'run 5s', 'expect peers=7']);
  const { message, code, ...rest } = await failure(`lab ${path}`);
  assert.match(message, /^fail: peers=7 \(.*b\.lab:4\): first #\d+ /);
  assert.equal(code, 'expectation');
  assert.equal((rest['report'] as { verdict: string }).verdict, 'fail');
  assert.ok(printed.some((line) => /^again: peersh --script .*b\.lab --seed 1$/.test(line)));
  assert.match(await text('status'), /^id/, 'JavaScript and commands go on');
  await text('1 + 1');
});

test('lab FILE: another file is refused, and lines that are sourced are named by their own file', async (context) => {
  const { failure, text } = await openShell({ peers: 0 });
  const plain = fileFor(context, 'plain.txt', ['status']);
  assert.match((await failure(`lab ${plain}`)).message, /is no lab script: its first line must be #!peersh lab v1/);
  const later = fileFor(context, 'later.lab', ['#!peersh lab v2', 'spawn n1']);
  assert.match(
    (await failure(`lab ${later}`)).message,
    /later\.lab:1: this peersh reads #!peersh lab v1, not "#!peersh lab v2"$/,
  );
  const inner = fileFor(context, 'inner.txt', ['run 1s', 'expect peres>=1']);
  const outer = fileFor(context, 'outer.lab', [HEADER, 'spawn n1..n3', `source ${inner}`]);
  assert.match((await failure(`lab ${outer}`)).message, /^.*inner\.txt:2: unknown (field|word) "peres"/);
  await text('lab stop');
  const circle = fileFor(context, 'circle.lab', [HEADER, 'spawn n1']);
  writeFileSync(circle, `${HEADER}\nspawn n1\nsource ${circle}\n`);
  assert.match((await failure(`lab ${circle}`)).message, /go round in a circle/);
});

test('lab script: of a lab that a script made it is a script that leads to the same hash', async (context) => {
  const { text, value } = await openShell({ peers: 0 });
  const path = fileFor(context, 'c.lab', [
    HEADER,
    'set ping.interval 5s',
    'spawn n1..n4 topology=ring every=100ms',
    'latency 20ms+-5ms on all',
    'at 3s n1: connect n3',
    'run 4s',
    'spawn n5..n6 bootstrap=n2 after=1s every=1s',
    'run 20s',
  ]);
  await text(`lab ${path} seed=9`);
  const hash = await text('lab hash');
  const lines = (await text('lab script')).split('\n');
  assert.deepEqual(lines.slice(0, 2), [HEADER, 'set seed 9']);
  await text('lab stop');
  const again = await value<{ hash: string }>(`lab ${fileFor(context, 'd.lab', lines)}`);
  assert.ok(hash.startsWith(again.hash), lines.join('\n'));
});

test('lab script: nodes that joined later are lines of it, too', async () => {
  const first = await openShell({ peers: 0 });
  await first.text('lab 4 seed=3 ping.interval=5s');
  await first.text('run 3s');
  await first.text('spawn n5..n6 after=2s ping.interval=9s');
  await first.text('spawn n7 bootstrap=none');
  await first.text('run 20s');
  const hash = await first.text('lab hash');
  const second = await openShell({ peers: 0 });
  for (const line of (await first.text('lab script')).split('\n')) await second.text(line);
  assert.equal(await second.text('lab hash'), hash);
});
