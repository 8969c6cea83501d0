/** The columns of addresses against a plain Map, and the rules of what is kept and what goes. Rules 36, 37. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  addAddress,
  disproveAddress,
  failAddress,
  forgetAddress,
  forgetUnseen,
  hearAgain,
  learnAddress,
  vouchAddress,
} from '../../src/core/book.ts';
import { keepIncumbent } from '../../src/core/book-collisions.ts';
import {
  type Book,
  bookSize,
  createBook,
  findAddress,
  findText,
  isTried,
  type Source,
} from '../../src/core/book-columns.ts';
import {
  COLLISIONS_MAX,
  DAY_US,
  FORGET_FAILURES,
  FORGET_FAILURES_AFTER_US,
  FORGET_UNSEEN_US,
  SECOND_US,
} from '../../src/core/limits.ts';
import { defaultSettings, type Settings } from '../../src/settings.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { at } from '../helpers/bare-node.ts';
import { checkBook } from '../helpers/book-check.ts';
import { fc } from '../helpers/random-cases.ts';

const gossip = (group: string): Source => ({ name: group, group, via: 'gossip' });
const MANUAL: Source = { name: 'manual', group: 'manual', via: 'manual' };
const place = (k: number) => at(`${k % 3 === 0 ? '10' : String(20 + (k % 50))}.0.${k >> 8}.${k & 255}:6100`);

/** A book with its settings and a clock. */
function open(settings: Partial<Settings> = {}, random: () => number = () => 0) {
  const all = { ...defaultSettings(), ...settings };
  const book = createBook();
  const moment = { now: 1_000 * DAY_US, random };
  return {
    book,
    settings: all,
    moment,
    add: (k: number, source: Source = gossip('g'), id: string | null = null, seenAt = -Infinity) =>
      addAddress(book, all, moment, place(k), id, source, seenAt),
    vouch: (slot: number, id: string | null = 'v') => vouchAddress(book, all, moment, slot, id),
    fail: (slot: number) => failAddress(book, slot, 'refused', moment.now),
    places: () => book.addresses.map(({ text }) => text),
    check: () => checkBook(book, all, moment.now),
  };
}

interface Known {
  id: string | null;
  readonly source: Source;
  heardAt: number;
  seenAt: number;
  failures: number;
  succeededAt: number | null;
  tried: boolean;
}

type Step = readonly [kind: 'add' | 'hear' | 'fail' | 'vouch' | 'forget' | 'old' | 'wait', k: number, extra: number];

const steps = fc.array(
  fc.tuple(
    fc.constantFrom('add', 'add', 'add', 'add', 'hear', 'fail', 'fail', 'vouch', 'vouch', 'forget', 'old', 'wait'),
    fc.nat(30),
    fc.nat(9),
  ) as fc.Arbitrary<Step>,
  { maxLength: 120 },
);

const GROUPS = ['private', 'v4:1.2', 'v4:3.4'];

/** What the one collision that a failure settles does: the waiting address takes the place. */
function settle(book: Book, model: Map<string, Known>, text: string): void {
  const first = book.collisions.find(({ incumbent }) => incumbent === text);
  const candidate = model.get(first?.candidate ?? '');
  const old = model.get(text);
  if (old === undefined || candidate === undefined || candidate.tried) return;
  old.tried = false;
  candidate.tried = true;
}

