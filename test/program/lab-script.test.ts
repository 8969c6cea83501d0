/** Lab scripts as the program runs them: without a node of its own, and with an exit code for each way in which a run can end. */
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { freePort } from '../helpers/ports.ts';
import { PROGRAM } from '../helpers/program.ts';
import { Pty, whyNoPty } from '../helpers/pty.ts';
import { ALONE, Program, run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

const HEADER = '#!peersh lab v1';
const FOLDER = mkdtempSync(join(tmpdir(), 'peersh-lab-'));
process.on('exit', () => rmSync(FOLDER, { recursive: true, force: true }));

function file(name: string, lines: readonly string[]): string {
  const path = join(FOLDER, name);
  writeFileSync(path, `${[HEADER, ...lines].join('\n')}\n`);
  return path;
}

const answers = (port: number) =>
  new Promise<boolean>((resolve) => {
    const socket = connect(port, '127.0.0.1');
    socket.once('connect', () => resolve(true));
    socket.once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });

const THREE = ['set seed 42', 'spawn n1..n3'];
const PASS = file('pass.lab', [...THREE, 'expect eventually converged() within 30s', 'run 30s']);
const FAIL = file('fail.lab', [...THREE, 'expect never ping & from=n3', 'run 5s']);
const OPEN = file('open.lab', [...THREE, 'expect eventually peers>=7', 'run 5s']);
const ENDLESS = file('endless.lab', [...THREE, 'expect eventually peers>=7', 'run until peers>=7']);
const WRONG = file('wrong.lab', [...THREE, 'expecct peers>=2']);

test('lab script: each way to end has its exit code', async () => {
  const table: [string[], number, RegExp, RegExp][] = [
    [['--script', PASS], 0, /^pass .*pass\.lab seed 42: main#\d+ 30s/m, /^$/],
    [
      ['--script', FAIL],
      1,
      /^ {2}fail {5}never ping & from=n3 \(.*fail\.lab:4\): first #\d+ [\d.]+s n\d <- n3 ping$/m,
      /^$/,
    ],
    [['--script', OPEN], 4, /^ {2}unknown {2}eventually peers>=7 \(.*\): still open when the run ended at 5s$/m, /^$/],
    [['--script', ENDLESS], 4, /^ {2}stopped {2}.*endless\.lab:5: peers>=7 did not come true in 600s$/m, /^$/],
    [['--script', WRONG], 2, /^$/, /^peersh: .*wrong\.lab:4: unknown command "expecct"; did you mean expect\?\n$/],
    [['--script', PASS, '--seed', 'x'], 2, /^$/, /^peersh: seed=x is no whole number/],
    [['--script', PASS, '-e', 'peers'], 2, /^$/, /^peersh: a lab script runs without a node: leave out -e/],
    [['--script', PASS, '--script', FAIL], 1, /^pass .*^fail /ms, /^$/],
    [['--script', FAIL, '--script', PASS], 1, /^fail /m, /^$/],
    [['-k', '--script', FAIL, '--script', PASS], 1, /^fail .*^pass /ms, /^$/],
  ];
  await Promise.all(
    table.map(async ([args, expected, out, err]) => {
      const ran = await run(['--no-rc', ...args]);
      assert.equal(ran.code, expected, `${args.join(' ')}: ${ran.out}${ran.err}`);
      assert.match(ran.out, out);
      assert.match(ran.err, err);
    }),
  );
});

test('lab script: the line that it prints runs the same again', async () => {
  const first = await run(['--no-rc', '--script', FAIL, '--seed', '7', '--set', 'ping.interval=5s']);
  const [, again = ''] = /^again: peersh (.*)$/m.exec(first.out) ?? [];
  assert.match(again, /^--script \S+ --seed 7 --set ping\.interval=5s$/);
  assert.equal((await run(['--no-rc', ...again.split(' ')])).out, first.out);
});

test('lab script: piped in it is one, too, and --json gives one value', async () => {
  const { code, out, err } = await run(['--no-rc', '--json'], readFileSync(FAIL, 'utf8'));
  assert.deepEqual([code, err], [1, '']);
  assert.equal(out.trim().split('\n').length, 1);
  const report = JSON.parse(out) as { verdict: string; seed: number; expectations: { where: string }[]; repro: string };
  assert.deepEqual([report.verdict, report.seed], ['fail', 42]);
  assert.equal(report.expectations[0]?.where, 'stdin:4');
  assert.equal(report.repro, 'peersh --seed 42 < FILE');
  const wrong = await run(['--no-rc', '--json'], readFileSync(WRONG, 'utf8'));
  assert.equal(wrong.code, 2);
  assert.match(wrong.out, /^\{"error":\{"code":"usage","message":"stdin:4: unknown command/);
});

test('lab script: no node is started and no settings of the user count', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  const taken = ['--listen', `127.0.0.1:${port}`];
  assert.equal((await run([...taken, '--no-rc', '-e', 'status'])).code, 3);
  assert.equal((await run([...taken, '--no-rc', '--script', PASS])).code, 0);
  writeFileSync(join(FOLDER, '.noderc'), 'set ping.interval 3s\n');
  const hashOf = ({ out }: { readonly out: string }) => /hash ([0-9a-f]{8})/.exec(out)?.[1];
  const plain = hashOf(await run(['--no-rc', '--script', PASS]));
  assert.equal(hashOf(await run(['--script', PASS], '', FOLDER)), plain);
  assert.notEqual(hashOf(await run(['--no-rc', '--script', PASS, '--set', 'ping.interval=3s'])), plain);
});

test('lab script: SIGINT ends a long run with 130', async () => {
  const path = file('long.lab', [...THREE, 'n1: status', 'run 240h']);
  const program = new Program(['--no-rc', '--script', path]);
  await until('the run', () => (program.out.includes('listening') ? null : program.out + program.err));
  program.child.kill('SIGINT');
  assert.equal((await program.ended).code, 130);
});

test('script: lines that come late are run as ever, and a node is there meanwhile', async () => {
  const port = await freePort();
  const program = new Program([...ALONE, '--listen', `127.0.0.1:${port}`]);
  await until('the node', async () => ((await answers(port)) ? null : 'nobody listens'));
  program.child.stdin.end('1 + 1\n');
  const { code, out } = await program.ended;
  assert.deepEqual([code, out], [0, '2\n']);
});

test('lab script: one that is piped in late is one, too, and the node that was started meanwhile leaves', async () => {
  const script = readFileSync(FAIL, 'utf8');
  const wanted = await run(['--no-rc'], script);
  const port = await freePort();
  const program = new Program([...ALONE, '--listen', `127.0.0.1:${port}`]);
  await until('the node', async () => ((await answers(port)) ? null : 'nobody listens'));
  program.child.stdin.write(script.slice(0, 30));
  await new Promise((resolve) => void setTimeout(resolve, 50));
  program.child.stdin.end(script.slice(30));
  const { code, out } = await program.ended;
  assert.deepEqual([code, out], [wanted.code, wanted.out]);
  assert.equal(await answers(port), false);
});

test('script: a late line that asks for another version of lab scripts is a usage error', async () => {
  const port = await freePort();
  const program = new Program([...ALONE, '--listen', `127.0.0.1:${port}`]);
  await until('the node', async () => ((await answers(port)) ? null : 'nobody listens'));
  program.child.stdin.end('#!peersh lab v9\n');
  const { code, err } = await program.ended;
  assert.equal(code, 2);
  assert.match(err, /this peersh reads #!peersh lab v1/);
});

test('sweep: counts seeds, names those that fail, and its code says so', async () => {
  const mixed = file('mixed.lab', ['spawn n1..n3', 'expect never ping & from=n3', 'run 2s']);
  const failing = await run([...ALONE, '--json', '-e', `sweep ${mixed} seed=1..6 jobs=2`]);
  assert.equal(failing.code, 1);
  const { error } = JSON.parse(failing.out) as {
    error: { fail: number; seeds: number; failing: { seed: number; first: string; repro: string }[] };
  };
  assert.deepEqual([error.seeds, error.fail], [6, 6]);
  assert.deepEqual(
    error.failing.map(({ seed }) => seed),
    [1, 2, 3, 4, 5, 6],
  );
  assert.match(error.failing[2]?.first ?? '', /^never ping & from=n3 \(.*mixed\.lab:3\): first #\d+ /);
  assert.match(error.failing[2]?.repro ?? '', /--seed 3$/);
  const passing = await run([...ALONE, '-e', `sweep ${PASS} seed=1..4`]);
  assert.deepEqual([passing.code, passing.out], [0, '4 seeds: 4 passed, 0 failed, 0 unknown\n']);
  assert.equal((await run([...ALONE, '-e', `sweep ${OPEN} seed=1..2`])).code, 4);
  const wrong = await run([...ALONE, '-e', `sweep ${WRONG} seed=1..400`]);
  assert.equal(wrong.code, 2);
  assert.match(wrong.err, /^.*wrong\.lab:4: unknown command "expecct"; did you mean expect\?\n$/);
});

test('sweep: an interrupt ends its threads at once', async () => {
  const long = file('longer.lab', [...THREE, 'run 2400h']);
  const program = new Program([...ALONE, '-e', 'status', '-e', `sweep ${long} seed=1..500 jobs=2`]);
  await until('the start', () => (program.out.includes('listening') ? null : program.out + program.err));
  program.child.kill('SIGINT');
  const at = performance.now();
  assert.equal((await program.ended).code, 130);
  assert.ok(performance.now() - at < 5_000);
});

test('sweep: a person sees how far it is in one line, and Ctrl-C gives the prompt back', {
  skip: whyNoPty() ?? false,
}, async (context) => {
  const slow = file('slow.lab', ['spawn n1..n8', 'run 60s']);
  const set = [`HOME=${FOLDER}`, `XDG_STATE_HOME=${FOLDER}/state`, 'NO_COLOR=1'];
  const pty = new Pty(['env', ...set, process.execPath, PROGRAM, ...ALONE, '--listen', '127.0.0.1:0'], 80);
  context.after(() => pty.close());
  const { terminal } = pty;
  await terminal.until('the prompt', ({ rows }) => /^[0-9a-f]{8} 0>$/.test(rows.at(-1) ?? ''));
  terminal.type(`sweep ${slow} seed=1..90000\r`);
  await terminal.until('progress', ({ rows }) =>
    /^[1-9]\d*\/90000 seeds, 0 failed, 0 unknown$/.test(rows.at(-1) ?? ''),
  );
  terminal.type('\x03');
  const { rows } = await terminal.until('the prompt again', (view) => /^[0-9a-f]{8} 0>$/.test(view.rows.at(-1) ?? ''));
  assert.equal(rows.at(-2), '^C');
  assert.equal(rows.filter((row) => row.includes('/90000')).length, 0, 'nothing of the progress stays');
  terminal.type('quit\r');
  assert.equal(await pty.exitCode(), 0);
});

test('minimise: what is left fails at the same expectation, and nothing more can go', async () => {
  const large = file('large.lab', [
    'set seed 3',
    'spawn n1..n8 topology=ring every=50ms',
    'group A=n1..n4 B=n5..n8',
    'fault latency 20ms±5ms on all',
    'at 2s crash n3',
    'at 4s n1: connect n4',
    'expect always !connected(n1,n1)',
    'expect always n3.peers>=0 | t<1s',
    'run 10s',
  ]);
  const { code, out, err } = await run([...ALONE, '-e', `minimise ${large}`]);
  assert.equal(code, 0, err);
  assert.match(out, /^# 9 lines before, \d now; \d+ runs$/m);
  assert.ok(out.includes('at 2s crash n3'), 'the cause stays');
  for (const gone of ['fault latency', 'connect n4', 'group', '!connected']) assert.ok(!out.includes(gone), out);
  const again = await run(['--no-rc', '--script', file('small.lab', out.trim().split('\n').slice(1))]);
  assert.equal(again.code, 1);
  assert.match(again.out, /^ {2}fail {5}always n3\.peers>=0 \| t<1s/m);
  const passes = await run([...ALONE, '-e', `minimise ${PASS}`]);
  assert.equal(passes.code, 1);
  assert.match(passes.err, /^no expectation fails with seed 42; sweep finds a seed/);
});
