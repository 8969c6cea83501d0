/** The port of simulations on a timeline: going on, going back, comparing runs. It prints nothing. */
import type { Advanced, Happened, Moment, Simulation } from '../core/simulation.ts';
import { CHAOS_PROFILES, isChaosProfile, planChaos } from './faults/chaos.ts';
import { changeOf, listFaults } from './faults/faults.ts';
import { printFault } from './faults/parse.ts';
import { FAULT_ROWS } from './faults/rows.ts';
import type { Network } from './network.ts';
import { nodeOf } from './population.ts';
import { createStage, type LabStage, type Performed, type StageOptions } from './stage.ts';
import {
  begin,
  branchOf,
  branchViews,
  createTimeline,
  endOf,
  follow,
  give,
  inputsOf,
  type Journey,
  momentOf,
  moveOn,
  type Timeline,
  travel,
} from './timeline.ts';

/** So long a journey goes on before other work of the process has its turn. */
const JOURNEY_STEPS = 2_000;
/** The wall's clock is looked at once in so many steps. */
const STEPS_PER_LOOK = 64;

interface Setting {
  readonly options: Omit<StageOptions, 'register'>;
  readonly breathe: () => Promise<void>;
  readonly holds: () => number;
  /** Events of a world on its way to a moment are old news. */
  readonly mute: (isMuted: boolean) => void;
}

