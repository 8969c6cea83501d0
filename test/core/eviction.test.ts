/** Who makes room for whom when all places are taken. Rule 52. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { chooseEvicted } from '../../src/core/eviction.ts';
import {
  EVICTION_SPARE_GROUPS,
  EVICTION_SPARE_PING,
  EVICTION_SPARE_USEFUL,
  MILLISECOND_US,
  MINUTE_US,
  SECOND_US,
} from '../../src/core/limits.ts';
import type { Settings } from '../../src/settings.ts';
import { addrLine, at, BareNode, helloLine, PONG } from '../helpers/bare-node.ts';
import { fc } from '../helpers/random-cases.ts';

const GRACE_US = 30 * SECOND_US;
const CALM: Partial<Settings> = {
  'ping.interval': 60 * MINUTE_US,
  'ping.timeout': 60 * MINUTE_US,
  'gossip.dial': false,
  'evict.grace': GRACE_US,
};
/** How many are protected before age counts. */
const SPARED = EVICTION_SPARE_GROUPS + EVICTION_SPARE_PING + EVICTION_SPARE_USEFUL;

interface PeerOptions {
  readonly rttUs?: number;
  readonly ext?: readonly string[];
  readonly teaches?: boolean;
}

/** A node whose inbound places are as many as the peers that come. */
class Crowd {
  readonly bare: BareNode;
  #count = 0;

  constructor(places: number, id = 'm', settings: Partial<Settings> = {}) {
    const sizes = { 'peers.max': 2 * places, 'peers.inbound': places };
    this.bare = new BareNode({ id, listen: '8.8.8.8:5999', settings: { ...CALM, ...sizes, ...settings } });
    // Every node has a salt of its own; here it follows from the id.
    this.bare.node.salt = Math.imul(1 + Number(/\d+/.exec(id)?.[0] ?? 0), 0x9e3779b1) >>> 0;
  }

  /** One more inbound peer of this group, a second younger than the one before; its number. */
  join(group: string, { rttUs = 10 * MILLISECOND_US, ext = ['nonce'], teaches = false }: PeerOptions = {}): number {
    this.bare.advance(SECOND_US);
    this.#count += 1;
    const ip = group.includes('.') ? `${group}.${this.#count >> 8}.${this.#count & 0xff}` : '127.0.0.1';
    const n = this.bare.accept(ip);
    this.bare.hear(n, helloLine(`p${this.#count}`, { ext }));
    this.bare.advance(rttUs);
    this.bare.answer(n);
    if (teaches) this.bare.hear(n, addrLine(`40.${this.#count}.0.1:6100=x${this.#count}@1`));
    return n;
  }

  /** What becomes of a newcomer: its number, and who went for it. */
  meet(ip: string, id = 'newcomer', ext: readonly string[] = []): { n: number; went: number[]; said: string[] } {
    const before = this.bare.happened('closed').length;
    this.bare.take();
    const n = this.bare.accept(ip);
    this.bare.hear(n, helloLine(id, { ext }));
    const went = this.bare
      .happened('closed')
      .slice(before)
      .filter(({ reason }) => reason === 'evicted')
      .map((event) => event.n);
    return { n, went, said: this.bare.taken('>', 'close') };
  }
}

function crowd(count: number, group = '20.1', id = 'm'): Crowd {
  const one = new Crowd(count, id);
  for (let i = 0; i < count; i += 1) one.join(group);
  return one;
}

test('eviction: the youngest of the largest group goes with a bye, and the newcomer is in', () => {
  const full = crowd(40);
  full.bare.advance(GRACE_US);
  const { n, went, said } = full.meet('30.1.0.1');
  assert.deepEqual(went, [40]);
  assert.deepEqual(said.slice(0, 5), [
    '> #40 bye evicted',
    'close #40',
    '> #41 hello nodeid=m listen=5999',
    '> #41 ping',
    '> #41 addr 8.8.8.8:5999=m',
  ]);
  assert.ok(!said.includes('> #41 bye full'));
  assert.equal(full.bare.node.peers.get('newcomer')?.n, n);
  assert.equal(full.bare.node.peers.size, 40);
  const closed = full.bare.happened('closed').at(-1);
  assert.deepEqual([closed?.reason, closed?.by, closed?.wasReady], ['evicted', 'us', true]);
});

test('eviction: nobody goes while a place is free', () => {
  const open = new Crowd(41);
  for (let i = 0; i < 40; i += 1) open.join('20.1');
  open.bare.advance(GRACE_US);
  assert.deepEqual(open.meet('30.1.0.1').went, []);
  assert.equal(open.bare.node.peers.size, 41);
});