/** Plays the steps on a book and on a plain Map; both must say the same after each. */
function play(all: readonly Step[], seed: number): void {
  const random = createRandom(seed, 0);
  const limits = { 'book.new': 12, 'book.tried': 4 };
  const { book, settings, moment, check } = open(limits, () => nextRandom(random));
  const model = new Map<string, Known>();
  for (const [kind, k, extra] of all) {
    const address = place(k);
    const known = model.get(address.text);
    const slot = findAddress(book, address);
    assert.equal(slot >= 0, known !== undefined);
    if (kind === 'wait') moment.now += extra * extra * DAY_US;
    else if (kind === 'old') {
      forgetUnseen(book, moment.now);
      for (const [text, { heardAt, seenAt }] of model)
        if (moment.now - (seenAt === -Infinity ? heardAt : seenAt) > FORGET_UNSEEN_US) model.delete(text);
    } else if (kind === 'add' || kind === 'hear') {
      const source = gossip(GROUPS[extra % GROUPS.length] as string);
      const seenAt = extra > 6 ? -Infinity : moment.now - extra * DAY_US;
      const id = extra % 2 === 0 ? `id${extra}` : null;
      const isFull = model.size - book.tried >= limits['book.new'];
      const learnt = learnAddress(book, settings, moment, address, id, source, seenAt);
      if (known !== undefined) {
        assert.equal(learnt, slot);
        known.heardAt = moment.now;
        known.id ??= id;
        known.seenAt = Math.max(known.seenAt, seenAt);
      } else {
        const gone = [...model.keys()].filter((text) => findText(book, text) < 0);
        assert.equal(gone.length, isFull ? 1 : 0, 'one goes exactly when the table is full');
        for (const text of gone) {
          assert.equal(model.get(text)?.tried, false, 'what has worked is not evicted for hearsay');
          model.delete(text);
        }
        model.set(address.text, {
          id,
          source,
          heardAt: moment.now,
          seenAt,
          failures: 0,
          succeededAt: null,
          tried: false,
        });
      }
    } else if (known === undefined) continue;
    else if (kind === 'forget') {
      forgetAddress(book, slot);
      model.delete(address.text);
    } else if (kind === 'fail') {
      known.failures += 1;
      if (known.tried) settle(book, model, address.text);
      const never = known.succeededAt === null && known.failures >= 3;
      const long = known.failures >= 10 && moment.now - (known.succeededAt ?? known.heardAt) >= 7 * DAY_US;
      assert.equal(failAddress(book, slot, 'refused', moment.now), never || long);
      if (never || long) model.delete(address.text);
    } else {
      const triedBefore = book.tried;
      vouchAddress(book, settings, moment, slot, `proven${extra}`);
      Object.assign(known, { id: `proven${extra}`, seenAt: moment.now, succeededAt: moment.now });
      known.tried ||= triedBefore < limits['book.tried'];
    }
    check();
    assert.deepEqual(
      new Map(
        book.addresses.map(({ text }, at) => [
          text,
          {
            id: book.ids[at],
            source: book.sources[at],
            heardAt: book.heardAt[at],
            seenAt: book.seenAt[at],
            failures: book.outcomes[at]?.failures ?? 0,
            succeededAt: book.outcomes[at]?.succeededAt ?? null,
            tried: isTried(book, at),
          },
        ]),
      ),
      model,
    );
    for (const { candidate, incumbent } of book.collisions) assert.notEqual(candidate, incumbent);
  }
}

test('book: the columns say what a plain map says, whatever happens', () => {
  fc.assert(fc.property(steps, fc.nat(), play), { numRuns: 400 });
});

test('book: an address is known once; learning it again keeps its source and its slot', () => {
  const { book, settings, moment, add } = open();
  assert.deepEqual([add(1), add(2)], [0, 1]);
  assert.equal(learnAddress(book, settings, moment, place(1), 'x', MANUAL, moment.now), 0);
  assert.deepEqual([book.sources[0]?.name, book.ids[0], bookSize(book)], ['g', 'x', 2]);
});

test('book: hearsay overwrites no id; a handshake does', () => {
  const { book, moment, add, vouch } = open();
  add(1, gossip('g'), 'a');
  hearAgain(book, 0, moment.now, 'b', -Infinity);
  assert.equal(book.ids[0], 'a');
  vouch(0, 'c');
  assert.equal(book.ids[0], 'c');
});

