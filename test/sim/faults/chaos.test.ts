/** Chaos: plans of faults by lot, each carried out on a small network that keeps every invariant and is whole again afterwards. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CHAOS_PROFILES, type ChaosProfile, type ChaosStep, planChaos } from '../../../src/sim/faults/chaos.ts';
import { addFault, healFault } from '../../../src/sim/faults/faults.ts';
import { printFault } from '../../../src/sim/faults/parse.ts';
import type { Message } from '../../../src/wire/messages.ts';
import { type Faulty, growFaulty, specsOf } from '../../helpers/faulty.ts';
import { component } from '../../helpers/grow.ts';

const NAMES = Array.from({ length: 8 }, (_, k) => `n${k + 1}`);
const LENGTH_US = 180_000_000;
const PROFILES = Object.keys(CHAOS_PROFILES) as ChaosProfile[];

for (const profile of PROFILES) {
  test(`chaos: a ${profile} plan is the same for the same seed, and each of its faults ends within the plan`, () => {
    const plan = planChaos(7, profile, NAMES, LENGTH_US);
    assert.deepEqual(planChaos(7, profile, NAMES, LENGTH_US), plan);
    assert.notDeepEqual(planChaos(8, profile, NAMES, LENGTH_US), plan);
    assert.ok(plan.length >= 3);
    let last = 0;
    for (const { atUs, forUs, fault } of plan) {
      assert.ok(atUs >= last && forUs > 0 && atUs + forUs <= LENGTH_US);
      assert.deepEqual(specsOf(printFault(fault)), [fault]);
      last = atUs;
    }
  });

  test(`chaos: after a ${profile} plan the network is whole, whatever the seed`, () => {
    for (let seed = 1; seed <= 4; seed += 1) {
      const faulty = growFaulty(seed, NAMES.length);
      const disorder = watchOrder(faulty);
      carryOut(faulty, planChaos(seed, profile, NAMES, LENGTH_US));
      healFault(faulty.network, 'all');
      faulty.pass(300_000);
      assert.equal(component(faulty.world.nodes()), NAMES.length, `seed ${seed}`);
      assert.equal(faulty.network.links, null);
      assert.deepEqual(disorder, [], `seed ${seed}`);
    }
  });
}

test('chaos: there is nothing to plan for fewer than two nodes', () => {
  assert.deepEqual(planChaos(1, 'rough', ['n1'], LENGTH_US), []);
});

function carryOut(faulty: Faulty, plan: readonly ChaosStep[]): void {
  const { network } = faulty;
  const start = network.kernel.now;
  const ends: { at: number; id: string }[] = [];
  const passTo = (at: number) => faulty.pass((start + at - network.kernel.now) / 1_000);
  const endBefore = (at: number) => {
    ends.sort((a, b) => a.at - b.at);
    for (let end = ends[0]; end !== undefined && end.at <= at; end = ends[0]) {
      passTo(end.at);
      healFault(network, end.id);
      ends.shift();
    }
  };
  for (const { atUs, forUs, fault } of plan) {
    endBefore(atUs);
    passTo(atUs);
    const id = addFault(network, fault);
    if (id !== null) ends.push({ at: atUs + forUs, id });
  }
  endBefore(Infinity);
}

/** What arrives in a direction of a connection was sent there in that order with nothing left out; what does not is noted. */
function watchOrder({ network }: Faulty): string[] {
  const sent = new Map<number, Message[]>();
  const disorder: string[] = [];
  network.onLine = (host, n, direction, message) => {
    const end = host.ends.get(n);
    if (direction === 'sent' && end !== undefined) {
      const lines = sent.get(end.id) ?? [];
      sent.set(end.id, lines);
      lines.push(message);
    } else if (end !== undefined && end.other !== null) {
      const next = sent.get(end.other.id)?.shift();
      if (next?.type !== message.type || JSON.stringify(next) !== JSON.stringify(message))
        disorder.push(`${host.name} had ${message.type} for ${next?.type} at ${network.kernel.now}`);
    }
  };
  return disorder;
}
