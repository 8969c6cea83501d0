/** Whom to dial when, as rounds: what is known and what happens, then exactly the dials that follow. Rules 20, 41-48. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { addAddress, failAddress, vouchAddress } from '../../src/core/book.ts';
import { bookSize, findText } from '../../src/core/book-columns.ts';
import type { Via } from '../../src/core/events.ts';
import { BOOTSTRAP_MAX, DIALLED_IPS_MAX, MINUTE_US, SECOND_US } from '../../src/core/limits.ts';
import { loadBook, saveBook } from '../../src/core/node.ts';
import { whyNotDial } from '../../src/core/obstacles.ts';
import { UNUSED } from '../../src/core/pace.ts';
import type { ReasonCode } from '../../src/core/reasons.ts';
import type { Settings } from '../../src/settings.ts';
import { addrLine, at, BareNode, type BareOptions, helloLine, PONG } from '../helpers/bare-node.ts';

const HOUR_US = 60 * MINUTE_US;
/** Long periods of what would otherwise mix with the round at hand. */
const CALM: Partial<Settings> = {
  'dial.feeler': 24 * HOUR_US,
  'dial.rotate': 24 * HOUR_US,
  'getaddr.ask': 24 * HOUR_US,
  'ping.timeout': 24 * HOUR_US,
  'ping.interval': HOUR_US,
};

function calm(settings: Partial<Settings> = {}, options: BareOptions = {}): BareNode {
  return new BareNode({ listen: '8.8.8.8:5999', ...options, settings: { ...CALM, ...settings } });
}
const lan = (settings: Partial<Settings> = {}, options: BareOptions = {}) =>
  calm(settings, { listen: '10.0.0.1:5999', ...options });

/** Addresses as gossip would have brought them, and a look at what may be dialled. */
function know(bare: BareNode, ...places: readonly string[]): void {
  const { node, context } = bare;
  for (const place of places) {
    const [text = '', id = null] = place.split('=');
    addAddress(
      node.book,
      node.settings,
      context,
      at(text),
      id,
      { name: 't', group: `t${text}`, via: 'gossip' },
      -Infinity,
    );
  }
  look(bare);
}

/** Makes the node look through everything that could be dialled. */
function look(bare: BareNode): void {
  bare.node.dialDue = true;
  bare.wake();
}

const dialsOf = (bare: BareNode) => bare.taken('dial ').map((line) => line.split(' ')[2]);

/** The k-th of many public addresses, `perGroup` of each group. */
const far = (k: number, perGroup = 1) => `${20 + Math.floor(k / perGroup)}.1.${k % perGroup}.1:6100`;
const FAR = Array.from({ length: 40 }, (_, k) => far(k));
const near = (k: number) => `10.0.1.${k}:6100`;
const NEAR = Array.from({ length: 100 }, (_, k) => near(k + 1));

/** Answers every dial that waits and makes a peer of it. */
function answerAll(bare: BareNode): void {
  for (const [attempt, address] of [...bare.dials]) {
    const n = bare.dialled(attempt);
    bare.hear(n, helloLine(`id-${address.text.replace(/[^0-9]/g, '-')}`), PONG);
  }
}

test('dialer: learnt addresses are dialled, at most eight at once', () => {
  const bare = lan();
  know(bare, ...NEAR);
  assert.equal(dialsOf(bare).length, 8);
  bare.refuse(1);
  assert.equal(dialsOf(bare).length, 1, 'one that ends makes room for one');
});

test('dialer: a dial that connects makes room for the next, before any hello', () => {
  const bare = lan(
    { 'dial.parallel': 1 },
    {
      bootstrap: [
        { host: '10.0.0.2', port: 6100 },
        { host: '10.0.0.3', port: 6100 },
      ],
    },
  );
  assert.deepEqual(dialsOf(bare), ['10.0.0.2:6100']);
  bare.dialled(1);
  assert.deepEqual(dialsOf(bare), ['10.0.0.3:6100']);
});

test('dialer: public outbound stops at 8 and at two of a group, local outbound at 60', () => {
  const rounds: [name: string, known: string[], peers: number][] = [
    ['many groups', FAR, 8],
    ['one group', Array.from({ length: 20 }, (_, k) => far(k, 20)), 2],
    ['three groups', Array.from({ length: 30 }, (_, k) => far(k, 10)), 6],
    ['local', NEAR, 60],
    ['both', [...FAR, ...NEAR], 68],
  ];
  for (const [name, known, peers] of rounds) {
    const bare = calm();
    know(bare, ...known);
    for (let round = 0; round < 60; round += 1) {
      answerAll(bare);
      bare.advance(SECOND_US);
    }
    assert.equal(bare.views.ready(), peers, name);
    assert.deepEqual(bare.happened('closed'), [], name);
  }
});

test('dialer: a dial and a handshake hold a slot', () => {
  const bare = calm({ 'peers.outbound': 2 });
  know(bare, ...FAR);
  assert.equal(dialsOf(bare).length, 2);
  const n = bare.dialled(1);
  assert.deepEqual(dialsOf(bare), []);
  bare.hangUp(n);
  assert.equal(dialsOf(bare).length, 1);
});

test('dialer: peers that dialled us hold no slot of those we dial', () => {
  const bare = calm({ 'peers.outbound': 1 });
  bare.inboundPeer('b', '9.9.9.9');
  know(bare, FAR[0] as string);
  assert.deepEqual(dialsOf(bare), [FAR[0]]);
});

test('dialer: public dials by hearsay are 16 at once and then two a second', () => {
  const bare = calm({ 'dial.parallel': 40, 'peers.outbound': 40, 'peers.outbound.max': 40 });
  know(bare, ...FAR);
  assert.equal(dialsOf(bare).length, 16);
  bare.advance(SECOND_US + 2);
  assert.equal(dialsOf(bare).length, 2);
  bare.advance(5 * SECOND_US + 10);
  assert.equal(dialsOf(bare).length, 10);
});

test('dialer: local dials need no token', () => {
  const bare = calm({ 'dial.parallel': 40 });
  know(bare, ...NEAR);
  assert.equal(dialsOf(bare).length, 40);
});

