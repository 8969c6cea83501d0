/** Faults in a world with a history: they are inputs, they are healed when what they wait for holds, and they go back with the world. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimWorld } from '../../src/sim/world.ts';
import { placeOf, spawn } from '../helpers/meet.ts';

async function network(nodes: number, seed = 5) {
  let ms = 0;
  const world = createSimWorld({
    seed,
    nodes,
    agent: 'peersh/test',
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    wallMs: () => {
      ms += 1_000;
      return ms;
    },
  });
  const first = await spawn(world, 'n1');
  for (let i = 2; i <= nodes; i += 1) await spawn(world, `n${i}`, { bootstrap: [placeOf(first)] });
  const { simulation } = world;
  simulation.begin();
  const pass = (ms: number) => world.until(() => false, { limitMs: ms });
  const put = (text: string, groups = {}) => {
    const answer = simulation.fault(text, groups);
    if (!answer.ok) throw new Error(answer.message);
    return answer.ids;
  };
  return { world, simulation, pass, put };
}

test('harm: a fault is an input of the run, and a world taken back is without it', async () => {
  const { simulation, pass, put } = await network(6);
  await pass(2_000);
  assert.deepEqual(put('latency 300ms±100ms on n1<>n2'), ['f1']);
  await pass(5_000);
  put('crash n3 for 10s');
  await pass(20_000);
  const end = { moment: simulation.moment(), hash: simulation.hash() };
  assert.deepEqual(
    simulation.faults().map(({ id, text }) => [id, text]),
    [['f1', 'latency 300ms±100ms on n1<>n2']],
  );
  await simulation.goTo({ kind: 'time', time: 1_000_000 });
  assert.deepEqual(simulation.faults(), []);
  await simulation.goTo({ kind: 'time', time: 9_000_000 });
  assert.deepEqual(
    simulation.faults().map(({ id }) => id),
    ['f1', 'f2'],
  );
  await simulation.checkout('main');
  assert.deepEqual({ moment: simulation.moment(), hash: simulation.hash() }, end);
  const checked = await simulation.check();
  assert.deepEqual([checked.isSame, checked.divergence], [true, null]);
});

test('harm: a fault until something holds is healed at the event that makes it hold', async () => {
  const { world, simulation, pass, put } = await network(4);
  put('partition n4|n1,n2,n3 until converged()');
  await pass(1_000);
  assert.equal(simulation.faults().length, 1);
  await pass(2_000);
  assert.equal(simulation.faults().length, 1, 'n4 is alone');
  put('latency 5ms until n1.peers>=2');
  await pass(70_000);
  assert.deepEqual(
    simulation.faults().map(({ id }) => id),
    ['f1'],
  );
  assert.equal(world.nodes()[3]?.views.ready(), 0);
  assert.equal(simulation.heal('f1'), true);
  assert.equal(simulation.heal('f1'), false);
  assert.equal(simulation.heal('all'), false);
});

test('harm: groups stand for their nodes as they were when the fault was put on', async () => {
  const { simulation, pass, put } = await network(5);
  assert.deepEqual(put('crash @A', { A: ['n2', 'n3'] }), ['f1', 'f2']);
  await pass(100);
  put('blackhole on @A<>@B', { A: ['n1'], B: ['n4', 'n5'] });
  await pass(100);
  const { hash } = { hash: simulation.hash() };
  const moment = simulation.moment();
  await simulation.goTo({ kind: 'index', index: 0 });
  await simulation.goTo({ kind: 'moment', moment });
  assert.equal(simulation.hash(), hash);
});

test('harm: an expression selects lines, one that counts is refused', async () => {
  const { simulation, pass, put } = await network(3);
  put('loss 50% on ping & from=n1');
  await pass(60_000);
  assert.ok((simulation.faults()[0]?.struck ?? 0) >= 0);
  for (const [text, message] of [
    ['loss 50% on nth(ping, 3)', /cannot ask nth/],
    ['loss 50% on tpye=ping', /did you mean type/],
    ['loss 50% on n9', /no node or group/],
    ['losss 50%', /type loss/],
    ['loss 50% until first(ping)', /cannot ask first/],
    ['loss', /is missing/],
  ] as const) {
    const answer = simulation.fault(text, {});
    assert.equal(answer.ok, false, text);
    if (!answer.ok) assert.match(answer.message, message);
  }
});

test('harm: an alarm stops the time after what was due by then and before anything later', async () => {
  const { world, simulation, pass } = await network(3);
  const rung: number[] = [];
  simulation.alarm = { atUs: 1_234_567, ring: () => rung.push(world.now()) };
  await pass(1_000);
  assert.deepEqual(rung, []);
  await pass(1_000);
  assert.deepEqual(rung, [1_234_567]);
  assert.equal(simulation.alarm, null);
  assert.equal(world.now(), 2_000_000);
  const { index } = simulation.moment();
  const [dueAt = 0] = world.network.kernel.times;
  const after: number[] = [];
  simulation.alarm = { atUs: dueAt, ring: () => after.push(simulation.moment().index - index) };
  simulation.advanceFor(dueAt, Infinity, null);
  assert.deepEqual(after, [1]);
});

test('harm: faults by lot are the same for the same seed, and of a profile there is', async () => {
  const { simulation } = await network(3);
  const plan = simulation.chaos(7, 'normal', ['n1', 'n2', 'n3'], 60_000_000);
  assert.ok(plan.length > 0);
  assert.deepEqual(simulation.chaos(7, 'normal', ['n1', 'n2', 'n3'], 60_000_000), plan);
  assert.throws(() => simulation.chaos(7, 'wild', ['n1'], 1), /gentle, normal, rough/);
  assert.ok(simulation.faultRows().some(({ name }) => name === 'nat'));
  assert.ok(simulation.faultRows().some(({ name }) => name === 'satellite'));
});

test('harm: a fault names its nodes, be they in a group, a range, a link or an expression', async () => {
  const { simulation, put } = await network(5);
  put('crash @A for 1s', { A: ['n2'] });
  put('blackhole on @A<>n4', { A: ['n2', 'n3'] });
  put('partition n1..n2|n5');
  put('loss 5% on from=n3');
  put('byzantine n1 lie-addr n4');
  put('latency 5ms');
  assert.deepEqual(
    simulation.faults().map(({ names }) => names.filter((name) => /^n\d$/.test(name))),
    [['n2'], ['n2', 'n3', 'n4'], ['n1', 'n2', 'n5'], ['n3'], ['n1', 'n4'], []],
  );
});

test('harm: each fault put on is told with its own text, also one that is over at once', async () => {
  const { simulation } = await network(3);
  const answer = simulation.fault('3g on n2 for 10s', {});
  assert.deepEqual(answer, {
    ok: true,
    ids: ['f1', 'f2', 'f3'],
    texts: ['latency 150ms±50ms normal on n2 for 10s', 'loss 0.5% on n2 for 10s', 'rate 96000B/s on n2 for 10s'],
  });
  assert.deepEqual(simulation.fault('restart n3', {}), { ok: true, ids: ['f4'], texts: ['restart n3'] });
});

test('harm: rows of faults say what each word may be', async () => {
  const { simulation } = await network(2);
  const row = (wanted: string) => simulation.faultRows().find(({ name }) => name === wanted);
  assert.deepEqual(row('nat')?.takes, ['node', ['full', 'restricted', 'symmetric']]);
  assert.deepEqual(row('partition')?.takes, ['sides', ['oneway']]);
  assert.deepEqual(row('latency')?.clauses, ['on', 'for', 'until']);
  assert.deepEqual(row('restart')?.clauses, []);
  for (const { usage, clauses } of simulation.faultRows())
    assert.deepEqual(
      [...usage.matchAll(/\[(on|for|until) /g)].map(([, clause]) => clause),
      clauses,
      usage,
    );
});

test('harm: a node that is not there is told with those that are', async () => {
  const { simulation } = await network(3);
  const told = (text: string, groups = {}) => {
    const answer = simulation.fault(text, groups);
    return answer.ok ? '' : answer.message;
  };
  assert.equal(told('crash n9'), 'crash: "n9" is no node or group: type one of n1, n2, n3');
  assert.equal(
    told('partition n1|n7', { A: ['n1'] })
      .split(': ')
      .slice(-2)
      .join(': '),
    '"n7" is no node or group: type one of n1, n2, n3, @A',
  );
  assert.equal(told('crash @AA', { AB: ['n1'] }), 'crash: "@AA" is no node or group: type @AB');
  assert.match(told('3g 5'), /^3g: "5" is one word too many: type 3g \[on SELECTOR\]/);
  const many = await network(30);
  const crowd = many.simulation.fault('crash n99', {});
  assert.equal(crowd.ok ? '' : crowd.message, 'crash: "n99" is no node or group: type one of n1, n2, ..., n30');
});

/** n4 is alone until it is told to connect; a fault waits for that. */
async function reunion(watched: boolean) {
  const scene = await network(3);
  const { world, simulation, pass, put } = scene;
  const lonely = await spawn(world, 'n4');
  await pass(5_000);
  if (watched) simulation.watch('converged()', 'n1');
  put('latency 50ms until converged()');
  await pass(2_000);
  assert.equal(simulation.faults().length, 1, 'n4 is alone');
  lonely.order({ kind: 'connect', host: '10.0.0.1', port: 5_999, keep: false });
  await pass(5_000);
  return scene;
}