test('book: a source of gossip has 64 new addresses, a local one 256, and lists and commands no bound', () => {
  for (const [group, share] of [
    ['v4:1.2', defaultSettings()['book.source']],
    ['v6:2001:db8', defaultSettings()['book.source']],
    ['private', defaultSettings()['book.source.local']],
    ['loopback', defaultSettings()['book.source.local']],
  ] as const) {
    const { add, vouch, check } = open();
    for (let k = 0; k < share; k += 1) assert.equal(add(k, gossip(group)), k);
    assert.equal(add(share, gossip(group)), -1, group);
    assert.equal(add(share, MANUAL), share);
    assert.equal(add(share + 1, gossip('other')), share + 1);
    vouch(0);
    assert.equal(add(share + 2, gossip(group)), share + 2, 'what is proven no longer counts');
    assert.equal(add(share + 3, gossip(group)), -1);
    check();
  }
});

test('book: a full table of new makes room by the one that failed most, then by the one heard of longest ago', () => {
  const many = (values: readonly number[]) => {
    let i = 0;
    return () => values[i++ % values.length] as number;
  };
  const all = many([0, 0.25, 0.5, 0.75]);
  const { moment, add, fail, places, check, book } = open({ 'book.new': 4 }, all);
  for (const k of [1, 2, 4, 5]) {
    moment.now += SECOND_US;
    add(k);
  }
  fail(2);
  add(7);
  assert.deepEqual(new Set(places()), new Set([1, 2, 5, 7].map((k) => place(k).text)), 'the failed one');
  moment.now += SECOND_US;
  hearAgain(book, findAddress(book, place(1)), moment.now, null, -Infinity);
  add(8);
  assert.deepEqual(new Set(places()), new Set([1, 5, 7, 8].map((k) => place(k).text)), 'the one heard of longest ago');
  check();
});

test('book: hearsay never evicts an address that has worked', () => {
  const { add, vouch, places, check } = open({ 'book.new': 1, 'book.tried': 3 });
  for (const k of [1, 2, 4]) vouch(add(k));
  for (const k of [5, 7, 8]) {
    add(k);
    assert.deepEqual(new Set(places()), new Set([1, 2, 4, k].map((one) => place(one).text)));
    check();
  }
});

test('book: a success that was none leaves what was proven before, and nothing that was not', () => {
  const { book, settings, moment, add, vouch, check, places } = open({ 'book.new': 2, 'book.tried': 1 });
  vouch(add(1));
  const workedAt = moment.now;
  moment.now += SECOND_US;
  vouch(0);
  disproveAddress(book, settings, moment, 0);
  assert.deepEqual([book.outcomes[0]?.succeededAt, isTried(book, 0)], [workedAt, true]);
  disproveAddress(book, settings, moment, 0);
  assert.equal(book.outcomes[0]?.succeededAt, workedAt, 'it is undone once');
  vouch(add(2));
  assert.equal(book.collisions.length, 1);
  disproveAddress(book, settings, moment, 1);
  assert.deepEqual([book.outcomes[1]?.succeededAt, book.collisions], [null, []]);
  forgetAddress(book, 0);
  vouch(0);
  add(4);
  add(5);
  disproveAddress(book, settings, moment, 0);
  assert.deepEqual([book.tried, places().length], [0, 2], 'a table that was full stays within its bound');
  check();
});

test('book: an address that never worked is forgotten at its third failure', () => {
  const { add, fail, places } = open();
  add(1);
  add(2);
  assert.deepEqual([fail(0), fail(0)], [false, false]);
  assert.equal(fail(0), true);
  assert.deepEqual(places(), [place(2).text]);
});

