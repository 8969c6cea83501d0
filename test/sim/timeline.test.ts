/** The history of a simulated world: going back and forth, branches, comparing, and the copies that save time. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Moment } from '../../src/core/simulation.ts';
import { BLIND } from '../../src/core/witness.ts';
import { defaultSettings } from '../../src/settings.ts';
import type { KeptNode, NodeInhabitant } from '../../src/sim/inhabitant.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { placeOf as simPlaceOf } from '../../src/sim/population.ts';
import { createStage } from '../../src/sim/stage.ts';
import { createTimeline, give, moveOn } from '../../src/sim/timeline.ts';
import { createSimWorld, type SimWorld } from '../../src/sim/world.ts';
import { placeOf, spawn } from '../helpers/meet.ts';

/** A clock of the wall's that is a little later at every look, so that snapshots are taken often and always at the same places. */
function clock(everyMs: number): () => number {
  let now = 0;
  return () => {
    now += everyMs;
    return now;
  };
}

async function network(nodes: number, { wallMs = clock(1_000), wire = false, seed = 3 } = {}): Promise<SimWorld> {
  const breathe = () => new Promise<void>((resolve) => setImmediate(resolve));
  const world = createSimWorld({ seed, nodes, wire, agent: 'peersh/test', breathe, wallMs });
  const first = await spawn(world, 'n1');
  for (let i = 2; i <= nodes; i += 1) await spawn(world, `n${i}`, { bootstrap: [placeOf(first)] });
  world.simulation.begin();
  return world;
}

const pass = (world: SimWorld, ms: number) => world.until(() => false, { limitMs: ms });
const stand = ({ simulation }: SimWorld) => ({ moment: simulation.moment(), hash: simulation.hash() });

test('timeline: a world taken back goes the same way again, from a snapshot or from the beginning', async () => {
  for (const wallMs of [clock(1_000), () => 0]) {
    const world = await network(100, { wallMs });
    await pass(world, 3_000);
    const middle = stand(world);
    await pass(world, 20_000);
    const end = stand(world);
    for (const index of [0, 1, 17, middle.moment.index, end.moment.index]) {
      await world.simulation.goTo({ kind: 'index', index });
      assert.equal(world.simulation.moment().index, index);
      for (const port of world.nodes()) assert.deepEqual(brokenInvariants(port.state), []);
    }
    await world.simulation.goTo({ kind: 'moment', moment: middle.moment });
    assert.deepEqual(stand(world), middle);
    await pass(world, 20_000);
    assert.deepEqual(stand(world), end);
    assert.equal(world.simulation.branches().length, 1, 'going on is no change');
  }
});

test('timeline: a moment is exact in time, also where nothing happens', async () => {
  const world = await network(5);
  await pass(world, 30_000);
  await world.simulation.goTo({ kind: 'time', time: 12_345_678 });
  assert.equal(world.now(), 12_345_678);
  assert.equal(world.simulation.end().time, 30_000_000);
  await world.simulation.goTo({ kind: 'time', time: 30_000_000 });
  assert.equal(world.now(), 30_000_000);
});

test('timeline: what is done in the past begins a branch and the old one stays', async () => {
  const world = await network(12);
  const { simulation } = world;
  await pass(world, 2_000);
  const [, second] = world.nodes();
  assert.ok(second !== undefined);
  const n = [...second.state.sessions.keys()][0] ?? 0;
  second.order({ kind: 'drop', n });
  await pass(world, 5_000);
  const old = stand(world);
  assert.equal(old.moment.branch, 'main');

  await simulation.goTo({ kind: 'time', time: 2_000_000 });
  assert.ok(second.state.sessions.has(n), 'the connection is not dropped yet');
  assert.equal(second.order({ kind: 'ping', n }).ok, true);
  await pass(world, 5_000);
  const fresh = stand(world);
  assert.equal(fresh.moment.branch, 'b1');
  assert.notEqual(fresh.hash, old.hash);
  assert.deepEqual(
    simulation.branches().map(({ name, from, isCurrent }) => [name, from?.branch ?? null, isCurrent]),
    [
      ['main', null, false],
      ['b1', 'main', true],
    ],
  );
  await simulation.checkout('main');
  assert.deepEqual(stand(world), old);
  await simulation.checkout('b1');
  assert.deepEqual(stand(world), fresh);

  const divergence = await simulation.compare(old.moment, fresh.moment);
  assert.ok(divergence?.a != null && divergence.b !== null);
  assert.ok(divergence.a.time >= 2_000_000 && divergence.b.time >= 2_000_000);
  assert.equal(divergence.a.index, divergence.b.index);
  const portraits = await Promise.all([old, fresh].map(({ moment }) => simulation.portrait(moment)));
  assert.notDeepEqual(portraits[0], portraits[1]);
  assert.deepEqual(stand(world), fresh, 'comparing does not move this world');
});

