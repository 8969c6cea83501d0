/** One connection from its first byte to its last, as transcripts: rules 12-17, 24, 25 and what a user tells a connection. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { MILLISECOND_US, MINUTE_US, PINGS_OUT_MAX, SECOND_US, USER_PINGS_MAX } from '../../src/core/limits.ts';
import { at, BareNode, BYE, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';

/** Nonces of the pings sent so far, to whomever. */
const noncesOf = (bare: BareNode) =>
  bare.sent.flatMap(({ message }) => (message.type === 'ping' ? [message.nonce] : []));

const kinds = (bare: BareNode) => bare.events.map(({ kind }) => kind);

test('session: a dialler says hello first and greets after the answer', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  assert.deepEqual(bare.take(), ['dial 1 127.0.0.1:6100', '> #1 hello nodeid=m listen=5999']);
  assert.equal(bare.views.ready(), 0);
  bare.hear(n, helloLine('b'));
  assert.deepEqual(bare.take(), ['< #1 hello nodeid=b', '> #1 ping', '> #1 addr 127.0.0.1:5999=m', '> #1 getaddr']);
  assert.deepEqual(kinds(bare), ['listening', 'dialing', 'connected', 'hello-sent', 'hello-received', 'ready']);
  assert.equal(bare.views.ready(), 1);
});

test('session: a listener says nothing before a valid hello, then answers with its own', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.advance(5 * SECOND_US);
  assert.deepEqual(bare.take(), []);
  bare.hear(n, helloLine('b', { listen: 6100 }));
  assert.deepEqual(bare.take(), [
    '< #1 hello nodeid=b listen=6100',
    '> #1 hello nodeid=m listen=5999',
    '> #1 ping',
    '> #1 addr 127.0.0.1:5999=m',
    '> #1 getaddr',
  ]);
  assert.deepEqual(kinds(bare), ['listening', 'connected', 'hello-received', 'hello-sent', 'ready']);
});

test('session: a hello tells agent, extensions, the port we listen on and where we see the peer', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1', 41_234);
  bare.hear(n, helloLine('b'));
  assert.deepEqual(bare.sent[0]?.message, {
    type: 'hello',
    nodeid: 'm',
    listen: 5999,
    agent: 'bare/1',
    observed: at('127.0.0.1:41234'),
    ext: ['nonce', 'v6'],
  });
});

test('session: the optional fields of a hello are kept, a peer without them is as good', () => {
  const bare = new BareNode();
  const n = bare.accept('10.0.0.2');
  bare.hear(n, helloLine('b', { agent: 'x/1', observed: '10.0.0.1:5999', ext: ['nonce', 'odd'], listen: 6100 }));
  const plain = bare.inboundPeer('c', '10.0.0.3');
  const { agent, observed, ext, listen } = bare.session(n);
  assert.deepEqual(
    [agent, observed?.text, ext, listen?.text],
    ['x/1', '10.0.0.1:5999', ['nonce', 'odd'], '10.0.0.2:6100'],
  );
  assert.deepEqual([bare.session(plain).agent, bare.session(plain).listen], [null, null]);
  assert.equal(bare.session(plain).stage, 'ready');
});

test('session: the listening address is the IP we see with the port that is claimed, never a claimed host', () => {
  const bare = new BareNode({ listen: '8.8.8.8:5999' });
  const n = bare.accept('9.9.9.9');
  bare.hear(n, helloLine('b', { listen: 6100, host: '1.1.1.1', observed: '2.2.2.2:1' }));
  assert.equal(bare.session(n).listen?.text, '9.9.9.9:6100');
  const dialled = bare.dialled(bare.connect('4.4.4.4:7000'));
  bare.hear(dialled, helloLine('c', { listen: 6100 }));
  assert.equal(bare.session(dialled).listen?.text, '4.4.4.4:7000', 'where we dialled it stands');
});

test('session: no hello within the limit closes, counted from connect or accept and whatever else is said', () => {
  for (const dir of ['inbound', 'outbound'] as const) {
    const bare = new BareNode({ settings: { 'strike.max': 100 } });
    const n = dir === 'inbound' ? bare.accept('127.0.0.1') : bare.dialled(bare.connect('127.0.0.1:6100'));
    bare.advance(20 * SECOND_US);
    if (dir === 'inbound') bare.hear(n, PING, GETADDR);
    bare.advance(10 * SECOND_US - 1);
    assert.equal(bare.node.sessions.size, 1, dir);
    bare.advance(1);
    assert.deepEqual(bare.taken('close'), ['close #1 abrupt', 'closed #1 hello-timeout'], dir);
    assert.equal(bare.happened('closed')[0]?.by, 'us');
  }
});

