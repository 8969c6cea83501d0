/** The simulated world: the port of worlds on the model network, its clock and its history. Time moves only while somebody waits. */
import { createAudience } from '../core/audience.ts';
import type { SimulatedWorld } from '../core/simulation.ts';
import type { NodeState } from '../core/state.ts';
import type { TapAnswer, TapChange } from '../core/tap.ts';
import { createTranscripts } from '../core/transcript.ts';
import type { NodeViews } from '../core/view-rows.ts';
import { createViews } from '../core/views.ts';
import { createWitnesses } from '../core/witness.ts';
import type { EventListener, NodeConfig, NodePort, OrderAnswer, UntilResult, World } from '../core/world.ts';
import { encodeMessage } from '../wire/messages.ts';
import type { Host, Network } from './network.ts';
import { nodeOf, placeOf } from './population.ts';
import { createSimulation } from './simulation.ts';
import { createStage } from './stage.ts';
import { createTimeline, give } from './timeline.ts';

export interface SimOptions {
  readonly seed: number;
  /** How many nodes there will be: up to 60 share one LAN, more are spread over public networks. */
  readonly nodes: number;
  /** Encode and decode every message on its way. */
  readonly wire?: boolean;
  readonly agent: string;
  /** Lets other work of the process go on; called now and then while time is moved. */
  readonly breathe: () => Promise<void>;
  /** Milliseconds of some clock of the wall's, by which snapshots are taken; without it there are none. */
  readonly wallMs?: () => number;
}

export interface SimWorld extends SimulatedWorld {
  readonly network: Network;
}

const EVENTS_PER_BREATH = 20_000;

export function createSimWorld({ seed, nodes, wire = false, agent, breathe, wallMs = () => 0 }: SimOptions): SimWorld {
  const audience = createAudience();
  /** By name; a node that comes again has the port that it had. */
  const ports = new Map<string, NodePort>();
  const tapListeners = new Set<(change: TapChange) => void>();
  let isMuted = false;
  let holds = 0;
  const options = { seed, nodes, wire, agent, wallMs };
  const stage = createStage({ ...options, register, tapChanged });
  const { network } = stage;
  const { kernel } = network;
  const timeline = createTimeline(stage);
  const transcripts = createTranscripts(() =>
    [...network.names].map(([name, { context }]) => [name, context] as const),
  );
  const witnesses = createWitnesses((current) => {
    network.witness = current;
  });
  const simulation = createSimulation(timeline, stage, {
    options,
    breathe,
    holds: () => holds,
    mute(muted) {
      isMuted = muted;
    },
  });

  network.onEvent = ({ port }, event) => {
    if (port !== null && !isMuted) audience.tell(port, event);
  };

  const passLine: Network['onLine'] = ({ port }, n, direction, message) => {
    if (port !== null && !isMuted) audience.pass(port, n, direction, encodeMessage(message), message);
  };

  function tapChanged(change: TapChange): void {
    if (isMuted) return;
    if (change.kind === 'held') holds += 1;
    for (const listener of tapListeners) listener(change);
  }

  function register(host: Host): void {
    const port = ports.get(host.name) ?? createPort(host);
    ports.set(host.name, port);
    host.port = port;
    transcripts.join(host.name, host.context);
  }

  function createPort(first: Host): NodePort {
    const { name } = first;
    let host = first;
    let views: NodeViews | null = null;
    let viewed: NodeState | null = null;
    /** Who has that name now; the last one when nobody has. */
    const current = () => {
      host = network.names.get(name) ?? host;
      return nodeOf(host);
    };
    return {
      name,
      get state() {
        return current();
      },
      get views() {
        const node = current();
        if (views === null || viewed !== node) views = createViews(node, () => kernel.now + host.skewUs);
        viewed = node;
        return views;
      },
      order(order) {
        const answer = give(timeline, { kind: 'order', name, order });
        if (answer === null || 'rules' in answer) throw new Error('an order has an answer');
        return answer as OrderAnswer;
      },
      listen: () => Promise.reject(Object.assign(new Error('a simulated node has one address'), { code: 'ENOTSUP' })),
      stop() {
        if (network.names.has(name)) give(timeline, { kind: 'stop', name });
        return Promise.resolve();
      },
    };
  }

  function spawn(config: NodeConfig): Promise<NodePort> {
    if (network.names.has(config.name)) return Promise.reject(new Error(`there is a node ${config.name} already`));
    give(timeline, { kind: 'spawn', config });
    return Promise.resolve(ports.get(config.name) as NodePort);
  }

  async function until(
    test: Parameters<World['until']>[0],
    { limitMs, signal }: Parameters<World['until']>[1],
  ): Promise<UntilResult> {
    const before = holds;
    const limit = kernel.now + Math.max(0, Math.floor(limitMs * 1_000));
    const found: { node: NodePort; event: Parameters<EventListener>[1] }[] = [];
    const failures: { readonly error: unknown }[] = [];
    const unlisten = audience.onEvent((node, event) => {
      if (found.length > 0 || failures.length > 0) return;
      try {
        if (test(node, event)) found.push({ node, event });
      } catch (error) {
        // The one who waits is told, not the node.
        failures.push({ error });
      }
    });
    try {
      for (let steps = 1; ; steps += 1) {
        const [first] = found;
        const [failure] = failures;
        if (failure !== undefined) throw failure.error;
        if (first !== undefined) return { kind: 'event', ...first };
        if (signal?.aborted === true) return { kind: 'aborted' };
        if (holds !== before) return { kind: 'held' };
        if (simulation.isPaced) {
          if (kernel.now >= limit) return { kind: 'timeout' };
          await breathe();
          continue;
        }
        const what = simulation.advance(limit);
        if (what === 'limit' || what === 'idle') return { kind: 'timeout' };
        if (steps % EVENTS_PER_BREATH === 0) await breathe();
      }
    } finally {
      unlisten();
    }
  }

  return {
    kind: 'sim',
    tap: {
      order(order) {
        const { tap } = network;
        if (tap === null) throw new Error('a simulated world has a tap');
        // What is refused is no input, and begins no branch.
        return tap.refusal(order) ?? (give(timeline, { kind: 'tap', order }) as TapAnswer);
      },
      rules: () => network.tap?.rules() ?? [],
      held: () => network.tap?.held() ?? [],
      message: (id) => network.tap?.message(id) ?? null,
      onChange(listener) {
        const own = (change: TapChange) => listener(change);
        tapListeners.add(own);
        return () => tapListeners.delete(own);
      },
    },
    network,
    simulation,
    placeOf(index) {
      const { ip, port } = placeOf(index, nodes);
      return { host: ip, port };
    },
    now: () => kernel.now,
    nodes: () => [...network.names.values()].map(({ port }) => port).filter((port) => port !== null),
    spawn,
    until,
    onEvent: audience.onEvent,
    onLine(listener) {
      const unlisten = audience.onLine(listener);
      network.onLine = passLine;
      return () => {
        unlisten();
        if (!audience.watchesLines()) network.onLine = null;
      };
    },
    witness: (one) => witnesses.add(one),
    transcribe: (scribeOf) =>
      transcripts.begin((name) => {
        const scribe = scribeOf(name);
        return {
          given(node, at, given) {
            if (!isMuted) scribe.given(node, at, given);
          },
          wished(wish, answer) {
            if (!isMuted) scribe.wished(wish, answer);
          },
        };
      }),
    async close() {
      await Promise.all([...ports.values()].map((port) => port.stop()));
    },
  };
}