test('timeline: what is done at the end of a branch begins none', async () => {
  const world = await network(4);
  await pass(world, 1_000);
  world.nodes()[0]?.order({ kind: 'getaddr', n: 1 });
  await pass(world, 1_000);
  await world.nodes()[1]?.stop();
  assert.deepEqual(
    world.simulation.inputs().map(({ input, time }) => [input.kind, time]),
    [...Array.from({ length: 4 }, () => ['spawn', 0]), ['order', 1_000_000], ['stop', 2_000_000]],
  );
  assert.equal(world.simulation.branches().length, 1);
});

test('timeline: a port is the same node after every journey, also one that was not there for a while', async () => {
  const world = await network(3);
  await pass(world, 1_000);
  const late = await spawn(world, 'n4', { bootstrap: [placeOf(world.nodes()[0] as never)] });
  await pass(world, 1_000);
  const { id } = late.state;
  assert.equal(late.views.ready() > 0, true);
  await world.simulation.goTo({ kind: 'time', time: 500_000 });
  assert.ok(!world.nodes().includes(late));
  await world.simulation.goTo({ kind: 'time', time: 2_000_000 });
  assert.ok(world.nodes().includes(late));
  assert.equal(late.state.id, id);
  await late.stop();
  assert.ok(!world.nodes().includes(late));
});

test('timeline: there is no way before the set-up nor beyond the end, and the message says what there is', async () => {
  const world = await network(3);
  await pass(world, 1_000);
  const { index } = world.simulation.moment();
  const at = stand(world);
  for (const to of [
    { kind: 'index', index: index + 1 },
    { kind: 'index', index: -1 },
    { kind: 'index', index: Number.NaN },
    { kind: 'time', time: 1_000_001 },
  ] as const)
    await assert.rejects(world.simulation.goTo(to), (error: Error) => {
      assert.ok(error instanceof RangeError);
      assert.match(error.message, /main has/);
      return true;
    });
  await assert.rejects(world.simulation.checkout('b7'), /no branch b7: there is main/);
  assert.deepEqual(stand(world), at);
});

test('timeline: a journey that is interrupted stops where it got to and the world goes on from there', async () => {
  const world = await network(60, { wallMs: () => 0 });
  await pass(world, 120_000);
  const end = stand(world);
  const stop = new AbortController();
  const journey = world.simulation.goTo({ kind: 'time', time: 100_000_000 }, stop.signal);
  stop.abort(new Error('^C'));
  await assert.rejects(journey, /\^C/);
  assert.ok(world.now() < 100_000_000);
  await world.simulation.checkout('main');
  assert.deepEqual(stand(world), end);
});

test('timeline: running a branch again as lines comes to the same hash as running it as objects', async () => {
  const world = await network(30);
  await pass(world, 4_000);
  world.nodes()[4]?.order({ kind: 'getaddr', n: 1 });
  await pass(world, 4_000);
  const checked = await world.simulation.check();
  assert.equal(checked.divergence, null);
  assert.equal(checked.isSame, true);
  assert.equal(checked.events, world.simulation.moment().index);
});

test('timeline: who is announced joins when the time comes, and again after a journey', async () => {
  const world = await network(2);
  const first = world.nodes()[0];
  assert.ok(first !== undefined);
  const { settings } = first.state;
  const config = { name: 'late', settings, listen: [], bootstrap: [placeOf(first)], data: null };
  world.simulation.announce(config, 1_500_000);
  assert.equal(world.simulation.planned, 3);
  await pass(world, 1_000);
  assert.equal(world.nodes().length, 2);
  await pass(world, 1_000);
  assert.equal(world.nodes().length, 3);
  const end = stand(world);
  await world.simulation.goTo({ kind: 'time', time: 1_200_000 });
  assert.equal(world.nodes().length, 2);
  await world.simulation.checkout('main');
  assert.deepEqual(stand(world), end);
});

test('timeline: few snapshots are kept however long the run, and old moments are still reached', async () => {
  const world = await network(40, { wallMs: clock(10_000) });
  const marks: { moment: Moment; hash: number }[] = [];
  for (let i = 0; i < 40; i += 1) {
    await pass(world, 15_000);
    marks.push(stand(world));
  }
  for (const i of [30, 3, 39, 0, 20]) {
    const mark = marks[i];
    assert.ok(mark !== undefined);
    await world.simulation.goTo({ kind: 'moment', moment: mark.moment });
    assert.deepEqual(stand(world), mark);
  }
});