test('session: a hello just in time ends the hello deadline', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.advance(30 * SECOND_US - 1);
  bare.hear(n, helloLine('b'));
  bare.advance(10 * SECOND_US);
  assert.deepEqual(bare.taken('close'), []);
});

test('session: an id is compared in lower case when it is a UUID, as it is otherwise', () => {
  const bare = new BareNode();
  const uuid = 'A46DE8D6-177E-4644-A711-63D182FDBADE';
  const one = bare.inboundPeer(uuid);
  bare.hear(one, helloLine(uuid.toLowerCase()));
  assert.equal(bare.session(one).id, uuid.toLowerCase());
  bare.inboundPeer('Bob');
  bare.inboundPeer('bob');
  assert.deepEqual([...bare.node.peers.keys()], [uuid.toLowerCase(), 'Bob', 'bob']);
});

test('session: the first ping goes at once, the next after the interval less up to 8 %', () => {
  for (const random of [0, 0.999]) {
    const bare = new BareNode();
    bare.random = () => random;
    const n = bare.inboundPeer('b');
    bare.take();
    const early = Math.floor(60 * SECOND_US * 0.08 * random);
    bare.advance(60 * SECOND_US - early - 1);
    assert.deepEqual(bare.taken('> #1 ping'), []);
    bare.advance(1);
    assert.deepEqual(bare.taken('> #1 ping'), ['> #1 ping']);
    bare.hear(n, PONG);
    bare.advance(60 * SECOND_US);
    assert.deepEqual(bare.taken('> #1 ping'), ['> #1 ping']);
  }
});

test('session: pings carry a nonce only to a peer that reads it, and no nonce twice', () => {
  const bare = new BareNode();
  const plain = bare.accept('10.0.0.2');
  bare.hear(plain, helloLine('b'));
  const one = bare.accept('10.0.0.3');
  bare.hear(one, helloLine('c', { ext: ['nonce'] }));
  const other = bare.accept('10.0.0.4');
  bare.hear(other, helloLine('d', { ext: ['nonce'] }));
  const [bareNonce, ...nonces] = noncesOf(bare);
  assert.equal(bareNonce, null);
  assert.deepEqual([nonces.length, new Set(nonces).size], [2, 2]);
});

test('session: a nonce tells nothing of the next one, nor of that of another peer or node', () => {
  const nonces = [1, 2, 3].flatMap((seed) => {
    const bare = new BareNode({ seed });
    for (const ip of ['10.0.0.2', '10.0.0.3']) {
      const n = bare.accept(ip);
      bare.hear(n, helloLine(`id-${ip.at(-1)}`, { ext: ['nonce'] }));
      for (let i = 0; i < 20; i += 1) {
        bare.hear(n, { type: 'pong', nonce: noncesOf(bare).at(-1) ?? null });
        bare.order({ kind: 'ping', n });
      }
    }
    return noncesOf(bare);
  });
  assert.equal(nonces.length, 3 * 2 * 21);
  assert.equal(new Set(nonces).size, nonces.length, 'none of them twice');
  const steps = nonces.slice(1).map((nonce, i) => Number(nonce) - Number(nonces[i]));
  assert.equal(new Set(steps).size, steps.length, 'nor any step between two of them');
  assert.ok(nonces.every((nonce) => Number.isSafeInteger(nonce)));
});

test('session: a pong with the nonce of the ping counts, one with another nonce does not', () => {
  const bare = new BareNode();
  const n = bare.accept('10.0.0.2');
  bare.hear(n, helloLine('b', { ext: ['nonce'] }));
  bare.advance(20 * MILLISECOND_US);
  const nonce = Number(noncesOf(bare)[0]);
  bare.hear(n, { type: 'pong', nonce: nonce + 1 }, { type: 'pong', nonce: String(nonce) });
  assert.equal(bare.session(n).lastPongAt, null);
  bare.hear(n, { type: 'pong', nonce });
  assert.equal(bare.session(n).lastPongAt, bare.now);
  assert.equal(bare.session(n).rttUs, 20 * MILLISECOND_US);
  assert.deepEqual(
    bare.happened('pong').map(({ rttUs, user }) => [rttUs, user]),
    [[20 * MILLISECOND_US, false]],
  );
});

