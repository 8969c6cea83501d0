/** Metrics of a node on real sockets, scraped over HTTP: what is served, whether it is true, whom it answers, and how it ends. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { connect, createServer } from 'node:net';
import { type TestContext, test } from 'node:test';
import type { NodePort, World } from '../../src/core/world.ts';
import { serveMetrics } from '../../src/metrics/serve.ts';
import { METRICS } from '../../src/metrics/table.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { figureOf, readExposition } from '../helpers/exposition.ts';
import { HOSTILE_NAMES } from '../helpers/hostile-names.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';
import { freePort } from '../helpers/ports.ts';
import { RawPeer } from '../helpers/raw-peer.ts';
import { ask, scrape } from '../helpers/scrape.ts';

const LOOPBACK = { host: '127.0.0.1', port: 0 };
const PROMTOOL = spawnSync('promtool', ['--version']).status === 0 ? false : 'promtool is missing (package prometheus)';

interface Served {
  readonly world: World;
  readonly node: NodePort;
  readonly address: string;
}

async function serve(context: TestContext, hosts: readonly string[] = []): Promise<Served> {
  const world = createTcpWorld('peersh/test');
  context.after(() => world.close());
  const address = await serveMetrics(world, 'live', { at: LOOPBACK, hosts });
  return { world, address, node: await spawn(world, 'live') };
}

/** Another node that has dialled ours. */
async function meet({ world, node }: Served, name: string): Promise<NodePort> {
  const ready = node.views.ready();
  const other = await spawn(world, name, { bootstrap: [placeOf(node)] });
  await reach(world, 'a handshake', () => node.views.ready() > ready && other.views.ready() > 0);
  return other;
}

test('metrics: every metric of the table is served with its type, and nothing else', async (context) => {
  const { address } = await serve(context);
  const { status, headers, body } = await ask(address);
  assert.deepEqual([status, headers['content-type']], [200, 'text/plain; version=0.0.4; charset=utf-8']);
  const families = readExposition(body);
  assert.deepEqual([...families.keys()].sort(), Object.keys(METRICS).sort());
  for (const [name, { type, help, labels }] of Object.entries(METRICS)) {
    const family = families.get(name);
    assert.deepEqual([family?.type, family?.help], [type, help]);
    for (const sample of family?.samples ?? [])
      assert.deepEqual(
        Object.keys(sample.labels).filter((label) => label !== 'le'),
        labels,
        name,
      );
  }
});

test('metrics: names keep the conventions of Prometheus', () => {
  for (const [name, { type, help, labels }] of Object.entries(METRICS)) {
    assert.match(name, /^(?:peersh|process)_[a-z]+(?:_[a-z]+)*$/);
    assert.equal(name.endsWith('_total'), type === 'counter', name);
    assert.doesNotMatch(name, /_(?:ms|milliseconds|us|microseconds|minutes|kilobytes|percent|count|sum|bucket)(?:_|$)/);
    assert.match(help, /^[A-Z].*\.$/);
    for (const label of labels) assert.match(label, /^[a-z]+(?:_[a-z]+)*$/);
  }
});

test('metrics: promtool finds nothing to say of a scrape', { skip: PROMTOOL }, async (context) => {
  const served = await serve(context);
  await meet(served, 'other');
  const checked = spawnSync('promtool', ['check', 'metrics'], {
    input: await scrape(served.address),
    encoding: 'utf8',
  });
  assert.deepEqual([checked.status, checked.stdout, checked.stderr], [0, '', '']);
});

