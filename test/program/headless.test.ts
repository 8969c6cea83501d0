/** A node without a shell, as a service runs it: what it says, how it stops, and what a hang-up has it do. */
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { controlEnv, RawClient, runtimeFolder, startControlled } from '../helpers/control.ts';
import { ALONE, Program, run } from '../helpers/run-program.ts';
import { until } from '../helpers/until.ts';

/** A headless node with a `.noderc` that a test writes again. */
async function withRc(context: TestContext, text: string, args: readonly string[] = []) {
  const folder = runtimeFolder(context);
  const rc = join(folder, 'rc');
  writeFileSync(rc, text);
  const env = controlEnv(folder);
  const program = new Program(
    ['--headless', '--rc', rc, '--no-data', '--listen', '127.0.0.1:0', ...args],
    undefined,
    undefined,
    env,
  );
  context.after(async () => {
    program.child.kill('SIGKILL');
    await program.ended;
  });
  await until('the ready line', () => (program.out.includes('ready ') ? null : program.err));
  const exec = async (line: string) => {
    const { out } = await run(['exec', '--json', line], '', undefined, undefined, env);
    return JSON.parse(out) as unknown;
  };
  return {
    program,
    exec,
    setting: async (key: string) => {
      const { value, from } = (await exec(`set ${key}`)) as { value: string; from: string };
      return [value, from];
    },
    reread: async (next: string, said: RegExp) => {
      writeFileSync(rc, next);
      const before = program.err.length;
      program.child.kill('SIGHUP');
      await until('the word that it was read', () =>
        said.test(program.err.slice(before)) ? null : program.err.slice(before),
      );
    },
  };
}

test('headless: one ready line on stdout, one line for each event on stderr, and nothing else', async (context) => {
  const node = await startControlled(context);
  const other = await startControlled(context);
  assert.equal((await other.peersh('exec', `connect ${node.address}`)).code, 0);
  await until('the peer', () => (node.program.err.includes('\n+ ') ? null : node.program.err));
  node.program.child.kill('SIGTERM');
  const { code, out, err } = await node.program.ended;
  assert.equal(code, 0);
  assert.match(out, /^ready [0-9a-f-]{36} 127\.0\.0\.1:\d+ pid \d+ socket \S+\n$/);
  assert.match(
    err,
    new RegExp(
      `^listening ${node.id} ${node.address} peersh/\\S+\n\\+ ${other.id.slice(0, 8)} inbound \\S+ "peersh/\\S+"\n$`,
    ),
  );
});

test('headless: with --log-format json both are JSON, and the answers of a shell that is attached are not', async (context) => {
  const folder = runtimeFolder(context);
  const env = controlEnv(folder);
  const program = new Program([...ALONE, '--headless', '--log-format', 'json'], undefined, undefined, env);
  await until('the ready line', () => (program.out.includes('\n') ? null : program.err));
  const ready = JSON.parse(program.out) as Record<string, unknown>;
  assert.deepEqual(Object.keys(ready), ['event', 'id', 'address', 'pid', 'socket']);
  assert.equal(ready['event'], 'ready');
  assert.match((await run(['exec', 'peers'], '', undefined, undefined, env)).out, /^no peers; /);
  program.child.kill('SIGTERM');
  const { err } = await program.ended;
  const notice = JSON.parse(err) as Record<string, unknown>;
  assert.deepEqual(Object.keys(notice), ['event', 'atMs', 'id', 'address', 'reason', 'agent']);
  const wrong = [
    [['--headless', '--log-format', 'xml'], /--log-format is text or json, not "xml"/],
    [['--log-format', 'json'], /--log-format is about --headless/],
  ] as const;
  for (const [args, message] of wrong) {
    const { code, err: said } = await run([...ALONE, ...args]);
    assert.equal(code, 2);
    assert.match(said, message);
  }
});

