/** How the program ends: every exit code, signals, and readers that go away. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { PROGRAM } from '../helpers/program.ts';
import { RawPeer } from '../helpers/raw-peer.ts';
import { ALONE, Program, run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

const said = (program: Program, text: string) =>
  until('the program to start', () => (program.out.includes(text) ? null : `output ${program.out}${program.err}`));

function folderFor(context: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

test('exit: each code has its cause, and each failure is one line', async (context) => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  context.after(() => server.close());
  const { port } = server.address() as { port: number };
  const table: [string[], number, RegExp][] = [
    [['-e', 'status'], 0, /^$/],
    [['-e', 'connect 127.0.0.1:1'], 1, /^127\.0\.0\.1:1: nobody listens there\n$/],
    [['-e', 'ping #1'], 1, /^no peer "#1"; no peers; try connect HOST:PORT\n$/],
    [['-e', 'throw 1'], 1, /^thrown: 1\n$/],
    [['-e', 'peers --what'], 2, /^unknown option --what; usage: peers /],
    [['-e', 'pers'], 2, /^unknown command "pers"; did you mean peers\?\n$/],
    [['-e', 'set ping.intervall 5s'], 2, /did you mean ping\.interval/],
    [['extra'], 2, /^peersh: "extra" is no option; /],
    [['--script', '/no/such/file'], 2, /^peersh: cannot read \/no\/such\/file \(ENOENT\)\n$/],
    [['--listen', `127.0.0.1:${port}`], 3, new RegExp(`^peersh: .*127\\.0\\.0\\.1:${port}.*the port is in use`)],
    [['--headless', '-e', 'peers'], 2, /^peersh: --headless runs no lines: leave it out to run -e and --script/],
    [['--listen', '192.0.2.1:5999'], 3, /^peersh: .*this machine has no such address; try --listen/],
    [
      ['--listen', 'nosuch.invalid:1'],
      3,
      /^peersh: .* \(\S+\): the name is no address here; try --listen 127\.0\.0\.1:PORT\n$/,
    ],
    [['-e', 'wait peers>=1 --timeout 100ms'], 4, /^peers>=1 did not come true in 0\.1 s\n$/],
  ];
  await Promise.all(
    table.map(async ([args, expected, message]) => {
      const { code, err } = await run([...ALONE, ...args]);
      assert.equal(code, expected, `${args.join(' ')}: ${err}`);
      assert.match(err, message);
      assert.ok(err.split('\n').length <= 2, err);
    }),
  );
});

test('exit: a line of a script that has no end is one clear line', async () => {
  const { code, err } = await run(ALONE, 'x'.repeat(2_000_000));
  assert.deepEqual([code, err], [2, '! a line is longer than 1048576 characters\n']);
});

test('exit: JavaScript that goes on does not keep a script from ending, and no answer is lost', async () => {
  const { code, out, err } = await run([...ALONE, '-e', 'setInterval(() => {}, 1000); 1', '-e', 'help settings']);
  assert.deepEqual([code, out.split('\n')[0], err], [0, '1', '']);
  assert.match(out, /^late\.tick .*\nUnless told otherwise/m);
});

test('exit: answers that cannot be written fail, be it of a script or of the command line', {
  skip: !existsSync('/dev/full'),
}, () => {
  for (const words of [
    [...ALONE, '-e', 'status', '-e', 'peers'],
    ['--help'],
    ['--version'],
    ['man'],
    ['completion', 'bash'],
  ]) {
    const args = words.map((word) => `'${word}'`).join(' ');
    const { status, stderr } = spawnSync('sh', ['-c', `'${process.execPath}' '${PROGRAM}' ${args} > /dev/full`]);
    assert.equal(
      stderr.toString(),
      '! stdout cannot be written (ENOSPC): answers are lost until there is room\n',
      args,
    );
    assert.equal(status, 1, args);
  }
});

test('exit: with too few files to start it says so in one line, 3', { skip: process.platform === 'win32' }, () => {
  const start = (files: number, args: readonly string[]) => {
    const words = [process.execPath, PROGRAM, ...ALONE, ...args].map((word) => `'${word}'`).join(' ');
    const { status, stderr } = spawnSync('sh', ['-c', `ulimit -n ${files}; ${words}`], { timeout: 20_000 });
    return { status, err: stderr.toString() };
  };
  // Where Node itself has enough, and we do not, is another number in each of its versions, and on some of them just one.
  const ran = [start(20, ['-e', '1'])];
  while (ran.at(-1)?.status !== 0 && ran.length < 100) ran.push(start(20 + ran.length, ['-e', '1']));
  assert.equal(ran.at(-1)?.status, 0);
  const refused = ran.filter(({ status }) => status === 3);
  assert.ok(refused.length > 0, JSON.stringify(ran));
  for (const { err } of refused)
    assert.equal(err, 'peersh: this process may open too few files to start (EMFILE); ulimit -n 1024 allows more\n');
  // With fewer still nothing of ours is loaded.
  for (const { status, err } of ran) if (status !== 3 && status !== 0) assert.match(err, /^(?!peersh:)/);
});

test('exit: a script ends although its book cannot be saved', async () => {
  const { code, err } = await run(['--no-rc', '--no-bootstrap', '--data', '/proc/peersh', '-e', '1']);
  assert.equal(code, 0);
  assert.match(err, /^! the address book \/proc\/peersh\/book\.json could not be saved \([A-Z]+\)\n$/);
});

test('exit: -k goes on, and the code is that of the last line that failed', async () => {
  const lines = ['connect 127.0.0.1:1', 'pers', 'set events none'];
  const { code, out } = await run([...ALONE, '-k'], `${lines.join('\n')}\n`);
  assert.deepEqual([code, out], [2, 'events = none (default connect,drop,error)\n']);
  assert.equal((await run(ALONE, `${lines.join('\n')}\n`)).out, '');
});

test('exit: SIGINT in a script interrupts the line that runs and is 130', async () => {
  const program = new Program([...ALONE, '--json']);
  program.child.stdin.write('status\nwait peers>=1\n');
  await said(program, 'nodeId');
  program.child.kill('SIGINT');
  const { code, out } = await program.ended;
  assert.equal(code, 130);
  assert.match(out.trim().split('\n').at(-1) ?? '', /^\{"error":\{"code":"interrupted"/);
});

test('exit: SIGTERM of a headless node is a clean stop that saves', async (context) => {
  const data = folderFor(context);
  const program = new Program(['--no-rc', '--no-bootstrap', '--headless', '--listen', '127.0.0.1:0', '--data', data]);
  await until('the start', () => (program.err.includes('listening ') ? null : program.err));
  assert.match(program.err, /^listening [0-9a-f-]{36} 127\.0\.0\.1:\d+ peersh\/\d/);
  program.child.kill('SIGTERM');
  assert.equal((await program.ended).code, 0);
  assert.equal((JSON.parse(readFileSync(join(data, 'book.json'), 'utf8')) as { version: number }).version, 1);
});

test('exit: a hang-up is a clean stop that saves, and then the signal ends the program', async (context) => {
  const data = folderFor(context);
  const program = new Program(['--no-rc', '--no-bootstrap', '--json', '--data', data]);
  program.child.stdin.write('status\n');
  await said(program, 'nodeId');
  program.child.kill('SIGHUP');
  program.child.kill('SIGHUP');
  assert.equal((await program.ended).signal, 'SIGHUP');
  assert.equal((JSON.parse(readFileSync(join(data, 'book.json'), 'utf8')) as { version: number }).version, 1);
});

test('exit: a closed stdout does not end the node, nor does a blocked one', async () => {
  const closed = new Program([...ALONE, '--json']);
  closed.child.stdin.write('status\n');
  await said(closed, 'nodeId');
  closed.child.stdout.destroy();
  closed.child.stdin.write('"x".repeat(1e6)\nstatus\nquit\n');
  assert.equal((await closed.ended).code, 0);
  const blocked = new Program([...ALONE, '--json', '--headless', '--set', 'events=all']);
  await until('the start', () => (blocked.err.includes('listening') ? null : blocked.err));
  blocked.child.stderr.pause();
  blocked.child.kill('SIGTERM');
  blocked.child.stderr.resume();
  assert.equal((await blocked.ended).code, 0);
});

test('program: a headless log prints 20 lines a second and counts the rest, as JSON it has all', async () => {
  const counts = await Promise.all(
    [[], ['--json']].map(async (args) => {
      const program = new Program([...ALONE, '--headless', '--listen', '127.0.0.1:0', ...args]);
      await until('the start', () => (program.err.includes('listening') ? null : program.err));
      const address = /127\.0\.0\.1:\d+/.exec(program.err)?.[0] ?? '';
      const peers = await Promise.all(Array.from({ length: 40 }, () => RawPeer.dial(address)));
      for (const [i, peer] of peers.entries()) peer.write({ msgtype: 'hello', nodeid: `peer-${i}` });
      const isAll = args.length > 0;
      await until('the lines', () =>
        (isAll ? program.err.includes('peer-39') : /… \d+ more/.test(program.err)) ? null : program.err,
      );
      program.child.kill('SIGTERM');
      const { err } = await program.ended;
      return err.split('\n').filter((line) => /^\+ |"event":"connect"/.test(line)).length;
    }),
  );
  assert.deepEqual(counts, [20, 40]);
});

test('exit: an error that typed JavaScript did not catch is told and the node goes on', async () => {
  const { code, out, err } = await run(
    ALONE,
    'void setTimeout(() => { throw new Error("late") }, 1)\nvoid ping("#1")\nawait new Promise((r) => setTimeout(r, 50))\n1 + 1\n',
  );
  assert.equal(
    err,
    '! nobody caught: PeershError: no peer "#1"; no peers; try connect HOST:PORT\n! nobody caught: Error: late\n',
  );
  assert.deepEqual([code, out], [0, '2\n']);
});

test('.noderc: plain commands only, and what is wrong is one line with its place', async (context) => {
  const folder = folderFor(context);
  const rc = join(folder, 'rc');
  const table: [string, RegExp][] = [
    ['set ping.intervall 5s', /rc:1: unknown setting "ping\.intervall"; did you mean ping\.interval/],
    ['set ping.interval 9h', /rc:1: .*100ms to 1h/],
    ['\n# fine\nlisten nowhere', /rc:3: "nowhere" has no port/],
    ['statsu', /rc:1: unknown command "statsu"; did you mean stats or status\?/],
    ['process.exit(7)', /rc:1: not a command: plain commands only, no JavaScript/],
    ['alias peers status', /rc:1: peers is a command; choose another word/],
    ['alias p process.exit(7)', /rc:1: not a command: plain commands only, no JavaScript/],
  ];
  for (const [text, message] of table) {
    writeFileSync(rc, `${text}\n`);
    const { code, err, out } = await run(['--rc', rc], 'status\n');
    assert.deepEqual([code, out], [2, ''], text);
    assert.match(err, message);
    assert.equal(err.trim().split('\n').length, 1);
  }
  mkdirSync(join(folder, '.noderc'));
  const unreadable = await run([], 'status\n', folder);
  assert.equal(unreadable.code, 2);
  assert.match(unreadable.err, /^peersh: cannot read .*\.noderc \(EISDIR\)\n$/);
});

test('.noderc: the one of the working directory is read, else the one at home, else none', async (context) => {
  const [here, home] = [folderFor(context), folderFor(context)];
  const interval = async () => {
    const { out } = await run(['--no-data', '--json'], 'set ping.interval\n', here, home);
    const { value, from } = JSON.parse(out) as { value: string; from: string };
    return [value, from];
  };
  assert.deepEqual(await interval(), ['60s', 'default']);
  writeFileSync(join(home, '.noderc'), 'set ping.interval 7s\n');
  assert.deepEqual(await interval(), ['7s', '.noderc']);
  writeFileSync(join(here, '.noderc'), 'set ping.interval 8s\n');
  assert.deepEqual(await interval(), ['8s', '.noderc']);
});

test('.noderc: lines that need a node run at start, their answers and failures go to stderr', async (context) => {
  const folder = folderFor(context);
  const inner = join(folder, 'inner');
  writeFileSync(inner, '1 + 1\n');
  writeFileSync(
    join(folder, '.noderc'),
    `set ping.interval 5s\nalias hop send #1 {"msgtype":"hop hop"}\nconnect 127.0.0.1:1\nsource ${inner}\nset output.rate\nstatus\n`,
  );
  const { code, err, out } = await run(['--no-data', '--json'], 'set ping.interval\nalias\n', folder);
  assert.equal(code, 0);
  assert.deepEqual(
    out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as unknown),
    [
      { key: 'ping.interval', value: '5s', default: '60s', from: '.noderc' },
      [{ name: 'hop', line: 'send #1 {"msgtype":"hop hop"}' }],
    ],
  );
  const failures = err
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as { event: string; message: string });
  assert.match(failures[0]?.message ?? '', /\.noderc:3: 127\.0\.0\.1:1: nobody listens there$/);
  assert.match(failures[1]?.message ?? '', /\.noderc:4: .*inner:1: plain commands only, no JavaScript$/);
  assert.deepEqual(new Set(failures.map(({ event }) => event)), new Set(['error']));
  assert.equal(failures.length, 2);
});
