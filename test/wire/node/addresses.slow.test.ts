/** What peers may teach and are told: entries of every form, allowances, ages, answers to getaddr, our own address. Rules 31-40. */
import assert from 'node:assert/strict';
import { freshId, type Said, WirePeer } from '../../helpers/wire-peer.ts';
import { type Scene, startScenes, WireNode } from '../../helpers/wire-scene.ts';

const check = await startScenes({
  set: ['gossip.dial=off', 'addr.burst=1000', 'book.new=65536', 'book.source.local=65536', 'line.max=1MiB'],
});

let ports = 20_000;
/** An address that no other case uses. */
function freshAddress(): string {
  ports += 1;
  return `127.0.0.1:${ports}`;
}

const known = async (scene: Scene) => new Map((await scene.node.addrs()).map((row) => [row.address, row]));

/** Which addresses the book gained by what is said. */
async function gained(scene: Scene, run: () => Promise<void>): Promise<string[]> {
  const before = await known(scene);
  await run();
  return [...(await known(scene)).keys()].filter((address) => !before.has(address)).sort();
}

async function teach(peer: WirePeer, peers: unknown, ages?: unknown): Promise<void> {
  peer.say({ msgtype: 'addr', peers, ages });
  await peer.isAnswered();
}

/** What the node answers to one getaddr. */
async function ask(peer: WirePeer): Promise<Said[]> {
  const told = peer.heard('addr').length;
  peer.say({ msgtype: 'getaddr' });
  await peer.isAnswered();
  return peer.heard('addr').slice(told);
}

const pairsOf = (answers: readonly Said[]) => answers.flatMap(({ peers }) => peers as [string, string][]);

const FORMS: readonly (readonly [what: string, entry: (address: string) => unknown, id: string | null])[] = [
  ['a pair', (address) => [address, 'x'], 'x'],
  ['a list of one', (address) => [address], null],
  ['a bare string', (address) => address, null],
  ['a list of three', (address) => [address, 'x', 'y'], 'x'],
  ['a pair without an id', (address) => [address, null], null],
  ['a pair with a number for an id', (address) => [address, 5], null],
  ['a pair with a bad id', (address) => [address, '\u001b[2J'], null],
  [
    'a pair with the upper-case id of a UUID',
    (address) => [address, 'A46DE8D6-177E-4644-A711-63D182FDBADE'],
    'a46de8d6-177e-4644-a711-63d182fdbade',
  ],
];
for (const [what, entry, id] of FORMS) {
  check(`rule 31: an entry may be ${what}`, async (scene) => {
    const peer = await scene.meet();
    const address = freshAddress();
    await teach(peer, [entry(address)]);
    assert.equal((await known(scene)).get(address)?.id, id);
    assert.equal(await scene.strikesOf(peer), 0);
  });
}

const V4 = '127.0.0.1';
const NO_ADDRESSES: readonly unknown[] = [
  'localhost:5005',
  'example.org:5005',
  'x:/var/run/docker.sock',
  '/var/run/docker.sock',
  '/var/run/docker.sock:5005',
  '127.0.0.1:/var/run/docker.sock',
  `${V4}:0x10`,
  `${V4}:5005abc`,
  `${V4}:0`,
  `${V4}:00`,
  `${V4}:05005`,
  `${V4}:65536`,
  `${V4}:99999999999999999999`,
  `${V4}:-1`,
  `${V4}:+5005`,
  `${V4}:5005.0`,
  `${V4}:5e3`,
  `${V4}: 5005`,
  `${V4}:5005 `,
  `${V4}:5005\n`,
  `${V4}:5005\u0000`,
  `${V4}:5005:5005`,
  `${V4}:`,
  V4,
  ':5005',
  '',
  '127.1:5005',
  '127.0.1:5005',
  '2130706433:5005',
  '0x7f000001:5005',
  '0x7f.0.0.1:5005',
  '0177.0.0.1:5005',
  '127.0.0.01:5005',
  '127.0.0.256:5005',
  '127.0.0.1.:5005',
  '127.0.0.1.1:5005',
  '127。0。0。1:5005',
  '１２７.0.0.1:5005',
  '*:5005',
  '::1:5005',
  '[::1]',
  '[::1]5005',
  '[::1:5005',
  '[127.0.0.1]:5005',
  '[::0x7f000001]:5005',
  'http://127.0.0.1:5005',
  'tcp:127.0.0.1:5005',
  '127.0.0.1:5005/',
  null,
  5,
  true,
  {},
  [],
  [[]],
  [null, 'x'],
  [5005, 'x'],
  [['127.0.0.1:5005'], 'x'],
  { 0: '127.0.0.1:5005', 1: 'x' },
  [{ host: '127.0.0.1', port: 5005 }, 'x'],
];
for (const entry of NO_ADDRESSES) {
  check(`rule 31: ${JSON.stringify(entry)} is skipped alone, and no strike`, async (scene) => {
    const peer = await scene.meet();
    const [first, last] = [freshAddress(), freshAddress()];
    const entries = typeof entry === 'string' ? [[entry, 'x'], entry, [entry]] : [entry];
    const fresh = await gained(scene, () => teach(peer, [[first, 'a'], ...entries, [last, 'b']]));
    assert.deepEqual(fresh, [first, last]);
    assert.equal(await scene.strikesOf(peer), 0);
  });
}

