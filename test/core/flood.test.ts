/** How fast a peer may talk, how it is held back, and when it is closed for it. Rule 54. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { FLOOD_PAUSE_MAX_US, FLOOD_PAUSE_MIN_US, MILLISECOND_US, MINUTE_US, SECOND_US } from '../../src/core/limits.ts';
import { bytesReceived } from '../../src/core/node.ts';
import type { Settings } from '../../src/settings.ts';
import { BareNode, helloLine, PING, PONG } from '../helpers/bare-node.ts';

const CALM: Partial<Settings> = {
  'ping.interval': 60 * MINUTE_US,
  'ping.timeout': 60 * MINUTE_US,
  'getaddr.ask': 60 * MINUTE_US,
  'dial.rotate': 60 * MINUTE_US,
  'dial.feeler': 60 * MINUTE_US,
};
/** The hello and the first pong of a peer. */
const GREETING = 2;
/** A second of pause for each message too many, so that a test reads like a calendar. */
const SLOW = { 'flood.messages': 1, 'flood.messages.burst': GREETING };

const open = (settings: Partial<Settings> = {}) =>
  new BareNode({ listen: '8.8.8.8:5999', settings: { ...CALM, ...settings } });

/** So many messages at once, until the connection is closed. */
function say(bare: BareNode, n: number, count: number): void {
  for (let i = 0; i < count; i += 1) bare.hear(n, PONG);
}

/** So many bytes at once, as the driver reports them. */
function pour(bare: BareNode, n: number, bytes: number): void {
  bytesReceived(bare.node, bare.context, n, bytes);
  bare.wake();
}

/** How long the connection was held back each time, since last asked. */
const pauses = (bare: BareNode, n: number) => bare.taken(`pause #${n} `).map((line) => Number(line.split(' ')[2]));

test('flood: a peer may say flood.messages.burst at once, and not one more', () => {
  for (const settings of [
    {},
    { 'flood.messages': 10, 'flood.messages.burst': 50 },
    // What one message takes is no whole number of microseconds.
    { 'flood.messages': 30, 'flood.messages.burst': 1_000 },
    { 'flood.messages': 0.7, 'flood.messages.burst': 50 },
    { 'flood.messages': 700_000, 'flood.messages.burst': 999 },
    // To save up for it takes more than an hour.
    { 'flood.messages': 1, 'flood.messages.burst': 5_000 },
  ]) {
    const bare = open(settings);
    const n = bare.inboundPeer('a');
    say(bare, n, bare.node.settings['flood.messages.burst'] - GREETING);
    assert.deepEqual(pauses(bare, n), []);
    say(bare, n, 1);
    assert.equal(pauses(bare, n).length, 1);
    assert.deepEqual(
      bare.happened('flood').map(({ id }) => id),
      ['a'],
    );
    assert.deepEqual(bare.happened('closed'), [], 'it is held back, not closed');
    assert.equal(bare.node.peers.has('a'), true);
  }
});

test('flood: a peer may send flood.bytes.burst at once, and not one byte more', () => {
  for (const settings of [{}, { 'flood.bytes': 1_024, 'flood.bytes.burst': 65_536 }]) {
    const bare = open(settings);
    const n = bare.inboundPeer('a');
    pour(bare, n, bare.node.settings['flood.bytes.burst']);
    assert.deepEqual(pauses(bare, n), []);
    pour(bare, n, 1);
    assert.deepEqual(pauses(bare, n), [FLOOD_PAUSE_MIN_US]);
    assert.equal(bare.happened('flood').length, 1);
  }
});

test('flood: what a peer says before its hello counts, too', () => {
  const bare = open({ 'flood.bytes': 1_024, 'flood.bytes.burst': 2_048 });
  const n = bare.accept('127.0.0.1');
  pour(bare, n, 2_049);
  assert.deepEqual(pauses(bare, n), [FLOOD_PAUSE_MIN_US]);
});