test('session: a pong without a nonce answers the outstanding ping of a peer that does not read nonces, and of no other', () => {
  for (const [ext, isAnswer] of [
    [[], true],
    [['v6'], true],
    [['nonce'], false],
    [['v6', 'nonce'], false],
  ] as const) {
    const bare = new BareNode();
    const n = bare.accept('10.0.0.2');
    bare.hear(n, helloLine('b', { ext }), PONG);
    assert.equal(bare.session(n).lastPongAt, isAnswer ? bare.now : null, ext.join());
    assert.equal(bare.happened('pong').length, isAnswer ? 1 : 0);
    assert.deepEqual(bare.happened('strike', 'closed'), [], 'it is only counted');
  }
});

test('session: whoever answers before it was asked is not near', () => {
  const bare = new BareNode();
  const n = bare.accept('10.0.0.2');
  bare.hear(n, helloLine('b', { ext: ['nonce'] }), PONG);
  for (let nonce = 0; nonce < 1_000; nonce += 1) bare.hear(n, { type: 'pong', nonce });
  assert.deepEqual([bare.session(n).rttMinUs, bare.session(n).pongs], [null, 0]);
  bare.advance(200 * MILLISECOND_US);
  bare.hear(n, { type: 'pong', nonce: noncesOf(bare)[0] ?? null });
  assert.equal(bare.session(n).rttMinUs, 200 * MILLISECOND_US);
});

test('session: lastping is the time of a pong that answers a ping; another pong is only counted', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  const answered = bare.now;
  bare.advance(SECOND_US);
  bare.hear(n, PONG, PONG);
  assert.equal(bare.session(n).lastPongAt, answered);
  assert.equal(bare.views.peer(n)?.counts.received['pong'], 3);
  assert.equal(bare.happened('pong').length, 1);
  assert.deepEqual(bare.happened('strike'), []);
});

test('session: the least round trip is kept beside the last', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.hear(n, helloLine('b'));
  for (const rttMs of [30, 10, 20]) {
    bare.advance(rttMs * MILLISECOND_US);
    bare.hear(n, PONG);
    bare.order({ kind: 'ping', n });
  }
  const { rttUs, rttMinUs } = bare.session(n);
  assert.deepEqual([rttUs, rttMinUs], [20 * MILLISECOND_US, 10 * MILLISECOND_US]);
});

test('session: a ping order sends at once when no ping is out', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  assert.deepEqual(bare.order({ kind: 'ping', n }), { ok: true, attempt: null, n });
  assert.deepEqual(bare.take(), ['> #1 ping']);
  bare.hear(n, PONG);
  assert.deepEqual(
    bare.happened('pong').map(({ user }) => user),
    [false, true],
  );
});

test('session: ping orders wait for the outstanding ping, then go one after the other', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.hear(n, helloLine('b'));
  bare.take();
  bare.order({ kind: 'ping', n });
  bare.order({ kind: 'ping', n });
  assert.deepEqual(bare.take(), []);
  bare.hear(n, PONG);
  assert.deepEqual(bare.take(), ['< #1 pong', '> #1 ping']);
  bare.hear(n, PONG);
  assert.deepEqual(bare.take(), ['< #1 pong', '> #1 ping']);
  bare.hear(n, PONG);
  assert.deepEqual(bare.take(), ['< #1 pong']);
  assert.deepEqual(
    bare.happened('pong').map(({ user }) => user),
    [false, true, true],
  );
});

test('session: a ping order waits no longer than a second for an outstanding ping', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.hear(n, helloLine('b'));
  bare.advance(400 * MILLISECOND_US);
  bare.order({ kind: 'ping', n });
  bare.order({ kind: 'ping', n });
  bare.take();
  bare.advance(600 * MILLISECOND_US - 1);
  assert.deepEqual(bare.take(), []);
  bare.advance(1);
  assert.deepEqual(bare.take(), ['> #1 ping']);
  bare.advance(SECOND_US - 1);
  assert.deepEqual(bare.take(), []);
  bare.advance(1);
  assert.deepEqual(bare.take(), ['> #1 ping']);
  bare.advance(5 * SECOND_US);
  assert.deepEqual(bare.take(), [], 'two orders are two pings');
});

/** Of a peer that reads nonces, and of one that does not. */
const EXTENSIONS = [['nonce'], []] as const;

/** Answers each ping on this connection after `rttUs`, as long as time passes through what it returns. */
function farPeer(bare: BareNode, n: number, rttUs: number) {
  const answers: { at: number; line: string }[] = [];
  let read = bare.sent.length;
  return (us: number) => {
    for (const end = bare.now + us; bare.now < end; ) {
      for (; read < bare.sent.length; read += 1) {
        const sent = bare.sent[read];
        if (sent?.n !== n || sent.message.type !== 'ping') continue;
        const { nonce } = sent.message;
        answers.push({ at: bare.now + rttUs, line: JSON.stringify({ msgtype: 'pong', nonce: nonce ?? undefined }) });
      }
      bare.advance(100 * MILLISECOND_US);
      while (answers[0] !== undefined && answers[0].at <= bare.now) bare.hear(n, answers.shift()?.line ?? '');
    }
  };
}