for (const [text, canonical] of [
  ['[::ffff:127.0.0.1]:5901', '127.0.0.1:5901'],
  ['[::ffff:7f00:1]:5902', '127.0.0.1:5902'],
  ['[0:0:0:0:0:0:0:1]:5903', '[::1]:5903'],
  ['[::1%lo]:5904', '[::1]:5904'],
  ['[FD00::00AB]:5905', '[fd00::ab]:5905'],
] as const) {
  check(`rule 31: ${text} is kept as ${canonical}`, async (scene) => {
    const peer = await scene.meet();
    assert.deepEqual(await gained(scene, () => teach(peer, [[text, 'x']])), [canonical]);
  });
}

const SPECIAL: readonly string[] = [
  '0.0.0.0',
  '0.1.2.3',
  '255.255.255.255',
  '224.0.0.1',
  '240.0.0.1',
  '100.64.0.1',
  '192.0.0.1',
  '192.0.2.1',
  '192.88.99.1',
  '198.18.0.1',
  '198.51.100.1',
  '203.0.113.1',
  '[::]',
  '[ff02::1]',
  '[2001:db8::1]',
  '[64:ff9b::7f00:1]',
  '[2002:7f00:1::]',
  '[::127.0.0.1]',
  '[::ffff:0.0.0.0]',
];
check('rule 32: addresses of special ranges are never learnt', async (scene) => {
  const peer = await scene.meet();
  const fresh = await gained(scene, () =>
    teach(
      peer,
      SPECIAL.map((ip) => [`${ip}:5005`, 'x']),
    ),
  );
  assert.deepEqual(fresh, []);
  await scene.counts({ 'not-for-us': SPECIAL.length });
  assert.equal(await scene.strikesOf(peer), 0);
});

check('rule 33: ports of other services are never learnt, the next are', async (scene) => {
  const peer = await scene.meet();
  const bad = [1, 22, 25, 80, 443, 1_023, 1_720, 2_049, 5_060, 6_000, 6_667, 10_080];
  const fresh = await gained(scene, () =>
    teach(
      peer,
      [...bad, 1_024].map((port) => [`127.0.0.77:${port}`, 'x']),
    ),
  );
  assert.deepEqual(fresh, ['127.0.0.77:1024']);
  await scene.counts({ 'bad-port': bad.length });
});

for (const port of [22, 80, 6_667]) {
  check(`rule 33: a peer that says it listens on port ${port} is a peer, and nobody is sent there`, async (scene) => {
    const peer = await scene.dial();
    const fresh = await gained(scene, async () => {
      await peer.greet({ listen: port });
      await teach(peer, [[`127.0.0.1:${port}`, peer.id]]);
    });
    assert.deepEqual(fresh, []);
    assert.ok(!pairsOf(await ask(await scene.meet())).some(([, id]) => id === peer.id));
    await peer.isAnswered();
  });
}

check('rule 34: of one message a hundred entries are taken', async (scene) => {
  const peer = await scene.meet();
  const entries = Array.from({ length: 500 }, () => [freshAddress(), freshId()]);
  const fresh = await gained(scene, () => teach(peer, entries));
  assert.equal(fresh.length, 100);
  assert.equal(await scene.strikesOf(peer), 0);
});

