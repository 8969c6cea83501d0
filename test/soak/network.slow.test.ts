/** Fifty nodes on real sockets: they find each other, half of them are killed and come back, and a cut cable heals. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { NodePort } from '../../src/core/world.ts';
import { createRandom, nextRandom } from '../../src/sim/random.ts';
import { createTcpWorld } from '../../src/tcp/world.ts';
import { component } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';
import { seed } from '../helpers/random-cases.ts';
import { until } from '../helpers/until.ts';
import { Cable } from './cable.ts';
import { Sockets } from './sockets.ts';

const NODES = 50;
const KILLED = 25;
/** What the design asks for: 15 s to come together, 60 s to heal. */
const TOGETHER_MS = 15_000;
const HEALED_MS = 60_000;

const isOne = (nodes: readonly NodePort[]) => {
  const reached = component(nodes);
  const alone = nodes.filter((node) => node.views.ready() === 0).length;
  return reached === nodes.length && alone === 0 ? null : `${reached} of ${nodes.length} together, ${alone} alone`;
};

test(`sockets: ${NODES} nodes with one bootstrap node come together, and heal when half of them were killed`, async (context) => {
  const sockets = new Sockets();
  const world = createTcpWorld('peersh/test');
  try {
    let started = performance.now();
    const first = await spawn(world, 'n1');
    const bootstrap = [placeOf(first)];
    for (let i = 2; i <= NODES; i += 1) await spawn(world, `n${i}`, { bootstrap });
    await until('all connected', () => isOne(world.nodes()), TOGETHER_MS);
    context.diagnostic(`together after ${Math.round(performance.now() - started)} ms`);

    let resets = 0;
    world.onEvent((_, event) => {
      if (event.kind === 'closed' && event.reason === 'reset') resets += 1;
    });
    const mortal = world.nodes().filter((node) => node !== first);
    const random = createRandom(seed, 1);
    context.diagnostic(`killed by seed ${seed}`);
    const killed = Array.from({ length: KILLED }, () => {
      const [node] = mortal.splice(Math.floor(nextRandom(random) * mortal.length), 1);
      return node as NodePort;
    });
    const places = killed.map((node) => ({ name: node.name, listen: [placeOf(node)] }));
    started = performance.now();
    await Promise.all(killed.map((node) => sockets.kill(node)));
    assert.equal(world.nodes().length, NODES - KILLED);
    assert.ok(resets >= KILLED, `${resets} connections were reset`);
    for (const { name, listen } of places) await spawn(world, name, { bootstrap, listen });
    const ids = () => new Set(world.nodes().map(({ state }) => state.id));
    await until(
      'all connected again, and nobody to a ghost',
      () => {
        const live = ids();
        const ghosts = world.nodes().flatMap(({ state }) => [...state.peers.keys()].filter((id) => !live.has(id)));
        return ghosts.length > 0 ? `${ghosts.length} ghosts` : isOne(world.nodes());
      },
      HEALED_MS,
    );
    context.diagnostic(`healed after ${Math.round(performance.now() - started)} ms`);
  } finally {
    await world.close();
    sockets.stop();
  }
  await until('every socket closed', () => (sockets.count === 0 ? null : `${sockets.count} open`));
});

test('sockets: two groups that only a cable joins are one component again after it was cut', async (context) => {
  const quick = {
    'gossip.dial': false,
    'ping.interval': 500_000,
    'ping.timeout': 2_000_000,
    'hello.timeout': 2_000_000,
    'bootstrap.retry': 200_000,
    'bootstrap.retry.max': 1_000_000,
  };
  const world = createTcpWorld('peersh/test');
  const left = await spawn(world, 'left-1', { settings: quick });
  const cable = await Cable.open(placeOf(left).port);
  try {
    const right = await spawn(world, 'right-1', {
      settings: quick,
      bootstrap: [{ host: '127.0.0.1', port: cable.port }],
    });
    for (let i = 2; i <= 5; i += 1) {
      await spawn(world, `left-${i}`, { settings: quick, bootstrap: [placeOf(left)] });
      await spawn(world, `right-${i}`, { settings: quick, bootstrap: [placeOf(right)] });
    }
    await until('one component', () => isOne(world.nodes()));
    cable.cut(true);
    await until('the cut to be noticed', () => (component(world.nodes()) === 5 ? null : 'still one component'));
    // It stays cut for a while: until right-1 has tried again and failed.
    const failures = () => right.state.targets[0]?.failures ?? 0;
    await until('a retry to fail', () => (failures() >= 2 ? null : `${failures()} failures`));
    assert.equal(component(world.nodes()), 5);
    const started = performance.now();
    cable.cut(false);
    await until('one component again', () => isOne(world.nodes()), HEALED_MS);
    context.diagnostic(`healed after ${Math.round(performance.now() - started)} ms`);
  } finally {
    await world.close();
    await cable.close();
  }
});