test('eviction: nobody goes within evict.grace, and the newcomer is a visitor', () => {
  // Forty peers a second apart: for the youngest that go first the time is up last.
  const table: [sinceLastUs: number, goes: number | null, why: string][] = [
    [GRACE_US, 40, 'the last is as old as the grace'],
    [GRACE_US - 1, 39, 'the last is a moment too young'],
    [GRACE_US - 2 * SECOND_US, 38, 'the last two are too young'],
    [0, null, 'those past their grace are fewer than the protected'],
  ];
  for (const [sinceLastUs, goes, why] of table) {
    const full = crowd(40);
    const last = full.bare.session(40).readyAt ?? 0;
    full.bare.now = last + Math.max(sinceLastUs, full.bare.now - last);
    const { went, said } = full.meet('30.1.0.1');
    assert.deepEqual(went, goes === null ? [] : [goes], why);
    assert.equal(said.includes('> #41 bye full'), goes === null, why);
    assert.equal(full.bare.node.peers.has('newcomer'), goes !== null, why);
    assert.equal(full.bare.node.peers.size, 40);
  }
});

test('eviction: peers that we dialled, by hand or not, never go', () => {
  const bare = new BareNode({
    listen: '8.8.8.8:5999',
    settings: { ...CALM, 'peers.max': 40 },
    bootstrap: [{ host: '20.1.0.200', port: 6100 }],
  });
  const [attempt = 0] = bare.dials.keys();
  bare.hear(bare.dialled(attempt), helloLine('boot'), PONG);
  for (let i = 1; i <= 20; i += 1) bare.outboundPeer(`out${i}`, `20.1.0.${i}:6100`);
  for (let i = 0; bare.node.peers.size < 40; i += 1) bare.inboundPeer(`in${i}`, `${50 + i}.1.0.1`);
  bare.advance(2 * GRACE_US);
  assert.equal(chooseEvicted(bare.node, bare.now, at('30.1.0.1:40000')), null);
  bare.hear(bare.accept('30.1.0.1'), helloLine('newcomer'));
  assert.equal(bare.happened('closed').at(-1)?.reason, 'full');
  assert.equal(bare.happened('closed').length, 1, 'and nobody else');
});

test('eviction: sixteen are protected whatever their age, by group, ping and usefulness', () => {
  for (const [count, went] of [
    [SPARED - 1, []],
    [SPARED, []],
    [SPARED + 1, [SPARED + 1]],
  ] as const) {
    const full = crowd(count);
    full.bare.advance(GRACE_US);
    assert.deepEqual(full.meet('30.1.0.1').went, went, `${count} peers`);
  }
});

test('eviction: the lowest pings are protected, however young', () => {
  for (const [fast, goes] of [
    [EVICTION_SPARE_PING, 40 - EVICTION_SPARE_PING],
    [EVICTION_SPARE_PING + 1, 40],
  ] as const) {
    const full = new Crowd(40);
    for (let i = 1; i <= 40; i += 1) full.join('20.1', { rttUs: (i > 40 - fast ? 1 : 10) * MILLISECOND_US });
    full.bare.advance(GRACE_US);
    assert.deepEqual(full.meet('30.1.0.1').went, [goes], `${fast} are fast`);
  }
});

test('eviction: a low ping that no nonce proves protects nobody', () => {
  const full = new Crowd(40);
  for (let i = 1; i <= 40; i += 1)
    full.join('20.1', i > 40 - EVICTION_SPARE_PING ? { rttUs: 0, ext: [] } : { rttUs: 10 * MILLISECOND_US });
  full.bare.advance(GRACE_US);
  assert.deepEqual(full.meet('30.1.0.1').went, [40]);
});

test('eviction: those who last taught us an address are protected, however young', () => {
  for (const [useful, goes] of [
    [EVICTION_SPARE_USEFUL, 40 - EVICTION_SPARE_USEFUL],
    [EVICTION_SPARE_USEFUL - 1, 40 - EVICTION_SPARE_USEFUL + 1],
  ] as const) {
    const full = new Crowd(40);
    for (let i = 1; i <= 40; i += 1) full.join('20.1', { teaches: i > 40 - useful });
    full.bare.advance(GRACE_US);
    assert.deepEqual(full.meet('30.1.0.1').went, [goes], `${useful} are useful`);
  }
});

test('eviction: a peer that never answered a ping is not among the fast', () => {
  const full = new Crowd(40);
  for (let i = 1; i < 40; i += 1) full.join('20.1');
  full.bare.hear(full.bare.accept('20.1.9.9'), helloLine('mute'));
  full.bare.advance(GRACE_US);
  assert.deepEqual(full.meet('30.1.0.1').went, [40]);
});

test('eviction: which groups are protected differs from node to node, and is the same for one node', () => {
  const outcomes = new Map<string, number>();
  for (let k = 0; k < 16; k += 1)
    for (let again = 0; again < 2; again += 1) {
      const full = new Crowd(SPARED + 1, `node${k}`);
      for (let i = 1; i <= SPARED + 1; i += 1) full.join(i > SPARED + 1 - EVICTION_SPARE_GROUPS ? '21.1' : '20.1');
      full.bare.advance(GRACE_US);
      const [went = 0] = full.meet('30.1.0.1').went;
      assert.equal(outcomes.get(`node${k}`) ?? went, went);
      outcomes.set(`node${k}`, went);
    }
  // Either the young group is protected, or four of the old one and the youngest of all goes.
  assert.deepEqual(new Set(outcomes.values()), new Set([SPARED + 1, SPARED + 1 - EVICTION_SPARE_GROUPS]));
});

