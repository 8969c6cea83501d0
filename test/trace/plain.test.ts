/** Plain data as JSON: what comes back is the same and shares what was shared, and what is no plain data is refused. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromJson, toJson } from '../../src/trace/plain.ts';
import { addressOf } from '../../src/wire/address.ts';

const again = (value: unknown): unknown => fromJson(JSON.parse(JSON.stringify(toJson(value))));

test('plain: numbers that JSON has not, maps, typed arrays and what is undefined come back', () => {
  const value = {
    numbers: [0, -0, 0.1, -Infinity, Infinity, Number.NaN, 2 ** 53],
    map: new Map<unknown, unknown>([
      [1, new Map([['x', null]])],
      ['two', [undefined, true, '']],
    ]),
    arrays: [new Int32Array([-1, 2]), new Uint16Array([65_535]), new Float64Array([Infinity, 0.5]), new Uint32Array(0)],
    nothing: undefined,
  };
  assert.deepEqual(again(value), value);
  assert.ok(Object.is((again(value) as typeof value).numbers[1], -0));
});

test('plain: an object that stands in several places is one again, and addresses are what they were', () => {
  const address = addressOf('20.1.2.3', 5_999);
  const session = { n: 1, remote: address };
  const back = again({ list: [session, session], byId: new Map([['a', session]]), other: { ...session } }) as {
    list: (typeof session)[];
    byId: Map<string, typeof session>;
    other: typeof session;
  };
  assert.equal(back.list[0], back.list[1]);
  assert.equal(back.byId.get('a'), back.list[0]);
  assert.notEqual(back.other, back.list[0]);
  assert.deepEqual(back.list[0], session);
  assert.ok(Object.isFrozen(back.other.remote));
});

test('plain: a function is refused, and so is what was never written', () => {
  assert.throws(() => toJson({ run: () => 1 }), /a function is no plain data/);
  for (const broken of ['{"$again":1}', '{"$address":"nowhere"}', '{"$map":7}', '{"$array":"Array","of":[]}'])
    assert.throws(() => fromJson(JSON.parse(broken)), broken);
});