test('session: pongs of a far peer count each for its own ping, whatever a user asks meanwhile', () => {
  for (const ext of EXTENSIONS) {
    const bare = new BareNode();
    const n = bare.inboundPeer('b', '10.0.0.2');
    Object.assign(bare.session(n), { ext });
    const pass = farPeer(bare, n, 3 * SECOND_US);
    for (let i = 0; i < 10; i += 1) bare.order({ kind: 'ping', n });
    pass(20 * SECOND_US);
    const pongs = bare.happened('pong').slice(1);
    assert.deepEqual(
      pongs.map(({ rttUs, user }) => [rttUs, user]),
      Array.from({ length: 10 }, () => [3 * SECOND_US, true]),
      `ext ${ext.join()}`,
    );
    for (let i = 0; i < 600; i += 1) {
      bare.order({ kind: 'ping', n });
      pass(SECOND_US);
    }
    assert.deepEqual(bare.happened('suspect', 'closed'), [], 'ten minutes of impatience cost a healthy peer nothing');
  }
});

test('session: a pong that a user did not ask for is not told as one, though a user asks meanwhile', () => {
  for (const ext of EXTENSIONS) {
    const bare = new BareNode();
    const n = bare.accept('10.0.0.2');
    const pass = farPeer(bare, n, 2 * SECOND_US);
    bare.hear(n, helloLine('b', { ext }));
    bare.order({ kind: 'ping', n });
    pass(10 * SECOND_US);
    assert.deepEqual(
      bare.happened('pong').map(({ user }) => user),
      [false, true],
    );
  }
});

test('session: so many pings at most are unanswered, then a ping order waits for a pong', () => {
  for (const ext of EXTENSIONS) {
    const bare = new BareNode({ settings: { 'ping.interval': 60 * MINUTE_US, 'ping.timeout': 60 * MINUTE_US } });
    const n = bare.accept('10.0.0.2');
    bare.hear(n, helloLine('b', { ext }));
    for (let i = 0; i < 2 * PINGS_OUT_MAX; i += 1) bare.order({ kind: 'ping', n });
    bare.advance(10 * PINGS_OUT_MAX * SECOND_US);
    const pings = bare.sent.flatMap(({ message }) => (message.type === 'ping' ? [message] : []));
    assert.equal(pings.length, PINGS_OUT_MAX);
    bare.take();
    bare.hear(n, { type: 'pong', nonce: pings[0]?.nonce ?? null });
    bare.advance(10 * SECOND_US);
    assert.equal(bare.taken('> #1 ping').length, 1, 'one was answered, one takes its place');
    assert.equal(bare.session(n).userPings, PINGS_OUT_MAX);
  }
});

test('session: a ping that the peer left out when it answered a later one is not waited for', () => {
  const bare = new BareNode();
  const n = bare.accept('10.0.0.2');
  bare.hear(n, helloLine('b', { ext: ['nonce'] }));
  bare.order({ kind: 'ping', n });
  bare.advance(SECOND_US);
  const [first, second] = bare.sent.flatMap(({ message }) => (message.type === 'ping' ? [message] : []));
  assert.ok(first !== undefined && second !== undefined);
  bare.hear(n, { type: 'pong', nonce: second.nonce });
  assert.equal(bare.views.peer(n)?.outstandingPingMs, null);
  bare.advance(SECOND_US);
  bare.hear(n, { type: 'pong', nonce: first.nonce });
  assert.equal(bare.session(n).lastPongAt, bare.now - SECOND_US, 'its late answer is only counted');
  assert.equal(bare.happened('pong').length, 1);
});

test('session: more ping orders than may wait are refused', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.hear(n, helloLine('b'));
  for (let i = 0; i < USER_PINGS_MAX; i += 1) assert.ok(bare.order({ kind: 'ping', n }).ok);
  const answer = bare.order({ kind: 'ping', n });
  assert.equal(answer.ok ? null : answer.reason, 'over-limit');
  assert.equal(bare.session(n).userPings, USER_PINGS_MAX);
});

