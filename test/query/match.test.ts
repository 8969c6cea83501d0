/** Matching: an expression holds for the events it says and for no others, remembers in plain numbers, and asks states as they are. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpression } from '../../src/query/check.ts';
import { QueryError } from '../../src/query/errors.ts';
import { compile, compileState, evaluate } from '../../src/query/match.ts';
import type { Observation } from '../../src/query/observation.ts';
import { messageOf, observation, type Scene, scopeOf } from './scene.ts';

const NODES = ['n1', 'n2', 'n3'];
const matcherOf = (text: string, scope: Scene = scopeOf({ nodes: NODES })) => compile(readExpression(text), scope);

const PING = messageOf('{"msgtype":"ping","nonce":7}');
const PONG = messageOf('{"msgtype":"pong","nonce":7}');
const GETADDR = messageOf('{"msgtype":"getaddr"}');
const HELLO = messageOf(
  '{"msgtype":"hello","nodeid":"A46DE8D6-177e","listen":5998,"agent":"seed/2","observed":"10.0.0.3:5999","ext":["nonce","v6"]}',
);
const ADDR = messageOf(
  '{"msgtype":"addr","peers":[["10.0.0.2:5999","22222222-n2"],["bad"],["10.0.0.9:5999",""]],"ages":[3,0,null]}',
);
const CLOSED: Partial<Observation> = { kind: 'closed', message: null, dir: null, n: 3, id: '22222222-n2' };

test('match: a comparison holds for what it says, and for nothing that is not there', () => {
  const ping = observation({
    message: PING,
    dir: 'in',
    from: 'n2',
    to: 'n1',
    id: '22222222-n2',
    sentAt: 4_980_000,
    by: 'k1',
  });
  const table: [text: string, event: Observation, holds: boolean][] = [
    ['ping', ping, true],
    ['pong', ping, false],
    ['type!=pong', ping, true],
    ['type!=pong', observation(CLOSED), false],
    ['!pong', observation(CLOSED), true],
    ['type ~ p', ping, true],
    ['type in (pong, ping)', ping, true],
    ['out', ping, false],
    ['in ping pong', ping, true],
    ['node=n1 & from=n2 & to=n1', ping, true],
    ['from in n2..n3', ping, true],
    ['to in n2..n3', ping, false],
    ['from=10.0.0.2:5999', ping, true],
    ['to=10.0.0.2:5999', ping, false],
    ['from=22222222', ping, true],
    ['from=2222222x', ping, false],
    ['id=2222', ping, true],
    ['id=n2', ping, true],
    ['id=n1', ping, false],
    ['id!=n1', ping, true],
    ['id!=n1', observation(), false],
    ['id ~ -n', ping, true],
    ['id ~ /^2+-n2$/', ping, true],
    ['id !~ /^2+-n2$/', ping, false],
    ['age>10ms & age<=20ms', ping, true],
    ['age>20ms', ping, false],
    ['age>=0s', observation({ message: PING }), false],
    ['age!=1s', observation({ message: PING }), false],
    ['len=28', ping, true],
    ['len<1KiB', ping, true],
    ['len<1KiB', observation(CLOSED), false],
    ['t=5s', ping, true],
    ['t in 4s..5s', ping, true],
    ['t in 1s..4s', ping, false],
    ['#1', ping, true],
    ['conn in (2, 3)', observation(CLOSED), true],
    ['conn!=3', observation({ n: 0 }), false],
    ['by=k1', ping, true],
    ['by!=k1', observation(), false],
    ['kind=closed', observation(CLOSED), true],
    ['kind=closed', ping, false],
    ['all', ping, true],
    ['body.msgtype=ping', ping, true],
    ['body.nonce=7', ping, true],
    ['body.nonce="7"', ping, false],
    ['body.nonce>6', ping, true],
    ['body.nonce!=7', observation({ message: GETADDR }), false],
    ['to_self', observation({ from: 'n1', to: 'n1' }), true],
    ['to_self', observation({ id: '11111111-n1' }), true],
    ['to_self', ping, false],
  ];
  for (const [text, event, holds] of table) assert.equal(matcherOf(text).test(event), holds, text);
});

test('match: the body of every message is asked as it stands in JSON', () => {
  const table: [text: string, message: typeof PING, holds: boolean][] = [
    ['body.nodeid=a46de8d6', HELLO, true],
    ['body.listen=5998', HELLO, true],
    ['body.agent ~ /^seed\\/[0-9]$/', HELLO, true],
    ['body.agent ~ SEED', HELLO, false],
    ['body.agent ~ /SEED/i', HELLO, true],
    ['body.observed=n3', HELLO, true],
    ['body.observed=n2', HELLO, false],
    ['body.ext ~ v6', HELLO, true],
    ['body.ext !~ v6', HELLO, false],
    ['body.ext !~ v6', PING, false],
    ['body.ext[0]=nonce & body.ext.length=2', HELLO, true],
    ['body.peers.length=3', ADDR, true],
    ['body.peers[0][0]=n2 & body.peers[0][1]=n2', ADDR, true],
    ['body.peers[1][0]=10.0.0.9:5999', ADDR, true],
    ['body.peers[1][1]=a', ADDR, false],
    ['body.peers[7][0]!=a', ADDR, false],
    ['body.peers ~ 10.0.0.9', ADDR, true],
    ['body.peers ~ 22222222-n2', ADDR, true],
    ['body.ages[0]=3', ADDR, true],
    ['body.ages[1]>=0', ADDR, false],
    ['body.reason=full', messageOf('{"msgtype":"bye","reason":"full"}'), true],
    ['body.msgtype=later', messageOf('{"msgtype":"later"}'), true],
    ['body.listen=5998', PING, false],
  ];
  for (const [text, message, holds] of table)
    assert.equal(matcherOf(text).test(observation({ message })), holds, `${text} of ${message.type}`);
});

test('match: paths of states ask the current node or the named one, as it is now', () => {
  const scope = scopeOf({ nodes: NODES });
  const here = matcherOf('peers>=1 & state.peers.size=1', scope);
  const there = matcherOf('n2.peers>=1 | n2.state.stopping=true', scope);
  const missing = matcherOf('state.nothing.here!=1 | state.peers.nobody.n>=0 | n9.peers>=0 | n9.state.id=a', scope);
  const inherited = matcherOf('state.constructor!=1 | state.peers.get!=1 | state.id.length>=0', scope);
  assert.equal(here.test(observation()), false);
  scope.bare.get('n1')?.inboundPeer('c0ffee-1');
  assert.equal(here.test(observation()), true);
  assert.equal(here.test(observation({ node: 'n2' })), false);
  assert.equal(matcherOf('state.peers.c0ffee-1.n=1', scope).test(observation()), true);
  assert.equal(matcherOf('state.lastError=null | state.dialDue in (true, false)', scope).test(observation()), true);
  assert.equal(there.test(observation()), false);
  scope.bare.get('n2')?.stop();
  assert.equal(there.test(observation()), true);
  assert.equal(missing.test(observation()), false);
  assert.equal(inherited.test(observation()), false);
  assert.ok(here.looksAtState && there.looksAtState && !here.looksAtMessages);
});

test('match: ready and gone take a number, an address, a name, an id or its beginning, and a whole id first', () => {
  const scope = scopeOf({ nodes: NODES });
  const bare = scope.bare.get('n1');
  bare?.inboundPeer('c0ffee', '10.1.0.1');
  bare?.inboundPeer('c0ffee-2', '10.1.0.2');
  bare?.outboundPeer('22222222-n2', '10.0.0.2:5999');
  bare?.accept('10.1.0.3');
  for (const id of ['#1', 'c0ffee', 'C0FFEE', 'c0ffee-', 'c0ff', 'n2', '10.0.0.2:5999', '2222']) {
    assert.equal(matcherOf(`ready ${id}`, scope).test(observation()), true, id);
    assert.equal(matcherOf(`gone(${id})`, scope).test(observation()), false, id);
  }
  for (const id of ['#4', '#9', 'n3', '10.0.0.3:5999', '3333'])
    assert.equal(matcherOf(`ready ${id}`, scope).test(observation()), false, id);
  assert.equal(evaluate(readExpression('ready c0ffee & gone(n3)'), scope, 'n1'), true);
  assert.throws(
    () => evaluate(readExpression('ready c0ff'), scope, 'n1'),
    /^QueryError: "c0ff" could be several peers: type more of the id, or #n, at column 1; did you mean c0ffee or c0ffee-2\?$/,
  );
});

test('match: questions to the whole world are passed on', () => {
  const scope = scopeOf({ nodes: NODES });
  const ask = (text: string) => evaluate(readExpression(text), scope, 'n1');
  assert.deepEqual(['connected(n1, n2)', 'knows(n1, n3)', 'converged()'].map(ask), [false, false, false]);
  scope.links.add('n1 n2').add('n1 knows n3');
  scope.isConverged = true;
  assert.deepEqual(['connected(n1, n2)', 'knows(n1, n3)', 'converged()'].map(ask), [true, true, true]);
  assert.equal(ask('connected(n2, n3)'), false);
});

test('match: an expression of events cannot be asked of states alone', () => {
  const scope = scopeOf({ nodes: NODES });
  for (const text of ['ping', 'peers>1 & count(ping)<1', 'to_self', 'kind=ready', 'body.nonce=1'])
    assert.throws(() => compileState(readExpression(text), scope), QueryError, text);
  assert.throws(
    () => evaluate(readExpression('peers>1 & len>3'), scope, 'n1'),
    /len is about what happens.* at column 11$/,
  );
});

/** At which of these events the expression holds, by their place. */
function heldAt(text: string, events: readonly Partial<Observation>[]): number[] {
  const matcher = matcherOf(text);
  return events.flatMap((event, index) => (matcher.test(observation({ index, ...event })) ? [index] : []));
}

