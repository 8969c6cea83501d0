/** Messages: every line is a checked message or malformed, and a message survives its line. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addressOf, parseAddress } from '../../src/wire/address.ts';
import { LINE_SENT_BYTES_MAX } from '../../src/wire/limits.ts';
import {
  type AddrEntry,
  encodeMessage,
  type Hello,
  type Malformed,
  MESSAGE_TYPES,
  MESSAGES,
  type Message,
  parseMessage,
  splitAddr,
} from '../../src/wire/messages.ts';
import { fc } from '../helpers/random-cases.ts';

const ID = 'a46de8d6-177e-4644-a711-63d182fdbade';

/** Reads a line that must be of the type; the fields are then those of that type. */
function read<Type extends Message['type']>(type: Type, line: string): Extract<Message, { type: Type }> {
  const message = parseMessage(line);
  assert.equal(message.type, type, line);
  return message as Extract<Message, { type: Type }>;
}

function reasonOf(line: string): string {
  const message: Message | Malformed = parseMessage(line);
  return message.type === 'malformed' ? message.reason : message.type;
}

const helloWith = (fields: string) => read('hello', `{"msgtype":"hello","nodeid":"x",${fields}}`);

test('messages: the base messages are read in every spacing', () => {
  for (const type of ['ping', 'pong', 'getaddr']) {
    for (const line of [`{"msgtype":"${type}"}`, `{"msgtype": "${type}"}`, `{ "msgtype" :\t"${type}" , "x" : 1 }`])
      assert.equal(parseMessage(line).type, type);
  }
  assert.equal(read('hello', `{"nodeid": "${ID}", "msgtype": "hello"}`).nodeid, ID);
  assert.equal(read('addr', '{"msgtype": "addr", "peers": []}').listed, 0);
});

test('messages: the messages that pass most are one frozen object each', () => {
  for (const type of ['ping', 'pong', 'getaddr']) {
    const one = parseMessage(`{"msgtype":"${type}"}`);
    assert.ok(Object.isFrozen(one));
    assert.equal(parseMessage(`{"msgtype": "${type}"}`), one);
    assert.equal(parseMessage(` {"msgtype":"${type}","unknown":[]}`), one);
  }
});

test('messages: what is not a message is malformed, with the reason', () => {
  const table: [line: string, reason: string][] = [
    ['', 'not-json'],
    ['{', 'not-json'],
    ['{"msgtype":"ping"', 'not-json'],
    ['{"msgtype":"ping"}}', 'not-json'],
    ['{"msgtype":"ping"}{"msgtype":"ping"}', 'not-json'],
    ["{'msgtype':'ping'}", 'not-json'],
    ['{"msgtype":ping}', 'not-json'],
    ['\ufeff{"msgtype":"ping"}', 'not-json'],
    ['{"msgtype":"ping"}\u2028', 'not-json'],
    ['{"a":"\n"}', 'not-json'],
    ['GET / HTTP/1.1', 'not-json'],
    ['[]', 'not-an-object'],
    ['[{"msgtype":"ping"}]', 'not-an-object'],
    ['[[[[[[[[[]]]]]]]]]', 'not-an-object'],
    ['null', 'not-an-object'],
    ['true', 'not-an-object'],
    ['3', 'not-an-object'],
    ['"ping"', 'not-an-object'],
    ['{}', 'no-msgtype'],
    ['{"msgtype":1}', 'no-msgtype'],
    ['{"msgtype":null}', 'no-msgtype'],
    ['{"msgtype":["ping"]}', 'no-msgtype'],
    ['{"Msgtype":"ping"}', 'no-msgtype'],
    ['{"__proto__":{"msgtype":"ping"}}', 'no-msgtype'],
    ['{"msgtype":"hello"}', 'bad-field'],
    ['{"msgtype":"hello","__proto__":{"nodeid":"x"}}', 'bad-field'],
    ['{"msgtype":"hello","nodeid":["x"]}', 'bad-field'],
    ['{"msgtype":"addr"}', 'bad-field'],
    ['{"msgtype":"addr","peers":{}}', 'bad-field'],
    ['{"msgtype":"addr","peers":"127.0.0.1:5"}', 'bad-field'],
    ['{"msgtype":"addr","peers":{"length":1,"0":["127.0.0.1:5","x"]}}', 'bad-field'],
  ];
  for (const [line, reason] of table) assert.equal(reasonOf(line), reason, line);
});

