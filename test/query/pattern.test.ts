/** Patterns: they find what the language's own expressions find, and no pattern takes long. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { QueryError } from '../../src/query/errors.ts';
import { compilePattern } from '../../src/query/pattern.ts';
import { fc } from '../helpers/random-cases.ts';

const finds = (source: string, text: string, ignoresCase = false) => compilePattern(source, ignoresCase, 1)(text);

test('pattern: it is found anywhere in the text, unless it says where', () => {
  const table: [source: string, text: string, found: boolean][] = [
    ['', '', true],
    ['b', 'abc', true],
    ['^b', 'abc', false],
    ['^abc$', 'abc', true],
    ['a.c', 'a\nc', false],
    ['^(peersh|seed)/[0-9]+\\.[0-9]', 'peersh/0.1.0', true],
    ['^(peersh|seed)/[0-9]+\\.[0-9]', 'other/0.1.0', false],
    ['^\\d{2,3}$', '1234', false],
    ['^\\d{2,3}$', '123', true],
    ['[^a-c]', 'abc', false],
    ['a|^$', '', true],
    ['(a*)*b', 'aaac', false],
  ];
  for (const [source, text, found] of table) assert.equal(finds(source, text), found, `${source} in ${text}`);
  assert.equal(finds('PEER[S-T]', 'peers', true), true);
  assert.equal(finds('PEER[S-T]', 'peers'), false);
});

const piece = fc.letrec<{ all: string; one: string }>((tie) => ({
  one: fc.oneof(
    { maxDepth: 4 },
    fc.constantFrom('a', 'b', '.', '[ab]', '[^a]', '[a-b]', '\\d', '\\W', '^', '$', '1', '\\.'),
    tie('all').map((inner) => `(${inner})`),
    fc.tuple(tie('all'), tie('all')).map(([left, right]) => `(?:${left}|${right})`),
    fc
      .tuple(tie('all'), fc.constantFrom('*', '+', '?', '{2}', '{0,2}', '{1,}'))
      .map(([inner, repeat]) => `(${inner})${repeat}`),
  ),
  all: fc.array(tie('one'), { maxLength: 3 }).map((parts) => parts.join('')),
}));

test('pattern: random patterns find what RegExp finds', () => {
  const text = fc.string({ unit: fc.constantFrom('a', 'b', '1', '.', 'A', '\n'), maxLength: 8 });
  fc.assert(
    fc.property(piece.all, text, fc.boolean(), (source, subject, ignoresCase) => {
      fc.pre(source.length <= 200);
      let ours: boolean;
      try {
        ours = finds(source, subject, ignoresCase);
      } catch (error) {
        assert.match(String(error), /too large/);
        return;
      }
      assert.equal(ours, new RegExp(source, ignoresCase ? 'i' : '').test(subject));
    }),
    { numRuns: 3_000 },
  );
});

test('pattern: patterns that stop other engines for years end at once', () => {
  const startedAt = performance.now();
  const text = `${'a'.repeat(5_000)}!`;
  for (const source of ['^(a+)+$', '^(a|aa)+$', '^(a|a)*$', '^(.*a){30}$', `^${'a?'.repeat(90)}b`, 'a*a*a*a*a*a*b'])
    assert.equal(finds(source, text), false, source);
  assert.ok(performance.now() - startedAt < 5_000);
});

test('pattern: what it does not know is refused with its column', () => {
  const table: [source: string, message: RegExp][] = [
    ['(a', /a \( without its \) .* column 4$/],
    ['a)', /a \) without its \( .* column 3$/],
    ['[a', /without its \]/],
    ['*a', /nothing before it .* column 2$/],
    ['a**', /two repeats/],
    ['a+?', /two repeats/],
    ['a{', /is no count/],
    ['a{3,2}', /greater/],
    ['a{101}', /above 100/],
    ['((a{99}){99}){99}', /too large/],
    ['((){99}){99}', /too large/],
    ['(?=a)', /no looking around/],
    ['\\1', /\\1 is not known/],
    ['\\b', /\\b is not known/],
    ['[b-a]', /not in order/],
    ['a\\', /nothing after it/],
    ['a'.repeat(201), /more than 200 characters/],
  ];
  for (const [source, message] of table)
    assert.throws(
      () => compilePattern(source, false, 1),
      (error) => error instanceof QueryError && message.test(error.message),
      source,
    );
});
