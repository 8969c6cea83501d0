// Our program as its users run it goes in, with nodes written from the article alone (twisted_node.py, beside this
// file); what both sides say about each other comes out. Without Twisted every test here is skipped with the reason.
import assert from 'node:assert/strict';
import { type TestContext, test } from 'node:test';
import { OurNode, type OurOptions, type PeerRow } from '../helpers/json-shell.ts';
import { freePort } from '../helpers/ports.ts';
import { TwistedNode, type TwistedOptions, twistedMissing } from '../helpers/twisted.ts';
import { until } from '../helpers/until.ts';

const OPTIONS = { skip: twistedMissing, timeout: 120_000 };

async function ours(t: TestContext, options: OurOptions = {}): Promise<OurNode> {
  const node = await OurNode.start(options);
  t.after(() => node.kill());
  return node;
}

async function theirs(t: TestContext, options: TwistedOptions = {}): Promise<TwistedNode> {
  const node = await TwistedNode.start(options);
  t.after(() => node.kill());
  return node;
}

type Order = 'ours' | 'theirs';

/** Starts both, the second only when the first is up. */
async function inOrder(
  first: Order,
  startOurs: () => Promise<OurNode>,
  startTheirs: () => Promise<TwistedNode>,
): Promise<[OurNode, TwistedNode]> {
  if (first === 'ours') {
    const our = await startOurs();
    return [our, await startTheirs()];
  }
  const their = await startTheirs();
  return [await startOurs(), their];
}

/** A row without what changes all the time. */
function outline(row: PeerRow): string {
  return `${row.dir} ${row.state} ${row.id ?? `no id at ${row.address}`}`;
}

function sameLists(seen: readonly string[], wanted: readonly string[]): string | null {
  const [left, right] = [seen.toSorted().join(', '), wanted.toSorted().join(', ')];
  return left === right ? null : `has [${left}], not [${right}]`;
}

/** Waits until `peers` of ours shows exactly these rows. */
async function untilRows(our: OurNode, wanted: readonly string[]): Promise<readonly PeerRow[]> {
  let rows: readonly PeerRow[] = [];
  await until('the rows of our peers', async () => {
    rows = await our.peers();
    return sameLists(rows.map(outline), wanted);
  });
  return rows;
}

/** Waits until a Twisted node is connected to exactly these ids, once to each. */
async function untilConnected(their: TwistedNode, ids: readonly string[]): Promise<void> {
  await until('the connections of the Twisted node', () => {
    their.check();
    return sameLists(
      [...their.connections()].map(([id, count]) => `${id} x${count}`),
      ids.map((id) => `${id} x1`),
    );
  });
}

/** Waits for another two pongs in each direction of one connection of ours. */
async function untilPongsFlow(our: OurNode, their: TwistedNode, row: PeerRow): Promise<void> {
  const [sent, received] = [their.pongsFrom(our.id), await our.pongsOn(row.n)];
  await until('pongs in both directions', async () => {
    const toThem = their.pongsFrom(our.id) - sent;
    const toUs = (await our.pongsOn(row.n)) - received;
    return toThem >= 2 && toUs >= 2 ? null : `${toThem} of 2 reached the Twisted node, ${toUs} of 2 reached ours`;
  });
}

/** Waits until it has read an addr with our own address and id as a pair. */
async function untilToldOurAddress(their: TwistedNode, our: OurNode): Promise<void> {
  await until('our address in an addr', () => {
    const told = their.events.flatMap((event) => (event.event === 'addr' ? event.peers : []));
    return told.some(([address, id]) => address === our.address && id === our.id)
      ? null
      : `read ${JSON.stringify(told)}`;
  });
}

function assertNoErrors(...nodes: readonly TwistedNode[]): void {
  for (const node of nodes) {
    node.check();
    assert.deepEqual(node.errors(), []);
  }
}

