/** A snapshot in the midst of faults, put back, goes on as the world did: what waits, sleeps and is late is part of it. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { defaultSettings } from '../../../src/settings.ts';
import { addFault, healFault } from '../../../src/sim/faults/faults.ts';
import { nextTime } from '../../../src/sim/kernel.ts';
import { placeOf as addressAt } from '../../../src/sim/population.ts';
import { putBack, takeSnapshot } from '../../../src/sim/snapshot.ts';
import { createStage } from '../../../src/sim/stage.ts';
import { step } from '../../../src/sim/step.ts';
import { specsOf } from '../../helpers/faulty.ts';

const NODES = 6;

test('faults: a snapshot in the midst of them, put back twice, goes on to the same hash', () => {
  const stage = createStage({
    seed: 9,
    nodes: NODES,
    wire: false,
    agent: 'a',
    wallMs: () => 0,
    register: () => undefined,
  });
  const { network, population } = stage;
  network.faultHooks = {
    compileExpression: () => () => false,
    restartNode(name) {
      const config = population.configs.get(name);
      assert.ok(config !== undefined);
      stage.perform({ kind: 'spawn', config });
    },
  };
  const pass = (seconds: number) => {
    const limit = network.kernel.now + seconds * 1_000_000;
    while (nextTime(network.kernel) <= limit) step(network);
    network.kernel.now = limit;
  };
  const fault = (text: string) => specsOf(text).map((spec) => addFault(network, spec));
  const { ip: host, port } = addressAt(0, NODES);
  for (let i = 1; i <= NODES; i += 1)
    stage.perform({
      kind: 'spawn',
      config: {
        name: `n${i}`,
        settings: defaultSettings(),
        listen: [],
        bootstrap: i === 1 ? [] : [{ host, port }],
        data: null,
      },
    });
  fault('latency 30ms±20ms pareto');
  fault('loss 10%');
  pass(5);
  for (const text of [
    'rate 200B/s on n2',
    'isolate n3',
    'pause n4 for 90s',
    'skew n5 +1m',
    'crash n6 for 70s',
    'nat n1 restricted',
  ])
    fault(text);
  pass(60);
  const isWaiting = [...network.faults.lanes.values()].some(({ waiting }) => waiting.length > 0);
  assert.ok(isWaiting && (network.names.get('n4')?.frozen?.length ?? 0) > 0);
  const snapshot = takeSnapshot(network, population);
  const goOn = () => {
    pass(40);
    healFault(network, 'all');
    pass(60);
    assert.equal(network.links, null);
    return [network.hash, network.events, network.ends];
  };
  const first = goOn();
  for (let again = 0; again < 2; again += 1) {
    putBack(network, population, snapshot);
    assert.deepEqual(goOn(), first);
  }
});

test('faults: a stage that begins anew has none', () => {
  const stage = createStage({
    seed: 9,
    nodes: NODES,
    wire: false,
    agent: 'a',
    wallMs: () => 0,
    register: () => undefined,
  });
  for (const spec of specsOf('loss 10%')) addFault(stage.network, spec);
  stage.reset();
  assert.equal(stage.network.links, null);
  assert.deepEqual(stage.network.faults.active, []);
});