test('headless: SIGTERM stops within 2 s, whatever the shells do that are attached', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const other = await startControlled(context);
  assert.equal((await other.peersh('exec', `connect ${node.address}`)).code, 0);
  await until('the peer', () => (node.program.err.includes('\n+ ') ? null : node.program.err));
  const deaf = await RawClient.attach(node.socket);
  assert.equal((await deaf.run('trace --lines')).result.kind, 'ok');
  deaf.socket.pause();
  const busy = await RawClient.attach(node.socket);
  await busy.run(
    `for (let i = 0; i < 1_000; i += 1) await send('#1', { msgtype: 'unknown', text: 'x'.repeat(1_200) })`,
  );
  busy.begin('wait peers>=9 --timeout 1h');
  const ignoring = await RawClient.attach(node.socket);
  ignoring.begin('await new Promise(() => setInterval(() => 0, 1000))');
  const silent = new RawClient(node.socket);
  const startedAt = performance.now();
  node.program.child.kill('SIGTERM');
  const { code } = await node.program.ended;
  assert.ok(performance.now() - startedAt < 2_000, `${performance.now() - startedAt} ms`);
  assert.equal(code, 0);
  assert.equal((await busy.reply('end')).why, 'stopped');
  await until('the bye', () => (other.program.err.includes('\n- ') ? null : other.program.err));
  for (const client of [deaf, busy, ignoring, silent]) client.close();
});

test('headless: SIGHUP reads .noderc again: settings, aliases, the list, and lines that are new', async (context) => {
  const { program, exec, setting, reread } = await withRc(
    context,
    'set ping.interval 7s\nset addr.answer 5\nalias a status\nbootstrap add 127.0.0.1:1\nset events none\n',
    ['--set', 'peers.max=50'],
  );
  assert.deepEqual(await setting('ping.interval'), ['7s', '.noderc']);
  await exec('set dial.parallel 3');
  await reread(
    'set ping.interval 8s\nset peers.max 60\nalias b peers\nbootstrap add 127.0.0.1:2\nset events none\nban 10.1.2.3 1h\nlisten 127.0.0.1:5\n',
    /^read .*rc again: ping\.interval, addr\.answer, alias a, alias b, bootstrap rm 127\.0\.0\.1:1, bootstrap add 127\.0\.0\.1:2, listen \(at next start\), 1 new line$/m,
  );
  assert.deepEqual(await setting('ping.interval'), ['8s', '.noderc']);
  assert.deepEqual(await setting('addr.answer'), ['32', 'default'], 'what the file says no more is the default');
  assert.deepEqual(await setting('peers.max'), ['50', '--set'], 'the command line wins');
  assert.deepEqual(await setting('dial.parallel'), ['3', 'set'], 'what was typed stays');
  assert.deepEqual(await exec('alias'), [{ name: 'b', line: 'peers' }]);
  assert.deepEqual(
    ((await exec('bootstrap')) as { address: string }[]).map(({ address }) => address),
    ['127.0.0.1:2'],
  );
  await until('the new line', async () => (((await exec('bans')) as unknown[]).length === 1 ? null : 'no ban'));
  await exec('unban all');
  await reread(
    'set ping.interval 8s\nalias b peers\nbootstrap add 127.0.0.1:2\nset events none\nban 10.1.2.3 1h\nlisten 127.0.0.1:5\n',
    /again: nothing is new$/m,
  );
  assert.deepEqual(await exec('bans'), [], 'an old line is not run again');
  assert.equal(program.child.exitCode, null);
});

test('headless: a .noderc that is wrong when it is read again changes nothing, and is told in one line', async (context) => {
  const { exec, setting, reread } = await withRc(context, 'set ping.interval 7s\n');
  for (const [text, said] of [
    [
      'set ping.interval 9s\nset ping.intervall 8s\n',
      /^! nothing is changed: .*rc:2: unknown setting "ping\.intervall"; did you mean ping\.interval/m,
    ],
    ['set ping.interval 9s\nprocess.exit()\n', /^! nothing is changed: .*rc:2: not a command/m],
    ['set ping.interval 1h\nset ping.timeout 1s\n', /^! nothing is changed: /m],
  ] as const) {
    await reread(text, said);
    assert.deepEqual(await setting('ping.interval'), ['7s', '.noderc']);
  }
  assert.deepEqual(await exec('peers'), []);
});

test('headless: SIGHUP without a .noderc says so and goes on', async (context) => {
  const node = await startControlled(context);
  node.program.child.kill('SIGHUP');
  await until('the word', () => (node.program.err.includes('no .noderc was read at start') ? null : node.program.err));
  assert.equal((await node.peersh('exec', 'peers')).code, 0);
});

test('headless: the REPL is not loaded, before and after a shell was attached', async (context) => {
  const node = await startControlled(context, ['--allow-eval']);
  const client = await RawClient.attach(node.socket);
  await client.run('lab 3');
  await client.run('use live');
  const { result } = await client.run(
    `process.moduleLoadList.filter((name) => /NativeModule (?:repl|readline)$/.test(name))`,
    true,
  );
  assert.deepEqual(result.kind === 'ok' && result.value, []);
  client.close();
});