export function createSimulation(
  timeline: Timeline<Performed>,
  stage: LabStage,
  { options, breathe, mute, holds }: Setting,
): Simulation {
  const { network, population, wallMs, watch, harm } = stage;
  const { kernel } = network;

  async function go(journey: () => Journey, signal: AbortSignal | undefined): Promise<void> {
    const { witness } = network;
    network.witness = null;
    mute(true);
    watch.mute(true);
    try {
      await finish(journey(), signal);
    } finally {
      mute(false);
      watch.mute(false);
      network.witness = witness;
    }
  }

  async function finish(journey: Journey, signal: AbortSignal | undefined): Promise<void> {
    for (let steps = 1; journey(); steps += 1) {
      if (steps % JOURNEY_STEPS !== 0) continue;
      signal?.throwIfAborted();
      await breathe();
    }
  }

  const unfollowed = (wire = options.wire) => {
    const names = () => [...population.places.keys()];
    const bare = createStage({ ...options, wire, wallMs: () => 0, register: () => undefined, names });
    return { ...createTimeline(bare), stage: bare };
  };

  /** Another world that goes the way of a branch, from its beginning. */
  function replica(branch: string, wire = options.wire): Timeline<Performed> {
    const fresh = unfollowed(wire);
    follow(fresh, timeline, branchOf(timeline, branch));
    return fresh;
  }

  /** Moves two worlds event by event until they differ or one has reached its limit. */
  async function race(a: Racer, b: Racer, signal: AbortSignal | undefined) {
    for (let steps = 1; ; steps += 1) {
      const here = nextEvent(a);
      const there = nextEvent(b);
      if (here === null && there === null) return null;
      const isSame = here !== null && there !== null && here === there;
      if (!isSame)
        return {
          a: here === null ? null : happened(a.timeline.stage.network),
          b: there === null ? null : happened(b.timeline.stage.network),
        };
      if (steps % JOURNEY_STEPS !== 0) continue;
      signal?.throwIfAborted();
      await breathe();
    }
  }

  function moved(what: Advanced): Advanced {
    if (what === 'event' || what === 'input') simulation.afterEach?.(what);
    return what;
  }

  function advance(limitUs: number): Advanced {
    const { alarm } = simulation;
    if (alarm === null || alarm.atUs > limitUs) return moved(moveOn(timeline, limitUs));
    const what = moveOn(timeline, Math.max(alarm.atUs, kernel.now));
    if (what !== 'limit' && what !== 'idle') return moved(what);
    simulation.alarm = null;
    alarm.ring();
    return 'input';
  }

  const simulation: Simulation = {
    seed: network.seed,
    wire: network.wire,
    get planned() {
      return network.names.size + population.announced.size;
    },
    get holds() {
      return holds();
    },
    fault(text, groups) {
      const reading = harm.read(text, groups);
      if (!reading.ok) return reading;
      const before = network.faults.added;
      for (const one of reading.texts) give(timeline, { kind: 'fault', text: one, groups });
      return { ok: true, ids: reading.texts.map((_, i) => `f${before + i + 1}`), texts: reading.texts };
    },
    heal(id) {
      if (!network.faults.active.some((fault) => id === 'all' || fault.id === id)) return false;
      give(timeline, { kind: 'heal', id });
      return true;
    },
    faults: () => listFaults(network),
    faultRows: () => FAULT_ROWS,
    chaos(seed, profile, nodes, lengthUs) {
      if (!isChaosProfile(profile))
        throw new RangeError(`no profile ${profile}: there are ${Object.keys(CHAOS_PROFILES).join(', ')}`);
      return planChaos(seed, profile, nodes, lengthUs).map(({ atUs, forUs, fault }) => ({
        atUs,
        forUs,
        text: printFault(fault),
      }));
    },
    alarm: null,
    watch: (expression, node) => watch.add(expression, node),
    async ask(expression, node, signal) {
      const now = watch.ask(expression);
      if (now !== null) return now(node);
      const moment = momentOf(timeline);
      const other = unfollowed();
      const { watch: anew } = other.stage;
      const watcher = anew.add(expression, node);
      follow(other, timeline, branchOf(timeline, moment.branch));
      await finish(travel(other, { kind: 'moment', moment: { ...moment, branch: other.branch.name } }), signal);
      return watcher.holds();
    },
    afterEach: null,
    isPaced: false,
    moment: () => momentOf(timeline),
    hash: () => network.hash,
    end: () => endOf(timeline.branch),
    last: () => (network.last.kind === null ? null : happened(network)),
    announce: (config, at) => void give(timeline, { kind: 'announce', config, at }),
    begin: () => begin(timeline),
    advance,
    advanceFor(limitUs, budgetMs, isDone) {
      const until = wallMs() + budgetMs;
      for (let steps = 1; ; steps += 1) {
        const what = advance(limitUs);
        if (what === 'limit' || what === 'idle' || isDone?.() === true) return true;
        if (steps % STEPS_PER_LOOK === 0 && wallMs() >= until) return false;
      }
    },
    async goTo(to, signal) {
      await go(() => travel(timeline, to), signal);
      return momentOf(timeline);
    },
    branches: () => branchViews(timeline),
    async checkout(name, signal) {
      const moment = endOf(branchOf(timeline, name));
      await go(() => travel(timeline, { kind: 'moment', moment }), signal);
      return momentOf(timeline);
    },
    inputs: () => inputsOf(timeline),
    async compare(a, b, signal) {
      const racers = [a, b].map((moment) => ({ timeline: replica(moment.branch), limit: moment }));
      return race(racers[0] as Racer, racers[1] as Racer, signal);
    },
    async check(signal) {
      const limit = momentOf(timeline);
      const first = { timeline: replica(limit.branch), limit };
      const divergence = await race(first, { timeline: replica(limit.branch, !network.wire), limit }, signal);
      const isSame = divergence === null && first.timeline.stage.network.hash === network.hash;
      return { events: first.timeline.stage.network.events, hash: network.hash, isSame, divergence };
    },
    async replay(witness, signal) {
      const moment = momentOf(timeline);
      const other = unfollowed();
      other.stage.network.witness = witness;
      follow(other, timeline, branchOf(timeline, moment.branch));
      await finish(travel(other, { kind: 'moment', moment: { ...moment, branch: other.branch.name } }), signal);
    },
    async portrait(moment, signal) {
      const other = replica(moment.branch);
      await finish(travel(other, { kind: 'moment', moment: { ...moment, branch: other.branch.name } }), signal);
      return portraitOf(other.stage.network);
    },
  };
  timeline.afterInput = () => simulation.afterEach?.('input');
  return simulation;

  function happened({ last, events, hash, kernel }: Network): Happened {
    return {
      index: events,
      time: kernel.now,
      kind: last.kind ?? 'wake',
      node: last.host?.name ?? '',
      peer: last.peer?.name ?? null,
      number: last.number,
      message: last.message,
      fault: last.fault === null ? null : { id: last.fault.id, change: changeOf(last.number), text: last.fault.text },
      hash,
    };
  }
}

interface Racer {
  readonly timeline: Timeline<Performed>;
  readonly limit: Moment;
}

/** The hash after the next event; null when there is none before the limit. */
function nextEvent({ timeline, limit }: Racer): number | null {
  const { network } = timeline.stage;
  const { events } = network;
  while (network.events === events) {
    if (network.kernel.taken >= limit.taken && timeline.inputs >= limit.inputs) return null;
    moveOn(timeline, Infinity);
  }
  return network.hash;
}

/** Each running node in a line, to be compared. */
function portraitOf(network: Network): Map<string, string> {
  const nameOf = new Map([...network.names.values()].map((host) => [nodeOf(host).id, host.name]));
  const portrait = new Map<string, string>();
  for (const host of network.names.values()) {
    const { peers, book, dials } = nodeOf(host);
    const names = [...peers.keys()].map((id) => nameOf.get(id) ?? id).sort();
    portrait.set(
      host.name,
      `${names.length === 0 ? 'no peers' : `peers ${names.join(' ')}`}; knows ${book.addresses.length}, tried ${book.tried}; dials ${dials.size}`,
    );
  }
  return portrait;
}