for (const [what, entries] of [
  ['1,001 addresses', () => Array.from({ length: 1_001 }, () => [freshAddress(), 'x'])],
  ['10,000 addresses', () => Array.from({ length: 10_000 }, (_, i) => [`127.${i >> 8}.${i & 255}.9:3000`, 'x'])],
  ['10,000 times nothing', () => Array.from({ length: 10_000 }, () => null)],
] as const) {
  check(`rule 34: ${what} in one message are one strike, and at most a hundred are taken`, async (scene) => {
    const peer = await scene.meet();
    const fresh = await gained(scene, () => teach(peer, entries()));
    assert.ok(fresh.length <= 100, String(fresh.length));
    assert.equal(await scene.strikesOf(peer), 1);
  });
}

check('rule 35: a connection teaches its burst and what we asked for, no more', async (scene) => {
  await scene.node.run('set addr.burst 10');
  await scene.node.run('set addr.rate 0.01');
  const peer = await scene.meet();
  const fresh = await gained(scene, async () => {
    for (let i = 0; i < 5; i += 1)
      await teach(
        peer,
        Array.from({ length: 100 }, () => [freshAddress(), 'x']),
      );
  });
  await scene.node.run('set addr.burst 1000');
  await scene.node.run('set addr.rate 0.1');
  assert.ok(fresh.length >= 110 && fresh.length <= 111, String(fresh.length));
  await scene.counts({ 'over-limit': 500 - fresh.length });
  assert.equal(await scene.strikesOf(peer), 0);
});

check('rule 36: hearsay is told on only with an age below addr.fresh, and grows no younger', async (scene) => {
  const teller = await scene.meet();
  const [young, old, ageless] = [freshAddress(), freshAddress(), freshAddress()];
  const pairs = [young, old, ageless].map((address) => [address, freshId()]);
  await teach(teller, pairs, [100, 241]);
  const asker = await scene.meet();
  const answers = await ask(asker);
  const told = pairsOf(answers).map(([address]) => address);
  assert.ok(told.includes(young) && !told.includes(old) && !told.includes(ageless));
  const ages = answers.flatMap((answer) => answer['ages'] as number[]);
  const age = ages[told.indexOf(young)] ?? -1;
  assert.ok(age >= 100 && age <= 160, String(age));
});

check('rule 36: hostile ages make nothing fresh', async (scene) => {
  const teller = await scene.meet();
  const hostile: readonly unknown[] = [-1, '5', null, true, {}, [1], 1e308, -1e308];
  const addresses = hostile.map(() => freshAddress());
  await teach(
    teller,
    addresses.map((address) => [address, freshId()]),
    [...hostile, 1, 1, 1],
  );
  await teach(teller, [[freshAddress(), freshId()]], { 0: 1, length: 1 });
  await teach(teller, [[freshAddress(), freshId()]], 'soon');
  // Everything that may be told, so that what is missing was not left out by chance.
  await scene.node.run('set addr.answer 65536');
  const told = new Set(pairsOf(await ask(await scene.meet())).map(([address]) => address));
  await scene.node.run('set addr.answer 32');
  assert.deepEqual(
    addresses.filter((address) => told.has(address)),
    [],
  );
  assert.equal(await scene.strikesOf(teller), 0);
});

check(
  'rule 38: an answer is pairs only, at most 32, never who asks, in lines of at most 1,400 bytes',
  async (scene) => {
    const teller = await scene.meet();
    await teach(
      teller,
      Array.from({ length: 90 }, () => [freshAddress(), `${freshId()}-${'y'.repeat(40)}`]),
      Array.from({ length: 90 }, () => 1),
    );
    const asker = await scene.meet({ listen: 29_999 });
    const answers = await ask(asker);
    assert.ok(answers.length > 1);
    const pairs = pairsOf(answers);
    assert.equal(pairs.length, 32);
    for (const answer of answers) {
      assert.ok(JSON.stringify(answer).length <= 1_400);
      assert.equal((answer['ages'] as unknown[]).length, (answer['peers'] as unknown[]).length);
      for (const pair of answer['peers'] as unknown[][]) {
        assert.equal(pair.length, 2);
        assert.ok(pair.every((part) => typeof part === 'string'));
        assert.match(String(pair[0]), /^127\.0\.0\.1:\d+$/);
      }
    }
    const places = pairs.map(([address]) => address);
    assert.equal(new Set(places).size, 32);
    assert.ok(!places.includes('127.0.0.1:29999') && !places.includes(scene.node.address));
  },
);