test('flood: one peer spends nothing of what another may say', () => {
  const bare = open(SLOW);
  const [a, b] = [bare.inboundPeer('a'), bare.inboundPeer('b')];
  say(bare, a, 1);
  assert.deepEqual(bare.taken('pause'), [`pause #${a} ${SECOND_US}`]);
  bare.advance(SECOND_US);
  say(bare, b, 1);
  assert.deepEqual(bare.taken('pause'), [], 'it earned one meanwhile');
});

test('flood: the time of holding back is what the excess takes, between 10 ms and 5 s', () => {
  const rate = 100;
  const bytes = 1_000;
  const table: [what: string, excess: { messages?: number; bytes?: number }, pauseUs: number][] = [
    ['one message takes 10 ms', { messages: 1 }, 10 * MILLISECOND_US],
    ['two messages take twice that', { messages: 2 }, 20 * MILLISECOND_US],
    ['a second of messages', { messages: rate }, SECOND_US],
    ['five seconds of messages', { messages: 5 * rate }, FLOOD_PAUSE_MAX_US],
    ['more is held back no longer at a time', { messages: 5 * rate + 1 }, FLOOD_PAUSE_MAX_US],
    ['a byte takes less than is worth a pause', { bytes: 1 }, FLOOD_PAUSE_MIN_US],
    ['eleven bytes', { bytes: 11 }, 11 * MILLISECOND_US],
    ['five seconds of bytes', { bytes: 5 * bytes }, FLOOD_PAUSE_MAX_US],
    ['a minute of bytes', { bytes: 60 * bytes }, FLOOD_PAUSE_MAX_US],
    ['the longer of both', { messages: 3, bytes: 50 }, 50 * MILLISECOND_US],
  ];
  for (const [what, excess, pauseUs] of table) {
    const bare = open({
      'flood.messages': rate,
      'flood.messages.burst': GREETING,
      'flood.bytes': bytes,
      'flood.bytes.burst': 4_096,
    });
    const n = bare.inboundPeer('a');
    if (excess.messages !== undefined) say(bare, n, excess.messages);
    if (excess.bytes !== undefined) pour(bare, n, 4_096 + excess.bytes);
    const all = pauses(bare, n);
    assert.equal(all.at(-1), pauseUs, what);
    for (const us of all) assert.ok(us >= FLOOD_PAUSE_MIN_US && us <= FLOOD_PAUSE_MAX_US, what);
  }
});

test('flood: a peer held back earns its allowance again, and no more than the burst', () => {
  const bare = open({ 'flood.messages': 1, 'flood.messages.burst': 10 });
  const n = bare.inboundPeer('a');
  const rounds: [waitUs: number, messages: number, pausesUs: readonly number[], why: string][] = [
    [0, 8, [], 'the burst, with hello and pong'],
    [0, 2, [SECOND_US, 2 * SECOND_US], 'two too many'],
    [1.5 * SECOND_US, 1, [1.5 * SECOND_US], 'too early to have paid for them'],
    [1.5 * SECOND_US, 0, [], 'paid'],
    [3 * SECOND_US, 3, [], 'three seconds earn three'],
    [0, 1, [SECOND_US], 'and no fourth'],
    [1_000 * SECOND_US, 10, [], 'a long silence earns the burst'],
    [0, 1, [SECOND_US], 'and no more'],
  ];
  for (const [waitUs, messages, pausesUs, why] of rounds) {
    bare.advance(waitUs);
    bare.take();
    say(bare, n, messages);
    assert.deepEqual(pauses(bare, n), pausesUs, why);
  }
});

test('flood: after a long silence a peer may say its burst and not one message more, however much of it was left', () => {
  for (const before of [0, 1, 50, 98]) {
    const bare = open({ 'flood.messages': 10, 'flood.messages.burst': 100 });
    const n = bare.inboundPeer('a');
    say(bare, n, before);
    bare.advance(10 * MINUTE_US);
    say(bare, n, 100);
    assert.deepEqual(pauses(bare, n), [], `${before} before it`);
    say(bare, n, 1);
    assert.deepEqual(pauses(bare, n), [100 * MILLISECOND_US], `${before} before it`);
  }
});