test('dialer: one public IP is dialled by hearsay once a minute, a local one by IP and port', () => {
  const bare = calm();
  know(bare, '20.1.0.1:6100', '20.1.0.1:6101', '10.0.1.1:6100', '10.0.1.1:6101');
  assert.deepEqual(dialsOf(bare).filter((place) => place?.startsWith('20')).length, 1);
  const [first] = [...bare.dials].find(([, address]) => address.class === 'public') ?? [];
  bare.refuse(first as number);
  bare.advance(60 * SECOND_US - 1);
  assert.deepEqual(dialsOf(bare), []);
  bare.advance(1);
  assert.equal(dialsOf(bare).filter((place) => place?.startsWith('20')).length, 1);
});

test('dialer: no second dial by hearsay of an address within 35 s', () => {
  const bare = lan({ 'dial.retry': 1 });
  bare.random = () => 0.5;
  know(bare, near(1));
  bare.refuse(1);
  bare.take();
  bare.advance(35 * SECOND_US - 1);
  assert.deepEqual(dialsOf(bare), []);
  bare.advance(1);
  assert.deepEqual(dialsOf(bare), [near(1)]);
});

test('dialer: nothing is dialled twice: not in flight, not connected; an id by hearsay hides nothing (rule 23)', () => {
  const bare = lan();
  bare.inboundPeer('b', '10.0.1.3', { listen: 6100 });
  bare.connect(near(1));
  bare.outboundPeer('c', near(2));
  bare.take();
  know(bare, near(3), `${near(4)}=b`);
  assert.deepEqual(dialsOf(bare), [near(4)]);
  bare.hear(bare.dialled([...bare.dials.keys()].at(-1) as number), helloLine('d'));
  bare.take();
  bare.advance(HOUR_US);
  assert.deepEqual(dialsOf(bare), []);
});

test('dialer: gossip.dial off learns and never dials, and on dials at once', () => {
  const bare = lan({ 'gossip.dial': false });
  const n = bare.inboundPeer('b', '10.0.0.9');
  bare.hear(n, addrLine(near(1)));
  bare.advance(MINUTE_US);
  assert.deepEqual(dialsOf(bare), []);
  assert.equal(bare.views.addrs()[0]?.reason, 'gossip-off');
  assert.equal(bare.connect(near(2)), 1, 'a command dials');
  bare.take();
  bare.order({ kind: 'set', key: 'gossip.dial', value: true });
  assert.deepEqual(dialsOf(bare), [near(1)]);
});

test('dialer: backoff grows by n² seconds from 5 s to 5 minutes, a quarter more or less', () => {
  for (const [random, factor] of [
    [0.5, 1],
    [0, 0.75],
    [0.999_999, 1.25],
  ] as const) {
    const bare = lan();
    bare.random = () => random;
    const { node } = bare;
    know(bare, near(1));
    vouchAddress(node.book, node.settings, bare.context, 0, 'b');
    const waits: number[] = [];
    for (let failures = 1; failures <= 20; failures += 1) {
      bare.refuse([...bare.dials.keys()][0] as number);
      waits.push((node.book.outcomes[0]?.nextDialAt ?? 0) - bare.now);
      bare.advance(400 * SECOND_US);
    }
    const expected = waits.map((_, k) => Math.min(300, 5 + (k + 1) * (k + 1)) * factor);
    for (const [k, wait] of waits.entries())
      assert.ok(Math.abs(wait / SECOND_US - (expected[k] as number)) < 0.01, `failure ${k + 1}: ${wait}`);
  }
});

test('dialer: three handshakes that fail in a row make the backoff long', () => {
  for (const [place, longS] of [
    [near(1), 30],
    [far(1), 600],
  ] as const) {
    const bare = calm({ 'dial.retry': 1 });
    bare.random = () => 0.5;
    const { node } = bare;
    know(bare, place);
    vouchAddress(node.book, node.settings, bare.context, 0, 'b');
    const waits: number[] = [];
    for (let k = 0; k < 3; k += 1) {
      bare.hangUp(bare.dialled([...bare.dials.keys()][0] as number));
      waits.push(Math.floor(((node.book.outcomes[0]?.nextDialAt ?? 0) - bare.now) / SECOND_US));
      bare.advance(65 * SECOND_US);
    }
    assert.deepEqual(waits, [1, 4, longS], place);
  }
});

test('dialer: a handshake that ends well ends the row of failed ones', () => {
  const bare = lan();
  know(bare, near(1));
  const { node } = bare;
  vouchAddress(node.book, node.settings, bare.context, 0, 'b');
  const outcome = node.book.outcomes[0];
  for (let k = 0; k < 2; k += 1) {
    bare.hangUp(bare.dialled([...bare.dials.keys()][0] as number));
    bare.advance(MINUTE_US);
  }
  assert.equal(outcome?.handshakesFailed, 2);
  bare.hear(bare.dialled([...bare.dials.keys()][0] as number), helloLine('b'));
  assert.equal(outcome?.handshakesFailed, 0);
});

