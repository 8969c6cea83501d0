/** The book between two starts: what is saved comes back, and what a file says is trusted as little as a stranger. Rules 47, 64. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress, failAddress, forgetUnseen, hearAgain, vouchAddress } from '../../src/core/book.ts';
import { bookSize, createBook, findText } from '../../src/core/book-columns.ts';
import { loadEntries, type SavedEntry, savedEntries } from '../../src/core/book-saved.ts';
import {
  ANCHORS_MAX,
  DAY_US,
  FORGET_FAILURES,
  FORGET_FAILURES_NEVER,
  GROUP_SHARE,
  MINUTE_US,
  SECOND_US,
} from '../../src/core/limits.ts';
import { defaultSettings } from '../../src/settings.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { encodeMessage, parseMessage } from '../../src/wire/messages.ts';
import { at } from '../helpers/bare-node.ts';
import { checkBook } from '../helpers/book-check.ts';
import { fc } from '../helpers/random-cases.ts';

const SETTINGS = defaultSettings();
const random = createRandom(1, 1);
const momentAt = (now: number) => ({ now, random: () => nextRandom(random) });

function load(entries: readonly unknown[], now = 0, agedUs = 0) {
  const book = createBook();
  const anchors = loadEntries(book, SETTINGS, momentAt(now), entries, agedUs);
  checkBook(book, SETTINGS, Math.max(now, 0));
  return { book, anchors, saved: savedEntries(book, now, anchors) };
}

/** As earlier versions saved it. */
const OLD = { address: '20.1.0.1:6100', id: 'b', table: 'new', seenAgeS: 5, failures: 0 };
const entry = (fields: Partial<Record<keyof SavedEntry, unknown>> = {}) => ({
  ...OLD,
  heardAgeS: 0,
  provenAgeS: null,
  ...fields,
});

test('saved book: an entry tells address, id, table, age and failures, and anchors are marked', () => {
  const book = createBook();
  const moment = momentAt(100 * MINUTE_US);
  const source = { name: 't', group: 't', via: 'gossip' } as const;
  addAddress(book, SETTINGS, moment, at('20.1.0.1:6100'), 'a', source, moment.now - 90 * SECOND_US - 1);
  vouchAddress(
    book,
    SETTINGS,
    moment,
    addAddress(book, SETTINGS, moment, at('[2606:4700::1]:6100'), null, source, 0),
    'b',
  );
  failAddress(book, addAddress(book, SETTINGS, moment, at('10.0.0.1:6100'), null, source, -Infinity), 'refused', 0);
  addAddress(book, SETTINGS, moment, at('0.0.0.0:6100'), null, source, 0);
  assert.deepEqual(savedEntries(book, moment.now, [at('[2606:4700::1]:6100')]), [
    { address: '20.1.0.1:6100', id: 'a', table: 'new', seenAgeS: 90, heardAgeS: 0, provenAgeS: null, failures: 0 },
    {
      address: '[2606:4700::1]:6100',
      id: 'b',
      table: 'tried',
      seenAgeS: 0,
      heardAgeS: 0,
      provenAgeS: 0,
      failures: 0,
      anchor: true,
    },
    { address: '10.0.0.1:6100', id: null, table: 'new', seenAgeS: null, heardAgeS: 0, provenAgeS: null, failures: 1 },
  ]);
});

const address = fc
  .tuple(
    fc.constantFrom('10.0', '127.0', '20.1', '21.1'),
    fc.nat(255),
    fc.integer({ min: 1, max: 254 }),
    fc.integer({ min: 1024, max: 1100 }),
  )
  .map(([net, c, d, port]) => `${net}.${c}.${d}:${port}`);

test('saved book: what is saved comes back as it was, older by the time between', () => {
  const entries = fc.uniqueArray(
    fc.record({
      address,
      id: fc.option(fc.stringMatching(/^[0-9A-Za-z][0-9A-Za-z-]{0,63}$/)),
      table: fc.constantFrom('new', 'tried'),
      seenAgeS: fc.option(fc.nat(1_000_000)),
      heardAgeS: fc.nat(1_000_000),
      provenAgeS: fc.nat(1_000_000),
      failures: fc.nat(999),
    }),
    { maxLength: 60, selector: (one) => one.address },
  );
  fc.assert(
    fc.property(entries, fc.nat(100_000), (all, agedS) => {
      const { saved, anchors } = load(all, 7 * MINUTE_US, agedS * SECOND_US);
      assert.deepEqual(anchors, []);
      const byAddress = (a: SavedEntry, b: SavedEntry) => (a.address < b.address ? -1 : 1);
      assert.deepEqual(
        [...saved].sort(byAddress),
        all
          .map(
            (one) =>
              ({
                ...one,
                seenAgeS: one.seenAgeS === null ? null : one.seenAgeS + agedS,
                heardAgeS: one.heardAgeS + agedS,
                provenAgeS: one.provenAgeS + agedS,
              }) as SavedEntry,
          )
          .sort(byAddress),
      );
    }),
    { numRuns: 50 },
  );
});

