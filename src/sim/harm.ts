/**
 * Faults in the words of a user: a text goes in, faults come on, and those that last until something holds are healed when it does. It
 * knows the world's nodes; what a fault does is in faults/.
 */
import type { Groups, Refused } from '../core/simulation.ts';
import { compile } from '../query/match.ts';
import { emptyObservation, type Observation } from '../query/observation.ts';
import { knownIn } from '../query/scope.ts';
import { readFault, withoutMemory } from './fault-text.ts';
import { addFault, healFault, pendingUntils } from './faults/faults.ts';
import { printFault } from './faults/parse.ts';
import type { FaultSpec } from './faults/spec.ts';
import { FAULTS_MAX } from './faults/state.ts';
import type { End, Network } from './network.ts';
import { nodeOf, type Population } from './population.ts';
import type { Watch } from './watch.ts';

export interface Harm {
  /** What a text means, as the text of each fault; the message is for the user. */
  read(
    text: string,
    groups: Groups,
  ): { readonly ok: true; readonly texts: readonly string[] } | ({ readonly ok: false } & Refused);
  /** Puts a fault on that was read before; null when it cannot be. */
  add(text: string, groups: Groups): string | null;
  heal(id: string): boolean;
  /** Heals what has lasted until now; to be called after every event. */
  review(): void;
}

export function createHarm(network: Network, population: Population, watch: Watch): Harm {
  const tests = new Map<string, (at: string) => boolean>();
  const observation: Observation = { ...emptyObservation(), kind: 'message', dir: 'out' };

  network.faultHooks.compileExpression = (text) => {
    const matcher = compile(withoutMemory(text, { nodes: namesOf() }), watch.scope);
    return (end: End, message) => {
      observation.t = network.kernel.now;
      observation.node = end.host.name;
      observation.from = end.host.name;
      observation.to = end.other?.host.name ?? null;
      observation.message = message;
      observation.n = end.n;
      observation.id = end.other === null ? null : nodeOf(end.other.host).id;
      observation.sentAt = network.kernel.now;
      observation.index = network.events;
      return matcher.test(observation);
    };
  };

  const namesOf = () => [...population.places.keys()];

  function specs(text: string, groups: Groups): readonly FaultSpec[] {
    const reading = readFault(text, { nodes: namesOf() }, groups);
    return reading.ok ? reading.specs : [];
  }

  function untilTest(text: string): (at: string) => boolean {
    const known = tests.get(text);
    if (known !== undefined) return known;
    const matcher = compile(withoutMemory(text, { nodes: namesOf() }), watch.scope);
    const test = (at: string) => matcher.holds(at);
    tests.set(text, test);
    return test;
  }

  return {
    read(text, groups) {
      const reading = readFault(text, { ...knownIn(watch.scope), nodes: namesOf() }, groups);
      if (!reading.ok) return reading;
      if (network.faults.active.length + reading.specs.length > FAULTS_MAX)
        return { ok: false, message: `${FAULTS_MAX} faults are on already; heal some first`, near: [] };
      return { ok: true, texts: reading.specs.map(printFault) };
    },
    add(text, groups) {
      const [spec] = specs(text, groups);
      return spec === undefined ? null : addFault(network, spec);
    },
    heal: (id) => healFault(network, id),
    review() {
      const pending = pendingUntils(network);
      watch.follow(pending.length > 0);
      for (const { id, until } of pending) {
        const [first = ''] = network.names.keys();
        if (untilTest(until)(first)) healFault(network, id);
      }
    },
  };
}