test('dialer: a connection of 15 s ends the backoff, a shorter one is a failure', () => {
  for (const [livedUs, failures] of [
    [15 * SECOND_US, 0],
    [15 * SECOND_US - 1, 2],
  ] as const) {
    const bare = lan({}, { bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
    bare.refuse(1);
    bare.advance(2 * SECOND_US);
    const n = bare.dialled(2);
    bare.hear(n, helloLine('b'));
    bare.advance(livedUs);
    bare.take();
    bare.hangUp(n);
    assert.equal(bare.node.targets[0]?.failures, failures);
    assert.equal(bare.node.book.outcomes[0]?.failures, failures);
    assert.deepEqual(dialsOf(bare), failures === 0 ? [near(1)] : [], 'a list entry is dialled again at once');
  }
});

test('dialer: bootstrap is tried after 1, 2, 4 … seconds for ever, at most 5 s apart locally and 60 s publicly', () => {
  for (const [host, capS] of [
    ['10.0.1.1', 5],
    ['20.1.0.1', 60],
  ] as const) {
    for (const keep of [false, true]) {
      const bare = calm({ 'gossip.dial': false }, keep ? {} : { bootstrap: [{ host, port: 6100 }] });
      bare.random = () => 0.5;
      if (keep) bare.connect(`${host}:6100`, true);
      const waits: number[] = [];
      for (let k = 0; k < 12; k += 1) {
        bare.refuse([...bare.dials.keys()][0] as number);
        const from = bare.now;
        while (bare.dials.size === 0) bare.advance(bare.wakeAt - bare.now);
        waits.push((bare.now - from) / SECOND_US);
        assert.equal(bare.dials.size, 1);
      }
      assert.deepEqual(
        waits,
        [1, 2, 4, 8, 16, 32, 64, 64, 64, 64, 64, 64].map((wait) => Math.min(wait, capS)),
      );
      assert.deepEqual(bare.happened('forgotten'), []);
    }
  }
});

test('dialer: a changed interval of asking, rotating or feeling counts from now on, shorter or longer', () => {
  for (const [key, dueAt] of [
    ['getaddr.ask', (bare: BareNode) => bare.node.nextAskAt],
    ['dial.rotate', (bare: BareNode) => bare.node.nextRotateAt],
    ['dial.feeler', (bare: BareNode) => bare.node.nextFeelerAt],
  ] as const) {
    const bare = lan({ [key]: HOUR_US });
    const others = () => ['nextAskAt', 'nextRotateAt', 'nextFeelerAt'].map((name) => bare.node[name as 'nextAskAt']);
    bare.advance(MINUTE_US);
    const before = others();
    bare.order({ kind: 'set', key, value: 10 * SECOND_US });
    assert.equal(dueAt(bare) - bare.now, 10 * SECOND_US, key);
    assert.equal(others().filter((at, k) => at !== before[k]).length, 1, `${key} moves nothing else`);
    assert.ok(bare.wakeAt <= dueAt(bare), `${key}: the wake-up is moved, too`);
    bare.advance(10 * SECOND_US);
    assert.equal(dueAt(bare) - bare.now, 10 * SECOND_US, `${key}: it was done`);
    bare.order({ kind: 'set', key, value: 2 * HOUR_US });
    assert.equal(dueAt(bare) - bare.now, 2 * HOUR_US, key);
  }
});

test('dialer: a shorter retry of the list counts from now on, for addresses and for names', () => {
  for (const [host, key] of [
    ['10.0.1.1', 'bootstrap.retry'],
    ['10.0.1.1', 'bootstrap.retry.max'],
    ['20.1.0.1', 'bootstrap.retry.max.public'],
    ['a.example', 'bootstrap.retry'],
    ['a.example', 'bootstrap.retry.max.public'],
  ] as const) {
    const long = {
      'bootstrap.retry': HOUR_US,
      'bootstrap.retry.max': HOUR_US,
      'bootstrap.retry.max.public': HOUR_US,
      'gossip.dial': false,
    };
    const bare = calm(long, { bootstrap: [{ host, port: 6100 }] });
    bare.random = () => 0.5;
    if (bare.dials.size > 0) bare.refuse(1);
    else bare.resolved(host, []);
    bare.advance(MINUTE_US);
    bare.take();
    bare.order({ kind: 'set', key, value: 10 * SECOND_US });
    bare.advance(10 * SECOND_US - 1);
    assert.deepEqual(bare.taken('dial', 'resolve'), [], `${host} ${key}`);
    bare.advance(1);
    assert.equal(bare.taken('dial', 'resolve').length, 1, `${host} ${key}`);
  }
});

test('dialer: a full node of the list is no hurry with all slots taken, and is asked again once one is free', () => {
  const bare = calm({ 'peers.outbound': 2 }, { bootstrap: [{ host: '20.9.0.1', port: 5999 }] });
  const [attempt] = [...bare.dials.keys()];
  const full = bare.dialled(attempt ?? 0);
  bare.hear(full, helloLine('f'), '{"msgtype":"bye","reason":"full"}');
  bare.hangUp(full);
  know(bare, ...FAR.slice(0, 2));
  answerAll(bare);
  bare.take();
  bare.advance(5 * MINUTE_US);
  assert.deepEqual(dialsOf(bare), []);
  assert.ok((bare.views.bootstrap()[0]?.nextDialMs ?? 0) > 60_000, 'the list tells when');
  const [peer] = [...bare.node.peers.values()].filter(({ dir }) => dir === 'outbound');
  bare.hangUp(peer?.n ?? 0);
  assert.ok(dialsOf(bare).includes('20.9.0.1:5999'));
});

test('dialer: a full node of the list that is waited for is asked again in the end', () => {
  const bare = calm({ 'peers.outbound': 1 }, { bootstrap: [{ host: '20.9.0.1', port: 5999 }] });
  const full = bare.dialled([...bare.dials.keys()][0] ?? 0);
  bare.hear(full, helloLine('f'), '{"msgtype":"bye","reason":"full"}');
  bare.hangUp(full);
  know(bare, ...FAR.slice(0, 1));
  answerAll(bare);
  bare.take();
  bare.advance(12 * MINUTE_US);
  assert.ok(dialsOf(bare).includes('20.9.0.1:5999'));
});

test('dialer: a full node of the list is asked again as late as anybody is, and the list says that it is full', () => {
  for (const [host, capS] of [
    ['10.0.1.1', 5],
    ['20.1.0.1', 60],
  ] as const) {
    const bare = calm({ 'gossip.dial': false }, { bootstrap: [{ host, port: 6100 }] });
    bare.random = () => 0.5;
    for (let k = 0; k < 3; k += 1) {
      const n = bare.dialled([...bare.dials.keys()][0] as number);
      bare.hear(n, helloLine('b'), '{"msgtype":"bye","reason":"full"}');
      bare.hangUp(n);
      assert.equal(bare.views.bootstrap()[0]?.lastError, 'full');
      const from = bare.now;
      while (bare.dials.size === 0) bare.advance(bare.wakeAt - bare.now);
      assert.equal((bare.now - from) / SECOND_US, capS);
    }
  }
});

test('dialer: bootstrap retries are spread, so that a network does not dial in step', () => {
  const waits = [1, 2, 3].map((seed) => {
    const bare = lan({}, { seed, bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
    bare.refuse(1);
    return (bare.node.targets[0]?.nextAt ?? 0) - bare.now;
  });
  assert.equal(new Set(waits).size, 3);
  assert.ok(waits.every((wait) => wait >= 0.75 * SECOND_US && wait <= 1.25 * SECOND_US));
});

test('dialer: a dial of ourselves from the list is made once and then skipped', () => {
  const bare = lan({}, { bootstrap: [{ host: '10.0.0.1', port: 5999 }] });
  assert.deepEqual(dialsOf(bare), ['10.0.0.1:5999']);
  bare.hear(bare.dialled(1), helloLine('m'));
  bare.advance(HOUR_US);
  assert.deepEqual(dialsOf(bare), []);
  assert.equal(bare.views.bootstrap()[0]?.state, 'self');
  assert.equal(bare.happened('self').length, 1);
});

test('dialer: a name of the list that also leads to us is dialled at its other addresses', () => {
  const bare = lan({}, { bootstrap: [{ host: 'seeds.example', port: 5999 }] });
  bare.resolved('seeds.example', ['10.0.0.1', '10.0.1.2']);
  bare.hear(bare.dialled(1), helloLine('m'));
  bare.advance(2 * SECOND_US);
  assert.deepEqual(dialsOf(bare), ['10.0.0.1:5999', '10.0.1.2:5999']);
  assert.equal(bare.views.bootstrap()[0]?.state, 'dialing');
});

test('dialer: a name of the list is dialled at each of its addresses in turn', () => {
  const bare = lan({}, { bootstrap: [{ host: 'seeds.example', port: 6100 }] });
  assert.deepEqual(bare.take(), ['resolve seeds.example']);
  bare.resolved('seeds.example', ['10.0.1.1', '10.0.1.2', '10.0.1.3']);
  for (let k = 1; k <= 5; k += 1) {
    bare.refuse(k);
    bare.advance(7 * SECOND_US);
  }
  assert.deepEqual(
    dialsOf(bare),
    [1, 2, 3, 1, 2, 3].map((k) => near(k)),
  );
});

test('dialer: a peer that stays for longer than a month is not forgotten as unseen', () => {
  const bare = lan({ 'ping.interval': HOUR_US, 'ping.timeout': 24 * HOUR_US });
  const n = bare.inboundPeer('b', '10.0.1.9', { listen: 6100 });
  for (let hours = 0; hours < 32 * 24; hours += 1) {
    bare.advance(HOUR_US);
    bare.hear(n, PONG);
  }
  assert.equal(bare.views.peer(n)?.state, 'ready');
  assert.ok(bare.views.addrs().some(({ address }) => address === '10.0.1.9:6100'));
});

test('dialer: a name whose addresses fail is looked up again after ten minutes, and what was known holds while that fails', () => {
  const bare = lan({}, { bootstrap: [{ host: 'seeds.example', port: 6100 }] });
  bare.resolved('seeds.example', ['10.0.1.1']);
  const lookUps = () => bare.take().filter((line) => line === 'resolve seeds.example').length;
  const failFor = (forUs: number) => {
    for (const until = bare.now + forUs; bare.now < until; bare.advance(6 * SECOND_US))
      for (const attempt of [...bare.dials.keys()]) bare.refuse(attempt);
  };
  lookUps();
  failFor(9 * 60 * SECOND_US);
  assert.equal(lookUps(), 0);
  failFor(2 * 60 * SECOND_US);
  assert.equal(lookUps(), 1);
  bare.resolved('seeds.example', []);
  assert.deepEqual(bare.views.bootstrap()[0]?.resolved, ['10.0.1.1:6100']);
  failFor(11 * 60 * SECOND_US);
  bare.resolved('seeds.example', ['10.0.1.9']);
  assert.deepEqual(bare.views.bootstrap()[0]?.resolved, ['10.0.1.9:6100']);
});

test('dialer: the name of a place that is connected is not looked up, whatever failed before', () => {
  for (const how of ['by its address', 'by another address'] as const) {
    const bare = lan({}, { bootstrap: [{ host: 'seeds.example', port: 6100 }] });
    bare.resolved('seeds.example', ['10.0.1.1']);
    bare.refuse(1);
    bare.advance(2 * SECOND_US);
    const first = bare.dialled(2);
    let kept = first;
    if (how === 'by another address') {
      kept = bare.inboundPeer('b', '10.0.1.9');
      bare.advance(20 * SECOND_US);
    }
    bare.hear(first, helloLine('b'), PONG);
    bare.hear(kept, PONG);
    bare.take();
    bare.advance(11 * MINUTE_US);
    bare.order({ kind: 'set', key: 'peers.max', value: 124 });
    assert.deepEqual(bare.taken('resolve', 'dial'), [], how);
    bare.hangUp(kept);
    bare.advance(10 * SECOND_US);
    assert.ok(bare.taken('resolve', 'dial').length > 0, `${how}: once it has gone, it is dialled`);
  }
});

test('dialer: a name that cannot be resolved is looked up again, one that resolves to too much is cut', () => {
  const bare = lan({}, { bootstrap: [{ host: 'a.example', port: 6100 }] });
  bare.resolved('a.example', []);
  assert.deepEqual(bare.take(), ['resolve a.example']);
  assert.equal(bare.views.bootstrap()[0]?.lastError, 'no-name');
  bare.advance(SECOND_US - 1);
  assert.deepEqual(bare.take(), []);
  bare.advance(1);
  assert.deepEqual(bare.take(), ['resolve a.example']);
  bare.resolved(
    'a.example',
    Array.from({ length: 12 }, (_, k) => `10.0.1.${k + 1}`),
  );
  assert.equal(bare.node.targets[0]?.resolved.length, 8);
  assert.equal(bare.node.targets[0]?.lastError, null);
});

test('dialer: names that resolve alike are one entry of the list, and the next name of that host is not lost', () => {
  const bare = lan(
    {},
    {
      bootstrap: [
        { host: '127.0.0.1', port: 6100 },
        { host: 'localhost', port: 6100 },
        { host: 'localhost', port: 6101 },
      ],
    },
  );
  bare.resolved('localhost', ['127.0.0.1']);
  assert.deepEqual(
    bare.views.bootstrap().map(({ address, state }) => [address, state]),
    [
      ['127.0.0.1:6100', 'dialing'],
      ['localhost:6101', 'dialing'],
    ],
  );
});

test('dialer: an entry of the list that is there already is not added again', () => {
  const bare = lan({}, { bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
  bare.order({ kind: 'bootstrap-add', host: '10.0.1.1', port: 6100 });
  assert.equal(bare.node.targets.length, 1);
  bare.order({ kind: 'bootstrap-add', host: '10.0.1.1', port: 6101 });
  assert.equal(bare.node.targets.length, 2);
  const answer = bare.order({ kind: 'bootstrap-remove', host: '10.0.1.9', port: 6100 });
  assert.equal(answer.ok ? null : answer.reason, 'not-listed');
  assert.ok(bare.order({ kind: 'bootstrap-remove', host: '10.0.1.1', port: 6100 }).ok);
  bare.refuse(1);
  bare.advance(HOUR_US);
  assert.equal(bare.happened('dialing').filter(({ via, address }) => via === 'boot' && address === near(1)).length, 1);
});

test('dialer: a special address of the list is refused with its reason, and never dialled where a file names it', () => {
  const bare = lan({}, { bootstrap: [{ host: '0.0.0.0', port: 6100 }] });
  const answer = bare.order({ kind: 'bootstrap-add', host: '224.0.0.1', port: 6100 });
  assert.deepEqual(answer, {
    ok: false,
    reason: 'bad-address',
    message: '224.0.0.1:6100 is not an address that can be dialled',
  });
  bare.advance(HOUR_US);
  assert.deepEqual(dialsOf(bare), []);
  assert.deepEqual(
    bare.views.bootstrap().map(({ address, lastError }) => [address, lastError]),
    [['0.0.0.0:6100', 'bad-address']],
  );
  assert.equal(bookSize(bare.node.book), 0);
});

test('dialer: list and kept peers together are bounded', () => {
  const bare = lan({ 'dial.parallel': 1 });
  for (let k = 0; k < BOOTSTRAP_MAX; k += 1) bare.connect(`10.1.${Math.floor(k / 200)}.${k % 200}:6100`, true);
  assert.equal(bare.node.targets.length, BOOTSTRAP_MAX);
  for (const order of [
    { kind: 'bootstrap-add', host: '10.0.1.1', port: 6100 },
    { kind: 'connect', host: '10.0.1.1', port: 6100, keep: true },
    { kind: 'connect', host: 'a.example', port: 6100, keep: true },
  ] as const) {
    const answer = bare.order(order);
    assert.equal(answer.ok ? null : answer.reason, 'over-limit', order.kind);
  }
  assert.ok(bare.order({ kind: 'connect', host: '10.0.1.1', port: 6100, keep: false }).ok);
  assert.equal(bare.node.targets.length, BOOTSTRAP_MAX);
});

test('dialer: a kept name that is resolved when the list has filled up is refused, with the reason', () => {
  const bare = lan({ 'dial.parallel': 1 });
  bare.order({ kind: 'connect', host: 'a.example', port: 6100, keep: true });
  for (let k = 0; k < BOOTSTRAP_MAX; k += 1)
    bare.order({ kind: 'bootstrap-add', host: `10.1.${Math.floor(k / 200)}.${k % 200}`, port: 6100 });
  bare.take();
  bare.resolved('a.example', ['10.0.1.1']);
  assert.deepEqual(dialsOf(bare), []);
  assert.deepEqual(
    bare.happened('dial-failed').map(({ reason }) => reason),
    ['over-limit'],
  );
  assert.equal(bare.node.targets.length, BOOTSTRAP_MAX);
});

test('dialer: a list entry that leads to a peer we have by another address is not dialled over and over', () => {
  const bare = lan({}, { bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
  const peer = bare.inboundPeer('b', '10.0.1.9', { listen: 6100 });
  bare.advance(20 * SECOND_US);
  bare.hear(bare.dialled(1), helloLine('b'));
  bare.hear(peer, PONG);
  assert.deepEqual(bare.taken('closed'), ['closed #2 duplicate']);
  bare.advance(10 * MINUTE_US);
  assert.deepEqual(dialsOf(bare), []);
  assert.equal(bare.views.bootstrap()[0]?.state, 'connected');
  bare.hangUp(peer);
  assert.ok(dialsOf(bare).includes('10.0.1.1:6100'), 'once that peer has gone it is');
});

/** Says hello under an id and calls the connection a duplicate, whatever it is. */
function callDuplicate(bare: BareNode, id = 'b'): void {
  const n = bare.dialled([...bare.dials.keys()][0] as number);
  bare.hear(n, helloLine(id), '{"msgtype":"bye","reason":"duplicate"}');
  bare.hangUp(n);
}

test('dialer: a list entry that calls every connection a duplicate of nothing fails like any other', () => {
  const bare = lan({}, { bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
  bare.random = () => 0.5;
  const waits: number[] = [];
  for (let k = 0; k < 4; k += 1) {
    callDuplicate(bare);
    const from = bare.now;
    while (bare.dials.size === 0) bare.advance(bare.wakeAt - bare.now);
    waits.push((bare.now - from) / SECOND_US);
  }
  assert.deepEqual(waits, [1, 2, 4, 5]);
  assert.equal(bare.views.bootstrap()[0]?.lastError, 'bye');
});

test('dialer: a duplicate of a peer that lives is a success', () => {
  const bare = lan({}, { bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
  const peer = bare.inboundPeer('b', '10.0.1.9', { listen: 6100 });
  bare.advance(20 * SECOND_US);
  callDuplicate(bare);
  assert.equal(bare.node.peers.get('b')?.n, peer);
  const [target] = bare.node.targets;
  assert.deepEqual([target?.failures, target?.lastError], [0, null]);
  const outcome = bare.node.book.outcomes[findText(bare.node.book, '10.0.1.1:6100')];
  assert.deepEqual([outcome?.failures, outcome?.handshakesFailed, outcome?.succeededAt], [0, 0, bare.now]);
});

test('dialer: a gossiped address that only calls duplicate has the long backoff, and is forgotten if it never worked', () => {
  for (const [place, longS] of [
    [near(1), 30],
    [far(1), 600],
  ] as const)
    for (const worked of [false, true]) {
      const bare = calm({ 'dial.retry': 1 });
      bare.random = () => 0.5;
      const { node } = bare;
      know(bare, place);
      if (worked) vouchAddress(node.book, node.settings, bare.context, 0, 'b');
      const workedAt = worked ? bare.now : null;
      const waits: number[] = [];
      for (let k = 0; k < 3; k += 1) {
        callDuplicate(bare, `liar${k}`);
        const outcome = node.book.outcomes[0];
        if (outcome != null) {
          waits.push(Math.floor((outcome.nextDialAt - bare.now) / SECOND_US));
          assert.equal(outcome.succeededAt, workedAt, 'it proved nothing');
        }
        bare.advance(65 * SECOND_US);
      }
      assert.deepEqual(waits, worked ? [1, 4, longS] : [1, 4], place);
      assert.deepEqual(
        bare.happened('forgotten').map(({ address }) => address),
        worked ? [] : [place],
      );
      assert.equal(node.book.tried, worked ? 1 : 0);
    }
});

test('dialer: a command ignores backoff, history, slots, tokens and gossip.dial, and ends a hold', () => {
  const bare = calm({ 'peers.outbound': 1, 'gossip.dial': false });
  bare.outboundPeer('a', far(0));
  for (let k = 0; k < 5; k += 1) {
    bare.refuse(bare.connect(far(1)));
    assert.ok((bare.node.book.outcomes[1]?.failures ?? 0) === k + 1);
  }
  const n = bare.outboundPeer('b', far(2));
  bare.order({ kind: 'drop', n });
  assert.deepEqual([...bare.node.held.keys()], ['b', far(2)]);
  bare.connect(far(2));
  assert.equal(bare.node.held.size, 0);
});

test('dialer: a command for what is dialled already joins that dial, for a connection it names it', () => {
  const bare = lan();
  const attempt = bare.connect(near(1));
  assert.equal(bare.connect(near(1)), attempt);
  const n = bare.dialled(attempt);
  bare.take();
  assert.deepEqual(bare.order({ kind: 'connect', host: '10.0.1.1', port: 6100, keep: false }), {
    ok: true,
    attempt: null,
    n,
  });
  bare.hear(n, helloLine('b'));
  assert.deepEqual(bare.order({ kind: 'connect', host: '10.0.1.1', port: 6100, keep: false }), {
    ok: true,
    attempt: null,
    n,
  });
  assert.deepEqual(dialsOf(bare), []);
});

test('dialer: connect by name resolves, then dials or says what it joined', () => {
  const bare = lan();
  const connect = (host: string) => {
    const answer = bare.order({ kind: 'connect', host, port: 6100, keep: false });
    assert.ok(answer.ok && answer.attempt !== null);
    return answer.attempt;
  };
  const [one, two, three] = [connect('a.example'), connect('b.example'), connect('c.example')];
  bare.resolved('a.example', ['10.0.1.1']);
  bare.resolved('b.example', ['10.0.1.1']);
  bare.resolved('c.example', []);
  assert.deepEqual(bare.taken('dial'), [`dial ${one} 10.0.1.1:6100`]);
  assert.deepEqual(bare.happened('dial-merged'), [{ kind: 'dial-merged', attempt: two, into: one, n: null }]);
  assert.deepEqual(
    bare.happened('dial-failed').map(({ attempt, reason }) => [attempt, reason]),
    [[three, 'no-name']],
  );
});

test('dialer: an address that cannot be dialled is refused with its reason', () => {
  const bare = lan();
  for (const host of ['0.0.0.0', '224.0.0.1', '255.255.255.255']) {
    const answer = bare.order({ kind: 'connect', host, port: 6100, keep: false });
    assert.equal(answer.ok ? null : answer.reason, 'bad-address');
  }
  assert.deepEqual(dialsOf(bare), []);
});

test('dialer: a dropped peer of the list is not dialled until drop.hold is over', () => {
  const bare = lan({ 'drop.hold': MINUTE_US }, { bootstrap: [{ host: '10.0.1.1', port: 6100 }] });
  const n = bare.dialled(1);
  bare.hear(n, helloLine('b'), PONG);
  bare.advance(20 * SECOND_US);
  bare.take();
  bare.order({ kind: 'drop', n });
  assert.equal(bare.views.bootstrap()[0]?.state, 'held');
  bare.advance(MINUTE_US - 1);
  assert.deepEqual(dialsOf(bare), []);
  bare.advance(1);
  assert.deepEqual(dialsOf(bare), ['10.0.1.1:6100']);
});

test('dialer: what was banned is dialled again when the ban ends, or is lifted', () => {
  for (const how of ['ends', 'lifted'] as const)
    for (const known of ['list', 'gossip'] as const) {
      const bare = lan({}, known === 'list' ? { bootstrap: [{ host: '10.0.1.1', port: 6100 }] } : {});
      if (known === 'gossip') know(bare, near(1));
      bare.refuse(1);
      bare.take();
      bare.order({ kind: 'ban', target: '10.0.1.1', forUs: MINUTE_US });
      bare.advance(MINUTE_US - 1);
      assert.deepEqual(dialsOf(bare), [], 'nobody dials what a user banned');
      if (how === 'ends') bare.advance(1);
      else bare.order({ kind: 'unban', target: '10.0.1.1' });
      assert.deepEqual(dialsOf(bare), [near(1)], `${known}, ${how}`);
    }
});

test('dialer: whyNotDial gives each reason', () => {
  const bare = calm({ 'peers.outbound': 1 });
  bare.outboundPeer('a', far(0));
  bare.hear(bare.dialled(bare.connect('7.7.7.7:7000')), helloLine('m'));
  bare.order({ kind: 'drop', n: bare.outboundPeer('h', '10.0.1.8:6100') });
  know(bare, `20.1.9.9:6100=a`, far(7));
  bare.order({ kind: 'set', key: 'gossip.dial', value: false });
  know(bare, near(1), near(2), near(3));
  bare.order({ kind: 'set', key: 'gossip.dial', value: true });
  bare.refuse(bare.dials.keys().next().value as number);
  const { node } = bare;
  const dialing = [...bare.dials.values()][0] as { text: string };
  const backing = bare.happened('dial-failed')[0]?.address ?? '';
  const slot = findText(node.book, backing);
  const table: [place: string, via: Via, reason: ReasonCode | null][] = [
    ['7.7.7.7:7000', 'gossip', 'is-self'],
    ['7.7.7.7:7000', 'manual', 'is-self'],
    ['8.8.8.8:5999', 'gossip', 'is-self'],
    ['8.8.8.8:5999', 'boot', null],
    [dialing.text, 'gossip', 'dialing'],
    [dialing.text, 'manual', 'dialing'],
    [far(0), 'gossip', 'connected'],
    [far(0), 'manual', 'connected'],
    ['20.1.9.9:6100', 'gossip', 'slots'],
    ['20.1.9.9:6100', 'boot', null],
    ['10.0.1.8:6100', 'gossip', 'held'],
    ['10.0.1.8:6100', 'keep', 'held'],
    ['10.0.1.8:6100', 'manual', null],
    [backing, 'gossip', 'backoff'],
    [backing, 'boot', null],
    [far(7), 'gossip', 'slots'],
    [far(7), 'manual', null],
  ];
  for (const [place, via, reason] of table)
    assert.equal(whyNotDial(node, bare.now, at(place), via), reason, `${place} ${via}`);
  const outcome = node.book.outcomes[slot];
  assert.ok(outcome != null);
  outcome.nextDialAt = bare.now;
  assert.equal(whyNotDial(node, bare.now, at(backing), 'gossip'), 'just-dialled');
  bare.order({ kind: 'set', key: 'peers.outbound', value: 8 });
  node.dialledIps.set('20.1.9.8', bare.now);
  bare.order({ kind: 'set', key: 'gossip.dial', value: false });
  assert.equal(whyNotDial(node, bare.now, at(near(50)), 'gossip'), 'gossip-off');
  bare.order({ kind: 'set', key: 'gossip.dial', value: true });
});

test('dialer: another port of an IP that was just dialled is refused for that', () => {
  const bare = calm();
  know(bare, '20.1.0.1:6100');
  bare.refuse(1);
  know(bare, '20.1.0.1:6101');
  assert.equal(whyNotDial(bare.node, bare.now, at('20.1.0.1:6101'), 'gossip'), 'same-ip');
});

test('dialer: an IP that was just dialled is not dialled back', () => {
  const bare = calm();
  know(bare, '20.1.0.1:6100');
  bare.refuse(1);
  bare.take();
  const n = bare.inboundPeer('b', '20.1.0.1', { listen: 6101 });
  assert.deepEqual(dialsOf(bare), []);
  assert.equal(bare.session(n).confirmed, false);
  bare.inboundPeer('c', '20.1.0.2', { listen: 6101 });
  assert.deepEqual(dialsOf(bare), ['20.1.0.2:6101'], 'its neighbour is');
});

test('dialer: addresses that are dialled by hearsay are remembered by IP, a bounded number of them', () => {
  const bare = calm({
    'dial.parallel': 4_096,
    'peers.max': 8_192,
    'peers.outbound': 4_096,
    'peers.outbound.max': 4_096,
    'book.new': 4_096,
  });
  for (let k = 0; k < DIALLED_IPS_MAX + 76; k += 100)
    know(bare, ...Array.from({ length: 100 }, (_, i) => `${20 + Math.floor((k + i) / 50)}.${(k + i) % 50}.0.1:6100`));
  for (let i = 0; i < 100; i += 1) {
    bare.node.publicDialsUsedTo = UNUSED;
    look(bare);
  }
  assert.ok(dialsOf(bare).length > DIALLED_IPS_MAX);
  assert.ok(bare.node.dialledIps.size <= DIALLED_IPS_MAX);
});

test('dialer: with the target reached one known address is dialled now and then, and the oldest by gossip goes', () => {
  const bare = calm({ 'peers.outbound': 2, 'dial.rotate': 300 * SECOND_US });
  know(bare, far(0), far(1));
  answerAll(bare);
  const manual = bare.outboundPeer('hand', far(9));
  assert.deepEqual(
    bare.happened('closed').map(({ n, reason }) => [n, reason]),
    [[1, 'rotated']],
    'it is over target, and the command stays',
  );
  know(bare, far(3));
  bare.take();
  bare.advance(300 * SECOND_US);
  const [dialled] = dialsOf(bare);
  assert.ok(dialled !== undefined);
  const n = bare.dialled([...bare.dials.keys()][0] as number);
  bare.hear(n, helloLine('new'));
  assert.deepEqual(bare.taken('close'), [], 'not before it has answered a ping');
  bare.hear(n, PONG);
  assert.deepEqual(bare.taken('>', 'close').slice(-3), ['> #2 bye rotated', 'close #2', 'closed #2 rotated']);
  assert.deepEqual([...bare.node.sessions.keys()], [manual, n]);
});

test('dialer: peers of commands and of the list stay, however old they are', () => {
  const bare = calm({ 'peers.outbound': 2 }, { bootstrap: [{ host: '25.1.0.1', port: 6100 }] });
  const listed = bare.dialled(1);
  bare.hear(listed, helloLine('listed'), PONG);
  const kept = bare.outboundPeer('kept', far(8));
  const last = bare.outboundPeer('last', far(9));
  assert.deepEqual([...bare.node.sessions.keys()], [listed, kept, last]);
  assert.deepEqual(bare.happened('closed'), []);
});

test('dialer: below target nothing is rotated', () => {
  const bare = calm({ 'dial.rotate': 300 * SECOND_US });
  const places = Array.from({ length: 6 }, (_, k) => far(k, 10));
  know(bare, ...places);
  answerAll(bare);
  assert.equal(bare.views.ready(), 2);
  bare.take();
  for (let k = 0; k < 6; k += 1) bare.advance(300 * SECOND_US);
  assert.deepEqual(dialsOf(bare), [], 'two of one group are enough');
});

test('dialer: rotation keeps to two of a group and to the most public peers that we dial', () => {
  const bare = calm({ 'peers.outbound': 2, 'peers.outbound.max': 2, 'dial.rotate': 300 * SECOND_US });
  know(bare, far(0), far(1), far(2));
  answerAll(bare);
  bare.take();
  bare.advance(300 * SECOND_US);
  assert.deepEqual(dialsOf(bare), [], 'there is no slot above target');
  bare.order({ kind: 'set', key: 'peers.outbound.max', value: 3 });
  bare.advance(300 * SECOND_US);
  assert.equal(dialsOf(bare).length, 1);
});

test('dialer: with public slots full one unproven address is visited now and then', () => {
  const bare = calm({ 'peers.outbound': 1, 'dial.feeler': 120 * SECOND_US });
  know(bare, far(0));
  answerAll(bare);
  know(bare, far(1), near(1));
  bare.refuse([...bare.dials.keys()][0] as number);
  bare.take();
  bare.advance(120 * SECOND_US);
  assert.ok(dialsOf(bare).includes(far(1)));
  const attempt = [...bare.dials].find(([, { text }]) => text === far(1))?.[0] as number;
  const n = bare.dialled(attempt);
  assert.deepEqual(bare.taken('>'), [`> #${n} hello nodeid=m listen=5999 visit`]);
  bare.hear(n, helloLine('b'));
  assert.deepEqual(bare.taken('>', 'close'), [`> #${n} bye visit`, `close #${n}`, `closed #${n} visit`]);
  const { book } = bare.node;
  assert.equal(book.outcomes[findText(book, far(1))]?.tried, true);
  assert.equal(bare.node.peers.has('b'), false);
  assert.deepEqual(bare.views.gone(), [], 'a visit is not among the gone');
});

test('dialer: a visit that a command ends leaves its place among the dials to who waits for one', () => {
  const bare = calm({ 'dial.parallel': 1 });
  const left = bare.inboundPeer('a', '20.1.0.1', { listen: 6100 });
  assert.deepEqual(dialsOf(bare), ['20.1.0.1:6100'], 'it is visited');
  bare.hangUp(left);
  bare.inboundPeer('b', '20.2.0.1');
  bare.advance(10 * SECOND_US);
  const rival = bare.accept('20.1.0.1');
  bare.hear(rival, helloLine('b', { listen: 6100, ext: ['nonce'] }));
  assert.equal(bare.session(rival).stage, 'rival');
  know(bare, near(1));
  bare.take();
  bare.order({ kind: 'connect', host: '20.1.0.1', port: 6100, keep: false });
  assert.deepEqual(dialsOf(bare), [near(1)]);
});

test('dialer: below target no feeler goes out', () => {
  const bare = calm({ 'peers.outbound': 2, 'dial.feeler': 120 * SECOND_US });
  know(bare, far(0));
  answerAll(bare);
  bare.take();
  bare.advance(600 * SECOND_US);
  assert.deepEqual(dialsOf(bare), []);
});

test('dialer: the old address of a collision is tested, and keeps its place when it works', () => {
  for (const works of [true, false]) {
    const bare = calm({ 'peers.outbound': 1, 'dial.feeler': 120 * SECOND_US, 'book.tried': 2, 'gossip.dial': false });
    const { node } = bare;
    know(bare, far(0), far(1), far(2));
    for (const slot of [0, 1, 2]) vouchAddress(node.book, node.settings, bare.context, slot, `id${slot}`);
    const [collision] = node.book.collisions;
    assert.equal(collision?.candidate, far(2));
    bare.outboundPeer('x', far(9));
    bare.order({ kind: 'set', key: 'gossip.dial', value: true });
    bare.take();
    bare.advance(121 * SECOND_US);
    assert.deepEqual(dialsOf(bare), [collision?.incumbent]);
    const attempt = [...bare.dials.keys()][0] as number;
    if (works) bare.hear(bare.dialled(attempt), helloLine('id0'));
    else bare.refuse(attempt);
    const tried = [far(0), far(1), far(2)].filter((place) => node.book.outcomes[findText(node.book, place)]?.tried);
    assert.equal(tried.length, 2);
    assert.equal(tried.includes(collision?.incumbent as string), works);
    assert.ok(!node.book.collisions.some(({ candidate }) => candidate === far(2)));
  }
});

test('dialer: an old address that is connected has passed its test', () => {
  const bare = calm({ 'peers.outbound': 1, 'dial.feeler': 120 * SECOND_US, 'book.tried': 1 });
  const { node } = bare;
  bare.outboundPeer('a', far(0));
  know(bare, far(1));
  vouchAddress(node.book, node.settings, bare.context, 1, 'b');
  assert.equal(node.book.collisions.length, 1);
  bare.advance(121 * SECOND_US);
  assert.deepEqual(node.book.collisions, []);
  assert.equal(node.book.outcomes[0]?.tried, true);
});

test('dialer: the two gossip peers that lasted longest are saved at a clean stop and dialled first at the next start', () => {
  const bare = calm();
  bare.outboundPeer('x', far(9));
  know(bare, far(0), far(1), far(2));
  answerAll(bare);
  assert.deepEqual(
    saveBook(bare.node, bare.now).filter(({ anchor }) => anchor),
    [],
    'not while it runs',
  );
  const lasting = [...bare.node.peers.values()].filter(({ via }) => via === 'gossip').map(({ listen }) => listen?.text);
  bare.stop();
  const entries = saveBook(bare.node, bare.now);
  const anchors = entries.filter(({ anchor }) => anchor).map(({ address }) => address);
  assert.deepEqual(new Set(anchors), new Set(lasting.slice(0, 2)));
  const next = new BareNode({
    listen: '8.8.8.8:5999',
    settings: { ...CALM, 'peers.outbound': 2, 'peers.outbound.max': 2 },
    bootstrap: [{ host: '10.0.1.1', port: 6100 }],
    before: ({ node, context }) => loadBook(node, context, entries, 0),
  });
  const dials = dialsOf(next);
  assert.deepEqual(new Set(dials.slice(0, 2)), new Set(anchors));
  assert.deepEqual(dials.slice(2), ['10.0.1.1:6100'], 'the list comes next, and there is no slot for more');
});

test('dialer: an address that never worked is forgotten after three failures, one of the list is not', () => {
  const bare = lan({}, { bootstrap: [{ host: '10.0.1.9', port: 6100 }] });
  bare.refuse(1);
  know(bare, near(1));
  for (let k = 0; k < 3; k += 1) {
    for (const [attempt] of [...bare.dials]) bare.refuse(attempt);
    bare.advance(40 * SECOND_US);
  }
  assert.deepEqual(
    bare.happened('forgotten').map(({ address }) => address),
    [near(1)],
  );
  assert.ok(findText(bare.node.book, '10.0.1.9:6100') >= 0);
});

test('dialer: a connection that we end ourselves says nothing against its address', () => {
  for (const how of ['stop', 'drop', 'ban'] as const)
    for (const stage of ['handshake', 'ready'] as const) {
      const bare = lan();
      know(bare, near(1));
      bare.refuse(1);
      bare.advance(40 * SECOND_US);
      bare.refuse(2);
      bare.advance(40 * SECOND_US);
      const n = bare.dialled(3);
      if (stage === 'ready') bare.hear(n, helloLine('b'), PONG);
      if (how === 'stop') bare.stop();
      else bare.order(how === 'drop' ? { kind: 'drop', n } : { kind: 'ban', target: n, forUs: null });
      assert.equal(bare.node.sessions.size, 0);
      assert.equal(bare.node.book.outcomes[0]?.failures, 2, `${how} in ${stage}`);
      assert.deepEqual(bare.happened('forgotten'), []);
    }
});

test('dialer: nothing is dialled by itself for what the book alone says failed', () => {
  const bare = lan({ 'gossip.dial': false });
  know(bare, near(1));
  failAddress(bare.node.book, 0, 'refused', bare.now);
  assert.equal(bare.node.book.outcomes[0]?.lastError, 'refused');
  assert.deepEqual(dialsOf(bare), []);
});
