/** The program as a script uses it: lines in, answers out, exit codes. */
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { PROGRAM } from '../helpers/program.ts';
import { ALONE, run } from '../helpers/run-program.ts';

test('program: a version, a usage', async () => {
  assert.match((await run(['--version'])).out, /^\d+\.\d+\.\d+\n$/);
  assert.match((await run(['--help'])).out, /--listen HOST:PORT/);
});

test('program: piped lines are answered in order and it stops at the end of input', async () => {
  const { code, out, err } = await run(ALONE, 'peers\nnode.peers.size\n[1,2].map(x => x + 1)\n');
  assert.equal(err, '');
  assert.equal(out, 'no peers; try connect HOST:PORT\n0\n[ 2, 3 ]\n');
  assert.equal(code, 0);
});

test('program: the usage fits a terminal of 80 columns', async () => {
  for (const line of (await run(['--help'])).out.split('\n')) assert.ok(line.length <= 88, line);
});

test('program: under --json a blank line and a comment are answered by null', async () => {
  const { out, code } = await run([...ALONE, '--json'], '\n# nothing\n  \nlet a = 1\nquit\nstatus\n');
  assert.equal(out, 'null\nnull\nnull\nnull\n{}\n');
  assert.equal(code, 0);
});

test('program: under --json every line is answered by one value on one line', async () => {
  const { code, out } = await run(
    [...ALONE, '--json', '-k'],
    'status\npers\nping\nconnect 127.0.0.1:1\nset ping.interval\nawait peers()\n',
  );
  const values = out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as Record<string, unknown> & { error?: Record<string, unknown> });
  assert.equal(values.length, 6);
  assert.match(String(values[0]?.nodeId), /^[0-9a-f-]{36}$/);
  assert.equal(values[1]?.error?.code, 'unknown-command');
  assert.deepEqual(values[1]?.error?.near, ['peers']);
  assert.equal(values[2]?.error?.code, 'usage');
  assert.equal(values[3]?.error?.code, 'refused');
  assert.deepEqual(values[4], { key: 'ping.interval', value: '60s', default: '60s', from: 'default' });
  assert.deepEqual(values[5], []);
  assert.equal(code, 1);
});

test('program: the first failing line ends a script, unless -k', async () => {
  const first = await run([...ALONE, '-e', 'connect 127.0.0.1:1', '-e', 'status']);
  assert.equal(first.code, 1);
  assert.equal(first.out, '');
  assert.match(first.err, /^127\.0\.0\.1:1: nobody listens there\n$/);
  const second = await run([...ALONE, '-k', '-e', 'connect 127.0.0.1:1', '-e', 'peers']);
  assert.equal(second.out, 'no peers; try connect HOST:PORT\n');
});

test('program: JavaScript of several lines runs from a file and from a pipe, and what is not finished fails', async () => {
  const lines = 'let sum = 0\nfor (const one of [1, 2]) {\n  sum += one\n}\n[\nsum,\n`a\nb`]\n';
  const out = "3\n[ 3, 'a\\nb' ]\n";
  assert.deepEqual(await run(ALONE, lines), { code: 0, signal: null, out, err: '' });
  const path = join(mkdtempSync(join(tmpdir(), 'peersh-')), 'script');
  writeFileSync(path, lines);
  assert.deepEqual(await run([...ALONE, '--script', path]), { code: 0, signal: null, out, err: '' });
  const open = await run([...ALONE, '-e', 'for (;;) {', '-e', 'status']);
  assert.deepEqual([open.code, open.out], [1, '']);
  assert.equal(open.err, 'the JavaScript is not finished that begins with "for (;;) {"\n');
});

test('program: a line of JavaScript that is not finished says so, at the end and before another line', async () => {
  const last = await run(ALONE, '1 +\n');
  assert.deepEqual([last.code, last.err], [1, 'the JavaScript is not finished that begins with "1 +"\n']);
  const { code, err } = await run(ALONE, '1 +\nping all\nstatus\n');
  assert.equal(code, 1);
  assert.match(err, /^the JavaScript that begins with "1 \+" does not go on like this: .*\n$/);
});

test('program: wait that does not come true exits with 4', async () => {
  assert.equal((await run([...ALONE, '-e', 'wait peers>=1 --timeout 100ms'])).code, 4);
});

