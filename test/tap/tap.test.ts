/** Messages in hand on a world of one connection that is only a list: which line goes on, when, as what, and what is told of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { LineDirection } from '../../src/core/events.ts';
import type { TapChange, TapOrder } from '../../src/core/tap.ts';
import { createScope } from '../../src/query/scope.ts';
import { LANE_MESSAGES_MAX, PAST_MAX, PATIENCE_US, RULES_MAX } from '../../src/tap/limits.ts';
import { copyTapState } from '../../src/tap/state.ts';
import { createTap } from '../../src/tap/tap.ts';
import { parseMessage } from '../../src/wire/messages.ts';

const HELLO = '{"msgtype":"hello","nodeid":"a1"}';
const PING = '{"msgtype":"ping"}';
const PONG = '{"msgtype":"pong"}';

function open() {
  const clock = { now: 0, wakeAt: Infinity };
  const gone = new Set<number>();
  const passed: string[] = [];
  const told: TapChange[] = [];
  const resets: number[] = [];
  const full: boolean[] = [];
  const deeds: string[] = [];
  let lines = 0;
  const nextNumber = () => {
    lines += 1;
    return lines;
  };
  const tap = createTap({
    scope: createScope({ names: () => ['n1'], state: () => null }),
    patienceUs: PATIENCE_US,
    usualPoint: null,
    now: () => clock.now,
    peerOf: (_, n) => (gone.has(n) ? null : { id: 'b2', name: 'b2' }),
    carry: (_, n, direction, line) => passed.push(`${direction} #${n} ${line}`) > 0,
    reset: (_, n) => void resets.push(n),
    refuses: (line) => (line.includes('impossible') ? 'it cannot travel' : null),
    wake(at) {
      clock.wakeAt = at;
    },
    setFull: (_, __, isFull) => void full.push(isFull),
    eased: () => undefined,
    tell: (change) => void told.push(change),
    nextNumber,
    record: ({ kind, number, copy, by, text }) =>
      void deeds.push(
        [kind, `m${number}${copy > 1 ? `.${copy}` : ''}`, by, text].filter((one) => one !== null).join(' '),
      ),
  });
  const order = (one: TapOrder) => {
    const answer = tap.obey(one);
    assert.ok(answer.ok, JSON.stringify(answer));
    return answer;
  };
  return {
    tap,
    clock,
    gone,
    passed,
    told,
    resets,
    full,
    deeds,
    order,
    rule: (text: string) => order({ kind: 'break', text, node: null }),
    line: (text: string, direction: LineDirection = 'received', n = 1, number = nextNumber()): void => {
      const message = parseMessage(text);
      const goesOn = tap.passes('n1', n, direction, message.type === 'malformed' ? null : message, text, number);
      if (goesOn) passed.push(`${direction} #${n} ${text}`);
    },
    pass: (us: number): void => {
      clock.now += us;
      if (clock.now < clock.wakeAt) return;
      clock.wakeAt = Infinity;
      tap.due();
    },
    ids: () => tap.held().map(({ id, fate, blockedBy }) => `${id} ${fate}${blockedBy === null ? '' : ` ${blockedBy}`}`),
  };
}

test('tap: without a rule every line goes on and nothing is remembered', () => {
  const { tap, passed, line, told } = open();
  line(HELLO);
  assert.deepEqual(tap.isIdle, { sent: true, received: true });
  assert.deepEqual(passed, [`received #1 ${HELLO}`]);
  assert.deepEqual([...tap.held(), ...told], []);
});

test('tap: a held line keeps the later ones of its direction behind it, and no others', () => {
  const { passed, line, rule, ids, order, tap } = open();
  rule('hello');
  line(HELLO);
  line(PING);
  line(PONG, 'sent');
  line(PONG, 'received', 2);
  assert.deepEqual(passed, [`sent #1 ${PONG}`, `received #2 ${PONG}`]);
  assert.deepEqual(ids(), ['m1 held', 'm2 blocked m1']);
  order({ kind: 'deliver', id: 'm2', inUs: 0 });
  assert.equal(passed.length, 2);
  order({ kind: 'deliver', id: 'm1', inUs: 0 });
  assert.deepEqual(passed.slice(2), [`received #1 ${HELLO}`, `received #1 ${PING}`]);
  assert.deepEqual(ids(), []);
  assert.deepEqual(tap.isIdle, { sent: false, received: false });
  order({ kind: 'unbreak', id: 'k1' });
  assert.deepEqual(tap.isIdle, { sent: true, received: true });
});

test('tap: hold! lets later lines overtake', () => {
  const { passed, line, rule, order } = open();
  rule('hello do hold!');
  line(HELLO);
  line(PING);
  order({ kind: 'deliver', id: 'm1', inUs: 0 });
  assert.deepEqual(passed, [`received #1 ${PING}`, `received #1 ${HELLO}`]);
});

test('tap: the first rule that wants something wins, pass only counts', () => {
  const { passed, line, rule, tap } = open();
  rule('all do pass');
  rule('ping do deliver');
  rule('all do drop');
  line(PING);
  line(PONG);
  assert.deepEqual(passed, [`received #1 ${PING}`]);
  assert.deepEqual(
    tap.rules().map(({ hits }) => hits),
    [2, 1, 1],
  );
});

test('tap: at, once, after and for say when a rule counts', () => {
  const { passed, line, rule, tap, pass } = open();
  rule('ping at send once do drop');
  rule('pong after 2 do drop');
  rule('hello for 5s do drop');
  line(PING);
  line(PING, 'sent');
  line(PING, 'sent');
  for (let i = 0; i < 3; i += 1) line(PONG);
  line(HELLO);
  pass(5_000_000);
  line(HELLO);
  assert.deepEqual(passed, [
    `received #1 ${PING}`,
    `sent #1 ${PING}`,
    `received #1 ${PONG}`,
    `received #1 ${PONG}`,
    `received #1 ${HELLO}`,
  ]);
  assert.deepEqual(
    tap.rules().map(({ isSpent }) => isSpent),
    [true, false, true],
  );
});

test('tap: a rule of one node leaves the others alone', () => {
  const { passed, line, order } = open();
  order({ kind: 'break', text: 'all do drop', node: 'n2' });
  line(PING);
  assert.deepEqual(passed, [`received #1 ${PING}`]);
});

test('tap: edit, replace and dup change what goes on, and tell what it was', () => {
  const { passed, line, rule, told } = open();
  rule('hello do edit body.nodeid=c3');
  rule('ping do replace {"msgtype":"pong"}');
  rule('pong do dup 2');
  line(HELLO);
  line(PING);
  line(PONG);
  assert.deepEqual(passed, [
    'received #1 {"msgtype":"hello","nodeid":"c3"}',
    `received #1 ${PONG}`,
    ...[1, 2, 3].map(() => `received #1 ${PONG}`),
  ]);
  assert.deepEqual(
    told.map(({ kind, message }) => [kind, message.original]),
    [
      ['changed', HELLO],
      ['changed', PING],
      ['changed', PONG],
    ],
  );
});

test('tap: a patch that does not fit holds the line as it was and says why', () => {
  const { passed, line, rule, tap } = open();
  rule('all do edit body.peers[3]=1');
  line(PING);
  assert.deepEqual(passed, []);
  assert.equal(tap.held()[0]?.line, PING);
  assert.match(tap.held()[0]?.why ?? '', /no place/);
});

test('tap: a delayed line goes by itself, and later ones wait for it', () => {
  const { passed, line, rule, pass, ids } = open();
  rule('hello do delay 2s');
  line(HELLO);
  line(PING);
  pass(1_999_999);
  assert.deepEqual(passed, []);
  assert.deepEqual(ids(), ['m1 held', 'm2 blocked m1']);
  pass(1);
  assert.deepEqual(passed, [`received #1 ${HELLO}`, `received #1 ${PING}`]);
});

test('tap: what nobody deals with goes after a minute, counted from the last deed', () => {
  const { passed, line, rule, pass, order, told } = open();
  rule('hello');
  line(HELLO);
  pass(PATIENCE_US - 1);
  order({ kind: 'edit', id: 'm1', line: PING });
  pass(1);
  assert.deepEqual(passed, []);
  pass(PATIENCE_US - 1);
  assert.deepEqual(passed, [`received #1 ${PING}`]);
  assert.deepEqual(
    told.map(({ kind }) => kind),
    ['held', 'settled', 'released'],
  );
});

test('tap: reset cuts the connection and nothing goes on', () => {
  const { passed, line, rule, resets, tap } = open();
  rule('hello do reset');
  line(HELLO);
  assert.deepEqual([resets, passed], [[1], []]);
  assert.equal(tap.message('m1')?.fate, 'gone');
});

test('tap: edit, revert, dup, drop, resend and inject by hand', () => {
  const { passed, line, rule, order, tap } = open();
  rule('hello once');
  line(HELLO);
  line(PING);
  order({ kind: 'edit', id: 'm1', line: PONG });
  assert.deepEqual([tap.message('m1')?.line, tap.message('m1')?.original], [PONG, HELLO]);
  order({ kind: 'revert', id: 'm1' });
  assert.equal(tap.message('m1')?.line, HELLO);
  order({ kind: 'dup', id: 'm1', copies: 1 });
  order({ kind: 'inject', node: 'n1', n: 1, line: PONG });
  assert.deepEqual(passed, [`received #1 ${PONG}`]);
  order({ kind: 'drop', id: 'm1' });
  assert.deepEqual(passed.slice(1), [`received #1 ${PING}`]);
  order({ kind: 'resend', id: 'm1' });
  assert.deepEqual(passed.slice(2), [`received #1 ${HELLO}`]);
});

test('tap: a closed connection takes with it what waited there, and nothing else', () => {
  const { passed, line, rule, tap, gone, told } = open();
  rule('all');
  line(HELLO);
  line(PING, 'sent');
  line(PING, 'sent', 2);
  gone.add(1);
  tap.closed('n1', 1);
  assert.deepEqual(
    tap.held().map(({ id }) => id),
    ['m3'],
  );
  assert.deepEqual(
    told.filter(({ kind }) => kind === 'gone').map(({ message }) => message.id),
    ['m1', 'm2'],
  );
  assert.deepEqual(passed, []);
  assert.deepEqual(tap.obey({ kind: 'resend', id: 'm1' }).ok, false);
});

test('tap: too much on one connection pauses it, twice as much lets all of it go', () => {
  const { passed, line, rule, full, told, tap } = open();
  rule('hello once');
  line(HELLO);
  for (let i = 1; i < LANE_MESSAGES_MAX - 1; i += 1) line(PING);
  assert.equal(full.at(-1), false);
  line(PING);
  assert.equal(full.at(-1), true);
  for (let i = LANE_MESSAGES_MAX; i < 2 * LANE_MESSAGES_MAX - 1; i += 1) line(PING);
  assert.equal(passed.length, 0);
  line(PING);
  assert.equal(passed.length, 2 * LANE_MESSAGES_MAX);
  assert.equal(full.at(-1), false);
  assert.equal(told.filter(({ kind }) => kind === 'flooded').length, 1);
  assert.equal(tap.state.past.length, PAST_MAX);
});

test('tap: orders that cannot be done are refused and change nothing', () => {
  const { tap, rule, line, passed } = open();
  for (const [order, code, said] of [
    [{ kind: 'break', text: 'helo', node: null }, 'usage', /hello/],
    [{ kind: 'break', text: 'kind=ready', node: null }, 'usage', /no message ever/],
    [{ kind: 'unbreak', id: 'k9' }, 'no-such-rule', /there is none/],
    [{ kind: 'deliver', id: 'm9', inUs: 0 }, 'no-such-message', /nothing is held/],
    [{ kind: 'inject', node: 'n1', n: 1, line: 'impossible' }, 'usage', /cannot travel/],
  ] as const) {
    const answer = tap.obey(order);
    assert.ok(!answer.ok);
    assert.equal(answer.code, code);
    assert.match(answer.message, said);
  }
  for (let i = 0; i < RULES_MAX; i += 1) rule('hello');
  const full = tap.obey({ kind: 'break', text: 'hello', node: null });
  assert.ok(!full.ok && full.code === 'too-many');
  line(HELLO);
  assert.ok(tap.obey({ kind: 'deliver', id: 'm1', inUs: 0 }).ok);
  const again = tap.obey({ kind: 'deliver', id: 'm1', inUs: 0 });
  assert.ok(!again.ok);
  assert.match(again.message, /delivered already/);
  assert.deepEqual(passed, [`received #1 ${HELLO}`]);
});

test('tap: a state that is put back goes on as it was, counts of expressions too', () => {
  const { tap, rule, line, passed } = open();
  rule('nth(ping, 3) do drop');
  line(PING);
  line(PING);
  const saved = copyTapState(tap.state);
  line(PING);
  assert.equal(passed.length, 2);
  tap.load(copyTapState(saved));
  line(PING);
  line(PING);
  assert.equal(passed.length, 3);
  assert.equal(saved.rules[0]?.hits, 0);
});

test('tap: a message has the number of its line, and a second one with that number an id of its own', () => {
  const { ids, line, rule } = open();
  rule('ping');
  line(PING, 'received', 1, 17);
  line(PING, 'received', 1, 17);
  line(PONG, 'received', 1, 18);
  assert.deepEqual(ids(), ['m17 held', 'm17.2 held m17', 'm18 blocked m17']);
});

test('tap: what is done to a message is told for the record, by whom and in order', () => {
  const { deeds, line, rule, order, pass } = open();
  rule('hello');
  rule('ping do delay 1s');
  line(HELLO);
  line(PING);
  order({ kind: 'edit', id: 'm1', line: PONG });
  order({ kind: 'edit', id: 'm1', line: PONG });
  order({ kind: 'dup', id: 'm1', copies: 1 });
  order({ kind: 'deliver', id: 'm1', inUs: 0 });
  order({ kind: 'resend', id: 'm1' });
  pass(PATIENCE_US);
  order({ kind: 'inject', node: 'n1', n: 1, line: PONG });
  line(HELLO);
  pass(PATIENCE_US);
  assert.deepEqual(deeds, [
    'hold m1 k1',
    'delay m2 k2 1000 ms',
    'hold m2 behind m1',
    `edit m1 user was ${HELLO}`,
    'release m1 user',
    'dup m1.2 user',
    'dup m1.3 user',
    'inject m3 user',
    'hold m4 k1',
    'release m4 nobody dealt with it',
  ]);
});
