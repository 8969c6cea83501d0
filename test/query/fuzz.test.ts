/** Random texts: none throws anything but a QueryError of one line, and none takes more than its length allows. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpression } from '../../src/query/check.ts';
import { completeExpression } from '../../src/query/complete.ts';
import { QueryError } from '../../src/query/errors.ts';
import { EXPRESSION_LENGTH_MAX } from '../../src/query/limits.ts';
import { compile } from '../../src/query/match.ts';
import { parseSelector } from '../../src/query/selectors.ts';
import { fc } from '../helpers/random-cases.ts';
import { texts } from './expressions.ts';
import { observation, scopeOf } from './scene.ts';

/** Runs it; whether it was fine. */
function allows(run: () => void): boolean {
  try {
    run();
    return true;
  } catch (error) {
    assert.ok(error instanceof QueryError, String(error));
    assert.match(error.message, /^[ -~]+$/);
    assert.ok(error.column >= 1 && error.column <= EXPRESSION_LENGTH_MAX + 1);
    return false;
  }
}

test('query: 20,000 random texts are read, matched, completed and taken as selectors, or refused in one line', () => {
  const scope = scopeOf({ nodes: ['n1', 'n2', 'n3'] });
  const known = { nodes: scope.nodes(), groups: ['A'], state: scope.state('n1') };
  const event = observation({ message: { type: 'ping', nonce: 5 }, dir: 'in', from: 'n2', to: 'n1' });
  let matched = 0;
  fc.assert(
    fc.property(texts, (text) => {
      if (allows(() => void compile(readExpression(text), scope).test(event))) matched += 1;
      allows(() => void readExpression(text, known));
      allows(() => void parseSelector(text, known));
      completeExpression(text, text.length, known);
    }),
    { numRuns: 20_000 },
  );
  assert.ok(matched > 2_000, `${matched} texts were matched`);
});

test('query: the longest texts of every bad form are answered at once', () => {
  const forms = [
    '(',
    '!',
    '[',
    '["',
    '"',
    '/',
    'a.',
    'a[0]',
    '["]',
    '\\',
    'ping ',
    'in (',
    '..',
    'not ',
    'ready ',
    'x,',
  ];
  const heads = ['', 'state', 'conn in (', 'by=', 'by~/', 'count('];
  const startedAt = performance.now();
  for (const head of heads) {
    for (const form of forms) {
      const text = `${head}${form.repeat(EXPRESSION_LENGTH_MAX)}`.slice(0, EXPRESSION_LENGTH_MAX);
      allows(() => void readExpression(text));
      allows(() => void parseSelector(text));
      completeExpression(text, text.length);
    }
  }
  assert.ok(performance.now() - startedAt < 5_000);
});