test('metrics: peers, messages, bytes, round trips and addresses are those of the node', async (context) => {
  const served = await serve(context);
  const { node, address, world } = served;
  const other = await meet(served, 'other');
  await reach(world, 'a pong', () => node.views.peers()[0]?.pingMs != null && other.views.peers()[0]?.pingMs != null);
  const text = await scrape(address);
  const { sent, received } = node.views.traffic(null);
  const { bytes, book } = node.views.status();
  assert.equal(figureOf(text, 'peersh_peers', { direction: 'inbound', state: 'ready' }), 1);
  assert.equal(figureOf(text, 'peersh_peers', { direction: 'outbound', state: 'ready' }), 0);
  for (const [direction, rows] of [['sent', sent] as const, ['received', received] as const]) {
    for (const type of ['hello', 'ping', 'pong', 'addr', 'getaddr']) {
      assert.equal(figureOf(text, 'peersh_messages_total', { direction, type }), rows[type]?.messages ?? 0);
      assert.equal(figureOf(text, 'peersh_message_bytes_total', { direction, type }), rows[type]?.bytes ?? 0);
    }
    assert.equal(figureOf(text, 'peersh_network_bytes_total', { direction }), bytes[direction]);
  }
  assert.equal(figureOf(text, 'peersh_book_addresses', { table: 'new' }), book.new);
  const pings = figureOf(text, 'peersh_ping_rtt_seconds_count');
  assert.ok(pings >= 1);
  assert.equal(figureOf(text, 'peersh_ping_rtt_seconds_bucket', { le: '+Inf' }), pings);
  assert.ok(figureOf(text, 'peersh_ping_rtt_seconds_sum') < 5 * pings);
  assert.ok(figureOf(text, 'peersh_uptime_seconds') > 0);
  assert.ok(figureOf(text, 'process_resident_memory_bytes') > 1_000_000);
  assert.equal(figureOf(text, 'peersh_build_info'), 1);
});

test('metrics: dials by reason, strikes, bans and closes are counted from the first moment, and what is counted never goes back', async (context) => {
  const world = createTcpWorld('peersh/test');
  context.after(() => world.close());
  const address = await serveMetrics(world, 'live', { at: LOOPBACK, hosts: [] });
  const nobody = { host: '127.0.0.1', port: await freePort() };
  const node = await spawn(world, 'live', { bootstrap: [nobody] });
  const served = { world, node, address };
  const other = await meet(served, 'other');
  await reach(world, 'a failure', () => node.views.bootstrap()[0]?.lastError === 'refused');
  const raw = await RawPeer.dial(`127.0.0.1:${placeOf(node).port}`);
  raw.write({ msgtype: 'hello', nodeid: 'abc' }, '{"msgtype":', '{"msgtype":"addr","peers":1}');
  await world.until((_, event) => event.kind === 'strike' && event.strikes === 2, { limitMs: 5_000 });
  const before = await scrape(address);
  assert.ok(figureOf(before, 'peersh_dials_total', { via: 'boot' }) >= 1);
  assert.ok(figureOf(before, 'peersh_dials_failed_total', { reason: 'refused' }) >= 1);
  assert.ok(figureOf(before, 'peersh_reasons_total', { reason: 'refused', side: 'theirs' }) >= 1);
  assert.equal(figureOf(before, 'peersh_strikes_total'), 2);
  assert.equal(figureOf(before, 'peersh_bans', { by: 'hand' }), 0);
  const n = node.views.peers().find(({ id }) => id === other.state.id)?.n ?? 0;
  assert.ok(node.order({ kind: 'ban', target: n, forUs: null }).ok);
  raw.end();
  await reach(world, 'nobody', () => node.views.peers().length === 0);
  const after = await scrape(address);
  assert.equal(figureOf(after, 'peersh_connections_closed_total', { direction: 'inbound', reason: 'banned' }), 1);
  assert.equal(figureOf(after, 'peersh_bans', { by: 'hand' }), 1);
  assert.equal(figureOf(after, 'peersh_peers', { direction: 'inbound', state: 'ready' }), 0);
  for (const [name, { type, samples }] of readExposition(before)) {
    if (type === 'gauge') continue;
    for (const sample of samples)
      assert.ok(
        figureOf(after, sample.name, sample.labels) >= sample.value,
        `${name} ${JSON.stringify(sample.labels)}`,
      );
  }
});

test('metrics: other nodes of the world are not counted', async (context) => {
  const served = await serve(context);
  const [one, two] = [await spawn(served.world, 'one'), await spawn(served.world, 'two')];
  one.order({ kind: 'connect', ...placeOf(two), keep: false });
  await reach(served.world, 'a pong', () => one.views.peers()[0]?.pingMs != null);
  const text = await scrape(served.address);
  assert.equal(figureOf(text, 'peersh_ping_rtt_seconds_count'), 0);
  assert.equal(figureOf(text, 'peersh_messages_total', { direction: 'sent', type: 'hello' }), 0);
});