test('messages: names of Object.prototype are only names', () => {
  const keys = '"__proto__":{"nonce":1,"listen":5},"constructor":1,"toString":2,"hasOwnProperty":3';
  assert.deepEqual(read('ping', `{"msgtype":"ping",${keys}}`), { type: 'ping', nonce: null });
  assert.deepEqual(read('unknown', `{"msgtype":"__proto__"}`), { type: 'unknown', msgtype: '__proto__' });
  assert.deepEqual(read('unknown', `{"msgtype":"toString"}`), { type: 'unknown', msgtype: 'toString' });
  assert.equal(helloWith('"__proto__":{"listen":5999,"agent":"x"}').listen, null);
  assert.equal(Object.getPrototypeOf(helloWith('"__proto__":null')), Object.prototype);
});

test('messages: a field that only Object.prototype has is not there', () => {
  const polluted = Object.prototype as unknown as Record<string, unknown>;
  polluted['nonce'] = 5;
  try {
    assert.deepEqual(readSlowly('{"msgtype":"ping"}'), { type: 'ping', nonce: null });
  } finally {
    delete polluted['nonce'];
  }
});

test('messages: of a key that stands twice the last one wins', () => {
  assert.equal(read('ping', '{"msgtype":"x","msgtype":"ping","nonce":1,"nonce":2}').nonce, 2);
  assert.equal(reasonOf('{"msgtype":"ping","msgtype":5}'), 'no-msgtype');
  assert.equal(reasonOf(`{"msgtype":"hello","nodeid":"x","nodeid":"a b"}`), 'bad-field');
});

test('messages: a node id is up to 64 letters, digits and hyphens; only a whole UUID is lower-cased', () => {
  const table: [raw: string, id: string | null][] = [
    [`"${ID}"`, ID],
    [`"${ID.toUpperCase()}"`, ID],
    [`"${ID.toUpperCase()}-X"`, `${ID.toUpperCase()}-X`],
    [`"${ID.toUpperCase().replace('D', 'G')}"`, ID.toUpperCase().replace('D', 'G')],
    [`"${ID.toUpperCase().replaceAll('-', '')}"`, ID.toUpperCase().replaceAll('-', '')],
    ['"Node-7"', 'Node-7'],
    [`"${'a'.repeat(64)}"`, 'a'.repeat(64)],
    [`"${'a'.repeat(65)}"`, null],
    ['""', null],
    ['"-a"', null],
    ['"a_b"', null],
    ['"a b"', null],
    ['"a\\n"', null],
    ['"\\u0000"', null],
    ['"é"', null],
    ['"\\u212a"', null],
    ['5', null],
    ['null', null],
  ];
  for (const [raw, id] of table) {
    const message = parseMessage(`{"msgtype":"hello","nodeid":${raw}}`);
    assert.equal(message.type === 'hello' ? message.nodeid : null, id, raw);
  }
});

test('messages: an optional field of hello is used only within its type and range', () => {
  const table: [fields: string, used: Partial<Hello>][] = [
    ['"listen":1', { listen: 1 }],
    ['"listen":65535', { listen: 65_535 }],
    ['"listen":5999.0', { listen: 5_999 }],
    ['"listen":0', {}],
    ['"listen":65536', {}],
    ['"listen":-5', {}],
    ['"listen":5.5', {}],
    ['"listen":"5999"', {}],
    ['"listen":"x:/var/run/docker.sock"', {}],
    ['"listen":[5999]', {}],
    [`"agent":"${'a'.repeat(64)}"`, { agent: 'a'.repeat(64) }],
    [`"agent":"${'a'.repeat(65)}"`, {}],
    ['"agent":"\\u001b[31m\\n"', { agent: '\u001b[31m\n' }],
    ['"agent":7', {}],
    ['"observed":"1.2.3.4:5"', { observed: addressOf('1.2.3.4', 5) }],
    ['"observed":"localhost:5"', {}],
    ['"observed":"1.2.3.4:99999"', {}],
    ['"observed":["1.2.3.4:5"]', {}],
    ['"ext":["nonce","v6"]', { ext: ['nonce', 'v6'] }],
    [`"ext":[1,"nonce",null,"${'x'.repeat(33)}",["v6"],"v6"]`, { ext: ['nonce', 'v6'] }],
    [`"ext":[${'"a",'.repeat(20)}"v6"]`, { ext: Array<string>(16).fill('a') }],
    ['"ext":"v6"', {}],
    ['"ext":{"0":"v6","length":1}', {}],
  ];
  const bare: Hello = { type: 'hello', nodeid: 'x', listen: null, agent: null, observed: null, ext: [] };
  for (const [fields, used] of table) assert.deepEqual(helloWith(fields), { ...bare, ...used }, fields);
});