test('match: first, nth, count and before remember every event, whatever stands beside them', () => {
  const events = [
    { message: PONG },
    { message: PING },
    { message: PING, dir: 'in' as const },
    { message: PONG },
    { message: PING },
  ];
  assert.deepEqual(heldAt('first(ping)', events), [1]);
  assert.deepEqual(heldAt('nth(ping, 3)', events), [4]);
  assert.deepEqual(heldAt('in & nth(ping, 2)', events), [2]);
  assert.deepEqual(heldAt('in & first(ping)', events), []);
  assert.deepEqual(heldAt('all | first(ping)', events), [0, 1, 2, 3, 4]);
  assert.deepEqual(heldAt('count(ping)=2', events), [2, 3]);
  assert.deepEqual(heldAt('count(first(ping) | nth(pong, 2))>=2', events), [3, 4]);
  assert.deepEqual(heldAt('before(pong, ping)', events), [0, 1, 2, 3, 4]);
  assert.deepEqual(heldAt('before(ping, pong)', events), []);
  assert.deepEqual(heldAt('before(ping, in)', events), [1, 2, 3, 4]);
  assert.deepEqual(heldAt('before(ping, ping)', events), []);
});

test('match: rate is events per second over the window, and forgets what is older', () => {
  const at = (...seconds: readonly number[]) => seconds.map((second) => ({ message: PING, t: second * 1_000_000 }));
  assert.deepEqual(heldAt('rate(ping, 10s)>=0.3', at(0, 1, 2, 30, 31, 32, 33, 90)), [2, 5, 6]);
  assert.deepEqual(heldAt('rate(pong, 10s)>0', at(0, 1, 2)), []);
  assert.deepEqual(heldAt('rate(ping, 1ms)>=1000', at(0, 0, 1)), [0, 1, 2]);
});