test('metrics: nothing that a peer says is in the answer', async (context) => {
  const served = await serve(context);
  const { address, node, world } = served;
  const mark = 'zqxj';
  const lines = HOSTILE_NAMES.map((name) => `${mark}${name}${mark}`);
  for (const [index, hostile] of lines.entries()) {
    const raw = await RawPeer.dial(`127.0.0.1:${placeOf(node).port}`);
    const agent = hostile.slice(0, 64);
    raw.write({ msgtype: 'hello', nodeid: `${mark}${index}`, agent, ext: [hostile] }, { msgtype: hostile }, hostile);
    raw.write({ msgtype: 'bye', reason: hostile });
    raw.end();
  }
  await reach(world, 'every bye', () => node.views.gone().filter(({ id }) => id?.startsWith(mark)).length > 10);
  for (const path of ['/metrics', '/health']) {
    const { status, body, headers } = await ask(address, { path });
    assert.equal(status, 200);
    assert.equal(body.includes(mark), false, path);
    assert.equal(headers['x-content-type-options'], 'nosniff');
  }
  readExposition(await scrape(address));
});

test('metrics: only requests for loopback names and the address that was asked are answered', async (context) => {
  const { address } = await serve(context);
  const table: [host: string, status: number][] = [
    [address, 200],
    ['localhost', 200],
    ['LOCALHOST:80', 200],
    ['127.0.0.1', 200],
    ['[::1]:9464', 200],
    ['127.0.0.2', 403],
    ['10.0.0.1', 403],
    ['0.0.0.0', 403],
    ['2130706433', 403],
    ['evil.example', 403],
    ['evil.example:9464', 403],
    ['localhost.evil.example', 403],
    ['localhost@evil.example', 403],
    ['[::ffff:127.0.0.1]', 200],
    ['localhost, evil.example', 403],
  ];
  for (const path of ['/metrics', '/health', '/nothing'])
    for (const [host, status] of table) {
      const reply = await ask(address, { path, headers: { host } });
      assert.equal(reply.status, status === 200 && path === '/nothing' ? 404 : status, `${path} ${host}`);
      if (status === 403) assert.equal(reply.body.includes('evil'), false, 'the name is not repeated');
    }
});

test('metrics: names that are told are answered, any with a star', async (context) => {
  const { address } = await serve(context, ['Node1.example', 'node2.example']);
  for (const [host, status] of [
    ['node1.example:9464', 200],
    ['NODE2.example', 200],
    ['node3.example', 403],
    ['localhost', 200],
  ] as const)
    assert.equal((await ask(address, { headers: { host } })).status, status, host);
  const any = await serve(context, ['*']);
  assert.equal((await ask(any.address, { headers: { host: 'evil.example' } })).status, 200);
});

test('metrics: other paths, methods and mistakes are refused, and it goes on', async (context) => {
  const { address } = await serve(context);
  const table: [asked: Parameters<typeof ask>[1], status: number][] = [
    [{ path: '/' }, 404],
    [{ path: '/metrics/' }, 404],
    [{ path: '/metrics?name=x' }, 200],
    [{ path: 'http://localhost/metrics' }, 404],
    [{ method: 'POST' }, 405],
    [{ method: 'DELETE', path: '/health' }, 405],
    [{ headers: { 'x-large': 'a'.repeat(9_000) } }, 431],
  ];
  for (const [asked, status] of table) assert.equal((await ask(address, asked)).status, status, JSON.stringify(asked));
  const head = await ask(address, { method: 'HEAD' });
  assert.deepEqual([head.status, head.body], [200, '']);
  assert.ok(Number(head.headers['content-length']) > 1_000);
  assert.equal((await ask(address)).status, 200);
});

/** What comes back for these very bytes until the other side closes. */
function tell(address: string, bytes: string): Promise<string> {
  const [host = '', port = ''] = address.split(':');
  return new Promise((resolve) => {
    let said = '';
    const socket = connect(Number(port), host, () => socket.write(bytes));
    socket.on('data', (chunk: Buffer) => {
      said += chunk.toString();
    });
    socket.on('error', () => undefined);
    socket.on('close', () => resolve(said));
  });
}