for (const first of ['ours', 'theirs'] as const) {
  const order = `${first === 'ours' ? 'our node' : 'the Twisted node'} started first`;

  for (const literal of [false, true]) {
    test(
      `our listener: is a peer of a ${literal ? 'literal' : 'corrected'} Twisted dialler, ${order}`,
      OPTIONS,
      async (t) => {
        const port = await freePort();
        const [our, their] = await inOrder(
          first,
          () => ours(t, { port }),
          () => theirs(t, { literal, bootstrap: [`127.0.0.1:${port}`] }),
        );
        const [row] = await untilRows(our, [`inbound ready ${their.id}`]);
        assert.ok(row);
        await untilConnected(their, [our.id]);
        assert.ok(
          their.events.some((event) => event.event === 'peer' && event.type === 1 && event.address === our.address),
        );
        await untilToldOurAddress(their, our);
        await untilPongsFlow(our, their, row);
        await untilRows(our, [`inbound ready ${their.id}`]);
        await untilConnected(their, [our.id]);
        assertNoErrors(their);
      },
    );
  }

  test(`our dialler: is a peer of a corrected Twisted listener, ${order}`, OPTIONS, async (t) => {
    const port = await freePort();
    const [our, their] = await inOrder(
      first,
      () => ours(t, { bootstrap: [`127.0.0.1:${port}`] }),
      () => theirs(t, { port }),
    );
    const [row] = await untilRows(our, [`outbound ready ${their.id}`]);
    assert.ok(row);
    assert.equal(row.address, their.address);
    await untilConnected(their, [our.id]);
    assert.ok(their.events.every((event) => event.event !== 'peer' || event.type === 2));
    await untilToldOurAddress(their, our);
    await untilPongsFlow(our, their, row);
    await untilRows(our, [`outbound ready ${their.id}`]);
    await untilConnected(their, [our.id]);
    assertNoErrors(their);
  });

  test(`our dialler: keeps a literal Twisted listener without its hello, ${order}`, OPTIONS, async (t) => {
    const port = await freePort();
    const [our, their] = await inOrder(
      first,
      () => ours(t, { bootstrap: [`127.0.0.1:${port}`] }),
      () => theirs(t, { port, literal: true }),
    );
    const wanted = `outbound hello-less no id at ${their.address}`;
    const [row] = await untilRows(our, [wanted]);
    assert.ok(row);
    await untilConnected(their, [our.id]);
    await untilPongsFlow(our, their, row);
    await untilRows(our, [wanted]);
    await untilConnected(their, [our.id]);
    assertNoErrors(their);
  });

  test(`mutual bootstrap: ends with one connection to a corrected Twisted node, ${order}`, OPTIONS, async (t) => {
    const [port, theirPort] = [await freePort(), await freePort()];
    const [our, their] = await inOrder(
      first,
      () => ours(t, { port, bootstrap: [`127.0.0.1:${theirPort}`] }),
      () => theirs(t, { port: theirPort, bootstrap: [`127.0.0.1:${port}`] }),
    );
    // One connection may give way to the other at first. The one that stays has carried four pongs, a second apart.
    await until('one connection that lasts', async () => {
      const rows = await our.peers();
      const [row] = rows;
      const held = their.connections().get(our.id) ?? 0;
      if (rows.length !== 1 || row?.id !== their.id || row.state !== 'ready' || held !== 1) {
        return `we show [${rows.map(outline).join(', ')}], the Twisted node holds ${held}`;
      }
      const pongs = await our.pongsOn(row.n);
      return pongs >= 4 ? null : `${pongs} pongs of 4 on #${row.n}`;
    });
    assert.ok(their.pongsFrom(our.id) > 0);
    assertNoErrors(their);
  });

  test(`mutual bootstrap: keeps both connections to a literal Twisted node, ${order}`, OPTIONS, async (t) => {
    const [port, theirPort] = [await freePort(), await freePort()];
    const [our, their] = await inOrder(
      first,
      () => ours(t, { port, bootstrap: [`127.0.0.1:${theirPort}`] }),
      () => theirs(t, { port: theirPort, literal: true, bootstrap: [`127.0.0.1:${port}`] }),
    );
    const wanted = [`inbound ready ${their.id}`, `outbound hello-less no id at ${their.address}`];
    for (const row of await untilRows(our, wanted)) await untilPongsFlow(our, their, row);
    await untilRows(our, wanted);
    assert.equal(their.connections().get(our.id), 2);
    assertNoErrors(their);
  });
}

test('connect: shows every step of the handshake with a corrected Twisted node', OPTIONS, async (t) => {
  const their = await theirs(t);
  const our = await ours(t);
  const answer = (await our.run(`connect ${their.address}`)) as { id: string | null; steps: { step: string }[] };
  assert.equal(answer.id, their.id, JSON.stringify(answer));
  assert.deepEqual(
    answer.steps.map(({ step }) => step),
    ['dialled', 'hello sent', 'hello received', 'ready'],
  );
});

