/** What each stage of a session does with each message, as transcripts: rules 8, 9, 12, 15, 16, 25, 30. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { SECOND_US } from '../../src/core/limits.ts';
import { addrLine, BareNode, BYE, GETADDR, helloLine, PING, PONG } from '../helpers/bare-node.ts';

const EARLY = [PING, PONG, GETADDR, addrLine('127.0.0.1:6001=x'), BYE, '{"msgtype":"later"}'];

test('receive: every message before hello is a strike for who dialled us, and never answered', () => {
  for (const line of EARLY) {
    const bare = new BareNode();
    const n = bare.accept('127.0.0.1');
    bare.hear(n, line);
    assert.deepEqual(bare.taken('>', 'close'), [], line);
    assert.equal(bare.happened('strike').length, 1, line);
    assert.equal(bare.views.addrs().length, 0);
    bare.hear(n, helloLine('b'));
    assert.equal(bare.session(n).stage, 'ready', 'the hello is still welcome');
  }
});

test('receive: strikes before hello close as any others do', () => {
  const bare = new BareNode();
  const n = bare.accept('127.0.0.1');
  bare.hear(n, PING, PING, PING, PING);
  assert.deepEqual(bare.taken('close'), []);
  bare.hear(n, PING);
  assert.deepEqual(bare.take(), ['< #1 ping', 'close #1 abrupt', 'closed #1 strikes']);
});

test('receive: a listener that speaks without hello has its pings answered from the first line', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.take();
  bare.hear(n, PING, '{"msgtype":"ping","nonce":7}', GETADDR, addrLine('127.0.0.1:6001=x'), PONG);
  assert.deepEqual(bare.taken('>'), ['> #1 pong', '> #1 pong nonce=7']);
  assert.deepEqual(bare.happened('strike'), []);
  assert.equal(bare.views.addrs().length, 1, 'addresses are not taken before it is a peer');
});

test('receive: a listener without hello is a hello-less peer 2 s after its first line', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.advance(5 * SECOND_US);
  bare.hear(n, PING);
  bare.advance(SECOND_US);
  bare.hear(n, GETADDR);
  bare.advance(SECOND_US - 1);
  assert.equal(bare.views.ready(), 0);
  bare.take();
  bare.advance(1);
  assert.deepEqual(bare.take(), ['> #1 ping', '> #1 addr 127.0.0.1:5999=m', '> #1 getaddr']);
  const [ready] = bare.happened('ready');
  assert.deepEqual([ready?.helloLess, ready?.id, ready?.address], [true, null, '127.0.0.1:6100']);
  assert.equal(bare.views.peer(n)?.state, 'hello-less');
  assert.equal(bare.node.peers.size, 0, 'it takes no part in the table of ids');
});

test('receive: a hello-less peer is answered and heard, and never told of', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.hear(n, PING);
  bare.advance(2 * SECOND_US);
  bare.hear(n, PONG);
  const other = bare.inboundPeer('c');
  bare.take();
  bare.hear(n, PING, GETADDR, addrLine('127.0.0.1:6001=x'));
  assert.deepEqual(bare.taken('>', 'dial'), ['> #1 pong', '> #1 addr', 'dial 2 127.0.0.1:6001']);
  bare.hear(other, GETADDR);
  assert.deepEqual(bare.taken('>'), ['> #2 addr']);
});

test('receive: a malformed line of a hello-less peer is a strike, not its end', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.hear(n, PING);
  bare.advance(2 * SECOND_US);
  for (let strikes = 1; strikes < 5; strikes += 1) {
    bare.hear(n, '{"nonsense":');
    assert.equal(bare.views.peer(n)?.state, 'hello-less');
    assert.equal(bare.views.peer(n)?.strikes, strikes);
  }
  bare.hear(n, '{"nonsense":');
  assert.equal(bare.views.peer(n)?.closed?.reason, 'strikes');
});

test('receive: a hello-less peer that does say hello becomes a peer of that id, once', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.hear(n, PING);
  bare.advance(3 * SECOND_US);
  bare.take();
  bare.hear(n, helloLine('b'));
  assert.deepEqual(bare.take(), ['< #1 hello nodeid=b']);
  assert.equal(bare.node.peers.get('b')?.n, n);
  assert.equal(bare.views.peer(n)?.state, 'ready');
  assert.equal(bare.happened('ready').length, 1);
});

test('receive: a listener that speaks so late that it is quiet past the hello deadline is closed', () => {
  const bare = new BareNode();
  const n = bare.dialled(bare.connect('127.0.0.1:6100'));
  bare.advance(29 * SECOND_US);
  bare.hear(n, PING);
  bare.take();
  bare.advance(SECOND_US);
  assert.deepEqual(bare.taken('close'), ['close #1 abrupt', 'closed #1 hello-timeout']);
});

test('receive: a hello-less peer does not stay when the connection is only a visit', () => {
  const bare = new BareNode({ listen: '8.8.8.8:5999' });
  const n = bare.accept('9.9.9.9');
  bare.hear(n, helloLine('b', { listen: 6100 }));
  const visit = bare.dialled(1);
  bare.hear(visit, PING);
  bare.advance(2 * SECOND_US);
  assert.deepEqual(bare.taken('close'), ['close #2 abrupt', 'closed #2 hello-timeout']);
  assert.equal(bare.session(n).confirmed, false);
  assert.equal(bare.views.ready(), 1);
});

test('receive: a second hello of the same id is ignored and never answered', () => {
  for (const dir of ['inbound', 'outbound'] as const) {
    const bare = new BareNode();
    const n = dir === 'inbound' ? bare.inboundPeer('b') : bare.outboundPeer('b', '127.0.0.1:6100');
    bare.take();
    bare.hear(n, helloLine('b', { listen: 7000, agent: 'other' }));
    assert.deepEqual(bare.take(), ['< #1 hello nodeid=b listen=7000']);
    assert.equal(bare.session(n).agent, null, 'what the first said stands');
    assert.equal(bare.happened('hello-received').length, 1);
  }
});

test('receive: a second hello of another id closes, our own id included', () => {
  for (const id of ['c', 'm']) {
    const bare = new BareNode();
    const n = bare.inboundPeer('b');
    bare.take();
    bare.hear(n, helloLine(id));
    assert.deepEqual(bare.taken('>', 'close'), ['close #1', 'closed #1 id-changed']);
    assert.equal(bare.node.peers.size, 0);
  }
});

test('receive: a pong echoes the nonce of the ping, and only one that is short text or a safe integer', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  const table: [nonce: string, pong: string][] = [
    ['7', 'pong nonce=7'],
    ['-1', 'pong nonce=-1'],
    ['0', 'pong nonce=0'],
    ['"x"', 'pong nonce=x'],
    [`"${'x'.repeat(64)}"`, `pong nonce=${'x'.repeat(64)}`],
    [`"${'x'.repeat(65)}"`, 'pong'],
    ['9007199254740991', 'pong nonce=9007199254740991'],
    ['9007199254740993', 'pong'],
    ['1.5', 'pong'],
    ['null', 'pong'],
    ['[7]', 'pong'],
    ['{"a":1}', 'pong'],
  ];
  for (const [nonce, pong] of table) {
    bare.hear(n, `{"msgtype":"ping","nonce":${nonce}}`);
    assert.deepEqual(bare.taken('>'), [`> #1 ${pong}`], nonce);
  }
});

test('receive: an unknown message is counted and nothing else', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  bare.hear(n, '{"msgtype":"inventory","items":[]}');
  assert.deepEqual(bare.take(), ['< #1 unknown inventory']);
  assert.equal(bare.views.peer(n)?.counts.received['unknown'], 1);
  assert.deepEqual(bare.happened('strike'), []);
});

test('receive: a bye is noted and the connection is left to the one who said it', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  bare.hear(n, '{"msgtype":"bye"}');
  assert.deepEqual(bare.taken('>', 'close'), []);
  bare.hangUp(n);
  assert.deepEqual(
    bare.happened('closed').map(({ reason, said, by }) => [reason, said, by]),
    [['bye', '', 'them']],
  );
});

test('receive: a malformed line before hello closes at once, without a reply', () => {
  for (const dir of ['inbound', 'outbound'] as const)
    for (const reason of ['malformed', 'not-json', 'not-object', 'line-too-long'] as const) {
      const bare = new BareNode();
      const n = dir === 'inbound' ? bare.accept('127.0.0.1') : bare.dialled(bare.connect('127.0.0.1:6100'));
      bare.take();
      bare.refuseLine(n, reason);
      assert.deepEqual(bare.take(), ['close #1 abrupt', `closed #1 ${reason}`]);
      assert.deepEqual(bare.happened('strike'), []);
    }
});

test('receive: bytes that are no greeting are told of three times, then once in a while with a count', () => {
  const bare = new BareNode();
  const refuse = (times: number) => {
    for (let i = 0; i < times; i += 1) bare.refuseLine(bare.accept('127.0.0.1'), 'not-json');
  };
  refuse(10);
  const told = bare.happened('refused');
  assert.deepEqual(
    told.map(({ reason, count }) => [reason, count]),
    Array.from({ length: 3 }, () => ['not-json', 1]),
  );
  assert.match(told[0]?.address ?? '', /^127\.0\.0\.1:/);
  assert.equal(bare.node.reasons.get('not-json'), 10, 'each is counted once');
  bare.sleep(30 * SECOND_US);
  refuse(1);
  assert.deepEqual(
    bare
      .happened('refused')
      .slice(3)
      .map(({ count }) => count),
    [8],
  );
});

test('receive: a line that ends a peer is told of as its end, and not as a refusal', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.refuseLine(n, 'line-too-long');
  assert.deepEqual(bare.happened('refused'), []);
  assert.equal(bare.happened('closed')[0]?.wasReady, true);
});

test('receive: a hello without a usable id is malformed and closes', () => {
  for (const id of ['', '-a', 'a b', 'x'.repeat(65), '<script>']) {
    const bare = new BareNode();
    const n = bare.accept('127.0.0.1');
    bare.hear(n, helloLine(id));
    assert.deepEqual(bare.take(), ['< #1 malformed', 'close #1 abrupt', 'closed #1 malformed'], id);
  }
});

test('receive: malformed lines after hello are strikes; the fifth within a minute closes', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  for (let strikes = 1; strikes <= 4; strikes += 1) {
    bare.hear(n, '{"msgtype":');
    assert.equal(bare.happened('strike').at(-1)?.strikes, strikes);
    bare.advance(SECOND_US);
  }
  assert.deepEqual(bare.taken('>', 'close'), []);
  bare.hear(n, PING);
  assert.deepEqual(bare.taken('>'), ['> #1 pong'], 'the connection works on');
  bare.hear(n, '[]');
  assert.deepEqual(bare.take(), ['< #1 malformed', 'close #1 abrupt', 'closed #1 strikes']);
});

test('receive: a strike counts for a minute and no longer', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  for (let i = 0; i < 4; i += 1) bare.hear(n, 'x');
  bare.advance(60 * SECOND_US - 1);
  bare.hear(n, PONG);
  bare.advance(1);
  for (let i = 0; i < 4; i += 1) bare.hear(n, 'x');
  assert.deepEqual(bare.taken('close'), []);
  assert.equal(bare.happened('strike').at(-1)?.strikes, 4);
  bare.hear(n, 'x');
  assert.deepEqual(bare.taken('close'), ['close #1 abrupt', 'closed #1 strikes']);
});

test('receive: a line that is too long closes a peer at once', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.take();
  bare.refuseLine(n, 'line-too-long');
  assert.deepEqual(bare.take(), ['close #1 abrupt', 'closed #1 line-too-long']);
});

test('receive: nothing that comes after our close, or on a connection that is gone, is heard', () => {
  const bare = new BareNode();
  const n = bare.inboundPeer('b');
  bare.reportsCloses = false;
  bare.order({ kind: 'drop', n });
  bare.take();
  bare.hear(n, PING, GETADDR, helloLine('c'), 'x');
  bare.hear(99, PING, 'x');
  assert.deepEqual(bare.taken('>', 'close'), []);
  assert.equal(bare.views.peer(n)?.counts.received['ping'], undefined);
  assert.deepEqual(bare.happened('strike'), []);
});
