/** What time does to a session: suspicion, verdicts and a machine that slept, as transcripts. Rules 26-28. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MINUTE_US, PINGS_OUT_MAX, SECOND_US } from '../../src/core/limits.ts';
import { addrLine, BareNode, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';

/** Jitter makes a ping early by up to 4.8 s; without it transcripts have round times. */
function steady(options: ConstructorParameters<typeof BareNode>[0] = {}): BareNode {
  const bare = new BareNode(options);
  bare.random = () => 0;
  return bare;
}

test('deadlines: a peer whose ping is unanswered when the next falls due is suspect, said once', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  bare.take();
  bare.advance(120 * SECOND_US - 1);
  assert.deepEqual(bare.happened('suspect'), []);
  assert.equal(bare.views.peer(n)?.state, 'ready');
  bare.advance(1);
  assert.equal(bare.views.peer(n)?.state, 'suspect');
  bare.advance(20 * SECOND_US);
  assert.equal(bare.happened('suspect').length, 1);
  assert.deepEqual(bare.taken('> #1 ping', 'close'), ['> #1 ping'], 'there is one outstanding ping');
});

test('deadlines: a pong ends suspicion', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  bare.advance(120 * SECOND_US);
  assert.equal(bare.session(n).suspect, true);
  bare.hear(n, PONG);
  assert.equal(bare.session(n).suspect, false);
  assert.equal(bare.views.ready(), 1);
});

test('deadlines: a peer that never answers is closed 150 s after ready', () => {
  const bare = steady();
  const n = bare.accept('127.0.0.1');
  bare.advance(3 * SECOND_US);
  bare.hear(n, helloLine('b'));
  bare.advance(150 * SECOND_US - 1);
  assert.deepEqual(bare.taken('close'), []);
  bare.advance(1);
  assert.deepEqual(bare.take(), ['> #1 bye ping timeout', 'close #1', 'closed #1 ping-timeout']);
});

test('deadlines: a peer that stops to answer is closed 150 s after its last pong', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  bare.advance(60 * SECOND_US);
  bare.advance(SECOND_US);
  bare.hear(n, PONG);
  bare.advance(150 * SECOND_US - 1);
  assert.deepEqual(bare.taken('close'), []);
  bare.advance(1);
  assert.deepEqual(bare.taken('close'), ['close #1', 'closed #1 ping-timeout']);
});

test('deadlines: other data does not stand in for a pong', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  for (let i = 0; i < 15; i += 1) {
    bare.advance(10 * SECOND_US - 1);
    assert.equal(bare.node.sessions.size, 1);
    bare.hear(n, PING, GETADDR, addrLine('127.0.0.1:6001=x'), '{"msgtype":"pong","nonce":"never sent"}');
  }
  bare.advance(15);
  assert.deepEqual(bare.taken('closed'), ['closed #1 ping-timeout']);
});

test('deadlines: a peer that answers stays for ever', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  for (let minute = 0; minute < 60; minute += 1) {
    bare.advance(MINUTE_US);
    bare.hear(n, PONG);
  }
  assert.deepEqual(bare.happened('suspect', 'closed'), []);
});

test('deadlines: a hello-less peer is pinged and judged like any other', () => {
  const bare = steady();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.hear(n, PING);
  bare.advance(2 * SECOND_US);
  bare.hear(n, PONG);
  bare.take();
  bare.advance(60 * SECOND_US);
  assert.deepEqual(bare.taken('> #1 ping'), ['> #1 ping']);
  bare.advance(90 * SECOND_US);
  assert.deepEqual(bare.taken('closed'), ['closed #1 ping-timeout']);
});

test('deadlines: a shorter ping.timeout holds at once', () => {
  const bare = steady();
  bare.inboundPeer('b');
  bare.advance(50 * SECOND_US);
  bare.order({ kind: 'set', key: 'ping.timeout', value: 70 * SECOND_US });
  bare.advance(20 * SECOND_US - 1);
  assert.equal(bare.node.sessions.size, 1);
  bare.advance(1);
  assert.equal(bare.node.sessions.size, 0);
});

test('deadlines: a tick up to 5 s late is no sleep', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  bare.take();
  bare.now = bare.wakeAt + 5 * SECOND_US;
  bare.wake();
  assert.deepEqual(bare.happened('late'), []);
  bare.hear(n, PONG);
  bare.now = bare.wakeAt + 5 * SECOND_US + 1;
  bare.wake();
  assert.deepEqual(
    bare.happened('late').map(({ gapUs }) => gapUs),
    [5 * SECOND_US + 1],
  );
});

test('deadlines: after a sleep every peer is asked again before it is judged or suspected', () => {
  const bare = steady();
  const [one, other] = [bare.inboundPeer('b'), bare.inboundPeer('c')];
  bare.take();
  bare.sleep(60 * MINUTE_US);
  assert.deepEqual(bare.taken('>', 'close'), ['> #1 ping', '> #2 ping', '> #1 getaddr']);
  assert.deepEqual(bare.happened('suspect', 'closed'), []);
  bare.hear(one, PONG);
  bare.advance(60 * SECOND_US);
  assert.deepEqual(
    bare.happened('suspect').map(({ n }) => n),
    [other],
    'who does not answer then is suspect',
  );
  bare.hear(one, PONG);
  bare.advance(120 * SECOND_US);
  assert.deepEqual(bare.taken('closed'), ['closed #2 ping-timeout']);
});

