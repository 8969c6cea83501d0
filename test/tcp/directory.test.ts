/** Directories by DNS: a real dnsmasq on a loopback port answers, fails or is silent, and nodes on real sockets find each other by it. Rule 48. */
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { defaultSettings } from '../../src/settings.ts';
import { createDirectories } from '../../src/tcp/directory.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { NO_DNSMASQ, openNameServer, openSilentServer } from '../helpers/dnsmasq.ts';
import { look } from '../helpers/look-up.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

const RECORDS = [
  'host-record=one.test,10.0.1.1',
  'address=/many.test/10.0.2.1',
  'address=/many.test/10.0.2.2',
  'address=/many.test/fd00::2',
  'address=/six.test/fd00::6',
  'address=/both.test/10.0.3.1',
  'address=/both.test/fd00::3',
  'txt-record=bare.test,nothing to dial',
  'srv-host=_peersh._tcp.net.test,one.test,7001,10,1',
  'srv-host=_peersh._tcp.net.test,six.test,7002,10,9',
  'srv-host=_peersh._tcp.net.test,both.test,7003,20',
  'srv-host=_peersh._tcp.spare.test,gone.test,7001,10',
  'srv-host=_peersh._tcp.spare.test,one.test,7002,20',
  'srv-host=_peersh._tcp.dead.test,gone.test,7001',
  'srv-host=_peersh._tcp.off.test',
  ...Array.from({ length: 100 }, (_, k) => `address=/crowd.test/10.0.9.${k + 1}`),
  ...Array.from({ length: 20 }, (_, k) => `srv-host=_peersh._tcp.crowd.test,h${k}.crowd.test,${8_000 + k}`),
  ...Array.from({ length: 20 }, (_, k) => `host-record=h${k}.crowd.test,10.0.8.${k + 1}`),
];

function dnsTest(title: string, body: (context: TestContext) => Promise<void>): void {
  void test(title, { skip: NO_DNSMASQ }, body);
}

dnsTest(
  'directory: addresses and services are found, IPv6 where there is no IPv4, the lowest priority that has addresses',
  async (context) => {
    const { place } = await openNameServer(context, RECORDS);
    const table: [typed: string, places: readonly string[]][] = [
      ['dns:one.test', ['10.0.1.1']],
      ['dns:many.test', ['10.0.2.1', '10.0.2.2']],
      ['dns:six.test', ['fd00::6']],
      ['dns:both.test', ['10.0.3.1']],
      ['dnssrv:_peersh._tcp.net.test', ['10.0.1.1:7001', '[fd00::6]:7002']],
      ['dnssrv:_peersh._tcp.spare.test', ['10.0.1.1:7002']],
    ];
    for (const [typed, places] of table) assert.deepEqual(await look(place, typed), places, typed);
  },
);

dnsTest(
  'directory: a name that is not there, has nothing to dial, or is refused is told by the code of the system',
  async (context) => {
    const { place, stop } = await openNameServer(context, RECORDS);
    assert.equal(await look(place, 'dns:none.test'), 'ENOTFOUND');
    assert.equal(await look(place, 'dnssrv:_peersh._tcp.none.test'), 'ENOTFOUND');
    assert.equal(await look(place, 'dns:bare.test'), 'ENODATA');
    assert.equal(await look(place, 'dnssrv:_peersh._tcp.dead.test'), 'ENOTFOUND');
    assert.match(String(await look(place, 'dnssrv:_peersh._tcp.off.test')), /^E[A-Z]+$/, 'a service that is off');
    assert.equal(await look(place, 'dns:elsewhere.example'), 'EREFUSED');
    await stop();
    assert.equal(await look(place, 'dns:one.test'), 'ECONNREFUSED');
  },
);

