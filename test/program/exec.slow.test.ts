/** `peersh exec` and `peersh ls`: lines on a node that runs already, from scripts, pipes and cron. */
import assert from 'node:assert/strict';
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { controlEnv, runtimeFolder, startControlled } from '../helpers/control.ts';
import { run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

const json = (text: string) =>
  text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line) as unknown);

test('exec: runs lines on the only node, each answered in order, and the node goes on', async (context) => {
  const node = await startControlled(context);
  const { code, out, err } = await node.peersh(
    'exec',
    'set ping.interval 7s',
    'set ping.interval --json',
    'peers --json',
  );
  assert.deepEqual([code, err], [0, '']);
  const [first = '', ...rest] = out.trim().split('\n');
  assert.equal(first, 'ping.interval = 7s (default 60s)');
  assert.deepEqual(
    rest.map((line) => JSON.parse(line) as unknown),
    [{ key: 'ping.interval', value: '7s', default: '60s', from: 'set' }, []],
  );
  const all = await node.peersh('exec', '--json', 'set ping.interval', 'quit', 'peers');
  assert.deepEqual([all.code, json(all.out).length], [0, 2]);
  assert.equal(node.program.child.exitCode, null);
});

test('exec: each exit code has its cause, and each failure is one line on stderr', async (context) => {
  const node = await startControlled(context);
  const table: [string[], number, RegExp][] = [
    [['status'], 0, /^$/],
    [['connect 127.0.0.1:1'], 1, /^127\.0\.0\.1:1: nobody listens there\n$/],
    [['ping #1', 'status'], 1, /^no peer "#1"/],
    [['pers'], 2, /^unknown command "pers"; did you mean peers\?\n$/],
    [['peers --what'], 2, /^unknown option --what/],
    [['1 + 1'], 2, /^plain commands only: JavaScript over a socket needs a node that was started with --allow-eval\n$/],
    [['--what', 'peers'], 2, /^peersh: unknown option --what; /],
    [['wait peers>=1 --timeout 100ms'], 4, /^peers>=1 did not come true in 0\.1 s\n$/],
    [
      ['59999', 'peers'],
      3,
      /^peersh: no running node is "59999"; there are:\n {2}[0-9a-f]{8} at 127\.0\.0\.1:\d+ \(pid \d+\)\n$/,
    ],
    [['/no/such.sock', 'peers'], 3, /^peersh: \/no\/such\.sock: there is no such socket\n$/],
    [[`./${'x'.repeat(200)}.sock`, 'peers'], 3, /has \d+ bytes, and a socket's path 10[37] at most/],
  ];
  for (const [args, expected, message] of table) {
    const { code, out, err } = await node.peersh('exec', ...args);
    assert.equal(code, expected, `${args.join(' ')}: ${err}`);
    assert.match(err, message);
    if (expected !== 0) assert.equal(out, '');
  }
  const kept = await node.peersh('exec', '-k', 'pers', 'set events');
  assert.deepEqual([kept.code, kept.out], [2, 'events = connect,drop,error\n']);
});

test('exec: without LINE the lines of standard input are run', async (context) => {
  const node = await startControlled(context);
  const { code, out } = await run(['exec', '--json'], 'set ping.interval\n\npeers\n', undefined, undefined, node.env);
  assert.equal(code, 0);
  assert.deepEqual(json(out).slice(1), [null, []]);
});

test('exec: a long line goes over as it is, one that is too long for the socket fails alone and says what to do', async (context) => {
  const node = await startControlled(context);
  const exec = (input: string) => run(['exec', '-k'], input, undefined, undefined, node.env);
  const long = 'x'.repeat(200_000);
  const passed = await exec(`help ${long}\nset ping.interval\n`);
  assert.equal(passed.out, 'ping.interval = 60s\n');
  assert.match(passed.err, /^unknown command "x+…"/);
  // Each of them is two bytes in JSON.
  const longer = '"'.repeat(600_000);
  const failed = await exec(`help ${longer}\nset ping.interval\n`);
  assert.equal(failed.code, 1);
  assert.equal(failed.out, 'ping.interval = 60s\n');
  assert.equal(
    failed.err,
    'the line has 600005 characters, too many for a socket; write it into a file, and source FILE runs it\n',
  );
});

test('exec: waits for what a node is to become, and SIGINT interrupts the wait with 130', async (context) => {
  const node = await startControlled(context);
  const waiting = node.start('exec', 'wait peers>=1 --timeout 20s');
  const { code } = await node.peersh('exec', 'connect 127.0.0.1:1');
  assert.equal(code, 1, 'another client is not kept waiting');
  const other = await startControlled(context);
  await node.peersh('exec', `connect ${other.address}`);
  const waited = await waiting.ended;
  assert.deepEqual([waited.code, /^after [\d.]+ ms\n$/.test(waited.out)], [0, true]);
  const interrupted = node.start('exec', '--json', 'status', 'wait peers>=9 --timeout 60s');
  await until('the first answer', () => (interrupted.out.includes('nodeId') ? null : interrupted.out));
  interrupted.child.kill('SIGINT');
  const ended = await interrupted.ended;
  assert.equal(ended.code, 130);
  assert.match(ended.out.trim().split('\n').at(-1) ?? '', /"code":"interrupted"/);
});

test('exec: a trace goes on as one JSON object a line until it is interrupted, and tells nothing else', async (context) => {
  const node = await startControlled(context);
  const other = await startControlled(context);
  const trace = node.start('exec', 'trace --json');
  await until('the trace', () => (trace.out.includes('"on"') ? null : trace.out + trace.err));
  await node.peersh('exec', `connect ${other.address}`, 'ping all');
  await until('a pong', () => (trace.out.includes('"type":"pong"') ? null : trace.out));
  trace.child.kill('SIGINT');
  const { code, out } = await trace.ended;
  assert.equal(code, 130);
  const [first, ...rows] = json(out) as Record<string, unknown>[];
  assert.deepEqual(first, { on: ['all'] });
  assert.ok(rows.length >= 4);
  assert.deepEqual([...new Set(rows.map(({ event }) => event))], ['line'], 'no notice of a connection');
  const after = await node.peersh('exec', 'untrace');
  assert.equal(after.out, 'tracing nothing\n');
});

test('exec: watch gives an answer a line, --follow tells what happens', async (context) => {
  const node = await startControlled(context);
  const other = await startControlled(context);
  const watch = node.start('exec', '--json', 'watch peers -n 0.1');
  const follow = node.start('exec', '--json', '--follow');
  await until('two answers', () => (watch.out.split('\n').length > 2 ? null : watch.out + watch.err));
  await until('both to be there', async () => {
    const { out } = await node.peersh('ls', '--json');
    return out.includes('"shells":2') ? null : out + follow.err;
  });
  await node.peersh('exec', `connect ${other.address}`);
  await until('a connection', () => (follow.out.includes('"event":"connect"') ? null : follow.out));
  await until('a peer', () => (watch.out.includes(other.id) ? null : watch.out));
  watch.child.kill('SIGTERM');
  follow.child.kill('SIGTERM');
  assert.deepEqual([(await watch.ended).code, (await follow.ended).code], [130, 130]);
  json((await watch.ended).out);
  json((await follow.ended).out);
});

test('exec: a reader that goes away ends a trace', async (context) => {
  const node = await startControlled(context);
  const other = await startControlled(context);
  const trace = node.start('exec', 'trace');
  await until('the trace', () => (trace.out.includes('tracing') ? null : trace.out + trace.err));
  trace.child.stdout.destroy();
  await node.peersh('exec', `connect ${other.address}`, 'ping all', 'ping all');
  await until('the end', () => (trace.child.exitCode === null && trace.child.signalCode === null ? 'it runs' : null));
});

test('exec: shutdown stops the node cleanly; a line that runs meanwhile fails and says so', async (context) => {
  const node = await startControlled(context);
  const waiting = node.start('exec', 'status', 'wait peers>=1 --timeout 60s');
  await until('the first answer', () => (waiting.out.includes('listening') ? null : waiting.out));
  assert.equal((await node.peersh('exec', 'shutdown')).code, 0);
  assert.equal((await node.program.ended).code, 0);
  const { code, err } = await waiting.ended;
  assert.deepEqual([code, err], [1, 'peersh: the node has stopped\n']);
  assert.equal(existsSync(node.socket), false);
});

test('exec: a node that is killed ends a line that runs, and one that goes on, with 1 and one line', async (context) => {
  const node = await startControlled(context);
  const waiting = node.start('exec', 'status', 'wait peers>=1 --timeout 60s');
  const tracing = node.start('exec', 'trace');
  await until('the first answers', () => (waiting.out !== '' && tracing.out !== '' ? null : waiting.out + tracing.out));
  node.program.child.kill('SIGKILL');
  for (const { code, err } of [await waiting.ended, await tracing.ended])
    assert.deepEqual([code, err], [1, 'peersh: the node is gone\n']);
});

test('exec: --read-only refuses what changes something, and JavaScript', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const look = await node.peersh(
    'exec',
    '--read-only',
    'peers',
    'set ping.interval',
    'trace',
    'untrace',
    'help',
    'wtf',
    'lab ?',
  );
  assert.equal(look.code, 0, look.err);
  for (const line of [
    'set ping.interval 5s',
    'connect 127.0.0.1:1',
    'drop all',
    'shutdown',
    'lab 3',
    'alias x peers',
    'map --svg f',
    'record f',
    '1 + 1',
    'crash n1',
  ]) {
    const { code, err } = await node.peersh('exec', '--read-only', line);
    assert.ok(code === 1 || code === 2, line);
    assert.match(err, /this shell only looks: leave --read-only out|is a fault, and no lab/, line);
    assert.doesNotMatch(err, /allow-eval/, 'the node was started with it');
  }
  assert.equal((await node.peersh('exec', 'set ping.interval')).out, 'ping.interval = 60s\n');
});

