/** JSON in ASCII says the same. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { asciiOnly } from '../../src/util/ascii.ts';
import { fc } from '../helpers/random-cases.ts';

test('ascii: whatever a text holds, its JSON is printable ASCII and reads back equal', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 40 }), (text) => {
      const json = asciiOnly(JSON.stringify({ [text]: text }));
      assert.match(json, /^[\x20-\x7e]*$/);
      assert.deepEqual(JSON.parse(json), { [text]: text });
    }),
  );
});

test('ascii: DEL, C1 controls, line separators and bidi marks are escaped', () => {
  assert.equal(asciiOnly(JSON.stringify('\u007f\u009b\u2028\u202e\ufeff')), '"\\u007f\\u009b\\u2028\\u202e\\ufeff"');
});