test('deadlines: a sleep moves the verdict by the gap and not further', () => {
  const bare = steady({ settings: { 'getaddr.ask': 3600 * SECOND_US, 'dial.feeler': 3600 * SECOND_US } });
  bare.inboundPeer('b');
  bare.advance(55 * SECOND_US);
  bare.sleep(1000 * SECOND_US);
  const [late] = bare.happened('late');
  assert.equal(late?.gapUs, 995 * SECOND_US, 'the ping was due 5 s after we fell asleep');
  bare.advance(90 * SECOND_US - 1);
  assert.equal(bare.node.sessions.size, 1);
  bare.advance(1);
  assert.deepEqual(bare.taken('closed'), ['closed #1 ping-timeout']);
});

test('deadlines: a verdict that we slept through comes no sooner than a new ping can be answered', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  bare.advance(149 * SECOND_US);
  bare.take();
  bare.sleep(60 * MINUTE_US);
  bare.advance(5 * SECOND_US - 1);
  assert.deepEqual(bare.taken('close'), []);
  bare.hear(n, PONG);
  bare.advance(10 * SECOND_US);
  assert.deepEqual(bare.taken('close'), []);
  const silent = steady();
  silent.inboundPeer('b');
  silent.advance(149 * SECOND_US);
  silent.sleep(60 * MINUTE_US);
  silent.advance(5 * SECOND_US);
  assert.deepEqual(silent.taken('closed'), ['closed #1 ping-timeout']);
});

test('deadlines: a listener that spoke while we were late has not spoken in the future, and is kept as any other', () => {
  const bare = steady();
  const n = bare.dialled(bare.connect('10.0.0.9:6100'));
  const wakeAt = bare.wakeAt;
  bare.now = wakeAt + 20 * SECOND_US;
  bare.hear(n, PING);
  const spokeAt = bare.now;
  bare.now += SECOND_US;
  bare.wake();
  assert.equal(bare.happened('late').length, 1);
  assert.ok((bare.session(n).spokeAt ?? 0) >= spokeAt && (bare.session(n).spokeAt ?? 0) <= bare.now);
  bare.advance(60 * SECOND_US);
  assert.equal(bare.session(n).stage, 'quiet');
});

test('deadlines: a sleep tells no future pong', () => {
  const bare = steady({ settings: { 'ping.interval': 200_000, 'ping.timeout': 500_000 } });
  const n = bare.inboundPeer('b');
  bare.sleep(60 * MINUTE_US);
  assert.ok((bare.session(n).lastPongAt ?? Infinity) <= bare.now);
  assert.ok((bare.session(n).readyAt ?? Infinity) <= bare.now);
});

test('deadlines: a ping order that was out when we fell asleep is answered after it', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  bare.order({ kind: 'ping', n });
  bare.sleep(10 * MINUTE_US);
  bare.hear(n, PONG);
  assert.deepEqual(
    bare.happened('pong').map(({ user }) => user),
    [false, true],
  );
});

test('deadlines: a sleep is no part of a round trip', () => {
  for (const ext of [['nonce'], []]) {
    const bare = steady();
    const n = bare.accept('127.0.0.1');
    bare.hear(n, helloLine('b', { ext }));
    bare.advance(SECOND_US);
    bare.sleep(60 * MINUTE_US);
    const pings = bare.sent.flatMap(({ message }) => (message.type === 'ping' ? [message] : []));
    assert.equal(pings.length, 2);
    for (const { nonce } of pings) bare.hear(n, { type: 'pong', nonce });
    for (const { rttUs } of bare.happened('pong')) assert.ok(rttUs <= 60 * SECOND_US, `${rttUs} of ext ${ext.join()}`);
    assert.ok(bare.happened('pong').length > 0);
  }
});

test('deadlines: as often as we sleep, so many pings at most are unanswered', () => {
  const bare = steady();
  const n = bare.inboundPeer('b');
  for (let i = 0; i < 2 * PINGS_OUT_MAX; i += 1) bare.sleep(60 * MINUTE_US);
  assert.equal(bare.session(n).pings.length, PINGS_OUT_MAX);
  bare.hear(n, PONG);
  bare.advance(SECOND_US);
  assert.deepEqual(bare.happened('closed'), []);
});

test('deadlines: a handshake goes on after a sleep', () => {
  const bare = steady();
  const n = bare.accept('127.0.0.1');
  bare.advance(10 * SECOND_US);
  bare.sleep(60 * MINUTE_US);
  assert.deepEqual(bare.taken('close'), []);
  bare.hear(n, helloLine('b'));
  assert.equal(bare.views.ready(), 1);
});

test('deadlines: a listener without hello is still kept when we slept meanwhile', () => {
  const bare = steady();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.hear(n, PING);
  bare.sleep(60 * MINUTE_US);
  bare.advance(5 * SECOND_US);
  assert.deepEqual(bare.taken('close'), []);
  assert.equal(bare.views.peer(n)?.state, 'hello-less');
});

test('deadlines: a wake-up that comes early does nothing and asks again', () => {
  const bare = steady();
  bare.inboundPeer('b');
  const asked = bare.wakeAt;
  bare.take();
  bare.advance(SECOND_US);
  bare.wake();
  assert.deepEqual(bare.take(), []);
  assert.equal(bare.wakeAt, asked);
});