test('exec: JavaScript runs where the node was started with --allow-eval, and the REPL is not loaded there', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const { code, out } = await node.peersh(
    'exec',
    'node.peers.size + 1',
    'process.moduleLoadList.some((name) => /NativeModule (repl|readline)$/.test(name))',
    'for (;;) {',
  );
  assert.deepEqual([code, out], [1, '1\nfalse\n']);
});

test('ls: lists the nodes that run, and attach and exec without a target name them', async (context) => {
  const folder = runtimeFolder(context);
  const one = await startControlled(context, [], folder);
  const two = await startControlled(context, [], folder);
  const { code, out } = await one.peersh('ls');
  assert.equal(code, 0);
  const rows = out.trimEnd().split('\n');
  assert.match(rows[0] ?? '', /^id +address +pid +peers +up +shells$/);
  assert.equal(rows.length, 3);
  const listed = json((await one.peersh('ls', '--json')).out)[0] as Record<string, unknown>[];
  assert.deepEqual(new Set(listed.map(({ id }) => id)), new Set([one.id, two.id]));
  assert.deepEqual(Object.keys(listed[0] ?? {}), [
    'id',
    'address',
    'pid',
    'peers',
    'uptimeMs',
    'version',
    'isHeadless',
    'shells',
    'socket',
  ]);
  const which = await one.peersh('exec', 'status');
  assert.equal(which.code, 3);
  assert.match(
    which.err,
    /^peersh: several nodes run; name one:\n( {2}[0-9a-f]{8} at 127\.0\.0\.1:\d+ \(pid \d+\)\n){2}$/,
  );
  for (const target of [
    two.address,
    two.address.split(':')[1] ?? '',
    two.id.slice(0, 8),
    two.id,
    String(two.pid),
    two.socket,
  ]) {
    const { out: answer } = await one.peersh('exec', target, 'status --json');
    assert.equal((json(answer)[0] as { nodeId: string }).nodeId, two.id, target);
  }
});

