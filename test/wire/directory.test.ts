/** Places of the bootstrap list as they are typed: what is a directory, what is a place, and what to type instead of nonsense. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parsePlace, placeText, readDirectory } from '../../src/wire/directory.ts';

test('directory: every form of a place is read, and its text reads back', () => {
  const table: [typed: string, host: string, port: number][] = [
    ['localhost:5998', 'localhost', 5_998],
    ['[::1]:5999', '::1', 5_999],
    ['dns:seeds.example', 'dns:seeds.example', 5_999],
    ['dns:Seeds.Example:6100', 'dns:seeds.example', 6_100],
    [' DNS:seeds.example:1 ', 'dns:seeds.example', 1],
    ['dnssrv:_peersh._tcp.Example.org', 'dnssrv:_peersh._tcp.example.org', 0],
  ];
  for (const [typed, host, port] of table) {
    assert.deepEqual(parsePlace(typed), { host, port }, typed);
    assert.deepEqual(parsePlace(placeText(host, port)), { host, port }, typed);
  }
});

test('directory: what is none is one line that says what to type', () => {
  const table: [typed: string, says: RegExp][] = [
    ['dns:', /has no name to look up/],
    ['dns::5999', /has no name to look up/],
    ['dns:127.0.0.1:5999', /has no name to look up/],
    ['dns:a b', /has no name to look up/],
    ['dns:a.example:0', /has no valid port/],
    ['dns:a.example:65536', /has no valid port/],
    ['dns:a.example:5:6', /has no valid port/],
    ['dns:a.example:', /has no valid port/],
    ['dnssrv:', /names no service: type one such as dnssrv:_peersh\._tcp\.example\.org/],
    ['dnssrv:example.org', /names no service/],
    ['dnssrv:_peersh._tcp.', /names no service/],
    ['dnssrv:_peersh._tcp.example.org:5999', /has a port, which the records say/],
    [`dns:${'a'.repeat(300)}`, /has no name to look up/],
    ['nowhere', /has no port/],
  ];
  for (const [typed, says] of table) {
    const reading = parsePlace(typed);
    assert.ok('error' in reading, typed);
    assert.match(reading.error, says);
    assert.ok(reading.error.length < 240 && !reading.error.includes('\n'), reading.error);
  }
});

test('directory: a host is one only by its prefix', () => {
  assert.deepEqual(readDirectory('dns:a'), { kind: 'addresses', name: 'a' });
  assert.deepEqual(readDirectory('dnssrv:_a._tcp.b'), { kind: 'services', name: '_a._tcp.b' });
  for (const host of ['dns', 'dnssrv', 'a.dns', '::1', 'localhost']) assert.equal(readDirectory(host), null);
});