test('program: wrong options, settings and files are one line and exit 2', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  writeFileSync(join(folder, 'rc'), 'set ping.intervall 5s\n');
  const table: [string[], RegExp][] = [
    [['--wat'], /^peersh: unknown option --wat; peersh --help lists the options\n$/],
    [['frobnicate'], /^peersh: "frobnicate" is no option; -e "frobnicate" runs it as a line\n$/],
    [['lab', '8'], /^peersh: "lab" is no option; -e "lab 8" runs it as a line\n$/],
    [['lss'], /^peersh: "lss" is no option; did you mean peersh ls\?\n$/],
    [['atach', '5999'], /^peersh: "atach" is no option; did you mean peersh attach\?\n$/],
    [['headles'], /^peersh: "headles" is no option; did you mean --headless\?\n$/],
    [['--listen', '--json'], /^peersh: --listen needs a value; /],
    [['--lissten', 'x'], /did you mean --listen\?/],
    [['--set', 'ping.intervall=5s'], /did you mean ping\.interval/],
    [['--set', 'ping.interval=9h'], /100ms to 1h/],
    [['--listen', 'nowhere'], /HOST:PORT/],
    [['--rc', join(folder, 'rc')], /rc:1: unknown setting/],
    [['--rc', join(folder, 'none')], /cannot read .*ENOENT/],
    [['--set', 'ping.timeout=1s', '--set', 'ping.interval=2s'], /must be longer/],
  ];
  for (const [args, expected] of table) {
    const { code, err, out } = await run(args);
    assert.equal(code, 2, args.join(' '));
    assert.match(err, expected);
    assert.equal(err.trim().split('\n').length, 1);
    assert.equal(out, '');
  }
});

test('program: a port in use is one line that names it and exit 3', async () => {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port } = server.address() as { port: number };
  const { code, err } = await run([...ALONE, '--listen', `127.0.0.1:${port}`], 'status\n');
  server.close();
  assert.equal(code, 3);
  assert.match(err, new RegExp(`127\\.0\\.0\\.1:${port}.*in use`));
  assert.equal(err.trim().split('\n').length, 1);
});

test('program: the address book is kept, and a corrupt one is put aside', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'peersh-'));
  const args = ['--no-rc', '--no-bootstrap', '--data', folder];
  await run(args, 'status\n');
  const path = join(folder, 'book.json');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  writeFileSync(path, '{"version":1');
  const { code, err } = await run(args, 'status\n');
  assert.equal(code, 0);
  assert.match(err, /address book .*book\.json/);
  assert.equal(readdirSync(folder).filter((name) => name.includes('.bad-')).length, 1);
  assert.equal((JSON.parse(readFileSync(path, 'utf8')) as { version: number }).version, 1);
});

test('program: two nodes talk through their shells', async () => {
  const server = spawn(process.execPath, [PROGRAM, ...ALONE, '--listen', '127.0.0.1:0', '--json'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  server.stdin.write('status\nevents off\n');
  const first = await new Promise<string>((resolve) =>
    server.stdout.once('data', (chunk: Buffer) => resolve(chunk.toString().split('\n')[0] ?? '')),
  );
  const [address] = (JSON.parse(first) as { listening: string[] }).listening;
  const { code, out } = await run([
    ...ALONE,
    '--json',
    '-e',
    `connect ${address}`,
    '-e',
    'ping #1',
    '-e',
    'getaddr #1',
    '-e',
    'peer #1',
    '-e',
    'drop #1',
    '-e',
    `ping #1`,
    '-k',
  ]);
  server.stdin.end();
  await new Promise((resolve) => server.once('close', resolve));
  const values = out
    .trim()
    .split('\n')
    .map(
      (line) =>
        JSON.parse(line) as Record<string, unknown> & {
          error?: { code: string };
          steps?: { step: string }[];
          lines?: unknown[];
        },
    );
  assert.deepEqual(
    values[0]?.steps?.map(({ step }) => step),
    ['dialled', 'hello sent', 'hello received', 'ready'],
  );
  assert.equal(values[1]?.received, 1);
  assert.equal(values[2]?.count, 0);
  assert.ok((values[3]?.lines?.length ?? 0) >= 8);
  assert.equal(values[4]?.sent, 'bye');
  assert.equal(values[5]?.error?.code, 'no-such-peer');
  assert.equal(code, 1);
});
