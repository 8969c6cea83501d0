/** One expression language: whichever command takes an expression reads it, complains of it and completes it in the same way. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openShell } from '../helpers/open-shell.ts';

/** An expression goes in at the end of each. */
const PLACES = [
  'trace ',
  'log ',
  'match ',
  'seq ',
  'wait ',
  'break ',
  'expect ',
  'expect always ',
  'expect eventually ',
  'run until ',
  'until ',
  'isolate n2 until ',
  'latency 5ms on ',
];

test('expressions: an unknown word is answered alike by every command, with where to look', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  for (const place of PLACES) {
    const { code, message } = await failure(`${place}foo(`);
    assert.equal(code, 'usage', place);
    assert.match(message, /^(?:\w+: )?unknown function "foo" at column 1; help match lists what there is$/, place);
    const near = await failure(`${place}tpye=ping`);
    assert.match(near.message, /^(?:\w+: )?unknown field "tpye" at column 1; did you mean type\?$/, place);
  }
  assert.deepEqual(await text('breaks'), 'no rules; break hello makes one');
  assert.match(await text('faults'), /^no faults/);
});

test('expressions: what was probably meant is named to programs by break, run until and expect, too', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  for (const place of ['wait ', 'break ', 'run until ', 'expect ', 'expect never '])
    assert.deepEqual((await failure(`${place}type=pnig`))['near'], ['ping'], place);
});

test('faults, break: the words that a complaint names are given to programs, too', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 4');
  await text('group Alpha=n1');
  const table: [string, readonly string[]][] = [
    ['fault crsh n1', ['crash']],
    ['crash @Alhpa', ['@Alpha']],
    ['crash n999', []],
    ['partition n1|n3x', ['n3']],
    ['nat n1 ful', ['full']],
    ['latency 5ms on type=pnig', ['ping']],
    ['latency 5ms on n3x', ['n3']],
    ['latency 5ms fro 5s', ['for']],
    ['crash n1 fr 5s', ['for']],
    ['loss 5% until pers>=2', ['peers']],
    ['latency soon', []],
    ['at 5s nat n1 ful', ['full']],
    ['break helo', ['hello']],
    ['break hello do resett', ['reset']],
    ['break hello at sned', ['send']],
    ['break hello do sing', []],
  ];
  for (const [line, near] of table) assert.deepEqual((await failure(line))['near'], near, line);
});

test('expressions: a node that is not there is answered with those that are', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  assert.match((await failure('trace from=m9')).message, /^no node "m9" at column 6; there is n1$/);
  await text('lab 12');
  await text('run 1s');
  for (const place of PLACES) {
    const { message } = await failure(`${place}from=n999`);
    assert.match(message, /^(?:\w+: )?no node "n999" at column 6; there are n1 to n12$/, place);
    assert.match((await failure(`${place}from=n3x`)).message, /at column 6; did you mean n3\?$/, place);
  }
  for (const word of ['why', 'explain'])
    assert.equal((await failure(`${word} n999`)).message, 'no node "n999" in the lab; there are n1 to n12');
});

test('expressions: a field of the state that is not there is refused by break as by the others', async () => {
  const { text, failure } = await openShell({ peers: 0 });
  await text('lab 3');
  const { message } = await failure('trace state.foo.size>1');
  assert.match(message, /foo/);
  assert.equal((await failure('break state.foo.size>1')).message, message);
});

test('expressions: one that begins with a parenthesis is no JavaScript', async () => {
  const { text, value } = await openShell({ peers: 0 });
  await text('lab 3');
  await text('run 5s');
  assert.equal(await text('break (ping | pong) & in'), 'k1 (ping | pong) & in');
  assert.equal(await text('n2: break (ping|pong)'), 'k2 n2: (ping|pong)');
  assert.equal((await value<{ verdict: string }>('expect (peers>=1 | addrs>=9)')).verdict, 'pass');
  assert.equal(await text('at 9s expect (peers>=1)'), 'at 9s: expect (peers>=1)');
});

test('expressions: Tab offers fields and values wherever one is typed', async () => {
  const { text, tab } = await openShell({ peers: 0 });
  await text('lab 3');
  for (const place of PLACES) {
    assert.ok(tab(`${place}fr`).candidates.includes('from'), place);
    assert.deepEqual(tab(`${place}type=po`).candidates, ['type=pong'], place);
    assert.deepEqual(tab(`${place}ping & from=n2 & to=n`).candidates, ['to=n1', 'to=n2', 'to=n3'], place);
  }
});

test('expressions: Tab offers what may follow one, and nothing of it once that was typed', async () => {
  const { text, tab } = await openShell({ peers: 0 });
  await text('lab 3');
  assert.deepEqual(
    tab('break ping ').candidates.filter((word) => /^[a-z]/.test(word)),
    ['at', 'once', 'after', 'for', 'do'],
  );
  assert.deepEqual(tab('break ping at ').candidates, ['send', 'recv']);
  assert.deepEqual(
    tab('break ping at send ').candidates.filter((word) => word !== ''),
    ['once', 'after', 'for', 'do'],
  );
  assert.deepEqual(tab('break ping do de').candidates, ['deliver', 'delay']);
  assert.deepEqual(tab('break ping for ').candidates, []);
  assert.ok(tab('run until ping ').candidates.includes('max'));
  assert.deepEqual(tab('run until ping max ').candidates, []);
  assert.ok(tab('expect eventually ping ').candidates.includes('within'));
  assert.ok(!tab('expect never ping ').candidates.includes('within'));
  assert.ok(tab('expect ').candidates.includes('always'));
});