test('messages: a nonce is a text of up to 64 characters or a safe integer, all else is no nonce', () => {
  const table: [raw: string, nonce: string | number | null][] = [
    ['0', 0],
    ['7', 7],
    ['-7', -7],
    ['123456789012345', 123_456_789_012_345],
    ['1234567890123456', 1_234_567_890_123_456],
    ['9007199254740991', Number.MAX_SAFE_INTEGER],
    ['9007199254740992', null],
    ['1e3', 1_000],
    ['1.0', 1],
    ['1.5', null],
    ['1e400', null],
    ['""', ''],
    ['"7"', '7'],
    ['"\\u2028\\ud800"', '\u2028\ud800'],
    [`"${'a'.repeat(64)}"`, 'a'.repeat(64)],
    [`"${'a'.repeat(65)}"`, null],
    ['{"a":1}', null],
    ['[7]', null],
    ['true', null],
    ['null', null],
  ];
  for (const type of ['ping', 'pong'] as const) {
    for (const [raw, nonce] of table) {
      for (const gap of ['', ' ']) {
        assert.deepEqual(parseMessage(`{"msgtype":"${type}","nonce":${gap}${raw}}`), { type, nonce }, raw);
      }
    }
  }
  assert.ok(Object.is(read('ping', '{"msgtype":"ping","nonce":-0}').nonce, 0));
  for (const raw of ['07', '00', '+7', '7.', '.7', '0x7', '7 7', '']) {
    assert.equal(reasonOf(`{"msgtype":"ping","nonce":${raw}}`), 'not-json', raw);
  }
});

test('messages: addr entries come as pairs, 1-tuples or texts, and bad ones are skipped one by one', () => {
  const good = `["127.0.0.1:5","${ID}"],["127.0.0.1:6"],"127.0.0.1:7",["[::1]:8",5],["[2A00::1]:9","a b","more"]`;
  const bad = '["x:/run/a.sock","y"],null,[],7,{},[["127.0.0.1:5","x"]],"",[null,"x"],true,{"0":"127.0.0.1:5"}';
  const message = read('addr', `{"msgtype":"addr","peers":[${good},${bad}]}`);
  assert.deepEqual(
    message.peers.map((one) => [one.address.text, one.nodeid, one.age]),
    [
      ['127.0.0.1:5', ID, null],
      ['127.0.0.1:6', null, null],
      ['127.0.0.1:7', null, null],
      ['[::1]:8', null, null],
      ['[2a00::1]:9', null, null],
    ],
  );
  assert.deepEqual([message.listed, message.skipped], [15, 10]);
});

test('messages: no entry of addr names a port or a place that a socket would take for another', () => {
  const hostile = ['x:/var/run/docker.sock', '1.2.3.4:0x10', '1.2.3.4:5005abc', '1.2.3.4:65536', '1.2.3.4:+5'];
  const disguised = ['1.2.3.4:05', '127.1:5', '0177.0.0.1:5', '0x7f000001:5', '1.2.3.4:5 ', 'localhost:5', '::1:5'];
  const peers = JSON.stringify([...hostile, ...disguised].map((text) => [text, ID]));
  assert.deepEqual(read('addr', `{"msgtype":"addr","peers":${peers}}`).peers, []);
});

