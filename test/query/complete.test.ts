/** Completion: Tab offers what can stand at the cursor, and nothing that cannot. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readExpression } from '../../src/query/check.ts';
import { completeExpression } from '../../src/query/complete.ts';
import { FIELDS } from '../../src/query/fields.ts';
import { FUNCTIONS } from '../../src/query/functions.ts';
import { CANDIDATES_MAX } from '../../src/query/limits.ts';
import { MESSAGE_TYPES } from '../../src/wire/messages.ts';
import { scopeOf } from './scene.ts';

const known = {
  nodes: ['n1', 'n2'],
  ids: ['a1b2c3d4-5'],
  kinds: ['fault-on'],
  state: scopeOf({ nodes: ['n1'] }).state('n1'),
};
/** What is offered at the | of the text. */
const offered = (text: string, of: Parameters<typeof completeExpression>[2] = known) =>
  completeExpression(text.replace('¦', ''), text.indexOf('¦'), of).candidates;

test('completion: each place offers what can stand there', () => {
  const table: [text: string, words: readonly string[]][] = [
    ['pi¦', ['ping']],
    ['po¦', ['pong']],
    ['in & ty¦', ['type']],
    ['in ty¦', ['type']],
    ['(conv¦', ['converged()']],
    ['!cou¦', ['count(']],
    ['type ¦', ['=', '!=', '~', '!~', 'in']],
    ['len ¦', ['=', '!=', '<', '<=', '>', '>=', 'in']],
    ['count(ping) ¦', ['=', '!=', '<', '<=', '>', '>=', 'in']],
    ['body.peers ¦', ['~', '!~']],
    ['type=p¦', ['ping', 'pong']],
    ['type = p¦ & in', ['ping', 'pong']],
    ['type in ¦', ['(']],
    ['type in (ping, po¦', ['pong']],
    ['type in (ping ¦', [',', ')', '&', '|']],
    ['dir!=¦', ['in', 'out']],
    ['kind=dial¦', ['dialing', 'dial-failed', 'dial-merged']],
    ['kind=fault¦', ['fault-on']],
    ['from=¦', ['n1', 'n2']],
    ['node in ¦', ['(', 'n1', 'n2']],
    ['id=¦', ['n1', 'n2', 'a1b2c3d4-5']],
    ['t>¦', []],
    ['ready ¦', ['(', 'n1', 'n2', 'a1b2c3d4-5']],
    ['ready a1¦', ['a1b2c3d4-5']],
    ['gone(a¦', ['a1b2c3d4-5']],
    ['ready a1 ¦', ['&', '|']],
    ['connected(n1, ¦', ['n1', 'n2']],
    ['connected(n1 ¦', [',', '&', '|']],
    ['connected(n1, n2 ¦', [')', '&', '|']],
    ['nth(pi¦', ['ping']],
    ['nth(ping, ¦', []],
    ['body.nod¦', ['body.nodeid']],
    ['body.msgtype=ge¦', ['getaddr']],
    ['body.peers.¦', ['body.peers.length']],
    ['state.boo¦', ['state.book']],
    ['state.peers.¦', ['state.peers.size']],
    ['n2.¦', ['n2.state.', 'n2.peers', 'n2.addrs']],
    ['n2.state.book.coll¦', ['n2.state.book.collisions']],
    ['ping ¦', ['&', '|']],
    ['(ping ¦', [')', '&', '|']],
    ['ping an¦', ['and']],
    ['by="pi¦', []],
    ['by ~ /pi¦', []],
    ['tpye=¦', []],
    ['body.wrong=¦', []],
  ];
  for (const [text, words] of table) assert.deepEqual(offered(text), words, text);
});

test('completion: an empty text offers every type, field, function and node, and what replaces what is told', () => {
  const words = offered('¦');
  for (const word of [...MESSAGE_TYPES, ...Object.keys(FIELDS), 'peers', 'body.', 'state.', 'n1', 'n2'])
    assert.ok(words.includes(word), word);
  for (const name of Object.keys(FUNCTIONS))
    assert.ok(
      words.some((word) => word.startsWith(`${name}(`)),
      name,
    );
  assert.deepEqual(completeExpression('in & ty & x', 7, known), { from: 5, candidates: ['type'] });
  assert.ok(!offered('¦', {}).includes('n1'));
});

test('completion: it offers at most a hundred words', () => {
  const nodes = Array.from({ length: 10_000 }, (_, i) => `n${i}`);
  assert.equal(offered('from=¦', { nodes }).length, CANDIDATES_MAX);
});

test('completion: every operator it offers is taken by the checks', () => {
  for (const name of Object.keys(FIELDS)) {
    for (const operator of offered(`${name} ¦`)) {
      const values = ['a', '1', '1s', 'in', 'ping', 'ready'].map((value) => (operator === 'in' ? `(${value})` : value));
      const taken = values.some((value) => {
        try {
          readExpression(`${name} ${operator} ${value}`);
          return true;
        } catch {
          return false;
        }
      });
      assert.ok(taken, `${name} ${operator}`);
    }
  }
});