const DAY_S = DAY_US / SECOND_US;

test('saved book: a restart makes nothing younger: what is due to be forgotten is, whatever the new clock says', () => {
  for (const now of [0, 7 * MINUTE_US]) {
    const first = createBook();
    const source = { name: 't', group: 't', via: 'gossip' } as const;
    const long = momentAt(100 * DAY_US);
    const add = (place: string, seenAt: number) => addAddress(first, SETTINGS, long, at(place), 'a', source, seenAt);
    // Proven ten days ago; somebody who was told of it keeps it young.
    vouchAddress(first, SETTINGS, momentAt(long.now - 10 * DAY_US), add('20.1.0.1:6100', -Infinity), 'a');
    hearAgain(first, 0, long.now, 'a', long.now - 5 * SECOND_US);
    vouchAddress(first, SETTINGS, momentAt(long.now - 6 * DAY_US), add('20.2.0.1:6100', -Infinity), 'b');
    add('20.3.0.1:6100', -Infinity);
    first.heardAt[2] = long.now - 29 * DAY_US;
    add('20.4.0.1:6100', long.now - 29 * DAY_US);
    add('20.5.0.1:6100', -Infinity);
    for (const slot of [0, 1])
      for (let k = 0; k < FORGET_FAILURES - 1; k += 1) failAddress(first, slot, 'refused', long.now);
    const saved = savedEntries(first, long.now, []);
    const { book } = load(saved, now, DAY_US / 2);
    const slotOf = (place: string) => findText(book, place);
    assert.equal(failAddress(book, slotOf('20.1.0.1:6100'), 'refused', now), true, 'proven ten days ago');
    assert.equal(failAddress(book, slotOf('20.2.0.1:6100'), 'refused', now), false, 'proven six and a half days ago');
    forgetUnseen(book, now + DAY_US / 2);
    assert.deepEqual([slotOf('20.3.0.1:6100') < 0, slotOf('20.4.0.1:6100') < 0], [false, false], '30 days');
    forgetUnseen(book, now + DAY_US / 2 + 2 * SECOND_US);
    assert.deepEqual([slotOf('20.3.0.1:6100') < 0, slotOf('20.4.0.1:6100') < 0], [true, true], 'more than 30 days');
    assert.deepEqual([slotOf('20.2.0.1:6100') < 0, slotOf('20.5.0.1:6100') < 0], [false, false]);
  }
});

test('saved book: an address that is proven and waits for a place has worked after a restart, too', () => {
  const full = { ...SETTINGS, 'book.tried': 1 };
  const first = createBook();
  const moment = momentAt(DAY_US);
  const source = { name: 't', group: 't', via: 'gossip' } as const;
  for (const place of ['20.1.0.1:6100', '20.2.0.1:6100'])
    vouchAddress(first, full, moment, addAddress(first, full, moment, at(place), null, source, -Infinity), 'a');
  const { book } = load(savedEntries(first, moment.now, []), 0, 0);
  const slot = findText(book, '20.2.0.1:6100');
  for (let k = 0; k < FORGET_FAILURES_NEVER; k += 1) assert.equal(failAddress(book, slot, 'refused', 0), false);
});

test('saved book: what an earlier version saved is as old as it was last seen', () => {
  const { book } = load([{ ...OLD, table: 'tried', seenAgeS: 8 * DAY_S, failures: FORGET_FAILURES - 1 }]);
  assert.equal(book.outcomes[0]?.succeededAt, -8 * DAY_US);
  assert.equal(failAddress(book, 0, 'refused', 0), true);
  const { book: other } = load([{ ...OLD, table: 'tried', seenAgeS: null, failures: FORGET_FAILURES - 1 }], MINUTE_US);
  assert.equal(other.outcomes[0]?.succeededAt, MINUTE_US, 'nobody knows when');
});

test('saved book: a public network fills its share, and local addresses have the larger one of their source', () => {
  for (const [net, share] of [
    ['20.1', defaultSettings()['book.source'] / GROUP_SHARE],
    ['10.0', defaultSettings()['book.source.local']],
    ['127.0', defaultSettings()['book.source.local']],
  ] as const) {
    const all = Array.from({ length: 300 }, (_, k) => entry({ address: `${net}.${k >> 8}.${k & 255}:6100` }));
    assert.equal(bookSize(load(all).book), share, net);
  }
});

