/** What every world must do, as tests: a factory of worlds goes in, the same facts are asserted of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodeEvent } from '../../src/core/events.ts';
import type { World } from '../../src/core/world.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

export function worldContract(name: string, createWorld: () => World): void {
  const inWorld = (title: string, run: (world: World) => Promise<void>): void => {
    void test(`${name}: ${title}`, async () => {
      const world = createWorld();
      try {
        await run(world);
      } finally {
        await world.close();
      }
      assert.equal(world.nodes().length, 0);
    });
  };

  inWorld('two nodes shake hands and ping each other', async (world) => {
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'a pong on both sides', () => [a, b].every((node) => node.views.peers()[0]?.pingMs != null));
    assert.equal(a.views.peers()[0]?.id, b.state.id);
    assert.equal(b.views.peers()[0]?.id, a.state.id);
    assert.equal(a.views.peers()[0]?.dir, 'inbound');
    assert.equal(b.views.peers()[0]?.dir, 'outbound');
    assert.equal(a.views.peers()[0]?.listen, `${placeOf(b).host}:${placeOf(b).port}`);
  });

  inWorld('three nodes that know one bootstrap node find each other by gossip', async (world) => {
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    const c = await spawn(world, 'n3', { bootstrap: [placeOf(a)] });
    await reach(world, 'a full mesh', () =>
      [a, b, c].every((node) => node.views.ready() === 2 && node.state.sessions.size === 2),
    );
    for (const node of [a, b, c]) assert.equal(new Set(node.views.peers().map((peer) => peer.id)).size, 2);
  });

  inWorld('a node that dials itself says so once and never again', async (world) => {
    const seen: NodeEvent[] = [];
    world.onEvent((_, event) => seen.push(event));
    const a = await spawn(world, 'n1');
    a.order({ kind: 'bootstrap-add', ...placeOf(a) });
    await reach(world, 'the self event', () => seen.some((event) => event.kind === 'self'));
    await world.until(() => false, { limitMs: 300 });
    assert.equal(seen.filter((event) => event.kind === 'self').length, 1);
    assert.equal(a.views.ready(), 0);
    assert.equal(a.views.bootstrap()[0]?.state, 'self');
  });

  inWorld('two nodes that dial each other at once keep one connection, the same on both sides', async (world) => {
    for (let round = 0; round < 10; round += 1) {
      const a = await spawn(world, `a${round}`);
      const b = await spawn(world, `b${round}`);
      a.order({ kind: 'connect', ...placeOf(b), keep: false });
      b.order({ kind: 'connect', ...placeOf(a), keep: false });
      await reach(world, 'one connection', () =>
        [a, b].every((node) => node.views.ready() === 1 && node.state.sessions.size === 1),
      );
      const greater = a.state.id > b.state.id ? a : b;
      assert.equal(greater.views.peers()[0]?.dir, 'outbound');
      await Promise.all([a.stop(), b.stop()]);
    }
  });

  inWorld('a dropped peer stays away until connect ends it', async (world) => {
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'a handshake', () => a.views.ready() === 1 && b.views.ready() === 1);
    a.order({ kind: 'drop', n: a.views.peers()[0]?.n ?? 0 });
    await reach(world, 'the drop', () => a.views.ready() === 0 && b.views.ready() === 0);
    await world.until(() => false, { limitMs: 1_500 });
    assert.equal(a.views.ready(), 0);
    a.order({ kind: 'connect', ...placeOf(b), keep: false });
    await reach(world, 'a second handshake', () => a.views.ready() === 1 && b.views.ready() === 1);
    assert.equal(b.views.gone()[0]?.closed?.reason === undefined, false);
  });

  inWorld('a bootstrap node that starts later is found', async (world) => {
    const early = await spawn(world, 'n1');
    const place = placeOf(early);
    await early.stop();
    const b = await spawn(world, 'n2', { bootstrap: [place], settings: { 'bootstrap.retry': 100_000 } });
    await reach(world, 'a failed dial', () => b.views.bootstrap()[0]?.lastError === 'refused');
    if (world.kind === 'tcp') await spawn(world, 'n3', { listen: [place] });
    else await spawn(world, 'n1');
    await reach(world, 'a handshake', () => b.views.ready() === 1);
  });

  inWorld('a dial to nobody fails with a reason', async (world) => {
    const a = await spawn(world, 'n1');
    const gone = await spawn(world, 'n2');
    const place = placeOf(gone);
    await gone.stop();
    a.order({ kind: 'connect', ...place, keep: false });
    const failed = world.until(
      (node, event) => node === a && event.kind === 'dial-failed' && event.reason === 'refused',
      { limitMs: 5_000 },
    );
    assert.equal((await failed).kind, 'event');
  });

  inWorld('pings go on and keep the peer', async (world) => {
    const a = await spawn(world, 'n1', { settings: { 'ping.interval': 200_000, 'ping.timeout': 500_000 } });
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'a handshake', () => a.views.ready() === 1);
    const pongs: number[] = [];
    const end = world.onEvent((node, event) => {
      if (node === a && event.kind === 'pong') pongs.push(event.rttUs);
    });
    await reach(world, 'five pongs', () => pongs.length >= 5);
    end();
    assert.equal(b.views.ready(), 1);
  });

  inWorld('a full node tells addresses and says bye', async (world) => {
    const a = await spawn(world, 'n1', { settings: { 'peers.max': 1, 'peers.inbound': 1 } });
    await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'the first peer', () => a.views.ready() === 1);
    const seen: NodeEvent[] = [];
    world.onEvent((node, event) => {
      if (node.name === 'n3') seen.push(event);
    });
    const c = await spawn(world, 'n3', { bootstrap: [placeOf(a)], settings: { 'bootstrap.retry': 60_000_000 } });
    await reach(world, 'the bye', () => seen.some((event) => event.kind === 'closed' && event.said === 'full'));
    await reach(world, 'the other node', () => c.views.ready() === 1);
    assert.equal(a.views.ready(), 1);
  });

  inWorld('a stopped node leaves its peers at once', async (world) => {
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'a handshake', () => a.views.ready() === 1 && b.views.ready() === 1);
    await b.stop();
    await reach(world, 'an empty table', () => a.views.ready() === 0 && a.state.sessions.size === 0);
    assert.equal(a.views.gone()[0]?.closed?.said, 'stopping');
  });

  inWorld('a listener that throws is told of once and disturbs neither node nor other listeners', async (world) => {
    const seen: string[] = [];
    world.onEvent(() => {
      throw new Error('clumsy');
    });
    world.onLine(() => {
      throw new Error('clumsy too');
    });
    world.onEvent((_, event) => seen.push(event.kind === 'error' ? event.message : event.kind));
    let lines = 0;
    world.onLine(() => {
      lines += 1;
    });
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'a pong on both sides', () => [a, b].every((node) => node.views.peers()[0]?.pingMs != null));
    for (const said of ['a listener failed: clumsy', 'a listener failed: clumsy too'])
      assert.equal(seen.filter((one) => one === said).length, 1);
    assert.ok(lines > 0);
    assert.equal(seen.filter((one) => one === 'ready').length, 2);
  });

  inWorld('a function that listens twice hears everything twice, until each of the two is ended', async (world) => {
    const heard = { event: 0, line: 0 };
    const once = { event: 0, line: 0 };
    const count = (counts: typeof heard, kind: keyof typeof heard) => () => {
      counts[kind] += 1;
    };
    const [onEvent, onLine] = [count(heard, 'event'), count(heard, 'line')];
    world.onEvent(count(once, 'event'));
    world.onLine(count(once, 'line'));
    const ends = [world.onEvent(onEvent), world.onLine(onLine)];
    const others = [world.onEvent(onEvent), world.onLine(onLine)];
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    await reach(world, 'a pong on both sides', () => [a, b].every((node) => node.views.peers()[0]?.pingMs != null));
    assert.ok(once.event > 0 && once.line > 0);
    assert.deepEqual(heard, { event: 2 * once.event, line: 2 * once.line });
    const before = { ...once };
    for (const end of [...ends, ...ends]) end();
    await b.stop();
    await reach(world, 'an empty table', () => a.views.ready() === 0);
    assert.ok(once.event > before.event && once.line > before.line);
    assert.deepEqual(heard, { event: before.event + once.event, line: before.line + once.line });
    const last = { ...heard };
    for (const end of others) end();
    await a.stop();
    assert.deepEqual(heard, last);
  });

  inWorld('a wait whose test throws fails and disturbs no node', async (world) => {
    const errors: string[] = [];
    world.onEvent((_, event) => {
      if (event.kind === 'error') errors.push(event.message);
    });
    const a = await spawn(world, 'n1');
    const b = await spawn(world, 'n2', { bootstrap: [placeOf(a)] });
    const bad = () => {
      throw new Error('a bad test');
    };
    await assert.rejects(world.until(bad, { limitMs: 5_000 }), /a bad test/);
    await reach(world, 'a handshake', () => a.views.ready() === 1 && b.views.ready() === 1);
    assert.deepEqual(errors, []);
  });
}