test('harm: a fault until the network is one is healed, whether or not somebody watches, and again on every way there', async () => {
  const hashes: number[] = [];
  for (const watched of [false, true]) {
    const { simulation } = await reunion(watched);
    assert.deepEqual(simulation.faults(), []);
    const end = simulation.hash();
    hashes.push(end);
    assert.equal((await simulation.check()).isSame, true);
    await simulation.goTo({ kind: 'time', time: 6_000_000 });
    assert.equal(simulation.faults().length, 1);
    await simulation.checkout('main');
    assert.equal(simulation.hash(), end);
  }
  assert.equal(hashes[0], hashes[1]);
});

test('harm: a node that crashed is there again in a world taken back, with the port that it had', async () => {
  const { world, simulation, pass, put } = await network(60);
  await pass(5_000);
  const third = world.nodes()[2];
  put('crash n3');
  await pass(1_000);
  assert.equal(world.nodes().length, 59);
  await simulation.goTo({ kind: 'time', time: 4_000_000 });
  assert.equal(world.nodes().length, 60);
  assert.equal(world.nodes()[2], third);
});

test('harm: the last node of a network can crash, too', async () => {
  const { world, simulation, pass, put } = await network(2);
  await pass(1_000);
  put('crash n1');
  put('crash n2 for 5s');
  await pass(1_000);
  assert.deepEqual(world.nodes(), []);
  assert.equal(simulation.faults().length, 2);
  await pass(5_000);
  assert.equal(world.nodes().length, 1);
});

test('harm: a world is put forward to a moment whose faults name a node that is not there yet', async () => {
  const { world, simulation, pass, put } = await network(60);
  await pass(2_000);
  await spawn(world, 'n61');
  put('latency 5ms on ping & n61.peers>=0');
  await pass(60_000);
  const end = { moment: simulation.moment(), hash: simulation.hash() };
  await simulation.goTo({ kind: 'time', time: 1_000_000 });
  await simulation.checkout('main');
  assert.deepEqual({ moment: simulation.moment(), hash: simulation.hash() }, end);
});
