/** Addresses: what is one, what class it has, who may hear of it, what a user may type. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type AddressClass,
  addressOf,
  isBadPort,
  mayGossip,
  parseAddress,
  parseHostPort,
} from '../../src/wire/address.ts';
import { fc } from '../helpers/random-cases.ts';

const port = fc.integer({ min: 1, max: 65_535 });

test('address: canonical texts are read back as they are', () => {
  for (const text of ['127.0.0.1:5999', '8.8.8.8:65535', '10.0.0.1:1', '[::1]:5999', '[2a00:1450::1]:5999']) {
    assert.equal(parseAddress(text)?.text, text);
  }
  fc.assert(
    fc.property(fc.ipV4(), port, (ip, number) => {
      const address = parseAddress(`${ip}:${number}`);
      assert.deepEqual(
        [address?.text, address?.ip, address?.port, address?.family],
        [`${ip}:${number}`, ip, number, 4],
      );
    }),
  );
});

test('address: anything looser than a strict address is refused', () => {
  const bad = [
    'x:/var/run/docker.sock',
    '/var/run/docker.sock',
    '127.1:5',
    '127.0.1:5',
    '1.2.3.4.5:5',
    '1..3.4:5',
    '.1.2.3.4:5',
    '1.2.3.4.:5',
    '0177.0.0.1:5',
    '00.0.0.0:5',
    '1.2.3.04:5',
    '0x7f000001:5',
    '0x7f.0.0.1:5',
    '2130706433:5',
    '256.1.1.1:5',
    '1.2.3.999:5',
    '-1.2.3.4:5',
    '1.2.3.4e1:5',
    '١.2.3.4:5',
    'localhost:5',
    'example.org:5',
    '1.2.3.4',
    '1.2.3.4:',
    '1.2.3.4:0',
    '1.2.3.4:00',
    '1.2.3.4:05',
    '1.2.3.4:65536',
    '1.2.3.4:99999',
    '1.2.3.4:655350',
    '1.2.3.4:+5',
    '1.2.3.4:-5',
    '1.2.3.4:5.0',
    '1.2.3.4:1e3',
    '1.2.3.4:0x10',
    '1.2.3.4:5005abc',
    '1.2.3.4:٥',
    '1.2.3.4:5:6',
    ' 1.2.3.4:5',
    '1.2.3.4:5 ',
    '1.2.3.4 :5',
    '1.2.3.4:5\n',
    '1.2.3.4:5\0',
    `1.2.3.4:${'1'.repeat(70_000)}`,
    '::1:5',
    '::1',
    '[::1]',
    '[::1]5',
    '[::1:5',
    '[::1]:',
    '[::1]:0',
    '[::1]:05',
    '[::1]:65536',
    '[::1]:5x',
    '[::1]]:5',
    '[[::1]:5',
    '[]:5',
    '[%eth0]:5',
    '[1.2.3.4]:5',
    '[1::2::3]:5',
    '[:::]:5',
    '[1:2:3:4:5:6:7]:5',
    '[1:2:3:4:5:6:7:8:9]:5',
    '[12345::1]:5',
    '[::g]:5',
    '[::ffff:127.1]:5',
    '[::ffff:0177.0.0.1]:5',
    '[::ffff:0x7f.0.0.1]:5',
    '[::ffff:256.0.0.1]:5',
    '[1.2.3.4::]:5',
    `[${'0'.repeat(70_000)}::1]:5`,
    ':5',
    ':',
    '',
  ];
  for (const text of bad) assert.equal(parseAddress(text), null, JSON.stringify(text.slice(0, 40)));
});

test('address: parts that are no address or no port are refused', () => {
  for (const ip of ['', 'localhost', '1.2.3', '1.2.3.4:5', '[::1]', '::1]:5', 'x:/run/a.sock'])
    assert.equal(addressOf(ip, 5), null, ip);
  for (const number of [0, -1, 65_536, 5.5, Number.NaN, Infinity])
    assert.equal(addressOf('1.2.3.4', number), null, `${number}`);
});

test('address: IPv6 has one spelling, IPv4 in it is unmapped, zones are dropped', () => {
  const table: [text: string, canonical: string][] = [
    ['[2A00:0:0::1]:7', '[2a00::1]:7'],
    ['[2a00:0:0:1:0:0:0:1]:7', '[2a00:0:0:1::1]:7'],
    ['[2a00:0001:02:003:4:5:6:7]:7', '[2a00:1:2:3:4:5:6:7]:7'],
    ['[0:0:0:0:0:0:0:1]:7', '[::1]:7'],
    ['[fe80::1%eth0]:7', '[fe80::1]:7'],
    ['[fe80::1%]:7', '[fe80::1]:7'],
    ['[::ffff:127.0.0.1]:7', '127.0.0.1:7'],
    ['[::FFFF:7f00:1]:7', '127.0.0.1:7'],
    ['[::ffff:10.0.0.1%lo]:7', '10.0.0.1:7'],
    ['[::1.2.3.4]:7', '[::102:304]:7'],
    ['[64:ff9b::1.2.3.4]:7', '[64:ff9b::102:304]:7'],
  ];
  for (const [text, canonical] of table) assert.equal(parseAddress(text)?.text, canonical, text);
  assert.equal(addressOf('::ffff:127.0.0.1', 5)?.text, '127.0.0.1:5');
  assert.equal(addressOf('fe80::1%eth0', 5)?.text, '[fe80::1]:5');
  fc.assert(
    fc.property(fc.ipV6(), port, (ip, number) => {
      const address = addressOf(ip, number);
      if (address === null) return;
      assert.deepEqual(parseAddress(address.text), address);
      assert.deepEqual(addressOf(address.ip, number), address);
      assert.deepEqual(parseAddress(`[${ip.toUpperCase()}]:${number}`), address);
    }),
  );
});

test('address: no text makes the reader throw, and what it accepts is canonical', () => {
  const alike = fc.stringMatching(/^\[?[0-9a-f.:x%\]]{0,24}:[0-9]{0,6}$/);
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), alike), (text) => {
      const address = parseAddress(text);
      if (address !== null) assert.deepEqual(parseAddress(address.text), address);
      addressOf(text, 5);
      parseHostPort(text);
    }),
    { numRuns: 5_000 },
  );
});

test('address: classes follow the ranges to their last address', () => {
  const table: [kind: AddressClass, ips: string][] = [
    ['loopback', '127.0.0.0 127.0.0.1 127.255.255.255 ::1'],
    ['private', '10.0.0.0 10.255.255.255 172.16.0.0 172.31.255.255 192.168.0.0 192.168.255.255'],
    ['private', '169.254.0.0 169.254.255.255 fc00:: fdff:ffff::1 fe80::1 febf::1'],
    ['public', '1.0.0.0 9.255.255.255 11.0.0.0 126.255.255.255 128.0.0.0 172.15.255.255 172.32.0.0'],
    ['public', '192.167.255.255 192.169.0.0 169.253.255.255 169.255.0.0 100.63.255.255 100.128.0.0 223.255.255.255'],
    ['public', '192.0.1.0 192.0.3.0 192.88.98.255 192.88.100.0 198.17.255.255 198.20.0.0 203.0.112.255 203.0.114.0'],
    ['public', '2a00::1 2001:4860:4860::8888 2606:4700::1111 2c0f:ffff::1'],
    ['special', '0.0.0.0 0.255.255.255 224.0.0.0 239.255.255.255 240.0.0.0 255.255.255.255'],
    ['special', '100.64.0.0 100.127.255.255 192.0.0.0 192.0.0.255 192.0.2.0 192.0.2.255 192.88.99.1'],
    ['special', '198.18.0.0 198.19.255.255 198.51.100.0 198.51.100.255 203.0.113.0 203.0.113.255'],
    ['special', ':: ff02::1 2001:db8::1 3fff::1 100::1 2001::1 fec0::1 5f00::1 1:: 4000::1 e000::1'],
    ['special', '64:ff9b::8.8.8.8 64:ff9b:1::1 2002:808:808::1 ::8.8.8.8 ::ffff:0:8.8.8.8'],
  ];
  for (const [kind, ips] of table) for (const ip of ips.split(' ')) assert.equal(addressOf(ip, 5)?.class, kind, ip);
});

test('address: a group is what one operator is likely to hold', () => {
  const table: [ip: string, group: string][] = [
    ['8.8.4.4', 'v4:8.8'],
    ['203.1.200.7', 'v4:203.1'],
    ['2a00:1450::1', 'v6:2a00:1450'],
    ['2a00::1', 'v6:2a00:0'],
    ['127.0.0.2', 'loopback'],
    ['::1', 'loopback'],
    ['10.1.2.3', 'private'],
    ['fd00::1', 'private'],
    ['224.0.0.1', 'special'],
  ];
  for (const [ip, group] of table) assert.equal(addressOf(ip, 5)?.group, group, ip);
});

test('address: an address is frozen, and its hash spreads neighbours over any table', () => {
  const buckets = new Uint32Array(64);
  for (let number = 5_000; number < 9_096; number += 1) {
    const address = addressOf('127.0.0.1', number) ?? assert.fail();
    assert.ok(Object.isFrozen(address) && (address.hash | 0) === address.hash);
    const low = address.hash & 63;
    buckets[low] = (buckets[low] ?? 0) + 1;
  }
  assert.ok(Math.min(...buckets) > 32 && Math.max(...buckets) < 112, `${Math.min(...buckets)}-${Math.max(...buckets)}`);
});

test('address: loopback passes only with loopback peers, private with local ones, public always, special never', () => {
  const peers = ['loopback', 'private', 'public', 'special'] as const;
  const table: [text: string, may: boolean[]][] = [
    ['127.0.0.1:5', [true, false, false, false]],
    ['10.0.0.1:5', [true, true, false, false]],
    ['[fe80::1]:5', [true, true, false, false]],
    ['8.8.8.8:5', [true, true, true, true]],
    ['224.0.0.1:5', [false, false, false, false]],
    ['0.0.0.0:5', [false, false, false, false]],
  ];
  for (const [text, may] of table) {
    const address = parseAddress(text) ?? assert.fail();
    const told = peers.map((peer) => mayGossip(address, peer));
    assert.deepEqual(told, may, text);
  }
});

test('address: ports below 1024 and ports of other services are bad', () => {
  for (const bad of [1, 22, 80, 443, 1_023, 1_719, 2_049, 5_060, 5_061, 6_000, 6_667, 6_697, 10_080])
    assert.equal(isBadPort(bad), true, `${bad}`);
  for (const good of [1_024, 5_999, 5_998, 5_997, 6_001, 6_670, 8_333, 65_535])
    assert.equal(isBadPort(good), false, `${good}`);
});

test('address: what a user types is read', () => {
  const table: [text: string, host: string, number: number][] = [
    ['localhost:5998', 'localhost', 5_998],
    [' LocalHost:5998 ', 'localhost', 5_998],
    ['my_host-2.example.org.:1', 'my_host-2.example.org.', 1],
    ['1.2.3.4:65535', '1.2.3.4', 65_535],
    ['0.0.0.0:5999', '0.0.0.0', 5_999],
    ['[::1]:5999', '::1', 5_999],
    ['[2A00::0:1]:5999', '2a00::1', 5_999],
    ['[::]:5999', '::', 5_999],
    ['[::ffff:127.0.0.1]:5999', '127.0.0.1', 5_999],
  ];
  for (const [text, host, number] of table) assert.deepEqual(parseHostPort(text), { host, port: number }, text);
  assert.deepEqual(parseHostPort('127.0.0.1:0', { anyPort: true }), { host: '127.0.0.1', port: 0 });
});

test('address: what a user mistypes is answered by one line that says what to type instead', () => {
  const table: [text: string, says: RegExp][] = [
    ['', /no host: type HOST:PORT/],
    [':', /no host: type HOST:PORT/],
    ['5998', /no host: .* localhost:5998/],
    [':5998', /no host: .* localhost:5998/],
    [':99999', /no host: .* localhost:5999/],
    ['localhost', /no port: .* localhost:5999/],
    ['localhost:', /no port: .* localhost:5999/],
    ['1.2.3.4', /no port: .* 1\.2\.3\.4:5999/],
    ['[::1]', /no port: .* \[::1\]:5999/],
    ['a:0', /no valid port: type a number from 1 to 65535/],
    ['a:65536', /no valid port: type a number from 1 to 65535/],
    ['a:05', /no valid port: type a number from 1 to 65535/],
    ['a:+5', /no valid port: type a number from 1 to 65535/],
    ['a:0x10', /no valid port: type a number from 1 to 65535/],
    ['a:5005abc', /no valid port: type a number from 1 to 65535/],
    ['[::1]:x', /no valid port: type a number from 1 to 65535/],
    ['x:/var/run/docker.sock', /no valid port: type a number from 1 to 65535/],
    ['::1', /brackets, .* \[::1\]:5999/],
    ['::1:5999', /brackets, .* \[::1\]:5999/],
    ['[::1', /not an IPv6 address: type one such as \[::1\]:5999/],
    ['[zz]:5', /not an IPv6 address: type one such as \[::1\]:5999/],
    ['[1.2.3.4]:5', /not an IPv6 address: type one such as \[::1\]:5999/],
    ['[fe80::1%eth0]:5', /without one/],
    ['http://localhost:5', /leave out everything but .* localhost:5999/],
    ['127.1:5', /not an IPv4 address: type all four numbers/],
    ['1.2.3.400:5', /not an IPv4 address: type all four numbers/],
    ['0x7f000001:5', /not an IPv4 address: type all four numbers/],
    ['2130706433:5', /not an IPv4 address: type all four numbers/],
    ['0177.0.0.1:5', /not an IPv4 address: type all four numbers/],
    ['1.0x2:5', /not an IPv4 address: type all four numbers/],
    ['a b:5', /not a host name: type HOST:PORT/],
    ['-x:5', /not a host name: type HOST:PORT/],
    ['a..b:5', /not a host name: type HOST:PORT/],
    ['ä:5', /not a host name: type HOST:PORT/],
    ['\u001b[31m:5', /not a host name: type HOST:PORT/],
    [`${'a'.repeat(300)}:5`, /not a host name: type HOST:PORT/],
  ];
  for (const [text, says] of table) {
    const reading = parseHostPort(text);
    const error = 'error' in reading ? reading.error : assert.fail(`${text} was read`);
    assert.match(error, says);
    assert.ok(error.length <= 240 && !error.includes('\n') && !error.includes('\u001b'), error);
  }
  const reading = parseHostPort('a:x', { anyPort: true });
  assert.match('error' in reading ? reading.error : '', /from 0 to 65535/);
});