check('rule 38: IPv6 is told only to peers that can read it', async (scene) => {
  const teller = await scene.meet();
  await teach(
    teller,
    Array.from({ length: 90 }, (_, i) => [`[::1]:${15_000 + i}`, freshId()]),
    Array.from({ length: 90 }, () => 1),
  );
  const isV6 = ([address]: [string, string]) => address.startsWith('[');
  assert.ok(!pairsOf(await ask(await scene.meet())).some(isV6));
  assert.ok(pairsOf(await ask(await scene.meet({ ext: ['v6'] }))).some(isV6));
});

check('rule 38: of a hundred getaddr at once the burst is answered, the rest is silence', async (scene) => {
  const peer = await scene.meet();
  const startMs = performance.now();
  // All answers of this node are two lines or fewer, so they are counted by their first line.
  const told = peer.heard('addr').length;
  const marks: number[] = [];
  for (let i = 0; i < 100; i += 1) {
    peer.say({ msgtype: 'getaddr' }, { msgtype: 'ping', nonce: i });
    await peer.hears('pong', i + 1);
    marks.push(peer.heard('addr').length);
  }
  const answered = marks.filter((mark, i) => mark > (marks[i - 1] ?? told)).length;
  const later = Math.ceil((performance.now() - startMs) / 1_000);
  assert.ok(answered >= 60 && answered <= 60 + later, `${answered} answers in ${later} s`);
  assert.deepEqual(await scene.reasons(), {});
});

check('rule 39: what one peer teaches is not passed on unasked', async (scene) => {
  const [teller, other] = [await scene.meet(), await scene.meet()];
  const told = other.heard('addr').length;
  await teach(teller, [[freshAddress(), 'x']], [1]);
  await other.isAnswered();
  assert.equal(other.heard('addr').length, told);
});

check('rule 38: a peer with a listening port is told to others by it, not to itself', async (scene) => {
  const [one, other] = [await scene.meet({ listen: 28_001 }), await scene.meet({ listen: 28_002 })];
  assert.ok(pairsOf(await ask(other)).some(([address, id]) => address === '127.0.0.1:28001' && id === one.id));
  assert.ok(pairsOf(await ask(one)).some(([address, id]) => address === '127.0.0.1:28002' && id === other.id));
  assert.ok(!pairsOf(await ask(one)).some(([, id]) => id === one.id));
});

check('rule 17: an old peer tells its port by its own pair; a host of somebody else is only hearsay', async (scene) => {
  const peer = await scene.meet();
  await teach(peer, [['127.0.0.99:28003', peer.id]]);
  assert.equal((await scene.node.row(peer.id)).listen, null);
  await teach(peer, [['127.0.0.1:28004', peer.id]]);
  assert.equal((await scene.node.row(peer.id)).listen, '127.0.0.1:28004');
  await teach(peer, [['127.0.0.1:28005', peer.id]]);
  assert.equal((await scene.node.row(peer.id)).listen, '127.0.0.1:28004');
});

check('rule 19: our own address and id are never learnt', async (scene) => {
  const peer = await scene.meet();
  const fresh = await gained(scene, () =>
    teach(peer, [
      [scene.node.address, 'x'],
      [freshAddress(), scene.node.id],
    ]),
  );
  assert.deepEqual(fresh, []);
  await scene.counts({ 'is-self': 2 });
});

for (const peers of ['"127.0.0.1:5005"', '{}', 'null', '5', '{"length":3}']) {
  check(`rule 9: an addr whose peers are ${peers} is one strike`, async (scene) => {
    const peer = await scene.meet();
    peer.say(`{"msgtype":"addr","peers":${peers}}\n`);
    assert.equal(await scene.strikesOf(peer), 1);
  });
}

check('rule 40: a node that listens on every address tells the one it was reached at', async (scene) => {
  const node = await WireNode.start({ listen: '0.0.0.0:0' });
  try {
    for (const ip of ['127.0.0.1', '127.0.0.2']) {
      const peer = await WirePeer.dial(`${ip}:${node.port}`);
      await peer.greet();
      assert.deepEqual(peer.heard('addr')[0]?.['peers'], [[`${ip}:${node.port}`, node.id]]);
      peer.leave();
    }
  } finally {
    node.kill();
  }
  await scene.isWell();
});