dnsTest('directory: an answer that is too long for one packet is read whole', async (context) => {
  const { place } = await openNameServer(context, RECORDS);
  assert.equal((await look(place, 'dns:crowd.test')).length, 100);
  const places = Array.from({ length: 20 }, (_, k) => `10.0.8.${k + 1}:${8_000 + k}`);
  assert.deepEqual(await look(place, 'dnssrv:_peersh._tcp.crowd.test'), places.sort());
});

test('directory: a question that is called off ends at once', async (context) => {
  const { place } = await openSilentServer(context);
  const directories = createDirectories(() => place);
  const started = performance.now();
  const code = await new Promise((resolve) => {
    directories.ask({ kind: 'addresses', name: 'one.test' }, (error) => resolve(error?.code));
    directories.stop();
  });
  assert.equal(code, 'ECANCELLED');
  assert.ok(performance.now() - started < 1_000);
});

dnsTest('directory: nodes find each other by SRV records, and follow them when they change', async (context) => {
  const world = createTcpWorld('peersh/test');
  context.after(() => world.close());
  const [one, two] = [await spawn(world, 'one'), await spawn(world, 'two')];
  const srv = (port: number) => ['host-record=a.test,127.0.0.1', `srv-host=_peersh._tcp.net.test,a.test,${port}`];
  const server = await openNameServer(context, srv(placeOf(one).port));
  const settings = { 'dns.server': server.place, 'bootstrap.refresh': 1_000_000, 'gossip.dial': false };
  const host = 'dnssrv:_peersh._tcp.net.test';
  const node = await spawn(world, 'three', { settings, bootstrap: [{ host, port: 0 }] });
  await reach(world, 'a peer', () => node.views.ready() === 1);
  assert.equal(two.views.ready(), 0);
  await server.serve(srv(placeOf(two).port));
  await reach(world, 'the other peer', () => two.views.ready() === 1 && node.views.ready() === 2);
  const rows = node.views.bootstrap();
  assert.deepEqual(
    rows.map(({ address, from, state }) => [address, from, state]),
    [
      [host, null, rows[0]?.state],
      [`127.0.0.1:${placeOf(two).port}`, host, 'connected'],
    ],
  );
  assert.equal(one.views.ready(), 1, 'what is listed no more stays connected');
});

dnsTest(
  'directory: a node starts without its server of names, says so once, and finds its peers when the server comes',
  async (context) => {
    const world = createTcpWorld('peersh/test');
    context.after(() => world.close());
    const one = await spawn(world, 'one');
    const server = await openNameServer(context, ['host-record=a.test,127.0.0.1']);
    await server.stop();
    const errors: string[] = [];
    world.onEvent((_, event) => event.kind === 'error' && errors.push(event.message));
    const settings = { 'dns.server': server.place, 'bootstrap.retry.max.public': 1_000_000 };
    const host = 'dns:a.test';
    const { port } = placeOf(one);
    const node = await spawn(world, 'two', { settings, bootstrap: [{ host, port }] });
    await reach(world, 'a failure', () => errors.length > 0);
    await world.until(() => false, { limitMs: 1_200 });
    assert.deepEqual(errors, [`dns:a.test:${port} could not be looked up (ECONNREFUSED)`]);
    assert.equal(node.views.bootstrap()[0]?.lastError, 'no-name');
    await server.serve(['host-record=a.test,127.0.0.1']);
    await reach(world, 'a peer', () => node.views.ready() === 1);
    assert.equal(node.views.bootstrap()[0]?.lastError, null);
  },
);

test('directory: a node that waits for a silent server stops at once', async (context) => {
  const { place } = await openSilentServer(context);
  const world = createTcpWorld('peersh/test');
  const settings = { ...defaultSettings(), 'dns.server': place };
  const bootstrap = [{ host: 'dns:a.test', port: 5_999 }];
  await world.spawn({ name: 'one', settings, listen: [{ host: '127.0.0.1', port: 0 }], bootstrap, data: null });
  const started = performance.now();
  await world.close();
  assert.ok(performance.now() - started < 1_000);
});