test('saved book: more entries than the book holds leave a full book', () => {
  const all = Array.from({ length: 5_000 }, (_, k) =>
    entry({ address: `${20 + (k % 90)}.${Math.floor(k / 90)}.0.1:6100` }),
  );
  assert.equal(bookSize(load(all).book), SETTINGS['book.new']);
});

test('saved book: an entry that is none is skipped, and the good ones beside it are kept', () => {
  const bad: unknown[] = [
    null,
    0,
    'x',
    [],
    {},
    () => null,
    entry({ address: null }),
    entry({ address: 7 }),
    entry({ address: 'localhost:6100' }),
    entry({ address: '20.1.0.1' }),
    entry({ address: '20.1.0.1:0' }),
    entry({ address: '020.1.0.1:6100' }),
    entry({ address: 'x:/var/run/docker.sock' }),
    entry({ address: '0.0.0.0:6100' }),
    entry({ address: '224.0.0.1:6100' }),
    entry({ address: '20.1.0.1:22' }),
    entry({ address: '20.1.0.1:6667' }),
  ];
  for (const one of bad) assert.equal(bookSize(load([one]).book), 0, JSON.stringify(one));
  assert.equal(bookSize(load([...bad, entry(), ...bad]).book), 1);
});

test('saved book: a field that is not as it should be counts as unknown', () => {
  const table: [fields: Partial<Record<keyof SavedEntry, unknown>>, kept: Partial<SavedEntry>][] = [
    [{ id: 7 }, { id: null }],
    [{ id: '' }, { id: null }],
    [{ id: 'x'.repeat(65) }, { id: null }],
    [{ id: 'x","y' }, { id: null }],
    [{ id: 'x\n{"msgtype":"bye"}' }, { id: null }],
    [{ seenAgeS: -1 }, { seenAgeS: null }],
    [{ seenAgeS: 1.5 }, { seenAgeS: null }],
    [{ seenAgeS: Number.NaN }, { seenAgeS: null }],
    [{ seenAgeS: Infinity }, { seenAgeS: null }],
    [{ seenAgeS: '5' }, { seenAgeS: null }],
    [{ heardAgeS: -1 }, { heardAgeS: 0 }],
    [{ heardAgeS: '5' }, { heardAgeS: 0 }],
    [{ provenAgeS: -1 }, { provenAgeS: null }],
    [{ provenAgeS: Infinity }, { provenAgeS: null }],
    [{ failures: -1 }, { failures: 0 }],
    [{ failures: 1_000 }, { failures: 0 }],
    [{ failures: 0.5 }, { failures: 0 }],
    [{ failures: '9' }, { failures: 0 }],
    [{ table: 'proven' }, { table: 'new' }],
    [{ table: {} }, { table: 'new' }],
  ];
  for (const [fields, kept] of table)
    assert.deepEqual(load([entry(fields)]).saved, [{ ...entry(), ...kept }], JSON.stringify(fields));
});

test('saved book: an id that a file made up cannot break the line that tells it', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 80 }), (id) => {
      const { book } = load([entry({ id })]);
      const nodeid = book.ids[0] ?? null;
      const [told] = book.addresses;
      assert.ok(told !== undefined);
      const line = encodeMessage({ type: 'addr', peers: [{ address: told, nodeid, age: 1 }], skipped: 0, listed: 1 });
      const read = parseMessage(line);
      assert.deepEqual(read.type === 'addr' ? read.peers.map((peer) => peer.nodeid) : read.type, [nodeid]);
    }),
  );
});

test('saved book: an entry twice is one, the younger age kept', () => {
  const { saved } = load([entry({ seenAgeS: 50 }), entry({ seenAgeS: 20, id: 'c' }), entry({ seenAgeS: 90 })]);
  assert.deepEqual(saved, [entry({ seenAgeS: 20 })]);
});

test('saved book: no more anchors come back than are saved, and only of entries that are kept', () => {
  const anchors = [
    entry({ address: '0.0.0.0:6100', anchor: true }),
    entry({ address: '20.1.0.1:6100', anchor: 1 }),
    ...[2, 3, 4].map((k) => entry({ address: `20.1.0.${k}:6100`, anchor: true })),
  ];
  assert.deepEqual(
    load(anchors).anchors.map(({ text }) => text),
    ['20.1.0.2:6100', '20.1.0.3:6100'].slice(0, ANCHORS_MAX),
  );
});

test('saved book: anything at all loads without a throw into a book that holds', () => {
  const field = fc.oneof(fc.anything(), address, fc.nat(), fc.boolean());
  const raw = fc.oneof(
    fc.anything(),
    fc.record({ address: fc.oneof(address, field), id: field, seenAgeS: field, failures: field, anchor: field }),
  );
  fc.assert(
    fc.property(fc.array(raw, { maxLength: 30 }), (all) => {
      load(all, MINUTE_US, MINUTE_US);
    }),
    { numRuns: 200 },
  );
});
