/** Selectors: nodes, links and expressions are told apart, printed as they are read, and wrong names are told with the nearest. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../../src/query/errors.ts';
import { SELECTOR_NAMES_MAX } from '../../src/query/limits.ts';
import { type NodeRef, namesOf, parseSelector, printSelector, type Selector } from '../../src/query/selectors.ts';
import { fc } from '../helpers/random-cases.ts';

const node = (name: string): NodeRef => ({ kind: 'node', name });
const range = (low: string, high: string): NodeRef => ({ kind: 'range', low, high });
const group = (name: string): NodeRef => ({ kind: 'group', name });
const known = { nodes: ['n1', 'n2', 'n3', 'n10', 'live'], groups: ['A', 'east'] };

function errorOf(text: string, of = known): string {
  try {
    parseSelector(text, of);
  } catch (error) {
    assert.ok(error instanceof QueryError, `${text}: ${String(error)}`);
    return error.message;
  }
  return assert.fail(`${text} is taken`);
}

test('selector: nodes, ranges, groups and links are read, with and without blanks', () => {
  const table: [text: string, selector: Selector, printed?: string][] = [
    ['all', { kind: 'all' }],
    ['n3', { kind: 'nodes', nodes: [node('n3')] }],
    ['live', { kind: 'nodes', nodes: [node('live')] }],
    ['n1..n3', { kind: 'nodes', nodes: [range('n1', 'n3')] }],
    ['@A', { kind: 'nodes', nodes: [group('A')] }],
    [
      ' n1, @east ,n2..n3 ',
      { kind: 'nodes', nodes: [node('n1'), group('east'), range('n2', 'n3')] },
      'n1,@east,n2..n3',
    ],
    ['n1>n2', { kind: 'links', from: node('n1'), to: node('n2'), both: false }],
    ['n1 <> n2', { kind: 'links', from: node('n1'), to: node('n2'), both: true }, 'n1<>n2'],
    ['@A<>@east', { kind: 'links', from: group('A'), to: group('east'), both: true }],
    ['n1..n2>@A', { kind: 'links', from: range('n1', 'n2'), to: group('A'), both: false }],
  ];
  for (const [text, selector, printed = text] of table) {
    assert.deepEqual(parseSelector(text, known), selector, text);
    assert.equal(printSelector(selector), printed);
    if (!text.includes('live')) assert.deepEqual(parseSelector(text), selector, text);
  }
});

test('selector: all else is an expression, also one with > and nodes in it', () => {
  const table: [text: string, printed: string][] = [
    ['ping', 'type=ping'],
    ['len>5', 'len>5'],
    ['peers>2', 'peers>2'],
    ['n1.peers>2', 'n1.peers>2'],
    ['t>5s & t<6s', 't>5s & t<6s'],
    ['n3 in ping', 'node=n3 & dir=in & type=ping'],
    ['(n3)', 'node=n3'],
    ['type in (ping, pong)', 'type in (ping, pong)'],
  ];
  for (const [text, printed] of table) {
    const selector = parseSelector(text, known);
    assert.equal(selector.kind, 'expression', text);
    assert.equal(printSelector(selector), printed);
  }
});

test('selector: a name that is not there is told with the nearest, where names are given', () => {
  const table: [text: string, message: string][] = [
    ['n4', 'no node "n4" at column 1; there are n1 to n10, live'],
    ['n1<>n11', 'no node "n11" at column 5; did you mean n1 or n10?'],
    ['n1 > lvie', 'no node "lvie" at column 6; did you mean live?'],
    ['n1..n9', 'no node "n9" at column 5; there are n1 to n10, live'],
    ['n1,@esat', 'no group "@esat" at column 4; did you mean @east?'],
    ['n3..n1', 'a range of names is written as n1..n4, lower one first, at column 1'],
    ['n1..live', 'a range of names is written as n1..n4, lower one first, at column 1'],
    ['n1>', 'a node is missing at column 4'],
    ['n1,,n2', 'a node is missing at column 4'],
    ['@A|@east', '"@A|@east" is no name of a group at column 1'],
    ['n1>n2>n3', 'unknown field "n1" at column 1'],
    ['n1>len>5', 'unknown field "n1" at column 1'],
    ['pign', 'unknown word "pign" at column 1; did you mean ping?'],
    ['len>a', 'len wants a number of bytes such as 100 or 64KiB, not "a", at column 5'],
  ];
  for (const [text, message] of table) assert.equal(errorOf(text), message, text);
  assert.deepEqual(parseSelector('n4'), { kind: 'nodes', nodes: [node('n4')] });
  assert.match(errorOf(Array.from({ length: SELECTOR_NAMES_MAX + 1 }, () => 'n1').join()), /more than 100 names/);
});

test('selector: a reference stands for the nodes that there are', () => {
  const groups = new Map([['A', ['n3', 'n1', 'n99']]]);
  const names = (reference: NodeRef) => namesOf(reference, known.nodes, groups);
  assert.deepEqual(names(node('n2')), ['n2']);
  assert.deepEqual(names(node('n99')), []);
  assert.deepEqual(names(range('n2', 'n10')), ['n2', 'n3', 'n10']);
  assert.deepEqual(names(group('A')), ['n1', 'n3']);
  assert.deepEqual(names(group('B')), []);
});

test('selector: what is printed reads back as the same', () => {
  const name = fc.integer({ min: 1, max: 999 }).map((number) => `n${number}`);
  const reference = fc.oneof(
    name.map(node),
    fc.tuple(fc.integer({ min: 1, max: 99 }), fc.nat(99)).map(([low, more]) => range(`n${low}`, `n${low + more}`)),
    fc.constantFrom('A', 'east-1').map(group),
  );
  const selectors: fc.Arbitrary<Selector> = fc.oneof(
    fc.array(reference, { minLength: 1, maxLength: 5 }).map((nodes): Selector => ({ kind: 'nodes', nodes })),
    fc
      .tuple(reference, reference, fc.boolean())
      .map(([from, to, both]): Selector => ({ kind: 'links', from, to, both })),
  );
  fc.assert(fc.property(selectors, (one) => assert.deepEqual(parseSelector(printSelector(one)), one)));
});
