/** The program with --metrics and with names of DNS: what is said at start, what answers, and how it all ends. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { NO_DNSMASQ, openNameServer } from '../helpers/dnsmasq.ts';
import { figureOf } from '../helpers/exposition.ts';
import { freePort } from '../helpers/ports.ts';
import { ALONE, Program, run } from '../helpers/run-program.ts';
import { ask, scrape } from '../helpers/scrape.ts';
import { until } from '../helpers/until.ts';

function start(context: TestContext, ...args: string[]): Program {
  const program = new Program(args);
  context.after(() => program.child.kill('SIGKILL'));
  return program;
}

/** Where its metrics are, once it says so. */
async function metricsOf(program: Program): Promise<string> {
  const find = () => /metrics on http:\/\/(\S+)\/metrics/.exec(program.err)?.[1] ?? '';
  await until('a line about metrics', () => (find() === '' ? program.err : null));
  return find();
}

test('program: --metrics with a port alone serves this machine only, and stops with the node though a scraper stays', async (context) => {
  const program = start(context, ...ALONE, '--headless', '--listen', '127.0.0.1:0', '--metrics', '0');
  const address = await metricsOf(program);
  assert.match(address, /^127\.0\.0\.1:\d+$/);
  await until('health', async () => ((await ask(address, { path: '/health' })).status === 200 ? null : 'not well'));
  assert.equal(figureOf(await scrape(address), 'peersh_build_info'), 1);
  const [host = '', port = ''] = address.split(':');
  const scraper = connect(Number(port), host).on('error', () => undefined);
  scraper.write('GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n');
  await new Promise((resolve) => scraper.once('data', resolve));
  const stopped = performance.now();
  program.child.kill('SIGTERM');
  assert.equal((await program.ended).code, 0);
  assert.ok(performance.now() - stopped < 2_500);
});

test('program: --metrics keeps no script alive, and under --json its line is JSON', async () => {
  const { code, out, err } = await run([...ALONE, '--json', '--metrics', 'localhost:0', '-e', 'wait peers<=0']);
  assert.equal(code, 0);
  assert.match(out, /^\{"waitedMs":[0-9.]+\}\n$/);
  const said = JSON.parse(err.split('\n')[0] ?? '');
  assert.equal(said.event, 'metrics');
  assert.match(said.address, /^127\.0\.0\.1:\d+$/);
});

test('program: a wrong --metrics is exit 2, a port that is taken exit 3, each with one line', async (context) => {
  const taken = createServer().listen(0, '127.0.0.1');
  context.after(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const table: [args: string[], code: number, says: RegExp][] = [
    [['--metrics', 'nowhere'], 2, /"nowhere" has no port/],
    [['--metrics', '70000'], 2, /has no valid port/],
    [['--metrics-host', 'a.example'], 2, /of no use without --metrics/],
    [['--metrics', String(port)], 3, /cannot serve metrics on 127\.0\.0\.1:\d+ \(EADDRINUSE\)/],
  ];
  for (const [args, code, says] of table) {
    const ran = await run([...ALONE, ...args, '-e', 'status']);
    assert.equal(ran.code, code, args.join(' '));
    assert.match(ran.err, says);
    assert.equal(ran.err.trim().split('\n').length, 1, ran.err);
    assert.equal(ran.out, '');
  }
});

test('program: a node whose port is taken ends, though its metrics have begun', async (context) => {
  const taken = createServer().listen(0, '127.0.0.1');
  context.after(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const ran = await run([...ALONE, '--listen', `127.0.0.1:${port}`, '--metrics', '0', '-e', 'status']);
  assert.equal(ran.code, 3);
});

test('program: nodes meet by SRV records that .noderc and --bootstrap name', { skip: NO_DNSMASQ }, async (context) => {
  const port = await freePort();
  start(context, ...ALONE, '--headless', '--listen', `127.0.0.1:${port}`);
  const records = ['host-record=a.test,127.0.0.1', `srv-host=_peersh._tcp.net.test,a.test,${port}`];
  const { place } = await openNameServer(context, records);
  const folder = mkdtempSync(join(tmpdir(), 'peersh-rc-'));
  context.after(() => rmSync(folder, { recursive: true, force: true }));
  writeFileSync(
    join(folder, '.noderc'),
    `set dns.server ${place}\nbootstrap add dnssrv:_peersh._tcp.net.test\nbootstrap add dns:none.test\n`,
  );
  const lines = ['-e', 'wait peers>=1 --timeout 15s', '-e', 'bootstrap'];
  const byFile = await run(['--no-data', ...lines], '', folder);
  assert.equal(byFile.code, 0, byFile.err);
  assert.match(byFile.out, /^dnssrv:_peersh\._tcp\.net\.test +1 place +listing/m);
  assert.match(byFile.out, /^dns:none\.test:5999 /m);
  const options = ['--no-rc', '--no-data', '--set', `dns.server=${place}`, '--bootstrap', `dns:a.test:${port}`];
  const byOption = await run([...options, ...lines]);
  assert.equal(byOption.code, 0, byOption.err);
  assert.match(byOption.out, /^ {2}127\.0\.0\.1:\d+ +connected/m);
});
