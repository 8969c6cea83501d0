/** What is planned for a later time of a lab, on every branch and after every rewind. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Agenda } from '../../../src/shell/lab/agenda.ts';
import { createSimWorld } from '../../../src/sim/world.ts';
import { placeOf, spawn } from '../../helpers/meet.ts';

const S = 1_000_000;

async function planned() {
  const breathe = () => new Promise<void>((resolve) => void setImmediate(resolve));
  const world = createSimWorld({ seed: 3, nodes: 3, agent: 'peersh/test', breathe });
  const first = await spawn(world, 'n1');
  for (const name of ['n2', 'n3']) await spawn(world, name, { bootstrap: [placeOf(first)] });
  const { simulation } = world;
  simulation.begin();
  const failures: string[] = [];
  const agenda = new Agenda(simulation, ({ text }, error) => failures.push(`${text}: ${(error as Error).message}`));
  const done: string[] = [];
  const at = (seconds: number, text = `at ${seconds}`) =>
    agenda.add(seconds * S, text, () => {
      done.push(`${text} @${world.now() / S}`);
      simulation.fault(`latency ${seconds}ms for 1s`, {});
    });
  return {
    world,
    simulation,
    agenda,
    failures,
    done,
    at,
    pass: (seconds: number) => world.until(() => false, { limitMs: seconds * 1_000 }),
    rewind: async (seconds: number) => {
      await simulation.goTo({ kind: 'time', time: seconds * S });
      agenda.timeMoved();
    },
    faults: () => simulation.inputs().filter(({ input }) => input.kind === 'fault').length,
  };
}

test('agenda: does each thing at its time, in the order of times and of planning', async () => {
  const { agenda, at, done, pass } = await planned();
  at(5);
  at(2);
  at(5, 'also');
  assert.deepEqual(
    agenda.ahead().map(({ text }) => text),
    ['at 2', 'at 5', 'also'],
  );
  await pass(1);
  assert.deepEqual(done, []);
  await pass(3);
  assert.deepEqual(done, ['at 2 @2']);
  assert.deepEqual(
    agenda.ahead().map(({ text }) => text),
    ['at 5', 'also'],
  );
  await pass(10);
  assert.deepEqual(done, ['at 2 @2', 'at 5 @5', 'also @5']);
  assert.deepEqual(agenda.ahead(), []);
});

test('agenda: after a rewind the record does it again, and nothing is done twice', async () => {
  const { simulation, at, done, pass, rewind, faults } = await planned();
  at(3);
  at(20);
  await pass(10);
  const { hash } = { hash: simulation.hash() };
  await rewind(1);
  assert.equal(faults(), 0);
  await pass(9);
  assert.deepEqual(done, ['at 3 @3']);
  assert.deepEqual([simulation.hash(), faults()], [hash, 1]);
  assert.equal(simulation.branches().length, 1);
  await pass(15);
  assert.deepEqual(done, ['at 3 @3', 'at 20 @20']);
});

test('agenda: another branch comes by what lies ahead of it, and not by what was done before it or planned elsewhere', async () => {
  const { world, simulation, agenda, at, done, pass, rewind } = await planned();
  at(3);
  at(8);
  await pass(6);
  at(9);
  await pass(4);
  assert.equal(done.length, 3);
  await rewind(5);
  assert.deepEqual(agenda.ahead(), []);
  world.nodes()[0]?.order({ kind: 'bootstrap-add', host: '10.0.0.3', port: 5999 });
  assert.equal(simulation.moment().branch, 'b1');
  assert.deepEqual(
    agenda.ahead().map(({ text }) => text),
    ['at 8'],
  );
  await pass(10);
  assert.deepEqual(done.slice(3), ['at 8 @8']);
  await simulation.checkout('main');
  agenda.timeMoved();
  await pass(10);
  assert.equal(done.length, 4);
});

test('agenda: what is planned after a rewind begins a branch when its time comes', async () => {
  const { simulation, at, done, pass, rewind } = await planned();
  await pass(10);
  await rewind(2);
  at(4);
  assert.equal(simulation.branches().length, 1);
  await pass(1);
  assert.equal(simulation.branches().length, 1);
  await pass(5);
  assert.deepEqual(done, ['at 4 @4']);
  assert.equal(simulation.moment().branch, 'b1');
});

test('agenda: what is taken away or fails holds nothing up, and the past cannot be planned', async () => {
  const { agenda, at, done, failures, pass } = await planned();
  const gone = at(2);
  at(3);
  agenda.add(2.5 * S, 'wrong', () => {
    throw new Error('no');
  });
  agenda.remove([gone]);
  await pass(5);
  assert.deepEqual(done, ['at 3 @3']);
  assert.deepEqual(failures, ['wrong: no']);
  assert.throws(() => at(4), /^PeershError: it is 5s already: at 4$/);
});
