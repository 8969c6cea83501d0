/** The simulated world: the port of worlds on the model network and its clock. Time moves only while somebody waits. */
import { createAudience } from '../core/audience.ts';
import { createNode, giveOrder, startNode, stopNode } from '../core/node.ts';
import { createViews } from '../core/views.ts';
import type { EventListener, NodeConfig, NodePort, UntilResult, World } from '../core/world.ts';
import { type Address, addressOf } from '../wire/address.ts';
import { encodeMessage } from '../wire/messages.ts';
import { NodeInhabitant } from './inhabitant.ts';
import { nextTime } from './kernel.ts';
import { addHost, createNetwork, type Network, removeHost } from './network.ts';
import { createRandom, nextRandom } from './random.ts';
import { step } from './step.ts';

export interface SimOptions {
  readonly seed: number;
  /** How many nodes there will be: up to 60 share one LAN, more are spread over public networks. */
  readonly nodes: number;
  /** Encode and decode every message on its way. */
  readonly wire?: boolean;
  readonly agent: string;
  /** Lets other work of the process go on; called now and then while time is moved. */
  readonly breathe: () => Promise<void>;
}

export interface SimWorld extends World {
  readonly network: Network;
}

const PORT = 5_999;
const LAN_NODES_MAX = 60;
const EVENTS_PER_BREATH = 20_000;

/** Where the k-th node lives: 10.0.0.k on a LAN, else one public /16 after the other. */
function placeOf(index: number, nodes: number): Address {
  const ip =
    nodes <= LAN_NODES_MAX
      ? `10.0.0.${index + 1}`
      : `${20 + (index % 70)}.${Math.floor(index / 70) % 250}.${Math.floor(index / 17_500)}.1`;
  const address = addressOf(ip, PORT);
  if (address === null) throw new Error(`no place for node ${index}`);
  return address;
}

/** A UUID of version 4 from the seed, so that the same seed gives the same ids. */
function idOf(seed: number, index: number): string {
  const random = createRandom(seed ^ 0x1d, index);
  const hex = Array.from({ length: 32 }, () => Math.floor(nextRandom(random) * 16).toString(16));
  hex[12] = '4';
  hex[16] = '8';
  const part = (from: number, to: number) => hex.slice(from, to).join('');
  return `${part(0, 8)}-${part(8, 12)}-${part(12, 16)}-${part(16, 20)}-${part(20, 32)}`;
}

export function createSimWorld(options: SimOptions): SimWorld {
  const network = createNetwork(options.seed, options.wire === true);
  const { kernel } = network;
  const ports: NodePort[] = [];
  const places = new Map<string, number>();
  const audience = createAudience();
  let births = 0;

  network.onEvent = ({ port }, event) => {
    if (port !== null) audience.tell(port, event);
  };

  const passLine: Network['onLine'] = ({ port }, n, direction, message) => {
    if (port !== null) audience.pass(port, n, direction, encodeMessage(message), message);
  };

  function spawn(config: NodeConfig): Promise<NodePort> {
    if (network.names.has(config.name)) return Promise.reject(new Error(`there is a node ${config.name} already`));
    const index = places.get(config.name) ?? places.size;
    places.set(config.name, index);
    const id = idOf(options.seed, births);
    births += 1;
    const node = createNode({ id, agent: options.agent, settings: config.settings, bootstrap: config.bootstrap });
    const address = placeOf(index, options.nodes);
    const host = addHost(network, index, config.name, address, (context) => new NodeInhabitant(node, context));
    const port: NodePort = {
      name: config.name,
      state: node,
      views: createViews(node, () => kernel.now),
      order(order) {
        host.context.now = kernel.now;
        return giveOrder(node, host.context, order);
      },
      listen: () => Promise.reject(Object.assign(new Error('a simulated node has one address'), { code: 'ENOTSUP' })),
      stop() {
        if (!host.isUp) return Promise.resolve();
        host.context.now = kernel.now;
        stopNode(node, host.context);
        removeHost(network, host);
        network.onEvent(host, { kind: 'stopped' });
        ports.splice(ports.indexOf(port), 1);
        host.port = null;
        return Promise.resolve();
      },
    };
    host.port = port;
    ports.push(port);
    startNode(node, host.context, [address]);
    return Promise.resolve(port);
  }

  async function until(
    test: Parameters<World['until']>[0],
    { limitMs, signal }: Parameters<World['until']>[1],
  ): Promise<UntilResult> {
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
        const next = nextTime(kernel);
        if (next > limit || next === Infinity) {
          if (limit !== Infinity) kernel.now = limit;
          return { kind: 'timeout' };
        }
        step(network);
        if (steps % EVENTS_PER_BREATH === 0) await options.breathe();
      }
    } finally {
      unlisten();
    }
  }

  return {
    kind: 'sim',
    network,
    now: () => kernel.now,
    nodes: () => ports,
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
    async close() {
      await Promise.all([...ports].map((port) => port.stop()));
    },
  };
}