test('connect: succeeds without a hello from a literal Twisted node', OPTIONS, async (t) => {
  const their = await theirs(t, { literal: true });
  const our = await ours(t);
  const answer = (await our.run(`connect ${their.address}`)) as { id: string | null; steps: { step: string }[] };
  assert.equal(answer.id, null, JSON.stringify(answer));
  assert.ok(
    answer.steps.some(({ step }) => step === 'no hello (old peer)'),
    JSON.stringify(answer),
  );
  await untilConnected(their, [our.id]);
  assertNoErrors(their);
});

test('a Twisted node: dials itself once when it is in its own bootstrap list', OPTIONS, async (t) => {
  const port = await freePort();
  const their = await theirs(t, { port, bootstrap: [`127.0.0.1:${port}`] });
  await until('both ends of its own connection are gone', () => {
    const lost = their.events.filter((event) => event.event === 'lost').length;
    return lost === 2 ? null : `${lost} of 2`;
  });
  assert.deepEqual(
    their.events.flatMap((event) => (event.event === 'self' ? [event.text] : [])),
    ['Connected to myself.'],
  );
  assert.equal(their.connections().size, 0);
});

test('in hand: our hello edited into the own id of a Twisted node is Connected to myself there', OPTIONS, async (t) => {
  const their = await theirs(t);
  const our = await ours(t);
  assert.equal(((await our.run('break hello at send once')) as { id: string }).id, 'k1');
  const held = (await our.run(`connect ${their.address} --timeout 1s`)) as { error: { code: string; message: string } };
  assert.equal(held.error.code, 'held');
  assert.match(held.error.message, /m1 is held \(dialled .*hello sent/);
  await our.run('break all at recv do pass');
  const [message] = (await our.run('held')) as { id: string; line: string; direction: string; dueMs: number }[];
  assert.ok(message !== undefined && message.id === 'm1' && message.direction === 'sent');
  assert.ok(message.line.includes(our.id), message.line);
  assert.ok(message.dueMs > 0 && message.dueMs <= 60_000);
  // Nothing of it has reached the other side, so that nobody there is a peer.
  assert.equal(their.connections().size, 0);
  await our.run(`edit m1 body.nodeid=${their.id}`);
  const { differences } = (await our.run('diff m1')) as { differences: readonly string[] };
  assert.deepEqual(differences, [`- body.nodeid="${our.id}"`, `+ body.nodeid="${their.id}"`]);
  const [delivered] = (await our.run('deliver m1')) as { fate: string }[];
  assert.equal(delivered?.fate, 'delivered');
  await until('the words of the Twisted node', () => {
    their.check();
    return their.events.some(({ event }) => event === 'self') ? null : JSON.stringify(their.events);
  });
  assert.deepEqual(
    their.events.flatMap((event) => (event.event === 'self' ? [event.text] : [])),
    ['Connected to myself.'],
  );
  await untilRows(our, []);
  assert.deepEqual(await our.run('held'), []);
});

test(
  'in hand: the hello of a Twisted node waits before our core hears it, and the later lines behind it',
  OPTIONS,
  async (t) => {
    const our = await ours(t);
    await our.run('break hello at recv once');
    const their = await theirs(t, { bootstrap: [our.address] });
    type Row = { id: string; type: string; fate: string; blockedBy: string | null; direction: string };
    let rows: readonly Row[] = [];
    await until('its hello in hand', async () => {
      rows = (await our.run('held')) as Row[];
      return rows.length > 0 ? null : 'nothing is held';
    });
    assert.deepEqual([rows[0]?.type, rows[0]?.fate, rows[0]?.direction], ['hello', 'held', 'received']);
    for (const row of rows.slice(1)) assert.deepEqual([row.fate, row.blockedBy], ['blocked', rows[0]?.id]);
    assert.deepEqual(
      (await our.peers()).map(({ state, id }) => [state, id]),
      [['handshaking', null]],
    );
    await our.run(`deliver ${rows[0]?.id}`);
    await untilRows(our, [`inbound ready ${their.id}`]);
    await untilConnected(their, [our.id]);
    await our.run('break pong at recv once');
    await until('a pong in hand', async () =>
      ((await our.run('held')) as Row[]).length > 0 ? null : 'nothing is held',
    );
    const [row] = await untilRows(our, [`inbound ready ${their.id}`]);
    assert.ok(row);
    await our.run('deliver all');
    await untilPongsFlow(our, their, row);
    assertNoErrors(their);
  },
);

interface Network {
  readonly our: readonly OurNode[];
  readonly their: readonly TwistedNode[];
}

/** Waits until everybody has everybody else, as told by both ends of every connection. */
async function untilFullMesh({ our, their }: Network): Promise<void> {
  const ids = [...our, ...their].map(({ id }) => id);
  const others = (id: string): string[] => ids.filter((other) => other !== id);
  await until('a full mesh', async () => {
    const gaps: string[] = [];
    for (const node of our) {
      const rows = await node.peers();
      const gap = sameLists(
        rows.map(({ state, id }) => `${state} ${id}`),
        others(node.id).map((id) => `ready ${id}`),
      );
      if (gap !== null) gaps.push(`ours ${node.id} ${gap}`);
    }
    for (const node of their) {
      node.check();
      const gap = sameLists([...node.connections().keys()], others(node.id));
      if (gap !== null) gaps.push(`theirs ${node.id} ${gap}`);
    }
    return gaps.length === 0 ? null : gaps.join('; ');
  });
}

/** Waits for another two pongs from everybody to every Twisted node. */
async function untilPongsFlowEverywhere({ our, their }: Network): Promise<void> {
  const everybody = [...our, ...their];
  const before = their.map((node) => everybody.map(({ id }) => node.pongsFrom(id)));
  await until('pongs from everybody to every Twisted node', () => {
    const quiet = their.flatMap((node, row) =>
      everybody
        .filter(({ id }, column) => id !== node.id && node.pongsFrom(id) - (before[row]?.[column] ?? 0) < 2)
        .map(({ id }) => `${id} to ${node.id}`),
    );
    return quiet.length === 0 ? null : `not yet two from ${quiet.join(', ')}`;
  });
}

test('three Twisted nodes: form a full mesh by themselves', OPTIONS, async (t) => {
  const seed = await theirs(t);
  const bootstrap = [seed.address];
  const network = {
    our: [],
    their: [seed, ...(await Promise.all([theirs(t, { bootstrap }), theirs(t, { bootstrap })]))],
  };
  await untilFullMesh(network);
  assertNoErrors(...network.their);
});

for (const first of ['ours', 'theirs'] as const) {
  const seedName = first === 'ours' ? 'one of ours' : 'a Twisted node';
  test(
    `two of ours and three Twisted nodes: form a full mesh that lasts, ${seedName} being the seed`,
    OPTIONS,
    async (t) => {
      // Everybody asks every second, so that nobody waits a minute to hear of those that came at the same moment.
      const set = ['getaddr.ask=1s'];
      const seed = first === 'ours' ? await ours(t, { set }) : await theirs(t);
      const bootstrap = [seed.address];
      const [our, their] = await Promise.all([
        Promise.all(Array.from({ length: first === 'ours' ? 1 : 2 }, () => ours(t, { bootstrap, set }))),
        Promise.all(Array.from({ length: first === 'ours' ? 3 : 2 }, () => theirs(t, { bootstrap }))),
      ]);
      const network = {
        our: seed instanceof OurNode ? [seed, ...our] : our,
        their: seed instanceof TwistedNode ? [seed, ...their] : their,
      };
      await untilFullMesh(network);
      await untilPongsFlowEverywhere(network);
      for (const node of network.our) {
        for (const row of await node.peers()) assert.notEqual(row.pingMs, null, `no pong from ${outline(row)}`);
      }
      await untilFullMesh(network);
      assertNoErrors(...network.their);

      const [killed, ...rest] = network.their;
      assert.ok(killed);
      await killed.kill();
      await untilFullMesh({ our: network.our, their: rest });
      assertNoErrors(...rest);
    },
  );
}

for (const literal of [false, true]) {
  const mode = literal ? 'literal' : 'corrected';

  test(`our table: loses a ${mode} Twisted node that is killed`, OPTIONS, async (t) => {
    const our = await ours(t);
    const their = await theirs(t, { literal, bootstrap: [our.address] });
    await untilRows(our, [`inbound ready ${their.id}`]);
    await their.kill();
    await untilRows(our, []);
  });

  test(`a ${mode} Twisted node: loses our node when its input ends, and our node exits with 0`, OPTIONS, async (t) => {
    const our = await ours(t);
    const their = await theirs(t, { literal, bootstrap: [our.address] });
    await untilRows(our, [`inbound ready ${their.id}`]);
    await untilConnected(their, [our.id]);
    assert.equal(await our.stop(), 0);
    await untilConnected(their, []);
    assertNoErrors(their);
  });
}