test('session: orders on a connection say why they are refused', () => {
  const bare = new BareNode();
  const young = bare.accept('127.0.0.1');
  const reasonOf = (kind: 'ping' | 'getaddr' | 'drop', n: number) => {
    const answer = bare.order({ kind, n });
    return answer.ok ? 'ok' : answer.reason;
  };
  assert.equal(reasonOf('ping', young), 'not-ready');
  assert.equal(reasonOf('getaddr', young), 'not-ready');
  assert.equal(reasonOf('ping', 9), 'no-such-connection');
  bare.reportsCloses = false;
  assert.equal(reasonOf('drop', young), 'ok');
  assert.equal(reasonOf('drop', young), 'no-such-connection');
  bare.stop();
  assert.equal(reasonOf('ping', young), 'stopping');
});

test('session: what a user sends goes out as it is, before hello too', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.order({ kind: 'send', n, message: { type: 'ping', nonce: 'x' } });
  bare.order({ kind: 'send-line', n, line: 'garbage' });
  assert.deepEqual(bare.take(), ['> #1 ping nonce=x', '> #1 raw garbage']);
});

test('session: set ping.interval counts from now on', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.advance(10 * SECOND_US);
  bare.take();
  bare.order({ kind: 'set', key: 'ping.interval', value: 2 * SECOND_US });
  bare.advance(2 * SECOND_US - 1);
  assert.deepEqual(bare.take(), []);
  bare.advance(1);
  assert.deepEqual(bare.take(), ['> #1 ping']);
  bare.hear(n, PONG);
  bare.order({ kind: 'set', key: 'ping.interval', value: 3600 * SECOND_US });
  bare.advance(2 * SECOND_US);
  assert.deepEqual(bare.taken('>'), ['> #1 ping'], 'a longer interval leaves the ping that is planned');
  bare.hear(n, PONG);
  bare.advance(100 * SECOND_US);
  assert.deepEqual(bare.taken('> #1 ping'), []);
});

test('session: a clean close says bye and who closed, in the event and among the gone', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  bare.order({ kind: 'drop', n });
  assert.deepEqual(bare.take(), ['> #1 bye dropped', 'close #1', 'closed #1 dropped']);
  const other = bare.inboundPeer('c');
  bare.hear(other, BYE);
  bare.hangUp(other);
  assert.deepEqual(
    bare.happened('closed').map(({ reason, by, said, wasReady }) => ({ reason, by, said, wasReady })),
    [
      { reason: 'dropped', by: 'us', said: null, wasReady: true },
      { reason: 'bye', by: 'them', said: 'test', wasReady: true },
    ],
  );
  assert.deepEqual(
    bare.views.gone().map(({ n: number, closed }) => [number, closed?.reason]),
    [
      [2, 'bye'],
      [1, 'dropped'],
    ],
  );
});

test('session: nothing is left of a connection that closed', () => {
  const bare = new BareNode();
  for (const n of [bare.accept('127.0.0.1'), bare.inboundPeer('b', '127.0.0.1', { listen: 6100 })]) bare.hangUp(n);
  const { sessions, places, peers, agenda } = bare.node;
  assert.deepEqual([sessions.size, places.size, peers.size, agenda.sessions.length], [0, 0, 0, 0]);
});

test('session: a close before hello is silent', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.order({ kind: 'drop', n });
  assert.deepEqual(bare.take(), ['close #1', 'closed #1 dropped']);
});

test('session: a stop says bye to peers, calls dials off and asks for no further wake-up', () => {
  const bare = new BareNode();
  bare.inboundPeer('b');
  bare.accept('127.0.0.1');
  bare.connect('127.0.0.1:6100');
  bare.take();
  bare.stop();
  assert.deepEqual(bare.take(), [
    'cancel 1',
    '> #1 bye stopping',
    'close #1',
    'close #2',
    'closed #1 stopping',
    'closed #2 stopping',
  ]);
  assert.equal(bare.wakeAt, Infinity);
  bare.wake();
  bare.advance(3600 * SECOND_US);
  assert.deepEqual(bare.take(), []);
});

test('session: a dial that ends after the stop, or was never asked for, is not wanted', () => {
  const bare = new BareNode();
  const attempt = bare.connect('127.0.0.1:6100');
  bare.stop();
  bare.dials.set(attempt, at('127.0.0.1:6100'));
  assert.equal(bare.dialled(attempt), 0);
  assert.equal(bare.node.sessions.size, 0);
});

test('session: a socket that connected to its own port is no connection', () => {
  const bare = new BareNode();
  assert.equal(bare.dialled(bare.connect('127.0.0.1:6100'), '127.0.0.1:6100'), 0);
  assert.deepEqual(
    bare.happened('dial-failed').map(({ reason }) => reason),
    ['self-connect'],
  );
  assert.deepEqual(bare.happened('connected'), []);
});
