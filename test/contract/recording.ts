/** What a recorder must tell of every world, as tests: a factory of worlds goes in, the same facts are asserted of each. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { World } from '../../src/core/world.ts';
import type { TraceEvent } from '../../src/trace/event.ts';
import { Recorder } from '../../src/trace/recorder.ts';
import { placeOf, reach, spawn } from '../helpers/meet.ts';

export function recordingContract(name: string, createWorld: () => World): void {
  const inWorld = (title: string, run: (world: World, recorder: Recorder) => Promise<void>): void => {
    void test(`recording, ${name}: ${title}`, async () => {
      const world = createWorld();
      const recorder = new Recorder({ world: world.kind, app: 'test', seed: null, epochMs: null });
      world.witness(recorder);
      try {
        await run(world, recorder);
      } finally {
        await world.close();
      }
    });
  };
  const byIndex = (events: readonly TraceEvent[]) => new Map(events.map((event) => [event.i, event]));

  inWorld('every event has an index, and its node’s clock rises', async (world, recorder) => {
    await twoNodes(world);
    const events = recorder.events();
    assert.ok(events.length > 20);
    assert.deepEqual(
      events.map(({ i }) => i),
      events.map((_, at) => at + 1),
    );
    for (const node of ['n1', 'n2']) {
      const clocks = events.filter(({ n }) => n === node).map(({ lc }) => lc);
      assert.ok(clocks.every((clock, at) => at === 0 || clock > (clocks[at - 1] as number)));
    }
    assert.equal(recorder.count, events.length);
    assert.equal(recorder.forgotten, 0);
  });

  inWorld('a line that comes is the one that was sent, by number, text and clock', async (world, recorder) => {
    await twoNodes(world);
    const events = recorder.events();
    const all = byIndex(events);
    const received = events.filter(({ k }) => k === 'recv');
    assert.ok(received.length >= 6);
    for (const one of received) {
      const sent = all.get(one.cause ?? 0);
      assert.equal(sent?.k, 'send');
      assert.deepEqual(
        [sent?.m, sent?.line, sent?.c, sent?.ord, sent?.n, sent?.peer],
        [one.m, one.line, one.c, one.ord, one.peer, one.n],
      );
      assert.ok(one.lc > (sent?.lc ?? Infinity));
    }
  });

  inWorld('an answer is caused by what it answers', async (world, recorder) => {
    await twoNodes(world);
    const events = recorder.events();
    const all = byIndex(events);
    const pongs = events.filter(({ k, type }) => k === 'send' && type === 'pong');
    assert.ok(pongs.length >= 2);
    for (const pong of pongs) {
      const ping = all.get(pong.cause ?? 0);
      assert.deepEqual([ping?.k, ping?.type, ping?.n, ping?.m], ['recv', 'ping', pong.n, pong.re]);
    }
    const greeting = events.find(({ k, type, n }) => k === 'send' && type === 'hello' && n === 'n2');
    assert.equal(all.get(greeting?.cause ?? 0)?.k, 'connected');
  });

  inWorld('what a command does leads back to the command', async (world, recorder) => {
    const [a] = await twoNodes(world);
    const before = recorder.count;
    a.order({ kind: 'ping', n: 1 });
    await reach(world, 'a pong', () => recorder.events().some(({ i, k }) => i > before && k === 'pong'));
    const events = recorder.events();
    const pong = events.findLast(({ k, text }) => k === 'pong' && text?.endsWith('asked by a command') === true);
    const chain = chainOf(events, pong);
    assert.deepEqual(chain, ['pong', 'recv pong', 'send pong', 'recv ping', 'send ping', 'order']);
    const order = events.find(({ k }) => k === 'order');
    assert.deepEqual([order?.text, order?.by, order?.cause], ['ping #1', 'user', null]);
  });

  inWorld('what a timer does leads back to the timer', async (world, recorder) => {
    await twoNodes(world);
    const pings = () => recorder.events().filter(({ k, type }) => k === 'send' && type === 'ping');
    await reach(world, 'a ping of a timer', () => pings().length > 4);
    const events = recorder.events();
    assert.deepEqual(chainOf(events, pings().at(-1)), ['send ping', 'timer']);
    // A timer of which nothing comes is no event.
    const causes = new Set(events.map(({ cause }) => cause));
    assert.ok(events.filter(({ k }) => k === 'timer').every(({ i }) => causes.has(i)));
  });

  inWorld('a connection leads back to its dial at both ends, and its end to who ended it', async (world, recorder) => {
    const [a] = await twoNodes(world);
    a.order({ kind: 'drop', n: 1 });
    await reach(world, 'both ends', () => recorder.events().filter(({ k }) => k === 'closed').length === 2);
    const events = recorder.events();
    for (const connected of events.filter(({ k }) => k === 'connected'))
      assert.deepEqual(chainOf(events, connected).slice(0, 2), ['connected', 'dialing']);
    for (const closed of events.filter(({ k }) => k === 'closed'))
      assert.deepEqual(chainOf(events, closed), ['closed', 'order']);
  });

  inWorld('the header names the nodes', async (world, recorder) => {
    const [a, b] = await twoNodes(world);
    assert.deepEqual(
      recorder.header().nodes,
      [a, b].map((node) => ({
        name: node.name,
        id: node.state.id,
        address: node.state.listening[0]?.text,
      })),
    );
    assert.equal(recorder.header().world, world.kind);
  });

  inWorld('an expression finds lines and events, and is refused where it asks of states', async (world, recorder) => {
    await twoNodes(world);
    const events = recorder.events();
    const found = (text: string) => recorder.match(text).map(({ i }) => i);
    const wanted = (test: (event: TraceEvent) => boolean) => events.filter(test).map(({ i }) => i);
    assert.deepEqual(
      found('ping'),
      wanted(({ type }) => type === 'ping'),
    );
    assert.deepEqual(
      found('from=n2 & to=n1 & hello & in'),
      wanted(({ k, type, n }) => k === 'recv' && type === 'hello' && n === 'n1'),
    );
    assert.deepEqual(
      found('kind=ready'),
      wanted(({ k }) => k === 'ready'),
    );
    assert.equal(found('body.nodeid~/./ & out').length, 2);
    assert.deepEqual(
      found('len>60 & node=n1'),
      wanted(({ len, n }) => len !== null && len > 60 && n === 'n1'),
    );
    assert.throws(() => recorder.match('peers>=2'), /keeps no states.* at column 1/);
    assert.throws(() => recorder.match('tpye=ping'), /unknown field "tpye" at column 1; did you mean type/);
  });
}

/** What led to an event, itself first. */
function chainOf(events: readonly TraceEvent[], event: TraceEvent | undefined): string[] {
  const all = new Map(events.map((one) => [one.i, one]));
  const chain: string[] = [];
  for (let one = event; one !== undefined; one = all.get(one.cause ?? 0))
    chain.push(one.type === null ? one.k : `${one.k} ${one.type}`);
  return chain;
}

async function twoNodes(world: World) {
  const settings = { 'ping.interval': 200_000 };
  const a = await spawn(world, 'n1', { settings });
  const b = await spawn(world, 'n2', { settings, bootstrap: [placeOf(a)] });
  await reach(world, 'a pong on both sides', () => [a, b].every((node) => node.views.peers()[0]?.pingMs != null));
  return [a, b] as const;
}
