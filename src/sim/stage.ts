/** A model network with its population, on which inputs are performed: the same inputs at the same moments give the same run. */
import { giveOrder } from '../core/node.ts';
import type { Input } from '../core/simulation.ts';
import type { TapAnswer, TapChange } from '../core/tap.ts';
import type { OrderAnswer } from '../core/world.ts';
import { createTapState } from '../tap/state.ts';
import { createFaultState } from './faults/state.ts';
import { createHarm, type Harm } from './harm.ts';
import { createKernel } from './kernel.ts';
import { createNetwork, type Host } from './network.ts';
import { announce, changingNodeOf, createPopulation, join, leave, restart, settle, start } from './population.ts';
import { createSimTap } from './tap.ts';
import type { Stage } from './timeline.ts';
import { createWatch, type Watch } from './watch.ts';

export interface StageOptions {
  readonly seed: number;
  /** How many nodes there will be: up to 60 share one LAN, more are spread over public networks. */
  readonly nodes: number;
  /** Encode and decode every message on its way. */
  readonly wire: boolean;
  readonly agent: string;
  /** Milliseconds of some clock of the wall's. */
  readonly wallMs: () => number;
  /** A node is about to start. */
  readonly register: (host: Host) => void;
  /** Whom expressions may name; without it those that live there, did or will. */
  readonly names?: () => readonly string[];
  /** Something became of a message in hand. */
  readonly tapChanged?: (change: TapChange) => void;
}

/** What came of an input: for an order, to a node or about messages in hand, its answer. */
export type Performed = OrderAnswer | TapAnswer | null;

const NOBODY: OrderAnswer = { ok: false, reason: 'stopping', message: 'the node is not running' };

export interface LabStage extends Stage<Performed> {
  readonly watch: Watch;
  readonly harm: Harm;
}

export function createStage({ seed, nodes, wire, agent, wallMs, register, names, tapChanged }: StageOptions): LabStage {
  const network = createNetwork(seed, wire);
  const population = createPopulation(agent, nodes);
  network.onJoin = (name) => join(network, population, name, register);
  const { hash } = network;
  const watch = createWatch(network, population, names ?? (() => [...population.places.keys()]));
  const harm = createHarm(network, population, watch);
  const tap = createSimTap(network, watch.scope, (change) => tapChanged?.(change));
  network.tap = tap;
  network.faultHooks.restartNode = (name) => restart(network, population, name, register);

  function perform(input: Input): Performed {
    switch (input.kind) {
      case 'spawn': {
        const host = settle(network, population, input.config);
        register(host);
        start(network, host);
        return null;
      }
      case 'announce':
        announce(network, population, input.config, input.at);
        return null;
      case 'stop': {
        const host = network.names.get(input.name);
        if (host !== undefined) leave(network, host);
        return null;
      }
      case 'order': {
        const host = network.names.get(input.name);
        if (host === undefined) return NOBODY;
        host.context.now = network.kernel.now + host.skewUs;
        network.witness?.fact(host.name, network.kernel.now, { kind: 'order', order: input.order });
        return giveOrder(changingNodeOf(host), host.context, input.order);
      }
      case 'fault':
        harm.add(input.text, input.groups);
        return null;
      case 'heal':
        harm.heal(input.id);
        return null;
      case 'tap':
        return tap.obey(input.order);
      default:
        return input satisfies never;
    }
  }

  function reset(): void {
    for (const host of network.names.values()) host.isUp = false;
    Object.assign(network.kernel, createKernel());
    Object.assign(population, createPopulation(agent, nodes));
    network.hosts = new Map();
    network.names = new Map();
    network.moves += 1;
    network.hash = hash;
    network.events = 0;
    network.ends = 0;
    network.lines = 0;
    network.links = null;
    network.faults = createFaultState();
    network.last.kind = null;
    tap.load(createTapState());
  }

  return { network, population, watch, harm, perform, reset, wallMs };
}
