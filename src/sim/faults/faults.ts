/**
 * Faults come and go: specs go in, ids come out, and the network is harmed as long as one is on; without any it runs as if there were no
 * such thing. A fault with `until` stays until whoever runs the network, having evaluated `pendingUntils`, heals it.
 */
import type { FaultChange } from '../../core/simulation.ts';
import { addText } from '../hash.ts';
import type { Host, Network } from '../network.ts';
import { happen } from '../step.ts';
import { createLinks, type LinksOwner } from './links.ts';
import { namedBy } from './named.ts';
import { printFault } from './parse.ts';
import { callFaults } from './passage.ts';
import type { FaultSpec } from './spec.ts';
import { type ActiveFault, FAULTS_MAX, type FaultState } from './state.ts';
import { FAULTS, type FaultRow } from './table.ts';
import { strike, work } from './working.ts';

/** What becomes of a fault; an event tells it and the fault as one number. */
const CHANGES = ['on', 'off', 'struck'] as const satisfies readonly FaultChange[];

/** Its id, also of a fault that is over at once; null when too many are on. */
export function addFault(network: Network, spec: FaultSpec): string | null {
  const { faults, kernel } = network;
  const row: FaultRow = FAULTS[spec.name];
  if (faults.active.length >= FAULTS_MAX) return null;
  faults.added += 1;
  const forUs = spec.name === 'stall' ? Math.min(spec.values.time, spec.forUs ?? Infinity) : (spec.forUs ?? Infinity);
  const fault: ActiveFault = {
    id: `f${faults.added}`,
    number: faults.added,
    spec,
    text: printFault(spec),
    sinceUs: kernel.now,
    endsAt: row.isInstant ? kernel.now : kernel.now + forUs,
    struck: 0,
  };
  faults.active.push(fault);
  connect(network);
  tell(network, fault, 'on');
  const { behaviour, applies } = work(network, fault);
  const isUndone = row.undoes !== null && undo(network, row.undoes, spec);
  if (!isUndone && behaviour.starts?.(spec.values, fault, network, applies) === true) strike(network, fault);
  if (row.isInstant) end(network, fault);
  else if (fault.endsAt !== Infinity) callFaults(network, fault.endsAt, 'end', fault.number);
  return fault.id;
}

/** Ends a fault, or all of them; false when there is none of that id. */
export function healFault(network: Network, id: string): boolean {
  const some = network.faults.active.filter((fault) => id === 'all' || fault.id === id);
  for (const fault of some) end(network, fault);
  return some.length > 0;
}

/** As `faults` shows them, oldest first. */
export interface FaultLine {
  readonly id: string;
  readonly text: string;
  readonly sinceUs: number;
  readonly struck: number;
  /** Null: when it is healed. */
  readonly endsAtUs: number | null;
  readonly until: string | null;
  readonly names: readonly string[];
}

export const listFaults = ({ faults }: Network): FaultLine[] =>
  faults.active.map(({ id, text, sinceUs, struck, endsAt, spec }) => ({
    id,
    text,
    sinceUs,
    struck,
    endsAtUs: endsAt === Infinity ? null : endsAt,
    until: spec.until,
    names: namedBy(spec),
  }));

/** Evaluate these after every event, and heal those that hold. */
export const pendingUntils = ({ faults }: Network): { readonly id: string; readonly until: string }[] =>
  faults.active.flatMap(({ id, spec: { until } }) => (until === null ? [] : [{ id, until }]));

/** Goes on with faults that were copied. */
export function putFaultsBack(network: Network, state: FaultState): void {
  network.faults = state;
  connect(network);
}

/** Ends what the new fault is the opposite of, on the same node. */
function undo(network: Network, name: string, { values }: FaultSpec): boolean {
  const opposites = network.faults.active.filter(
    ({ spec }) => spec.name === name && nodeOf(spec.values) === nodeOf(values),
  );
  for (const fault of opposites) end(network, fault);
  return opposites.length > 0;
}

const nodeOf = (values: FaultSpec['values']): string | null => ('node' in values ? values.node : null);

function end(network: Network, fault: ActiveFault): void {
  const { active } = network.faults;
  const at = active.indexOf(fault);
  if (at < 0) return;
  active.splice(at, 1);
  network.links = createLinks(network, ownerOf(network));
  const { behaviour } = work(network, fault);
  behaviour.ends?.(fault.spec.values, fault, network);
  tell(network, fault, 'off');
  connect(network);
}

/** What still waits for its retransmission keeps the links after the last fault; after that nothing of any fault is left. */
function connect(network: Network): void {
  const { active, lanes, pairs, natDials } = network.faults;
  if (active.length > 0 || [...lanes.values()].some(({ waiting }) => waiting.length > 0)) {
    network.links = createLinks(network, ownerOf(network));
    return;
  }
  network.links = null;
  lanes.clear();
  pairs.clear();
  natDials.clear();
}

const ownerOf = (network: Network): LinksOwner => ({
  ended: (fault) => end(network, fault),
  struckFirst: (fault) => changes(network, fault, 'struck'),
  drained() {
    if (network.faults.active.length === 0) connect(network);
  },
});

function tell(network: Network, fault: ActiveFault, change: 'on' | 'off'): void {
  changes(network, fault, change);
  network.witness?.fact(hostOf(network, fault)?.name ?? '', network.kernel.now, {
    kind: 'fault',
    id: fault.id,
    text: `${change} ${fault.text}`,
  });
  if (change === 'on') network.hash = addText(network.hash, fault.text);
  network.onFault(fault.id, change, fault.text);
}

/** Every event has a node: that of the fault, else the first of the network; where nobody is left, there is none. */
function hostOf({ names, hosts }: Network, { spec }: ActiveFault): Host | null {
  const [first] = hosts.values();
  return names.get(nodeOf(spec.values) ?? '') ?? first ?? null;
}

function changes(network: Network, fault: ActiveFault, change: FaultChange): void {
  const host = hostOf(network, fault);
  if (host === null) return;
  happen(network, 'fault', host, fault.number * 4 + CHANGES.indexOf(change));
  network.last.fault = fault;
}

/** What became of the fault that an event tells of. */
export const changeOf = (number: number): FaultChange => CHANGES[number % 4] ?? 'on';