test('match: reply is the answer on the same connection the other way, once', () => {
  const out = { dir: 'out' as const, from: 'n1', to: 'n2' };
  const back = { dir: 'in' as const, from: 'n2', to: 'n1' };
  const own = messageOf('{"msgtype":"addr","peers":[["10.0.0.2:5999","22222222-n2"]]}');
  const other = messageOf('{"msgtype":"pong","nonce":8}');
  const events = [
    { ...back, message: PONG },
    { ...out, message: PING },
    { ...out, message: PONG },
    { ...back, message: PONG, n: 2 },
    { ...back, message: PONG, node: 'n3' },
    { ...back, message: other },
    { ...back, message: PONG },
    { ...back, message: PONG },
    { ...out, message: GETADDR },
    { ...back, message: own },
    { ...back, message: ADDR },
    { ...out, message: HELLO },
    { ...back, message: HELLO },
    { ...back, message: HELLO },
  ];
  assert.deepEqual(heldAt('reply(ping)', events), [6]);
  assert.deepEqual(heldAt('reply(getaddr)', events), [10]);
  assert.deepEqual(heldAt('reply(hello)', events), [12]);
  assert.deepEqual(heldAt('reply(all)', events), [6, 10, 12]);
  assert.deepEqual(heldAt('reply(in)', events), []);
});