test('eviction: the older half of the unprotected stays, so that the largest group is one of the younger half', () => {
  const outcomes = new Set<number>();
  for (let k = 0; k < 16; k += 1) {
    const full = new Crowd(SPARED + 10, `node${k}`);
    for (let i = 1; i <= SPARED + 5; i += 1) full.join('20.1');
    for (const group of ['21.1', '20.1', '21.1', '20.1', '21.1']) full.join(group);
    full.bare.advance(GRACE_US);
    const [went = 0] = full.meet('30.1.0.1').went;
    outcomes.add(went);
  }
  // The young half has three of 21.1 and two of 20.1, unless the node protects 21.1 by its group.
  assert.deepEqual(outcomes, new Set([SPARED + 10, SPARED + 9]));
});

test('eviction: a newcomer of a group that is nearly as large is a visitor, and nobody goes', () => {
  const table: [what: string, ofNewcomer: number, others: number, goes: boolean][] = [
    ['two fewer', 19, 21, true],
    ['as many', 20, 20, false],
    ['more', 21, 19, false],
    ['one fewer', 20, 21, false],
  ];
  for (const [what, ofNewcomer, others, goes] of table) {
    const full = new Crowd(ofNewcomer + others);
    for (let i = 0; i < ofNewcomer; i += 1) full.join('30.1');
    for (let i = 0; i < others; i += 1) full.join('20.1');
    full.bare.advance(GRACE_US);
    const { went, said, n } = full.meet('30.1.9.9');
    assert.deepEqual(went, goes ? [ofNewcomer + others] : [], what);
    assert.equal(said.includes(`> #${n} bye full`), !goes, what);
  }
});

test('eviction: in a loopback lab no two nodes take turns', () => {
  const full = crowd(40, 'loopback');
  full.bare.advance(GRACE_US);
  for (let i = 0; i < 20; i += 1) {
    const { went, n, said } = full.meet('127.0.0.1', `late${i % 2}`);
    assert.deepEqual(went, []);
    assert.ok(said.includes(`> #${n} bye full`));
    full.bare.advance(GRACE_US);
  }
  assert.deepEqual(
    [...full.bare.node.peers.values()].map(({ n }) => n),
    Array.from({ length: 40 }, (_, i) => i + 1),
  );
  assert.deepEqual(new Set(full.bare.happened('closed').map(({ reason }) => reason)), new Set(['full']));
});

test('eviction: newcomers stop driving peers out before their group is the larger one', () => {
  const full = crowd(40);
  const rounds: number[] = [];
  for (let i = 0; i < 60; i += 1) {
    full.bare.advance(GRACE_US);
    const { went, n } = full.meet(`30.1.1.${i}`, `late${i}`, ['nonce']);
    rounds.push(went.length);
    if (went.length > 0) full.bare.answer(n);
  }
  const evicted = rounds.reduce((sum, count) => sum + count, 0);
  assert.ok(evicted >= 15 && evicted <= 20, `${evicted} of 40 have gone`);
  assert.deepEqual(new Set(rounds.slice(20)), new Set([0]), 'from then on nobody takes turns');
  assert.equal(full.bare.node.peers.size, 40);
});

test('eviction: never an outbound peer, nobody in grace, only of a group that stays at least as large', () => {
  const GROUPS = ['20.1', '21.1', '22.1', '23.1'];
  const peer = fc.record({
    group: fc.constantFrom(...GROUPS, '20.1', '20.1'),
    isOutbound: fc.boolean(),
    rttUs: fc.nat(20).map((ms) => ms * MILLISECOND_US),
    teaches: fc.boolean(),
  });
  let evictions = 0;
  fc.assert(
    fc.property(
      fc.array(peer, { minLength: 20, maxLength: 60, size: 'max' }),
      fc.constantFrom(...GROUPS, '24.1'),
      fc.nat(60),
      (peers, newcomer, waitS) => {
        const full = new Crowd(200);
        peers.forEach(({ group, isOutbound, ...options }, i) => {
          if (isOutbound) full.bare.outboundPeer(`out${i}`, `${group}.200.${i + 1}:6100`);
          else full.join(group, options);
        });
        full.bare.advance(waitS * SECOND_US);
        const address = at(`${newcomer}.250.1:40000`);
        const evicted = chooseEvicted(full.bare.node, full.bare.now, address);
        if (evicted === null) return;
        evictions += 1;
        const inbound = [...full.bare.node.peers.values()].filter(({ dir }) => dir === 'inbound');
        const sizeOf = (group: string) => inbound.filter(({ remote }) => remote.group === group).length;
        assert.equal(evicted.dir, 'inbound');
        assert.ok((evicted.readyAt ?? Infinity) <= full.bare.now - GRACE_US);
        assert.ok(sizeOf(evicted.remote.group) >= sizeOf(address.group) + 2);
      },
    ),
    { numRuns: 200 },
  );
  assert.ok(evictions > 0, 'some are evicted');
});