test('ls: --targets gives a word for each node that attach and exec take, and nothing else', async (context) => {
  const folder = runtimeFolder(context);
  const one = await startControlled(context, [], folder);
  const two = await startControlled(context, [], folder);
  const { code, out, err } = await one.peersh('ls', '--targets');
  assert.deepEqual([code, err], [0, '']);
  const rows = out.trimEnd().split('\n');
  assert.equal(rows.length, 2);
  for (const { id, address, pid } of [one, two]) {
    const port = address.split(':')[1] ?? '';
    assert.ok(rows.includes(`${port}\t${id.slice(0, 8)} at ${address} (pid ${pid})`), out);
    assert.match((await one.peersh('exec', port, 'status')).out, new RegExp(id));
  }
  const empty = runtimeFolder(context);
  const none = await run(['ls', '--targets'], '', undefined, undefined, controlEnv(empty));
  assert.deepEqual([none.code, none.out, none.err], [0, '', '']);
  const both = await run(['ls', '--targets', '--json'], '', undefined, undefined, controlEnv(empty));
  assert.deepEqual([both.code, both.err], [2, 'peersh: ls takes --json or --targets, not both\n']);
});

test('ls: without a node it says where it looked', async (context) => {
  const folder = runtimeFolder(context);
  const { code, out, err } = await run(['ls'], '', undefined, undefined, { XDG_RUNTIME_DIR: folder, TMPDIR: folder });
  assert.deepEqual([code, out], [0, '']);
  assert.match(err, new RegExp(`^no node runs \\(looked into ${folder}/peersh and ${folder}/peersh-\\d+\\)\n$`));
});

test('exec: paths of files begin where exec was started, not where the node runs', async (context) => {
  const node = await startControlled(context);
  const folder = runtimeFolder(context);
  writeFileSync(join(folder, 'lines'), 'set events\n');
  const env = { ...node.env };
  const exec = (...lines: string[]) => run(['exec', ...lines], '', folder, undefined, env);
  assert.equal((await exec('source lines')).out, 'events = connect,drop,error\n');
  assert.equal((await exec('lab 2', 'use n1', 'run 1s', 'export jsonl out.jsonl')).code, 0);
  assert.ok(existsSync(join(folder, 'out.jsonl')));
  assert.equal((await exec('replay out.jsonl')).code, 0);
  assert.match((await exec('source none')).err, /cannot read .*none \(ENOENT\)/);
});
