/** Rows of places: what a node knows of addresses, of its bootstrap list and of bans, and why it does not dial. Changes nothing. */
import type { Address } from '../wire/address.ts';
import { placeText } from '../wire/directory.ts';
import type { Source } from './book-columns.ts';
import { leadsToPeer, listDueAt, sessionAt, whyNotDial } from './obstacles.ts';
import { isReady } from './session.ts';
import type { DirectoryState, NodeState, Target } from './state.ts';
import type { AddrView, BanView, BootstrapView } from './view-rows.ts';
import { ms, msSince } from './view-time.ts';

export function addrViews(node: NodeState, now: number): AddrView[] {
  return node.book.addresses.map((_, slot) => addrView(node, slot, now));
}

function addrView(node: NodeState, slot: number, now: number): AddrView {
  const { book } = node;
  const address = book.addresses[slot] as Address;
  const source = book.sources[slot] as Source;
  const id = book.ids[slot] ?? null;
  const outcome = book.outcomes[slot] ?? null;
  const nextDialAt = outcome?.nextDialAt ?? 0;
  const why =
    whyNotDial(node, now, address, source.via === 'manual' ? 'gossip' : source.via) ??
    (nextDialAt > now ? 'backoff' : null);
  const next =
    why === 'held' ? (node.held.get(address.text) ?? (id === null ? now : node.held.get(id)) ?? now) : nextDialAt;
  return {
    address: address.text,
    id: sessionAt(node, address)?.id ?? id,
    table: outcome?.tried === true ? 'tried' : 'new',
    source: source.name,
    via: source.via,
    heardMs: ms(now - (book.heardAt[slot] as number)),
    triedMs: msSince(now, outcome?.triedAt ?? null),
    tries: outcome?.failures ?? 0,
    state: ADDR_STATES[why ?? 'idle'] ?? 'waiting',
    reason: why === 'connected' ? null : why,
    lastError: outcome?.lastError ?? null,
    nextDialMs: next > now ? ms(next - now) : null,
  };
}

const ADDR_STATES: Readonly<Record<string, AddrView['state']>> = {
  idle: 'idle',
  connected: 'connected',
  dialing: 'dialing',
  'is-self': 'self',
};

/** Each directory stands above what it lists. */
export function bootstrapViews(node: NodeState, now: number): BootstrapView[] {
  const rows = node.targets.map((target) => bootstrapView(node, target, now));
  const directories = node.directories.map((directory) => directoryView(directory, now));
  return [
    ...rows.filter(({ from }) => from === null),
    ...directories.flatMap((directory) => [directory, ...rows.filter(({ from }) => from === directory.address)]),
  ];
}

function directoryView(
  { host, port, listed, resolving, lookUpAt, trouble }: DirectoryState,
  now: number,
): BootstrapView {
  return {
    address: placeText(host, port),
    from: null,
    resolved: listed.map((address) => address.text),
    self: false,
    state: resolving ? 'resolving' : listed.length > 0 ? 'listing' : 'waiting',
    nextDialMs: Math.max(0, ms(lookUpAt - now)),
    lastError: trouble === null ? null : 'no-name',
  };
}

function bootstrapView(node: NodeState, target: Target, now: number): BootstrapView {
  const banned =
    target.resolved.length > 0 &&
    target.resolved.every((address) => whyNotDial(node, now, address, target.via) === 'banned');
  const held = target.resolved.some((address) => (node.held.get(address.text) ?? 0) > now);
  const connected = target.resolved.some((address) => {
    const session = sessionAt(node, address);
    return (session !== null && isReady(session)) || leadsToPeer(node, address);
  });
  const dialing = [...node.dials.values()].some((dial) =>
    target.resolved.some((address) => address.text === dial.address.text),
  );
  return {
    address: placeText(target.host, target.port),
    from: target.from,
    resolved: target.resolved.map((address) => address.text),
    self: target.self,
    state: target.self
      ? 'self'
      : connected
        ? 'connected'
        : dialing
          ? 'dialing'
          : target.resolving
            ? 'resolving'
            : held
              ? 'held'
              : banned
                ? 'banned'
                : 'waiting',
    nextDialMs: target.self || connected || banned ? null : Math.max(0, ms(listDueAt(node, target) - now)),
    lastError: target.lastError,
  };
}

export function banViews(node: NodeState, now: number): BanView[] {
  return [...node.bans]
    .filter(([, { until }]) => until > now)
    .map(([target, { by, until }]) => ({ target, by, leftMs: ms(until - now) }));
}