test('flood: after a long silence a peer may send its burst of bytes and not one byte more', () => {
  const bare = open({ 'flood.bytes': 1_024, 'flood.bytes.burst': 65_536 });
  const n = bare.inboundPeer('a');
  pour(bare, n, 1_000);
  bare.advance(10 * MINUTE_US);
  pour(bare, n, 65_536);
  assert.deepEqual(pauses(bare, n), []);
  pour(bare, n, 1);
  assert.deepEqual(pauses(bare, n), [FLOOD_PAUSE_MIN_US]);
});

test('flood: a peer at exactly the allowed rate is never held back', () => {
  const bare = open({
    'flood.messages': 200,
    'flood.messages.burst': 20,
    'flood.bytes': 20_000,
    'flood.bytes.burst': 2_000,
  });
  const n = bare.inboundPeer('a');
  for (let i = 0; i < 200 * 120; i += 1) {
    bare.advance(5 * MILLISECOND_US);
    pour(bare, n, 100);
    bare.hear(n, PONG);
  }
  assert.deepEqual(pauses(bare, n), []);
  assert.deepEqual(bare.happened('flood', 'closed'), []);
});

test('flood: a peer at a little more than the allowed rate is held back a little and stays', () => {
  const bare = open({ 'flood.messages': 200, 'flood.messages.burst': 20 });
  const n = bare.inboundPeer('a');
  for (let i = 0; i < 10_000; i += 1) {
    bare.advance(4 * MILLISECOND_US);
    if ((bare.session(n).pauses?.until ?? 0) <= bare.now) bare.hear(n, PONG);
  }
  assert.ok(pauses(bare, n).length > 100);
  assert.deepEqual(bare.happened('closed'), []);
});

test('flood: that a peer is held back is said at most once a minute, of each peer', () => {
  const bare = open(SLOW);
  const [a, b] = [bare.inboundPeer('a'), bare.inboundPeer('b')];
  const rounds: [waitUs: number, of: number, said: number, why: string][] = [
    [0, a, 1, 'the first time'],
    [0, a, 1, 'again at once'],
    [0, b, 2, 'another peer'],
    [MINUTE_US - 1, a, 2, 'within a minute'],
    [1, a, 3, 'a minute later'],
  ];
  for (const [waitUs, of, said, why] of rounds) {
    bare.advance(waitUs);
    // What it earned meanwhile, and one more.
    say(bare, of, GREETING + 1);
    assert.equal(bare.happened('flood').length, said, why);
  }
  assert.deepEqual(bare.happened('closed'), []);
});

/** Held back for so many seconds, one pause of five after the other. */
function holdBack(bare: BareNode, n: number, pausesOfFive: number): void {
  for (let i = 0; i < pausesOfFive; i += 1) {
    say(bare, n, 5);
    bare.advance(5 * SECOND_US);
  }
}

test('flood: a peer held back for more than nine tenths of a minute is closed', () => {
  const bare = open(SLOW);
  const n = bare.inboundPeer('a', '20.1.0.1');
  holdBack(bare, n, 10);
  bare.take();
  say(bare, n, 4);
  assert.deepEqual(bare.taken('close'), [], '54 s exactly');
  assert.equal(bare.node.bans.size, 0);
  bare.hear(n, PONG);
  assert.deepEqual(
    bare.taken('close', 'pause'),
    [`close #${n} abrupt`, `closed #${n} flood`],
    'it is not held back again',
  );
  assert.equal(bare.node.peers.size, 0);
  assert.equal(bare.node.reasons.get('flood'), 1);
  assert.equal(bare.happened('flood').length, 1);
});

test('flood: the minute begins anew with the first excess after it', () => {
  const bare = open(SLOW);
  const n = bare.inboundPeer('a', '20.1.0.1');
  for (let minute = 0; minute < 5; minute += 1) {
    holdBack(bare, n, 10);
    bare.advance(8 * SECOND_US);
    // Silence of eight seconds earned as much, up to the burst.
    say(bare, n, GREETING);
    bare.advance(2 * SECOND_US);
    say(bare, n, GREETING);
  }
  assert.deepEqual(bare.happened('closed'), []);
  assert.equal(bare.happened('flood').length, 5, 'once a minute');
});