test('messages: an age belongs to the entry of its place, and is whole seconds within ten years', () => {
  const table: [raw: string, age: number | null][] = [
    ['0', 0],
    ['-0', 0],
    ['3', 3],
    ['3.9', 3],
    ['-1', null],
    ['1e400', null],
    ['1e300', 10 * 365 * 86_400],
    ['"3"', null],
    ['null', null],
  ];
  for (const [raw, age] of table) {
    const line = `{"msgtype":"addr","peers":["x","1.2.3.4:5"],"ages":[9,${raw},9]}`;
    assert.ok(Object.is(read('addr', line).peers[0]?.age, age), raw);
  }
  for (const ages of ['{"0":3}', '3', '"3"', 'null', '[]']) {
    assert.equal(read('addr', `{"msgtype":"addr","peers":["1.2.3.4:5"],"ages":${ages}}`).peers[0]?.age, null, ages);
  }
});

test('messages: of a very long addr a thousand entries are read, and all are counted', () => {
  const peers = Array.from({ length: 1_500 }, (_, i) => `"1.2.3.4:${i + 1}"`).join(',');
  const message = read('addr', `{"msgtype":"addr","peers":[${peers}]}`);
  assert.deepEqual([message.peers.length, message.listed, message.skipped], [1_000, 1_500, 500]);
});

test('messages: a reason is a text of up to 128 characters, an unknown type is cut', () => {
  assert.equal(read('bye', '{"msgtype":"bye"}').reason, null);
  assert.equal(read('bye', `{"msgtype":"bye","reason":"${'a'.repeat(128)}"}`).reason, 'a'.repeat(128));
  assert.equal(read('bye', `{"msgtype":"bye","reason":"${'a'.repeat(129)}"}`).reason, null);
  assert.equal(read('bye', '{"msgtype":"bye","reason":{"toString":1}}').reason, null);
  assert.equal(read('unknown', `{"msgtype":"${'a'.repeat(10_000)}"}`).msgtype, 'a'.repeat(64));
  assert.equal(read('unknown', '{"msgtype":""}').msgtype, '');
});

test('messages: nothing of the peer that we did not ask for is in a message', () => {
  const deep = '"deep":{"a":{"b":{}}}';
  const keys = (line: string) => Object.keys(parseMessage(line)).sort();
  assert.deepEqual(keys(`{"msgtype":"ping",${deep}}`), ['nonce', 'type']);
  assert.deepEqual(keys(`{"msgtype":"getaddr",${deep}}`), ['type']);
  assert.deepEqual(keys(`{"msgtype":"bye",${deep}}`), ['reason', 'type']);
  assert.deepEqual(keys(`{"msgtype":"nobody knows",${deep}}`), ['msgtype', 'type']);
  assert.deepEqual(keys(`{"msgtype":"addr","peers":[{${deep}}],${deep}}`), ['listed', 'peers', 'skipped', 'type']);
  const hello = ['agent', 'ext', 'listen', 'nodeid', 'observed', 'type'];
  assert.deepEqual(keys(`{"msgtype":"hello","nodeid":"x",${deep}}`), hello);
});

const FOUR = parseAddress('1.2.3.4:5') ?? assert.fail();
const SIX = parseAddress('[2a00::1]:5') ?? assert.fail();
const addrOf = (...peers: AddrEntry[]): Message => ({ type: 'addr', peers, skipped: 0, listed: peers.length });

