/** Messages in hand of the simulated world keep the contract, stop the time, and belong to the history of the run. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createSimWorld } from '../../src/sim/world.ts';
import { tapContract } from '../contract/tap.ts';
import { createSim } from '../helpers/grow.ts';
import { placeOf, spawn } from '../helpers/meet.ts';

tapContract('sim', () => createSim(3, 10));

/** A world whose first two nodes are about to meet, with a snapshot at each look at the clock. */
async function open() {
  let wallMs = 0;
  const world = createSimWorld({
    seed: 3,
    nodes: 10,
    agent: 'peersh/test',
    breathe: () => new Promise((resolve) => setImmediate(resolve)),
    wallMs: () => {
      wallMs += 10_000;
      return wallMs;
    },
  });
  const a = await spawn(world, 'n1');
  const b = await spawn(world, 'n2');
  world.tap.order({ kind: 'break', text: 'hello', node: null });
  a.order({ kind: 'connect', ...placeOf(b), keep: false });
  return { world, a, b, simulation: world.simulation };
}

test('sim in hand: a wait ends when a message is held, and the time stands still', async () => {
  const { world } = await open();
  const result = await world.until(() => false, { limitMs: 5_000 });
  assert.equal(result.kind, 'held');
  const [held] = world.tap.held();
  assert.equal(held?.type, 'hello');
  assert.equal(world.now(), held?.sinceUs);
  assert.equal(world.simulation.holds, 1);
});

test('sim in hand: a rewind brings back what was held, and what is done then is another branch', async () => {
  const { world, a, b, simulation } = await open();
  await world.until(() => false, { limitMs: 5_000 });
  const stopped = simulation.moment();
  world.tap.order({ kind: 'edit', id: 'm1', line: '{"msgtype":"hello","nodeid":"somebody"}' });
  world.tap.order({ kind: 'deliver', id: 'm1', inUs: 0 });
  await world.until(() => false, { limitMs: 5_000 });
  world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
  await world.until(() => false, { limitMs: 1_000 });
  assert.equal(b.views.peers()[0]?.id, 'somebody');
  const end = simulation.moment();
  const { holds } = simulation;

  await simulation.goTo({ kind: 'moment', moment: stopped });
  assert.deepEqual(
    world.tap.held().map(({ id, line, original }) => [id, line === original]),
    [['m1', true]],
  );
  assert.equal(simulation.holds, holds);
  assert.equal((await simulation.check()).isSame, true);
  world.tap.order({ kind: 'deliver', id: 'm1', inUs: 0 });
  assert.notEqual(simulation.moment().branch, stopped.branch);
  await world.until(() => false, { limitMs: 5_000 });
  world.tap.order({ kind: 'deliver', id: 'all', inUs: 0 });
  await world.until(() => false, { limitMs: 1_000 });
  assert.equal(b.views.peers()[0]?.id, a.state.id);

  await simulation.checkout(stopped.branch);
  assert.deepEqual(simulation.moment(), end);
  assert.equal(b.views.peers()[0]?.id, 'somebody');
  assert.equal((await simulation.check()).isSame, true);
});

test('sim in hand: what was refused is no input', async () => {
  const { world, simulation } = await open();
  const { inputs } = simulation.moment();
  assert.equal(world.tap.order({ kind: 'deliver', id: 'm9', inUs: 0 }).ok, false);
  assert.equal(world.tap.order({ kind: 'break', text: 'helo', node: null }).ok, false);
  assert.equal(simulation.moment().inputs, inputs);
});

test('sim in hand: an edit that makes no message of it is refused', async () => {
  const { world } = await open();
  await world.until(() => false, { limitMs: 5_000 });
  const answer = world.tap.order({ kind: 'edit', id: 'm1', line: '{"msgtype":"hello","nodeid":""}' });
  assert.ok(!answer.ok);
  assert.match(answer.message, /a hello without a usable nodeid/);
});

test('sim in hand: a delayed message goes at its time also after a rewind', async () => {
  const { world, a, b, simulation } = await open();
  world.tap.order({ kind: 'unbreak', id: 'all' });
  world.tap.order({ kind: 'break', text: 'hello & from=n1 do delay 2s', node: null });
  await world.until(() => world.tap.held().length === 1, { limitMs: 500 });
  await world.until(() => false, { limitMs: 500 });
  const moment = simulation.moment();
  for (let i = 0; i < 2; i += 1) {
    assert.equal(world.tap.held().length, 1);
    await world.until(() => false, { limitMs: 3_000 });
    assert.equal(a.views.ready() + b.views.ready(), 2);
    await simulation.goTo({ kind: 'moment', moment });
  }
});

test('sim in hand: what is held is part of the snapshots that a rewind puts back', async () => {
  const { world, a, simulation } = await open();
  world.tap.order({ kind: 'unbreak', id: 'all' });
  await world.until(() => false, { limitMs: 5_000 });
  world.tap.order({ kind: 'break', text: 'body.msgtype=one do hold!', node: null });
  a.order({ kind: 'send-line', n: a.views.peers()[0]?.n ?? 0, line: '{"msgtype":"one"}' });
  await world.until(() => false, { limitMs: 36_000_000 });
  await world.until(() => false, { limitMs: 36_000_000 });
  assert.ok(simulation.moment().taken > 4_096, 'enough happened for several snapshots');
  const [held] = world.tap.held();
  assert.ok(held !== undefined);
  world.tap.order({ kind: 'drop', id: held.id });
  assert.deepEqual(world.tap.held(), []);
  await simulation.goTo({ kind: 'time', time: 30_000_000_000 });
  assert.deepEqual(
    world.tap.held().map(({ id }) => id),
    [held.id],
  );
  assert.equal(world.tap.rules()[0]?.hits, 1);
  assert.equal((await simulation.check()).isSame, true);
});
