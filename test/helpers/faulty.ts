/**
 * Simulated networks for tests of faults: a seed goes in, a network comes out whose nodes can be killed and started again, with ways to
 * add faults by their text and to let time pass while every event is looked at.
 */
import assert from 'node:assert/strict';
import type { NodeConfig, NodePort } from '../../src/core/world.ts';
import { defaultSettings } from '../../src/settings.ts';
import { addFault } from '../../src/sim/faults/faults.ts';
import { parseFault } from '../../src/sim/faults/parse.ts';
import type { FaultSpec } from '../../src/sim/faults/spec.ts';
import type { Resolver } from '../../src/sim/faults/values.ts';
import { NodeInhabitant } from '../../src/sim/inhabitant.ts';
import { brokenInvariants } from '../../src/sim/invariants.ts';
import { nextTime } from '../../src/sim/kernel.ts';
import type { Host, Network } from '../../src/sim/network.ts';
import { step } from '../../src/sim/step.ts';
import type { SimWorld } from '../../src/sim/world.ts';
import { createSim } from './grow.ts';
import { placeOf, type SpawnOptions } from './meet.ts';

export interface Faulty {
  readonly world: SimWorld;
  readonly network: Network;
  spawn(name: string, options?: SpawnOptions): NodePort;
  node(name: string): NodePort;
  host(name: string): Host;
  /** Fails when the text is no fault; the ids of what it added. */
  fault(text: string): string[];
  /** Lets time pass; `look` sees the network after every event, and no node may be broken. */
  pass(ms: number, look?: () => void): void;
}

/** Knows n1 to n99, A (the first three) and B (the next three); an expression is the name of a message type. */
export const TEST_RESOLVER: Resolver = {
  nodes(word) {
    if (word === 'A' || word === '@A') return ['n1', 'n2', 'n3'];
    if (word === 'B' || word === '@B') return ['n4', 'n5', 'n6'];
    return /^n[1-9][0-9]?$/.test(word) ? [word] : null;
  },
  words: ['n1', 'n2', 'n3', '@A', '@B'],
  checkExpression: (text) => (/^[a-z]+$/.test(text) ? null : { message: `${text} is no expression`, near: [] }),
};

export function specsOf(text: string): readonly FaultSpec[] {
  const reading = parseFault(text, TEST_RESOLVER);
  assert.ok(reading.ok, reading.ok ? '' : reading.message);
  return reading.specs;
}

export function createFaulty(seed: number, wire = false, nodes = 40): Faulty {
  const world = createSim(seed, nodes, wire);
  const { network } = world;
  const { kernel } = network;
  const configs = new Map<string, NodeConfig>();
  const node = (name: string) => {
    const found = world.nodes().find((one) => one.name === name);
    assert.ok(found !== undefined, `no node ${name}`);
    return found;
  };
  const start = (config: NodeConfig): NodePort => {
    void world.spawn(config);
    return node(config.name);
  };
  network.faultHooks = {
    compileExpression: (text) => (_end, message) => message.type === text,
    restartNode: (name) => void start(configs.get(name) as NodeConfig),
  };
  return {
    world,
    network,
    node,
    host(name) {
      const found = network.names.get(name);
      assert.ok(found !== undefined, `no host ${name}`);
      return found;
    },
    spawn(name, { settings, bootstrap } = {}) {
      const config = {
        name,
        settings: { ...defaultSettings(), ...settings },
        listen: [],
        bootstrap: bootstrap ?? [],
        data: null,
      };
      configs.set(name, config);
      return start(config);
    },
    fault: (text) => specsOf(text).map((spec) => addFault(network, spec) ?? assert.fail('too many faults')),
    pass(ms, look) {
      const limit = kernel.now + Math.round(ms * 1_000);
      while (nextTime(kernel) <= limit) {
        step(network);
        const { host } = network.last;
        if (host?.inhabitant instanceof NodeInhabitant && host.isUp)
          assert.deepEqual(brokenInvariants(host.inhabitant.node), [], `${host.name} at ${kernel.now} µs`);
        look?.();
      }
      kernel.now = limit;
    },
  };
}

/** So many nodes that know each other: all have the first two as bootstrap nodes. */
export function growFaulty(seed: number, count: number, wire = false): Faulty {
  const faulty = createFaulty(seed, wire);
  const nodes: NodePort[] = [];
  for (let i = 1; i <= count; i += 1) {
    nodes.push(faulty.spawn(`n${i}`, { bootstrap: nodes.slice(0, 2).map(placeOf) }));
    faulty.pass(10);
  }
  faulty.pass(5_000);
  return faulty;
}