test('messages: the lines we send have their keys in the order of the base protocol', () => {
  const hello: Hello = { type: 'hello', nodeid: ID, listen: null, agent: null, observed: null, ext: [] };
  const full: Hello = { ...hello, listen: 5_999, agent: 'é"\n\u007f', observed: SIX, ext: ['nonce', 'v6'] };
  const table: [Message, string][] = [
    [{ type: 'ping', nonce: null }, '{"msgtype":"ping"}'],
    [{ type: 'pong', nonce: null }, '{"msgtype":"pong"}'],
    [{ type: 'ping', nonce: 7 }, '{"msgtype":"ping","nonce":7}'],
    [{ type: 'pong', nonce: '\u2028"' }, '{"msgtype":"pong","nonce":"\\u2028\\""}'],
    [{ type: 'getaddr' }, '{"msgtype":"getaddr"}'],
    [hello, `{"msgtype":"hello","nodeid":"${ID}"}`],
    [
      full,
      `{"msgtype":"hello","nodeid":"${ID}","listen":5999,"agent":"\\u00e9\\"\\n\\u007f","observed":"[2a00::1]:5","ext":["nonce","v6"]}`,
    ],
    [addrOf(), '{"msgtype":"addr","peers":[]}'],
    [
      addrOf({ address: FOUR, nodeid: ID, age: null }, { address: SIX, nodeid: null, age: null }),
      `{"msgtype":"addr","peers":[["1.2.3.4:5","${ID}"],["[2a00::1]:5",""]]}`,
    ],
    [
      addrOf({ address: FOUR, nodeid: 'a', age: 0 }, { address: FOUR, nodeid: 'b', age: null }),
      '{"msgtype":"addr","peers":[["1.2.3.4:5","a"],["1.2.3.4:5","b"]],"ages":[0,null]}',
    ],
    [{ type: 'bye', reason: null }, '{"msgtype":"bye"}'],
    [{ type: 'bye', reason: 'ping timeout' }, '{"msgtype":"bye","reason":"ping timeout"}'],
  ];
  for (const [message, line] of table) assert.equal(encodeMessage(message), line);
});

const port = fc.integer({ min: 1, max: 65_535 });
const address = fc
  .tuple(fc.oneof(fc.ipV4(), fc.ipV6()), port)
  .map(([ip, number]) => addressOf(ip, number))
  .filter((one) => one !== null);
const nodeid = fc.oneof(fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/), fc.uuid());
const entry: fc.Arbitrary<AddrEntry> = fc.record({
  address,
  nodeid: fc.option(nodeid),
  age: fc.option(fc.nat(10 * 365 * 86_400)),
});
const text = (maxLength: number) => fc.string({ unit: 'binary', maxLength }).map((one) => one.slice(0, maxLength));
const nonce = fc.option(fc.oneof(fc.maxSafeInteger(), fc.nat(), text(64)));
const message: fc.Arbitrary<Message> = fc.oneof(
  fc.record({ type: fc.constantFrom('ping' as const, 'pong' as const), nonce }),
  fc.constant({ type: 'getaddr' as const }),
  fc.record({ type: fc.constant('bye' as const), reason: fc.option(text(128)) }),
  fc.array(entry, { maxLength: 30 }).map((peers) => addrOf(...peers)),
  fc.record({
    type: fc.constant('hello' as const),
    nodeid,
    listen: fc.option(port),
    agent: fc.option(text(64)),
    observed: fc.option(address),
    ext: fc.array(text(32), { maxLength: 16 }),
  }),
  text(64)
    .filter((msgtype) => !(MESSAGE_TYPES as readonly string[]).includes(msgtype))
    .map((msgtype) => ({ type: 'unknown' as const, msgtype })),
);

test('messages: each hello tells its own extensions, whoever was told of before', () => {
  const lists: readonly (readonly string[])[] = [['nonce'], ['v6', 'nonce'], [], ['nonce'], ['a"b']];
  for (const ext of [...lists, ...lists.toReversed()]) {
    const hello: Hello = { type: 'hello', nodeid: ID, listen: null, agent: null, observed: null, ext };
    for (const line of [encodeMessage(hello), encodeMessage(hello)]) assert.deepEqual(parseMessage(line), hello);
  }
});

test('messages: every field on the wire is explained in the table, and every row has its sentence', () => {
  for (const type of MESSAGE_TYPES) {
    const { summary, fields } = MESSAGES[type];
    for (const sentence of [summary, ...Object.values(fields)]) assert.match(sentence, /^\S.{2,}[^.\s]$/);
  }
  fc.assert(
    fc.property(message, (one) => {
      const { msgtype, ...fields } = JSON.parse(encodeMessage(one)) as Record<string, unknown>;
      assert.ok(one.type === 'unknown' || msgtype === one.type);
      for (const field of Object.keys(fields)) assert.ok(Object.hasOwn(MESSAGES[one.type].fields, field), field);
    }),
  );
});

