/** Addresses: what is one, what class it has, who may hear of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, isBadPort, mayGossip, parseAddress, parseHostPort } from '../../src/wire/address.ts';

test('address: canonical texts are read back as they are', () => {
  for (const text of ['127.0.0.1:5999', '8.8.8.8:65535', '10.0.0.1:1', '[::1]:5999', '[2a00:1450::1]:5999']) {
    assert.equal(parseAddress(text)?.text, text);
  }
});

test('address: anything looser than a strict address is refused', () => {
  const bad = [
    'x:/var/run/docker.sock',
    '127.1:5',
    '0177.0.0.1:5',
    '0x7f000001:5',
    '2130706433:5',
    'localhost:5',
    '1.2.3.4',
    '1.2.3.4:',
    '1.2.3.4:0',
  ];
  const worse = [
    '1.2.3.4:65536',
    '1.2.3.4:05',
    '1.2.3.4:+5',
    '1.2.3.4:0x10',
    '1.2.3.4:5005abc',
    '256.1.1.1:5',
    '::1:5',
    '[::1:5',
    '[]:5',
    ' 1.2.3.4:5',
    '1.2.3.4:5\n',
    '',
  ];
  for (const text of [...bad, ...worse]) assert.equal(parseAddress(text), null, JSON.stringify(text));
});

test('address: IPv6 in disguise is unmapped, zones are dropped', () => {
  assert.equal(addressOf('::ffff:127.0.0.1', 5)?.text, '127.0.0.1:5');
  assert.equal(addressOf('fe80::1%eth0', 5)?.text, '[fe80::1]:5');
  assert.equal(parseAddress('[2A00:0:0::1]:7')?.text, '[2a00::1]:7');
});

test('address: classes follow the ranges', () => {
  const table: [string, string][] = [
    ['127.9.9.9:5', 'loopback'],
    ['[::1]:5', 'loopback'],
    ['10.1.2.3:5', 'private'],
    ['172.31.0.1:5', 'private'],
    ['192.168.1.1:5', 'private'],
    ['169.254.1.1:5', 'private'],
    ['[fd00::1]:5', 'private'],
    ['8.8.8.8:5', 'public'],
    ['172.32.0.1:5', 'public'],
    ['[2a00::1]:5', 'public'],
    ['0.0.0.0:5', 'special'],
    ['224.0.0.1:5', 'special'],
    ['255.255.255.255:5', 'special'],
    ['100.64.0.1:5', 'special'],
    ['192.0.2.1:5', 'special'],
    ['[64:ff9b::8.8.8.8]:5', 'special'],
    ['[2002::1]:5', 'special'],
    ['[ff02::1]:5', 'special'],
    ['[::]:5', 'special'],
  ];
  for (const [text, kind] of table) assert.equal(parseAddress(text)?.class, kind, text);
});

test('address: loopback passes only with loopback peers, private with private ones, special never', () => {
  const may = (text: string, peer: 'loopback' | 'private' | 'public') =>
    mayGossip(parseAddress(text) ?? assert.fail(), peer);
  assert.deepEqual(
    ['loopback', 'private', 'public'].map((peer) => may('127.0.0.1:5', peer as 'public')),
    [true, false, false],
  );
  assert.deepEqual(
    ['loopback', 'private', 'public'].map((peer) => may('10.0.0.1:5', peer as 'public')),
    [true, true, false],
  );
  assert.deepEqual(
    ['loopback', 'private', 'public'].map((peer) => may('8.8.8.8:5', peer as 'public')),
    [true, true, true],
  );
  assert.deepEqual(
    ['loopback', 'private', 'public'].map((peer) => may('224.0.0.1:5', peer as 'public')),
    [false, false, false],
  );
});

test('address: ports of other services are bad', () => {
  assert.deepEqual([22, 1023, 6667, 5999, 8333].map(isBadPort), [true, true, true, false, false]);
});

test('address: what a user types is read, or one line says what to type instead', () => {
  assert.deepEqual(parseHostPort('localhost:5998'), { host: 'localhost', port: 5998 });
  assert.deepEqual(parseHostPort('[::1]:5999'), { host: '::1', port: 5999 });
  assert.deepEqual(parseHostPort('127.0.0.1:0', { anyPort: true }), { host: '127.0.0.1', port: 0 });
  for (const text of [
    'localhost',
    ':5999',
    'a:0',
    'a:99999',
    '::1:5999',
    '127.1:5',
    '1.2.3.400:5',
    'a b:5',
    '-x:5',
    'x:y',
  ]) {
    const reading = parseHostPort(text);
    assert.ok('error' in reading && !reading.error.includes('\n') && reading.error.length < 200, text);
  }
});
