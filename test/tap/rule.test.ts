/** Rules as they are typed: what each text means, and what is none. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type RuleText, readRule } from '../../src/tap/rule.ts';

const USUAL: RuleText = {
  expression: 'all',
  at: null,
  isOnce: false,
  after: 0,
  forUs: Infinity,
  verdict: { kind: 'hold', isOvertaken: false },
};

const RULES: readonly (readonly [text: string, rule: Partial<RuleText>])[] = [
  ['hello', { expression: 'hello' }],
  ['', {}],
  ['hello at send', { expression: 'hello', at: 'send' }],
  ['ping & len>5 at recv once', { expression: 'ping & len>5', at: 'recv', isOnce: true }],
  ['pong after 3 once for 5s', { expression: 'pong', after: 3, isOnce: true, forUs: 5_000_000 }],
  ['once do drop', { isOnce: true, verdict: { kind: 'drop' } }],
  ['do pass', { verdict: { kind: 'pass' } }],
  ['hello do hold!', { expression: 'hello', verdict: { kind: 'hold', isOvertaken: true } }],
  ['hello do deliver', { expression: 'hello', verdict: { kind: 'deliver', inUs: 0 } }],
  ['hello do deliver in 2s', { expression: 'hello', verdict: { kind: 'deliver', inUs: 2_000_000 } }],
  ['hello do delay 5ms', { expression: 'hello', verdict: { kind: 'deliver', inUs: 5_000 } }],
  ['hello do dup', { expression: 'hello', verdict: { kind: 'dup', copies: 1 } }],
  ['hello do dup 3', { expression: 'hello', verdict: { kind: 'dup', copies: 3 } }],
  ['hello do reset', { expression: 'hello', verdict: { kind: 'reset' } }],
  ['hello do edit body.nodeid=x', { expression: 'hello', verdict: { kind: 'edit', patch: 'body.nodeid=x' } }],
  [
    'body.agent = "we do drop" do replace {"msgtype":"ping"}',
    { expression: 'body.agent = "we do drop"', verdict: { kind: 'edit', patch: '{"msgtype":"ping"}' } },
  ],
];

for (const [text, rule] of RULES)
  test(`rule: reads ${JSON.stringify(text)}`, () => {
    assert.deepEqual(readRule(text), { ok: true, value: { ...USUAL, ...rule } });
  });

const REFUSED: readonly (readonly [text: string, said: RegExp])[] = [
  ['hello at home', /at takes send or recv/],
  ['hello after x', /after takes a number/],
  ['hello for ever', /for takes a time/],
  ['hello do', /no verdict ""/],
  ['hello do nothing', /no verdict "nothing"; there are pass/],
  ['hello do drop it', /drop takes nothing/],
  ['hello do hold it', /hold takes nothing/],
  ['hello do deliver later', /deliver in wants a time/],
  ['hello do delay', /delay wants a time/],
  ['hello do delay 9h', /delay wants a time/],
  ['hello do dup 0', /dup takes a number/],
  ['hello do dup 101', /dup takes a number/],
  ['hello do edit', /edit wants a patch/],
  ['hello do edit nodeid=x', /"nodeid=x" is no patch such as body\.nodeid=5f0c2a9e or -body\.agent/],
  ['hello do edit body.nodeid', /"body\.nodeid" is no patch/],
  ['hello do edit body.listen=1 {', /"\{" is no patch/],
  ['hello do edit {"msgtype"', /not JSON/],
  ['hello do replace ping', /replace wants a message/],
  ['x'.repeat(9_000), /more than 8192/],
];

for (const [text, said] of REFUSED)
  test(`rule: refuses ${JSON.stringify(text.slice(0, 40))}`, () => {
    const reading = readRule(text);
    assert.ok(!reading.ok);
    assert.match(reading.message, said);
  });
