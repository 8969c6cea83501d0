/** Messages: every line is a checked message or malformed, and a message survives its line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { parseAddress } from '../../src/wire/address.ts';
import {
  ADDR_LINE_BYTES_MAX,
  type AddrEntry,
  encodeMessage,
  type Message,
  parseMessage,
  splitAddr,
} from '../../src/wire/messages.ts';

const ID = 'a46de8d6-177e-4644-a711-63d182fdbade';

test('messages: the base messages are read in both spacings', () => {
  for (const type of ['ping', 'pong', 'getaddr']) {
    for (const line of [`{"msgtype":"${type}"}`, `{"msgtype": "${type}"}`, `{ "msgtype" : "${type}" }`])
      assert.equal(parseMessage(line).type, type);
  }
  assert.equal(
    (parseMessage(`{"nodeid": "${ID.toUpperCase()}", "msgtype": "hello"}`) as { nodeid: string }).nodeid,
    ID,
  );
});

test('messages: what is not a message is malformed, with the reason', () => {
  const table: [string, string][] = [
    ['{', 'not-json'],
    ['GET / HTTP/1.1', 'not-json'],
    ['[]', 'not-an-object'],
    ['null', 'not-an-object'],
    ['3', 'not-an-object'],
    ['"x"', 'not-an-object'],
    ['{}', 'no-msgtype'],
    ['{"msgtype":1}', 'no-msgtype'],
    ['{"msgtype":"hello"}', 'bad-field'],
    ['{"msgtype":"hello","nodeid":""}', 'bad-field'],
    ['{"msgtype":"hello","nodeid":"a b"}', 'bad-field'],
    ['{"msgtype":"hello","nodeid":5}', 'bad-field'],
    [`{"msgtype":"hello","nodeid":"${'a'.repeat(65)}"}`, 'bad-field'],
    ['{"msgtype":"addr"}', 'bad-field'],
    ['{"msgtype":"addr","peers":{}}', 'bad-field'],
    ['{"__proto__":{"msgtype":"ping"}}', 'no-msgtype'],
  ];
  for (const [line, reason] of table) {
    const message = parseMessage(line);
    assert.equal(message.type === 'malformed' ? message.reason : message.type, reason, line);
  }
});

test('messages: optional fields out of range are as if they were not there', () => {
  const hello = parseMessage(
    `{"msgtype":"hello","nodeid":"x","listen":70000,"agent":"${'a'.repeat(65)}","observed":"localhost:5","ext":[1,"nonce"]}`,
  );
  assert.deepEqual(hello, { type: 'hello', nodeid: 'x', listen: null, agent: null, observed: null, ext: ['nonce'] });
  assert.deepEqual(parseMessage('{"msgtype":"ping","nonce":{"a":1}}'), { type: 'ping', nonce: null });
  assert.deepEqual(parseMessage('{"msgtype":"ping","nonce":1.5}'), { type: 'ping', nonce: null });
  assert.deepEqual(parseMessage('{"msgtype":"x","msgtype":"ping"}'), { type: 'ping', nonce: null });
});

test('messages: addr entries come as pairs, 1-tuples or texts, and bad ones are skipped one by one', () => {
  const message = parseMessage(
    `{"msgtype":"addr","peers":[["127.0.0.1:5","${ID}"],["127.0.0.1:6"],"127.0.0.1:7",["x:/run/a.sock","y"],null,[],7],"ages":[3,-1,"x"]}`,
  );
  assert.ok(message.type === 'addr');
  assert.deepEqual(
    message.peers.map((entry) => [entry.address.text, entry.nodeid, entry.age]),
    [
      ['127.0.0.1:5', ID, 3],
      ['127.0.0.1:6', null, null],
      ['127.0.0.1:7', null, null],
    ],
  );
  assert.equal(message.listed, 7);
  assert.equal(message.skipped, 4);
});

const address = fc
  .tuple(fc.integer({ min: 1, max: 223 }), fc.nat(255), fc.nat(255), fc.nat(255), fc.integer({ min: 1, max: 65_535 }))
  .map(([a, b, c, d, port]) => parseAddress(`${a}.${b}.${c}.${d}:${port}`) ?? assert.fail());
const nodeid = fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z-]{0,20}$/);
const entry: fc.Arbitrary<AddrEntry> = fc.record({
  address,
  nodeid: fc.option(nodeid),
  age: fc.option(fc.nat(1_000_000)),
});
const nonce = fc.option(fc.oneof(fc.maxSafeInteger(), fc.string({ unit: 'binary', maxLength: 32 })));
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: fc.constant('ping' as const), nonce }),
  fc.record({ type: fc.constant('pong' as const), nonce }),
  fc.constant({ type: 'getaddr' as const }),
  fc.record({ type: fc.constant('bye' as const), reason: fc.option(fc.string({ unit: 'grapheme', maxLength: 20 })) }),
  fc
    .array(entry, { maxLength: 30 })
    .map((peers) => ({ type: 'addr' as const, peers, skipped: 0, listed: peers.length })),
  fc.record({
    type: fc.constant('hello' as const),
    nodeid,
    listen: fc.option(fc.integer({ min: 1, max: 65_535 })),
    agent: fc.option(fc.string({ unit: 'grapheme', maxLength: 10 })),
    observed: fc.option(address),
    ext: fc.array(fc.string({ maxLength: 10 }), { maxLength: 4 }),
  }),
);

test('messages: a message that is written and read is the same message, on one ASCII line', () => {
  fc.assert(
    fc.property(message, (one) => {
      const line = encodeMessage(one);
      assert.match(line, /^[\x20-\x7e]*$/);
      assert.deepEqual(parseMessage(line), structuredClone(one));
    }),
  );
});

test('messages: no text makes the reader throw', () => {
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json()), (text) => void parseMessage(text)),
    { numRuns: 2_000 },
  );
  fc.assert(
    fc.property(message, fc.nat(), fc.string({ unit: 'binary', maxLength: 3 }), (one, at, text) => {
      const line = encodeMessage(one);
      const cut = at % line.length;
      parseMessage(line.slice(0, cut) + text + line.slice(cut + 1));
    }),
    { numRuns: 2_000 },
  );
});

test('messages: addresses are spread over lines of at most 1,400 bytes, none is lost', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 100 }), (entries) => {
      const messages = splitAddr(entries);
      assert.ok(messages.length >= 1);
      assert.deepEqual(
        messages.flatMap((one) => one.peers),
        entries,
      );
      for (const one of messages) assert.ok(encodeMessage(one).length <= ADDR_LINE_BYTES_MAX);
    }),
  );
});