test('match: its memory is plain numbers, and put back it goes on from there', () => {
  const text = 'count(ping)=3 | nth(pong, 2) | reply(ping) | rate(ping, 1s)>2 | before(pong, ping)';
  const events = Array.from({ length: 60 }, (_, i): Partial<Observation> => {
    const message = i % 3 === 0 ? PONG : PING;
    return { message, dir: i % 2 === 0 ? 'in' : 'out', t: i * 100_000, n: 1 + (i % 2) };
  });
  const matcher = matcherOf(text);
  const run = (list: readonly Partial<Observation>[]) => list.map((event) => matcher.test(observation(event)));
  run(events.slice(0, 20));
  const saved = matcher.memory.slice();
  const once = run(events.slice(20));
  assert.notDeepEqual(matcher.memory, saved);
  for (const [place, number] of saved.entries()) matcher.memory[place] = number;
  assert.deepEqual(run(events.slice(20)), once);
  assert.ok(matcher.memory.every((number) => typeof number === 'number'));
  assert.equal(matcher.memory.length, saved.length);
});

test('match: what holds with nothing happening are counts and states, no event', () => {
  const scope = scopeOf({ nodes: NODES });
  const matcher = matcherOf('count(ping)=1 & before(ping, pong) & peers=0', scope);
  const first = matcherOf('first(ping) | ping | reply(ping) | kind=message', scope);
  assert.equal(matcher.holds('n1'), false);
  for (const one of [matcher, first]) one.test(observation({ message: PING }));
  assert.equal(matcher.holds('n1'), true);
  assert.equal(matcher.holds('n9'), false);
  assert.equal(first.holds('n1'), false);
});

test('match: it says whether messages can make it true, and whether it asks of states', () => {
  const table: [text: string, messages: boolean, state: boolean][] = [
    ['ping', true, false],
    ['all', true, false],
    ['node=n1', true, false],
    ['kind=closed', false, false],
    ['kind in (closed, ready)', false, false],
    ['kind in (closed, message)', true, false],
    ['kind!=closed', true, false],
    ['kind!=message', false, false],
    ['!kind=message', false, false],
    ['!kind=closed', true, false],
    ['kind=closed & node=n1', false, false],
    ['kind=closed | node=n1', true, false],
    ['kind=closed & count(ping)>3', true, false],
    ['count(kind=closed)>3', false, false],
    ['first(kind=closed)', false, false],
    ['first(ping)', true, false],
    ['peers>=2', false, true],
    ['converged() & ready n2', false, true],
    ['!connected(n1, n2)', false, true],
    ['peers>=2 | kind=closed', false, true],
    ['peers>=2 & ping', true, true],
    ['count(peers>2)>1', false, true],
    ['to_self()', true, false],
  ];
  for (const [text, messages, state] of table) {
    const { looksAtMessages, looksAtState } = matcherOf(text);
    assert.deepEqual({ looksAtMessages, looksAtState }, { looksAtMessages: messages, looksAtState: state }, text);
  }
});

test('query: an expression tells the types of message for which it can hold', () => {
  const table: readonly (readonly [string, readonly string[] | null])[] = [
    ['hello', ['hello']],
    ['type in (ping, pong)', ['ping', 'pong']],
    ['ping | pong & len>20', ['ping', 'pong']],
    ['hello & body.nodeid=n7', ['hello']],
    ['(ping | hello) & (hello | addr)', ['hello']],
    ['ping & pong', []],
    ['ping | from=n1', null],
    ['type!=ping', null],
    ['type~/p.ng/', null],
    ['!ping', null],
    ['len>20', null],
    // What counts sees all.
    ['nth(ping, 3)', null],
    ['hello & count(ping)>3', null],
  ];
  for (const [text, types] of table) {
    const found = matcherOf(text).types;
    assert.deepEqual(found === null ? null : [...found], types, text);
  }
});