test('messages: a message that is written and read is the same message, on one ASCII line', () => {
  fc.assert(
    fc.property(message, (one) => {
      const line = encodeMessage(one);
      assert.match(line, /^\{"msgtype":[\x20-\x7e]*$/);
      assert.deepEqual(parseMessage(line), structuredClone(one));
    }),
    { numRuns: 1_000 },
  );
});

test('messages: what the node itself says is never longer than a line of 1,400 bytes', () => {
  const wide = (length: number) => '\u2028'.repeat(length);
  const longest: Message[] = [
    {
      type: 'hello',
      nodeid: 'a'.repeat(64),
      listen: 65_535,
      agent: wide(64),
      observed: parseAddress('[2a00:1111:2222:3333:4444:5555:6666:7777]:65535'),
      ext: ['nonce', 'v6'],
    },
    { type: 'pong', nonce: wide(64) },
    { type: 'bye', reason: wide(128) },
  ];
  for (const one of longest) assert.ok(encodeMessage(one).length <= LINE_SENT_BYTES_MAX, one.type);
});

/** A blank before the line changes nothing for JSON, and is no form that the fast paths know. */
const readSlowly = (line: string) => parseMessage(` ${line}`);

test('messages: the fast paths read what JSON reads', () => {
  const change = fc.tuple(fc.nat(), fc.nat(2), fc.oneof(fc.string({ maxLength: 2 }), fc.constantFrom('0', '}', '"')));
  const often = fc.oneof(
    fc.constantFrom('ping', 'pong', 'getaddr').map((type) => `{"msgtype":"${type}"}`),
    fc.tuple(fc.constantFrom('ping', 'pong'), fc.nat()).map(([type, n]) => `{"msgtype":"${type}","nonce":${n}}`),
    message.map(encodeMessage),
  );
  fc.assert(
    fc.property(often, fc.array(change, { maxLength: 2 }), (start, changes) => {
      let line = start;
      for (const [at, gone, put] of changes) {
        const cut = at % (line.length + 1);
        line = line.slice(0, cut) + put + line.slice(cut + gone);
      }
      assert.deepEqual(parseMessage(line), readSlowly(line));
    }),
    { numRuns: 5_000 },
  );
});

test('messages: no text makes the reader throw', () => {
  const typed = fc
    .tuple(fc.constantFrom(...MESSAGE_TYPES), fc.dictionary(fc.string(), fc.jsonValue()), fc.jsonValue())
    .map(([type, fields, any]) => {
      const known = Object.fromEntries(Object.keys(MESSAGES[type].fields).map((field) => [field, any]));
      return JSON.stringify({ ...fields, ...known, msgtype: type });
    });
  fc.assert(
    fc.property(fc.oneof(fc.string({ unit: 'binary' }), fc.json(), typed), (line) => void parseMessage(line)),
    { numRuns: 3_000 },
  );
  for (const open of ['[', '{"msgtype":', '{"a":[']) parseMessage(open.repeat(1_000_000));
});

test('messages: addresses are spread over lines of at most 1,400 bytes, none is lost', () => {
  fc.assert(
    fc.property(fc.array(entry, { maxLength: 100 }), (entries) => {
      const messages = splitAddr(entries);
      assert.ok(messages.length >= 1);
      const spread = messages.flatMap((one) => one.peers);
      assert.deepEqual(spread, entries);
      for (const one of messages) {
        assert.equal(one.listed, one.peers.length);
        assert.ok(one.peers.length > 0 || entries.length === 0);
        assert.ok(encodeMessage(one).length <= LINE_SENT_BYTES_MAX);
      }
    }),
  );
  assert.deepEqual(splitAddr([]), [addrOf()]);
});

test('messages: lines of addresses are as full as they can be, whatever the length of ids and ages', () => {
  for (let length = 1; length <= 64; length += 1) {
    for (const age of [7, 99_999]) {
      const entries = Array<AddrEntry>(200).fill({ address: FOUR, nodeid: 'a'.repeat(length), age });
      const lengths = splitAddr(entries).map((one) => encodeMessage(one).length);
      assert.ok(Math.max(...lengths) <= LINE_SENT_BYTES_MAX, lengths.join());
      for (const full of lengths.slice(0, -1)) assert.ok(full > LINE_SENT_BYTES_MAX - 100, lengths.join());
    }
  }
});
