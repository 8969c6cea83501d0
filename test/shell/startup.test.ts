/** What a node starts with: what is saved where, which list is used, where it listens. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { dataFolder, historyPath, listenChoices } from '../../src/shell/places.ts';
import { readStartup } from '../../src/shell/startup.ts';

const start = (...args: string[]) => readStartup(['--no-rc', ...args]);

test('startup: the book is kept for a port that was chosen, and where --data says', async () => {
  assert.match(dataFolder(await start('--listen', '127.0.0.1:5999')) ?? '', /[\\/]peersh[\\/](?:Data[\\/])?5999$/);
  for (const args of [[], ['--listen', '127.0.0.1:0'], ['--listen', '127.0.0.1:5999', '-e', 'peers'], ['--no-data']])
    assert.equal(dataFolder(await start(...args)), null, args.join(' '));
  assert.equal(dataFolder(await start('--data', '/some/where', '-e', 'peers')), '/some/where');
  assert.equal(dataFolder(await start('--listen', '127.0.0.1:5999', '--no-data')), null);
  await assert.rejects(start('--data', ''), /^PeershError: --data is a folder, not ""; --no-data keeps no book$/);
  assert.match(historyPath(), /[\\/]peersh[\\/](?:Log[\\/])?history$/);
});

test('startup: without --listen the loopback places of the list come first, then any port', async () => {
  const list = ['--bootstrap', 'localhost:5999', '--bootstrap', '192.0.2.7:5999', '--bootstrap', '[::1]:5998'];
  assert.deepEqual(listenChoices(await start(...list)), [
    { host: 'localhost', port: 5_999 },
    { host: '::1', port: 5_998 },
    { host: '127.0.0.1', port: 0 },
  ]);
  assert.deepEqual(listenChoices(await start(...list, '--listen', '0.0.0.0:7000')), [{ host: '0.0.0.0', port: 7_000 }]);
  assert.deepEqual(listenChoices(await start(...list, '--no-bootstrap')), [{ host: '127.0.0.1', port: 0 }]);
});

test('startup: an option and the one that says no to it are refused together, in any order', async () => {
  for (const [name, value] of [
    ['rc', '/no/such/file'],
    ['data', '/some/where'],
  ] as const) {
    const message = new RegExp(`^PeershError: --${name} and --no-${name} exclude each other; leave one out$`);
    await assert.rejects(readStartup([`--no-${name}`, `--${name}`, value]), message);
    await assert.rejects(readStartup([`--${name}`, value, `--no-${name}`]), message);
  }
});

test('startup: lines of -e and --script keep their order, options their short names', async () => {
  const { script, keepGoing, json, headless } = await start('-e', 'peers', '-k', '--eval', 'status', '--json');
  assert.deepEqual(script, [
    { path: null, lines: ['peers'] },
    { path: null, lines: ['status'] },
  ]);
  assert.deepEqual([keepGoing, json, headless], [true, true, false]);
  assert.equal((await start()).script, null);
});

test('startup: --set says where a value came from', async () => {
  const { settings, origins } = await start('--set', 'ping.interval=5s', '--set', 'events=none');
  assert.equal(settings['ping.interval'], 5_000_000);
  assert.deepEqual(
    [origins.get('ping.interval'), origins.get('events'), origins.get('agent')],
    ['--set', '--set', undefined],
  );
});

test('startup: the bootstrap list takes directories, of the command line and of .noderc, and says what is none', async () => {
  const { bootstrap } = await start(
    '--bootstrap',
    'dns:seeds.example',
    '--bootstrap',
    'dnssrv:_peersh._tcp.example.org',
  );
  assert.deepEqual(bootstrap, [
    { host: 'dns:seeds.example', port: 5_999 },
    { host: 'dnssrv:_peersh._tcp.example.org', port: 0 },
  ]);
  assert.deepEqual(listenChoices(await start('--bootstrap', 'dns:localhost:5998')), [{ host: '127.0.0.1', port: 0 }]);
  await assert.rejects(start('--bootstrap', 'dnssrv:example.org'), /names no service/);
  await assert.rejects(start('--listen', 'dns:seeds.example:5999'), /is not HOST:PORT/);
});