test('metrics: a request without a Host, with two, or of another protocol gets nothing', async (context) => {
  const { address } = await serve(context);
  const end = 'Connection: close\r\n\r\n';
  assert.match(await tell(address, `GET /metrics HTTP/1.0\r\n${end}`), /^HTTP\/1\.1 403 /);
  assert.match(await tell(address, `GET /metrics HTTP/1.1\r\n${end}`), /^HTTP\/1\.1 400 /);
  assert.match(
    await tell(address, `GET /metrics HTTP/1.1\r\nHost: localhost\r\nHost: evil.example\r\n${end}`),
    /^HTTP\/1\.1 40[03] /,
  );
  assert.match(await tell(address, `GET /metrics HTTP/1.1\r\nHost:\r\n${end}`), /^HTTP\/1\.1 403 /);
  assert.match(await tell(address, '{"msgtype":"hello","nodeid":"a"}\n'), /^HTTP\/1\.1 400 /);
  assert.equal((await ask(address)).status, 200);
});

test('metrics: connections that only wait are bounded, and the node goes on', async (context) => {
  const served = await serve(context);
  const [host = '', port = ''] = served.address.split(':');
  const sockets = Array.from({ length: 64 }, () => connect(Number(port), host).on('error', () => undefined));
  context.after(() => sockets.forEach((socket) => void socket.destroy()));
  const closed = await new Promise<number>((resolve) => {
    let count = 0;
    for (const socket of sockets)
      socket.on('close', () => {
        count += 1;
        if (count === 32) resolve(count);
      });
  });
  assert.equal(closed, 32);
  await meet(served, 'other');
});

test('metrics: health says that the node starts, is well, and stops; then nobody answers', async (context) => {
  const world = createTcpWorld('peersh/test');
  context.after(() => world.close());
  const address = await serveMetrics(world, 'live', { at: LOOPBACK, hosts: [] });
  const early = await ask(address, { path: '/health' });
  assert.deepEqual([early.status, JSON.parse(early.body).status], [503, 'starting']);
  assert.equal((await ask(address)).status, 503);
  const node = await spawn(world, 'live');
  const well = await ask(address, { path: '/health' });
  const { status, uptimeSeconds, peers, listening } = JSON.parse(well.body);
  assert.deepEqual([well.status, well.headers['content-type'], status, peers], [200, 'application/json', 'ok', 0]);
  assert.ok(Number.isInteger(uptimeSeconds));
  assert.deepEqual(listening, node.views.status().listening);
  // It reads nothing, so it does not see that we end the connection.
  const rude = connect(placeOf(node).port, '127.0.0.1', () => rude.write('{"msgtype":"hello","nodeid":"abc"}\n'));
  rude.pause().on('error', () => undefined);
  context.after(() => void rude.destroy());
  await reach(world, 'a peer that will not go', () => node.views.ready() === 1);
  const [host = '', port = ''] = address.split(':');
  const open = connect(Number(port), host);
  const cut = new Promise((resolve) => open.on('close', resolve).on('error', () => undefined));
  await new Promise((resolve) => open.once('connect', resolve));
  const stopped = node.stop();
  const ill = await ask(address, { path: '/health' });
  await stopped;
  assert.deepEqual([ill.status, JSON.parse(ill.body).status], [503, 'stopping']);
  await cut;
  await assert.rejects(ask(address), /ECONNREFUSED|ECONNRESET/);
});

test('metrics: a port that is taken is one line, and nothing is left open', async (context) => {
  const taken = createServer().listen(0, '127.0.0.1');
  context.after(() => taken.close());
  await new Promise((resolve) => taken.once('listening', resolve));
  const { port } = taken.address() as { port: number };
  const world = createTcpWorld('peersh/test');
  context.after(() => world.close());
  await assert.rejects(serveMetrics(world, 'live', { at: { host: '127.0.0.1', port }, hosts: [] }), {
    message: `cannot serve metrics on 127.0.0.1:${port} (EADDRINUSE); choose another --metrics HOST:PORT`,
  });
});