test('timeline: a replay beside the world tells every event from its beginning and leaves the world alone', async () => {
  const world = await network(6);
  await pass(world, 2_000);
  world.nodes()[3]?.order({ kind: 'ping', n: 1 });
  await pass(world, 1_000);
  const before = stand(world);
  const told: string[] = [];
  await world.simulation.replay({
    ...BLIND,
    event: (name, time, event) => told.push(`${time} ${name} ${event.kind}`),
  });
  assert.deepEqual(stand(world), before);
  assert.equal(told.filter((line) => line.endsWith(' listening')).length, 6);
  assert.ok(told.some((line) => line.endsWith(' pong')));
  assert.ok(Number(told.at(-1)?.split(' ')[0]) <= 3_000_000);
});

test('timeline: a snapshot copies a node when it first changes, and none that does not', async () => {
  const world = await network(20);
  await pass(world, 5_000);
  const { network: net } = world;
  const inhabitants = [...net.names.values()].map(({ inhabitant }) => inhabitant as NodeInhabitant);
  const kept = inhabitants.map((inhabitant) => inhabitant.keep());
  const before = inhabitants.map(({ node }) => JSON.stringify(node.book));
  assert.ok(inhabitants.every((inhabitant, i) => kept[i]?.node === inhabitant.node && inhabitant.keep() === kept[i]));
  world.nodes()[3]?.order({ kind: 'getaddr', n: 1 });
  assert.deepEqual(
    inhabitants.flatMap((inhabitant, i) => (kept[i]?.node === inhabitant.node ? [] : [i])),
    [3],
  );
  await pass(world, 300_000);
  assert.ok(inhabitants.every((inhabitant, i) => kept[i]?.node !== inhabitant.node));
  assert.deepEqual(
    kept.map(({ node }) => JSON.stringify(node.book)),
    before,
  );
  for (const [i, inhabitant] of inhabitants.entries()) inhabitant.putBack(kept[i] as KeptNode);
  assert.deepEqual(
    inhabitants.map(({ node }) => JSON.stringify(node.book)),
    before,
  );
});

test('timeline: the clock never goes back, whatever limit or time somebody asks for', async () => {
  const world = await network(2);
  await pass(world, 2_000);
  const { simulation } = world;
  simulation.advance(1_000_000);
  assert.equal(world.now(), 2_000_000);
  const first = world.nodes()[0];
  assert.ok(first !== undefined);
  const config = { name: 'late', settings: first.state.settings, listen: [], bootstrap: [placeOf(first)], data: null };
  simulation.announce(config, 500_000);
  simulation.advance(Infinity);
  assert.equal(world.now(), 2_000_000);
  assert.equal(world.nodes().length, 3);
});

test('timeline: the set-up is one moment, also where snapshots were taken in the midst of it', async () => {
  const world = createSimWorld({
    seed: 3,
    nodes: 100,
    agent: 'peersh/test',
    breathe: () => Promise.resolve(),
    wallMs: clock(1_000),
  });
  const { simulation, network } = world;
  const first = await spawn(world, 'n1');
  const join = (k: number) => spawn(world, `n${k}`, { bootstrap: [placeOf(first)] });
  for (let k = 2; k <= 60; k += 1) await join(k);
  while (network.kernel.taken < 1_024) simulation.advance(Infinity);
  for (let k = 61; k <= 100; k += 1) await join(k);
  simulation.begin();
  const begun = stand(world);
  await pass(world, 3_000);
  await simulation.goTo({ kind: 'index', index: begun.moment.index });
  assert.equal(world.nodes().length, 100);
  assert.deepEqual(stand(world), begun);
});

test('timeline: what snapshots hold stays bounded in a network that grows', () => {
  const bytesMax = 3 * 1_048_576;
  let ms = 0;
  const stage = createStage({
    seed: 3,
    nodes: 100,
    wire: false,
    agent: 'peersh/test',
    wallMs: () => ms,
    register: () => undefined,
  });
  const timeline = createTimeline(stage, bytesMax);
  const { ip: host, port } = simPlaceOf(0, 100);
  const config = (k: number) => ({
    name: `n${k}`,
    settings: defaultSettings(),
    listen: [],
    bootstrap: k === 1 ? [] : [{ host, port }],
    data: null,
  });
  for (let k = 1; k <= 4; k += 1) give(timeline, { kind: 'spawn', config: config(k) });
  for (let k = 5; k <= 80; k += 1) give(timeline, { kind: 'announce', config: config(k), at: k * 2_000_000 });
  let most = 0;
  while (stage.network.kernel.now < 400_000_000) {
    moveOn(timeline, Infinity);
    ms += 1;
    most = Math.max(most, timeline.kept.length);
    const held = timeline.kept.reduce((sum, { bytes }) => sum + bytes, 0);
    assert.ok(held <= bytesMax || timeline.kept.length === 1, `${timeline.kept.length} hold ${held} bytes`);
  }
  assert.ok(most > 3 && timeline.kept.length < most, `${most} at most, ${timeline.kept.length} at the end`);
});
