/** Reading expressions: every form is read as its canonical text says, and what cannot be read is told with its column. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../../src/query/errors.ts';
import { DEPTH_MAX, EXPRESSION_LENGTH_MAX } from '../../src/query/limits.ts';
import type { Known } from '../../src/query/observation.ts';
import { parseExpression } from '../../src/query/parse.ts';
import { printExpression } from '../../src/query/print.ts';
import { fc } from '../helpers/random-cases.ts';
import { texts, trees, withoutColumns } from './expressions.ts';

const canonical = (text: string, known?: Known) => printExpression(parseExpression(text, known));

function errorOf(text: string, known?: Known): string {
  try {
    parseExpression(text, known);
  } catch (error) {
    assert.ok(error instanceof QueryError, `${text}: ${String(error)}`);
    return error.message;
  }
  return assert.fail(`${text} was read`);
}

test('expression: every form is read and has one canonical text', () => {
  const table: [text: string, canonical: string][] = [
    ['ping', 'type=ping'],
    ['in ping', 'dir=in & type=ping'],
    ['out  hello addr', 'dir=out & type in (hello, addr)'],
    ['ping | addr & in', 'type=ping | type=addr & dir=in'],
    ['(ping | addr) & in', '(type=ping | type=addr) & dir=in'],
    ['ping or not addr and in', 'type=ping | !type=addr & dir=in'],
    ['ping || addr && in', 'type=ping | type=addr & dir=in'],
    ['!(ping addr)', '!type in (ping, addr)'],
    ['!!ping', '!!type=ping'],
    ['ping & pong', 'type=ping & type=pong'],
    ['!ping pong', '!type=ping & type=pong'],
    ['all', 'all'],
    ['n3 in', 'node=n3 & dir=in'],
    ['a46de8d6-177e in pong', 'id=a46de8d6-177e & dir=in & type=pong'],
    ['#3 out', 'conn=3 & dir=out'],
    ['t > 5s & age<=500ms', 't>5s & age<=500ms'],
    ['t in 1s .. 1.5m', 't in 1s..90s'],
    ['len > 1.5KiB', 'len>1536B'],
    ['len > 65536', 'len>65536'],
    ['conn in (1,2 , 3)', 'conn in (1, 2, 3)'],
    ['node in n1..n4', 'node in n1..n4'],
    ['id = 5f0c', 'id=5f0c'],
    ['id = 12', 'id=12'],
    ['from=10.0.0.4:5999', 'from=10.0.0.4:5999'],
    ['to=[::1]:5999', 'to="[::1]:5999"'],
    ['by="lossy link"', 'by="lossy link"'],
    ['body.nonce=5', 'body.nonce=5'],
    ['body.nonce="5"', 'body.nonce="5"'],
    ['body.peers[0][0]=10.0.0.4:5999', 'body.peers[0][0]=10.0.0.4:5999'],
    ['body.peers ~ n3', 'body.peers~n3'],
    ['body.agent ~ /^peersh\\/0\\./i', 'body.agent~/^peersh\\/0\\./i'],
    ['body.agent !~ 0.1', 'body.agent!~0.1'],
    ['state.peers.size >= 2', 'state.peers.size>=2'],
    ['n3.state.book.tried=0', 'n3.state.book.tried=0'],
    ['state.settings["ping.interval"] < 1m', 'state.settings["ping.interval"]<1m'],
    ['peers>=2 addrs>=3', 'peers>=2 & addrs>=3'],
    ['n3.peers = 0', 'n3.peers=0'],
    ['ready a1b2c3', 'ready(a1b2c3)'],
    ['gone #3', 'gone(#3)'],
    ['ready(127.0.0.1:5999)', 'ready(127.0.0.1:5999)'],
    ['ready ping pong', 'ready(ping) & type=pong'],
    ['kind=ready', 'kind=ready'],
    ['count(addr) < 400', 'count(type=addr)<400'],
    ['rate(in addr, 10s) > 0.5', 'rate(dir=in & type=addr, 10s)>0.5'],
    ['converged', 'converged()'],
    ['converged() & to_self', 'converged() & to_self()'],
    ['nth(first(ping) | pong, 3)', 'nth(first(type=ping) | type=pong, 3)'],
    ['before(hello, ping)', 'before(type=hello, type=ping)'],
    ['knows(n1, n2) connected(n1, n2)', 'knows(n1, n2) & connected(n1, n2)'],
    ['reply(ping)', 'reply(type=ping)'],
  ];
  for (const [text, printed] of table) {
    assert.equal(canonical(text), printed, text);
    assert.equal(canonical(printed), printed, text);
  }
});

test('expression: with the names of nodes known, a word alone is one of them and nothing else', () => {
  const known = { nodes: ['live', 'n1'] };
  assert.equal(canonical('live in', known), 'node=live & dir=in');
  assert.equal(errorOf('n3 in', known), 'unknown word "n3" at column 1');
});

test('expression: what cannot be read is one line with its column, and what was probably meant', () => {
  const table: [text: string, message: string][] = [
    ['tpye=ping', 'unknown field "tpye" at column 1; did you mean type?'],
    ['in & pign', 'unknown word "pign" at column 6; did you mean ping?'],
    ['closed', '"closed" is no word alone at column 1; did you mean kind=closed?'],
    [
      '10.0.0.4:5999',
      '"10.0.0.4:5999" is no word alone at column 1; did you mean from=10.0.0.4:5999 or to=10.0.0.4:5999?',
    ],
    ['cuont(ping)<3', 'unknown function "cuont" at column 1; did you mean count(E)?'],
    ['body.nodid=a', 'unknown field "body.nodid" at column 1; did you mean body.nodeid?'],
    [
      'peers[0][0]=a',
      'peers has nothing inside, so "peers[0][0]" is no field at column 1; did you mean body.peers[0][0]?',
    ],
    [
      'body.peers[0]=a',
      'body.peers is a list of pairs: body.peers[0][0], body.peers[0][1], body.peers.length at column 1',
    ],
    ['state = 3', 'state is not one value: ask state.peers.size or the like at column 1'],
    ['', 'an expression is missing at column 1'],
    ['ping &', 'the expression ends where a field, a function or a type of message is wanted at column 7'],
    ['(ping', 'the expression ends where ) is wanted at column 6'],
    ['ping)', 'unexpected ")" where & or | is wanted at column 5'],
    ['len', 'the expression ends where an operator after "len" is wanted at column 4'],
    ['len >', 'the expression ends where a value after > is wanted at column 6'],
    ['len in 5', 'the expression ends where .. (a range is 1..5, a list is (a, b)) is wanted at column 9'],
    ['first ping', 'first is used as first(E); the ( is missing at column 6'],
    ['ready & x', 'ready is used as ready(ID); the ( is missing at column 6; did you mean ready(ID) or kind=ready?'],
    ['nth(ping)', 'unexpected ")" where , (nth(E, K)) is wanted at column 9'],
    ['count(ping)', 'the expression ends where an operator after "count" is wanted at column 12'],
    ['by="a', 'no closing quote for the one at column 4'],
    ['by~/a', 'no second / for the one at column 4'],
    ['a;b', 'unexpected ";" at column 2'],
    ['\u001b[31m', 'unexpected "\\u001b" at column 1'],
    ['t > 300h', '"300h" is longer than 240h at column 5'],
  ];
  for (const [text, message] of table) assert.equal(errorOf(text), message, text);
});

test('expression: limits of length, depth and lists are kept', () => {
  assert.equal(canonical(`${'('.repeat(DEPTH_MAX)}ping${')'.repeat(DEPTH_MAX)}`), 'type=ping');
  assert.match(errorOf(`${'('.repeat(DEPTH_MAX + 1)}ping`), /more than 40 parentheses/);
  assert.match(errorOf(`${'!'.repeat(1_000)}ping`), /more than 40 parentheses/);
  assert.match(errorOf(`by="${'x'.repeat(EXPRESSION_LENGTH_MAX)}"`), /longer than 4096 characters/);
  assert.match(errorOf('in '.repeat(1_000)), /when written out/);
  assert.match(errorOf(`conn in (${'1,'.repeat(101)}`), /more than 100 values/);
  assert.match(errorOf('ping '.repeat(101)), /more than 100 types/);
  assert.match(errorOf(`state${'.a'.repeat(20)}=1`), /more than 16 steps/);
});

test('expression: a range of texts that begin or end with a dot reads back as itself', () => {
  for (const text of ['id in "."..a', 'id in a..".b"', 'id in "a.".."b"']) {
    const [once, twice] = [canonical(text), canonical(canonical(text))];
    assert.equal(twice, once);
  }
});

test('expression: a tree is printed as a text that reads back as the same tree', () => {
  fc.assert(
    fc.property(trees, (tree) => {
      const text = printExpression(tree);
      fc.pre(text.length <= EXPRESSION_LENGTH_MAX);
      assert.deepEqual(withoutColumns(parseExpression(text)), withoutColumns(tree), text);
    }),
    { numRuns: 3_000 },
  );
});

test('expression: what is read prints as a text that prints as itself', () => {
  let read = 0;
  fc.assert(
    fc.property(texts, (text) => {
      let printed: string;
      try {
        printed = canonical(text);
      } catch {
        return;
      }
      read += 1;
      assert.equal(canonical(printed), printed);
      assert.deepEqual(withoutColumns(parseExpression(printed)), withoutColumns(parseExpression(text)));
    }),
    { numRuns: 5_000 },
  );
  assert.ok(read > 100, `${read} texts were read`);
});