test('book: an address that worked is forgotten after ten failures and seven days, not before both', () => {
  const rounds: [failures: number, afterUs: number, forgotten: boolean][] = [
    [FORGET_FAILURES - 1, FORGET_FAILURES_AFTER_US + DAY_US, false],
    [FORGET_FAILURES, FORGET_FAILURES_AFTER_US - 1, false],
    [FORGET_FAILURES, FORGET_FAILURES_AFTER_US, true],
    [FORGET_FAILURES + 5, FORGET_FAILURES_AFTER_US - 1, false],
  ];
  for (const [failures, afterUs, forgotten] of rounds) {
    const { moment, add, vouch, fail } = open();
    vouch(add(1));
    for (let k = 1; k < failures; k += 1) assert.equal(fail(0), false);
    moment.now += afterUs;
    assert.equal(fail(0), forgotten, `${failures} failures, ${afterUs} us`);
  }
});

test('book: addresses of the list and of commands are never forgotten for failures', () => {
  for (const via of ['manual', 'boot', 'keep'] as const) {
    const { moment, add, fail } = open();
    add(1, { name: via, group: via, via });
    for (let k = 0; k < 20; k += 1) {
      moment.now += DAY_US;
      assert.equal(fail(0), false);
    }
  }
});

test('book: what nobody has seen for 30 days is forgotten, hearsay counted from when it was heard', () => {
  const { book, moment, add, vouch, places, check } = open();
  add(1);
  add(2, gossip('g'), null, moment.now - DAY_US);
  vouch(add(4));
  add(5);
  moment.now += FORGET_UNSEEN_US - DAY_US;
  forgetUnseen(book, moment.now);
  assert.equal(bookSize(book), 4, 'exactly 30 days are not too many');
  moment.now += 1;
  forgetUnseen(book, moment.now);
  assert.ok(!places().includes(place(2).text));
  hearAgain(book, findAddress(book, place(5)), moment.now, null, -Infinity);
  moment.now += DAY_US;
  forgetUnseen(book, moment.now);
  assert.deepEqual(places(), [place(5).text]);
  check();
});

/** A book whose table `tried` is full with 1 and 2, and 4 is proven and waits. */
function collided() {
  const one = open({ 'book.tried': 2 }, () => 0);
  for (const k of [1, 2]) one.vouch(one.add(k));
  one.vouch(one.add(4));
  return one;
}

test('book: a proven address waits while tried is full, against one address that has worked', () => {
  const { book, check, vouch } = collided();
  assert.deepEqual(book.collisions, [{ candidate: place(4).text, incumbent: place(1).text }]);
  assert.equal(isTried(book, 2), false);
  vouch(2);
  assert.equal(book.collisions.length, 1, 'it waits once');
  check();
});

test('book: an old address that works again keeps its place', () => {
  for (const how of ['vouch', 'keep'] as const) {
    const { book, vouch, check } = collided();
    if (how === 'vouch') vouch(0);
    else keepIncumbent(book, place(1).text);
    assert.deepEqual(book.collisions, []);
    assert.deepEqual([isTried(book, 0), isTried(book, 2)], [true, false]);
    check();
  }
});

test('book: an old address that fails its test gives way, and stays known', () => {
  const { book, fail, check } = collided();
  assert.equal(fail(1), false);
  assert.equal(book.collisions.length, 1, 'another one failing changes nothing');
  fail(0);
  assert.deepEqual(book.collisions, []);
  assert.deepEqual([isTried(book, 0), isTried(book, 2), book.tried, bookSize(book)], [false, true, 2, 3]);
  check();
});

test('book: who was forgotten while it waited for a place and is heard of again is hearsay, and takes none', () => {
  const { book, add, fail, check } = collided();
  forgetAddress(book, 2);
  add(4);
  fail(0);
  assert.deepEqual([isTried(book, 0), isTried(book, 2)], [true, false]);
  check();
});

test('book: addresses that wait for a place are bounded', () => {
  const { book, add, vouch, check } = open({ 'book.tried': 1 });
  for (let k = 0; k < COLLISIONS_MAX + 5; k += 1) vouch(add(k));
  assert.equal(book.collisions.length, COLLISIONS_MAX);
  check();
});
