/** Patches of JSON lines: what each makes of a line, and what is no patch of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { differences, patchLine } from '../../src/tap/patch.ts';

const HELLO = '{"msgtype":"hello","nodeid":"a1","listen":5999}';
const ADDR = '{"msgtype":"addr","peers":[["10.0.0.1:5999","b2"]]}';

const PATCHES: readonly (readonly [line: string, patch: string, result: string])[] = [
  [HELLO, 'body.nodeid=c3', '{"msgtype":"hello","nodeid":"c3","listen":5999}'],
  [HELLO, 'body.nodeid="c3" body.listen=1', '{"msgtype":"hello","nodeid":"c3","listen":1}'],
  [HELLO, 'body.agent="a b" -body.listen', '{"msgtype":"hello","nodeid":"a1","agent":"a b"}'],
  [HELLO, 'body.ext=["v6", "nonce"]', '{"msgtype":"hello","nodeid":"a1","listen":5999,"ext":["v6","nonce"]}'],
  [HELLO, 'body.nodeid=é', '{"msgtype":"hello","nodeid":"\\u00e9","listen":5999}'],
  [HELLO, '{"msgtype":"ping"}', '{"msgtype":"ping"}'],
  [ADDR, 'body.peers[0][1]=', '{"msgtype":"addr","peers":[["10.0.0.1:5999",""]]}'],
  [
    ADDR,
    'body.peers[1]=["10.0.0.2:5999","x"]',
    '{"msgtype":"addr","peers":[["10.0.0.1:5999","b2"],["10.0.0.2:5999","x"]]}',
  ],
  [ADDR, '-body.peers[0]', '{"msgtype":"addr","peers":[]}'],
  ['no JSON', '{"msgtype":"ping"}', '{"msgtype":"ping"}'],
];

for (const [line, patch, result] of PATCHES)
  test(`patch: ${patch} of ${line}`, () => {
    assert.deepEqual(patchLine(line, patch), { ok: true, line: result });
  });

const REFUSED: readonly (readonly [line: string, patch: string, said: RegExp])[] = [
  [HELLO, '', /a patch is/],
  [HELLO, 'nodeid=1', /is no patch such as/],
  [HELLO, 'body.nodeid', /is no patch such as/],
  [HELLO, 'body.__proto__=1', /no field/],
  [HELLO, 'body.nodeid.x=1', /no place/],
  [HELLO, '-body.agent', /there is no body.agent/],
  [ADDR, 'body.peers[3]=1', /no place/],
  [ADDR, 'body.peers.x=1', /no place/],
  [HELLO, '{"msgtype":', /not JSON/],
  ['no JSON', 'body.x=1', /whole/],
  [HELLO, `body.agent=${'x'.repeat(70_000)}`, /at most/],
];

for (const [line, patch, said] of REFUSED)
  test(`patch: refuses ${patch.slice(0, 40)} of ${line}`, () => {
    const patched = patchLine(line, patch);
    assert.ok(!patched.ok);
    assert.match(patched.message, said);
  });

test('patch: differences name the fields that changed and no others', () => {
  assert.deepEqual(differences(HELLO, HELLO), []);
  assert.deepEqual(differences(HELLO, '{"msgtype":"hello","nodeid":"c3","agent":"x"}'), [
    '- body.nodeid="a1"',
    '+ body.nodeid="c3"',
    '- body.listen=5999',
    '+ body.agent="x"',
  ]);
  assert.deepEqual(differences('x', 'y'), ['- x', '+ y']);
});
