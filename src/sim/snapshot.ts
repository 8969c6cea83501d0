/**
 * A simulated world at one moment, to be put back later as often as wanted: a network goes in, a copy comes out that shares nothing that
 * changes; a node is copied when it first changes. Hosts keep their identity, so that what stands on them stands on the world that was put back.
 */
import { bookSize } from '../core/book-columns.ts';
import { copyTapState, type TapState } from '../tap/state.ts';
import { putFaultsBack } from './faults/faults.ts';
import { copyFaults, type FaultState } from './faults/state.ts';
import { type KeptNode, NodeInhabitant } from './inhabitant.ts';
import type { Item } from './items.ts';
import type { End, Host, Network } from './network.ts';
import type { Population } from './population.ts';
import type { Random } from './random.ts';

interface SavedHost {
  readonly host: Host;
  readonly kept: KeptNode;
  readonly random: Random;
  readonly ends: Map<number, End>;
  readonly dials: Set<number>;
  readonly isUp: boolean;
  readonly wakeTicket: number;
  readonly frozen: readonly Item[] | null;
  readonly skewUs: number;
}

export interface Snapshot {
  readonly now: number;
  readonly taken: number;
  readonly sequence: number;
  readonly times: readonly number[];
  readonly sequences: readonly number[];
  readonly items: readonly Item[];
  readonly saved: readonly SavedHost[];
  readonly hosts: ReadonlyMap<string, Host>;
  readonly names: ReadonlyMap<string, Host>;
  readonly hash: number;
  readonly events: number;
  readonly ends: number;
  readonly lines: number;
  readonly faults: FaultState;
  readonly population: Population;
  readonly tap: TapState | null;
}

/** What a node holds about, measured in networks of 60 to 1,000; of each connection its end, too. */
const NODE_BYTES = 12 * 1_024;
const SESSION_BYTES = 1_200;
const ADDRESS_BYTES = 64;

/** How much a snapshot holds, by an estimate. */
export function bytesOf({ saved }: Snapshot): number {
  let bytes = 0;
  for (const { kept } of saved) {
    const { node } = kept;
    bytes += NODE_BYTES + SESSION_BYTES * node.sessions.size + ADDRESS_BYTES * bookSize(node.book);
  }
  return bytes;
}

export function takeSnapshot(network: Network, population: Population): Snapshot {
  const { kernel } = network;
  const copy = endCopier();
  return {
    now: kernel.now,
    taken: kernel.taken,
    sequence: kernel.sequence,
    times: kernel.times.slice(0, kernel.size),
    sequences: kernel.sequences.slice(0, kernel.size),
    items: copyItems(kernel.items.slice(0, kernel.size), copy),
    saved: hostsIn(network).map((host) => saveHost(host, copy)),
    hosts: new Map(network.hosts),
    names: new Map(network.names),
    hash: network.hash,
    events: network.events,
    ends: network.ends,
    lines: network.lines,
    faults: copyFaults(network.faults),
    population: copyPopulation(population),
    tap: network.tap === null ? null : copyTapState(network.tap.state),
  };
}

export function putBack(network: Network, population: Population, snapshot: Snapshot): void {
  const { kernel } = network;
  const copy = endCopier();
  for (const host of hostsIn(network)) host.isUp = false;
  kernel.now = snapshot.now;
  kernel.taken = snapshot.taken;
  kernel.sequence = snapshot.sequence;
  kernel.size = snapshot.items.length;
  kernel.times = [...snapshot.times];
  kernel.sequences = [...snapshot.sequences];
  kernel.items = copyItems(snapshot.items, copy);
  network.hosts = new Map(snapshot.hosts);
  network.names = new Map(snapshot.names);
  network.moves += 1;
  network.hash = snapshot.hash;
  network.events = snapshot.events;
  network.ends = snapshot.ends;
  network.lines = snapshot.lines;
  network.last.kind = null;
  for (const saved of snapshot.saved) loadHost(saved, copy);
  // Faults are read anew, and may name whoever is there then.
  Object.assign(population, copyPopulation(snapshot.population));
  putFaultsBack(network, copyFaults(snapshot.faults));
  if (snapshot.tap !== null) network.tap?.load(copyTapState(snapshot.tap));
}

/** Those who are there, and those who left and of whose connections something is still on its way. */
function hostsIn({ kernel, names }: Network): Host[] {
  const hosts = new Set(names.values());
  for (let i = 0; i < kernel.size; i += 1) {
    const { end, host } = kernel.items[i] as Item;
    if (end !== null) hosts.add(end.host);
    if (host !== null) hosts.add(host);
  }
  return [...hosts];
}

function inhabitantOf(host: Host): NodeInhabitant {
  if (host.inhabitant instanceof NodeInhabitant) return host.inhabitant;
  throw new Error(`${host.name} is no node: its state cannot be copied`);
}

const saveHost = (host: Host, copy: CopyEnd): SavedHost => ({
  host,
  kept: inhabitantOf(host).keep(),
  random: { ...host.random },
  ends: copyEnds(host.ends, copy),
  dials: new Set(host.dials),
  isUp: host.isUp,
  wakeTicket: host.wakeTicket,
  frozen: host.frozen === null ? null : copyItems(host.frozen, copy),
  skewUs: host.skewUs,
});

function loadHost(saved: SavedHost, copy: CopyEnd): void {
  const { host } = saved;
  inhabitantOf(host).putBack(saved.kept);
  Object.assign(host.random, saved.random);
  host.ends = copyEnds(saved.ends, copy);
  host.dials = new Set(saved.dials);
  host.isUp = saved.isUp;
  host.wakeTicket = saved.wakeTicket;
  host.frozen = saved.frozen === null ? null : copyItems(saved.frozen, copy);
  host.skewUs = saved.skewUs;
  host.heard = null;
}

const copyEnds = (ends: ReadonlyMap<number, End>, copy: CopyEnd) =>
  new Map([...ends].map(([n, end]): [number, End] => [n, copy(end)]));

type CopyEnd = (end: End) => End;

/** Each end is copied once, whoever points to it. */
function endCopier(): CopyEnd {
  const copies = new Map<End, End>();
  const copy = (end: End): End => {
    const known = copies.get(end);
    if (known !== undefined) return known;
    const made = { ...end };
    copies.set(end, made);
    made.other = end.other === null ? null : copy(end.other);
    made.backlog = end.backlog === null ? null : copyItems(end.backlog, copy);
    return made;
  };
  return copy;
}

/** Items never change; those that point to an end point to its copy. */
const copyItems = (items: readonly Item[], copy: CopyEnd): Item[] =>
  items.map((item) => (item.end === null ? item : ({ ...item, end: copy(item.end) } as Item)));

const copyPopulation = (population: Population): Population => ({
  ...population,
  places: new Map(population.places),
  announced: new Map(population.announced),
  configs: new Map(population.configs),
});
