/** Checks of expressions: what does not fit is told with its column, what is wanted and what was probably meant. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpression } from '../../src/query/check.ts';
import { QueryError } from '../../src/query/errors.ts';
import { KINDS } from '../../src/query/fields.ts';
import type { Known } from '../../src/query/observation.ts';
import { MESSAGE_TYPES } from '../../src/wire/messages.ts';
import { scopeOf } from './scene.ts';

function errorOf(text: string, known?: Known): string {
  try {
    readExpression(text, known);
  } catch (error) {
    assert.ok(error instanceof QueryError, `${text}: ${String(error)}`);
    return error.message;
  }
  return assert.fail(`${text} is taken`);
}

test('check: values and operators that do not fit a field are refused with what is wanted', () => {
  const table: [text: string, message: string][] = [
    ['len > "a"', 'len wants a number of bytes such as 100 or 64KiB, not "a", at column 7'],
    ['len > 5s', 'len wants a number of bytes such as 100 or 64KiB, not "5s", at column 7'],
    ['in & t > 5', 't wants a time such as 500ms or 5s, not "5", at column 10'],
    ['conn = a', 'conn wants a number such as 5, not "a", at column 8'],
    ['peers >= 2s', 'peers wants a number such as 5, not "2s", at column 10'],
    ['count(ping) < 4KiB', 'count wants a number such as 5, not "4KiB", at column 15'],
    ['type < ping', '< does not go with type, which is a word: use = != ~ !~ in at column 1'],
    [
      'len ~ 5',
      '~ does not go with len, which is a number of bytes such as 100 or 64KiB: use = != < <= > >= in at column 1',
    ],
    ['id in a..b', 'a range does not go with id, which is an id or its beginning: use = != ~ !~ in at column 1'],
    ['body.peers = a', '= does not go with body.peers, which is a list: use ~ !~ at column 1'],
    ['type = pign', 'type is never "pign" at column 8; did you mean ping?'],
    ['dir in (in, up)', 'dir is never "up" at column 13'],
    ['kind = readdy', 'kind is never "readdy" at column 8; did you mean ready?'],
    ['state.x > a', 'state.x wants a number, not "a", at column 11'],
    ['by = /a/', 'a /pattern/ goes with ~ and !~, not with =, at column 6'],
    ['by ~ /(a/', 'a ( without its ) in the pattern at column 9'],
    ['conn in 5..1', 'a range whose first end is the greater one at column 9'],
    ['node in n4..n1', 'a range of names is written as n1..n4, lower one first, at column 1'],
    ['nth(ping, 0)', 'nth(E, K) wants a whole number from 1, not "0", at column 11'],
    ['rate(ping, 10) > 1', 'rate(E, TIME) wants a time from 1ms, not "10", at column 12'],
    ['count(len > a) < 3', 'len wants a number of bytes such as 100 or 64KiB, not "a", at column 13'],
    ['knows("", n2)', 'knows(NODE, ADDRESS) wants a name, an id or an address, not "", at column 7'],
    [
      `count(${'first('.repeat(32)}ping${')'.repeat(32)})<1`,
      'more than 32 functions that remember something at column 193',
    ],
  ];
  for (const [text, message] of table) assert.equal(errorOf(text), message, text);
});

test('check: every type and kind there is can be asked for, and those a caller adds', () => {
  for (const type of MESSAGE_TYPES) readExpression(`type=${type} | ${type}`);
  for (const kind of Object.keys(KINDS)) readExpression(`kind=${kind}`);
  readExpression('kind=fault-on', { kinds: ['fault-on'] });
  assert.match(errorOf('kind=fault-on'), /never/);
});

test('check: a node that is not there is named with the nearest, an id or address is not', () => {
  const known = { nodes: ['n1', 'n12'] };
  for (const text of ['from=n22', 'n22.state.x=1', 'n22.peers=1', 'connected(n1, n22)', 'knows(n1, n22)'])
    assert.match(errorOf(text, known), /no node "n22" at column [0-9]+; did you mean n12\?$/, text);
  for (const text of ['from=a46de8', 'to=10.0.0.9:5999', 'knows(n1, 10.0.0.9:5999)', 'ready(n22)', 'node ~ n2'])
    readExpression(text, known);
  readExpression('from=n22');
});

test('check: a path that a sample of the state does not have is refused, own properties only', () => {
  const known = { state: scopeOf({ nodes: ['n1'] }).state('n1') };
  for (const text of [
    'state.peers.size>1',
    'n1.state.book.tried=0',
    'state.settings["ping.interval"]<5m',
    'state.peers.a1b2.n=3',
  ])
    readExpression(text, known);
  const table: [text: string, message: string][] = [
    ['state.peres.size > 1', 'state has no "peres" at column 1; did you mean state.peers?'],
    ['state.book.treid = 1', 'state.book has no "treid" at column 1; did you mean state.book.tried?'],
    ['state.peers > 1', 'state.peers is not one value: ask state.peers.size or the like at column 1'],
    ['state.constructor.name = a', 'state has no "constructor" at column 1'],
    ['state.id.length = 1', 'state.id has no "length" at column 1'],
    ['state.__proto__ = 1', 'state has no "__proto__" at column 1'],
  ];
  for (const [text, message] of table) assert.equal(errorOf(text, known), message, text);
  readExpression('state.peres.size > 1');
});