test('flood: who sends at once more than many pauses pay for is held back once for all of it', () => {
  const bare = open(SLOW);
  const n = bare.inboundPeer('a', '20.1.0.1');
  say(bare, n, 200);
  assert.deepEqual(new Set(pauses(bare, n)), new Set([1, 2, 3, 4, 5].map((s) => s * SECOND_US)));
  assert.deepEqual(bare.happened('closed'), [], 'what was on its way already is one excess');
});

test('flood: the public IP of a closed peer is discouraged, a local one and one dialled by hand are not', () => {
  const flood = (bare: BareNode, n: number) => {
    for (let i = 0; bare.node.sessions.has(n); i += 1) {
      assert.ok(i < 20, 'it is closed at last');
      say(bare, n, 5);
      bare.advance(5 * SECOND_US);
    }
    assert.equal(bare.happened('closed').at(-1)?.reason, 'flood');
  };
  const table: [what: string, peer: (bare: BareNode) => number, discouraged: readonly string[]][] = [
    ['public', (bare) => bare.inboundPeer('a', '20.1.0.1'), ['20.1.0.1']],
    ['public of IPv6', (bare) => bare.inboundPeer('a', '2a00::1'), ['2a00::/56']],
    ['behind a carrier', (bare) => bare.inboundPeer('a', '100.64.0.1'), ['100.64.0.1']],
    ['private', (bare) => bare.inboundPeer('a', '10.0.0.7'), []],
    ['loopback', (bare) => bare.inboundPeer('a', '127.0.0.1'), []],
    ['dialled by hand', (bare) => bare.outboundPeer('a', '20.1.0.1:6100'), []],
    [
      'kept',
      (bare) => {
        const n = bare.dialled(bare.connect('20.1.0.1:6100', true));
        bare.hear(n, helloLine('a'), PONG);
        return n;
      },
      [],
    ],
  ];
  for (const [what, peer, discouraged] of table) {
    const bare = open(SLOW);
    flood(bare, peer(bare));
    assert.deepEqual([...bare.node.bans.keys()], discouraged, what);
    for (const { by } of bare.node.bans.values()) assert.equal(by, 'strikes');
  }
});

test('flood: settings that are changed count for the connections there are', () => {
  const bare = open(SLOW);
  const n = bare.inboundPeer('a');
  say(bare, n, 4);
  assert.deepEqual(pauses(bare, n).at(-1), 4 * SECOND_US);
  bare.order({ kind: 'set', key: 'flood.messages', value: 10 });
  bare.advance(SECOND_US);
  say(bare, n, 2);
  assert.deepEqual(pauses(bare, n), [], 'ten a second have paid for four and a burst of two');
  say(bare, n, 1);
  assert.deepEqual(pauses(bare, n), [100 * MILLISECOND_US]);
});

test('flood: a greater burst counts from the next time it is earned, a smaller one, too', () => {
  const bare = open({ 'flood.messages': 1, 'flood.messages.burst': 10 });
  const n = bare.inboundPeer('a');
  say(bare, n, 9);
  bare.order({ kind: 'set', key: 'flood.messages.burst', value: 20 });
  bare.advance(100 * SECOND_US);
  bare.take();
  say(bare, n, 20);
  assert.deepEqual(pauses(bare, n), []);
  say(bare, n, 1);
  assert.equal(pauses(bare, n).length, 1);
  bare.order({ kind: 'set', key: 'flood.messages.burst', value: 5 });
  bare.advance(100 * SECOND_US);
  say(bare, n, 5);
  assert.deepEqual(pauses(bare, n), []);
  say(bare, n, 1);
  assert.equal(pauses(bare, n).length, 1);
});

test('flood: a connection that is closing is not held back', () => {
  const bare = open(SLOW);
  const n = bare.inboundPeer('a');
  bare.reportsCloses = false;
  bare.order({ kind: 'drop', n });
  bare.take();
  bare.hear(n, PING, PING, PING);
  pour(bare, n, 100 * 1_024 * 1_024);
  assert.deepEqual(bare.taken('pause', '>', 'close'), []);
  assert.deepEqual(bare.happened('flood'), []);
});
