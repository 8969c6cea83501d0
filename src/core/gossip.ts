/**
 * What peers tell each other of addresses: an addr goes into the book, a getaddr is answered from peers and book, our own address is
 * told where that is allowed. It dials nothing. Rules 31-40 and Sharing.
 */
import { type Address, addressOf, isBadPort, mayGossip, parseAddress } from '../wire/address.ts';
import { type Addr, type AddrEntry, splitAddr } from '../wire/messages.ts';
import { type BookEntry, learnAddress } from './book.ts';
import type { Context } from './context.ts';
import type { Learnt } from './events.ts';
import {
  ADDR_LISTED_MAX,
  ADDR_TOKENS_MAX,
  GETADDR_BURST_LOOPBACK,
  GETADDR_EVERY_LOOPBACK_US,
  SECOND_US,
} from './limits.ts';
import { claimListen, meetListen } from './peers.ts';
import { aboutOf, sendMessage, strike } from './session.ts';
import type { NodeState, Session } from './state.ts';

/** The address we would tell this peer as ours, whether or not rule 32 allows it; null when we do not listen. */
export function ownAddress(node: NodeState, session: Session): Address | null {
  if (node.settings.advertise !== '') return parseAddress(node.settings.advertise);
  const bound = node.listening.find((address) => address.class !== 'special') ?? node.listening[0];
  if (bound === undefined) return null;
  if (bound.ip !== '0.0.0.0' && bound.ip !== '::') return bound;
  return session.local === null ? null : addressOf(session.local.ip, bound.port);
}

/** Rule 40: the same, or null when this peer may not be told. */
export function advertisedTo(node: NodeState, session: Session): Address | null {
  const own = ownAddress(node, session);
  return own !== null && mayGossip(own, session.remote.class) && readable(own, session) ? own : null;
}

/** IPv6 is told only to peers that said they can read it. */
const readable = (address: Address, session: Session) => address.family === 4 || session.ext.includes('v6');

export function ownAddressMessage(node: NodeState, session: Session): Addr | null {
  const own = advertisedTo(node, session);
  return own === null
    ? null
    : { type: 'addr', peers: [{ address: own, nodeid: node.id, age: null }], skipped: 0, listed: 1 };
}

/** Seconds since a time, for `ages`. */
const ageS = (now: number, at: number) => Math.max(0, Math.floor((now - at) / SECOND_US));

/** Fills a bucket up to now; `everyUs` per token. */
function refilled(tokens: number, since: number, now: number, everyUs: number, burst: number): number {
  return Math.min(burst, tokens + (now - since) / everyUs);
}

export function answerGetaddr(node: NodeState, ctx: Context, session: Session): void {
  const loopback = session.remote.class === 'loopback';
  const burst = loopback ? GETADDR_BURST_LOOPBACK : node.settings['getaddr.burst'];
  const everyUs = loopback ? GETADDR_EVERY_LOOPBACK_US : node.settings['getaddr.every'];
  const tokens =
    session.getaddrTokens < 0
      ? burst
      : refilled(session.getaddrTokens, session.getaddrTokensAt, ctx.now, everyUs, burst);
  session.getaddrTokensAt = ctx.now;
  session.getaddrTokens = tokens;
  if (tokens < 1) return;
  session.getaddrTokens = tokens - 1;
  for (const message of splitAddr(shareable(node, ctx, session))) sendMessage(node, ctx, session, message);
}

/** Peers seen alive lately at a confirmed address, and book entries whose carried age is young; never the asker. */
function shareable(node: NodeState, ctx: Context, asker: Session): AddrEntry[] {
  const since = ctx.now - node.settings['addr.fresh'];
  const chosen = new Map<string, AddrEntry>();
  const may = (address: Address, id: string | null) =>
    mayGossip(address, asker.remote.class) &&
    readable(address, asker) &&
    address.text !== asker.listen?.text &&
    (id === null || id !== asker.id) &&
    !node.selves.has(address.text);
  for (const peer of node.peers.values()) {
    if (peer === asker || peer.listen === null || !peer.confirmed || !may(peer.listen, peer.id)) continue;
    const aliveAt = peer.lastPongAt ?? peer.readyAt ?? 0;
    if (aliveAt >= since)
      chosen.set(peer.listen.text, { address: peer.listen, nodeid: peer.id, age: ageS(ctx.now, aliveAt) });
  }
  const most = node.settings['addr.answer'];
  if (chosen.size < most) {
    for (const entry of node.book.entries.values()) {
      if (
        entry.seenAt === null ||
        entry.seenAt < since ||
        entry.id === null ||
        chosen.has(entry.address.text) ||
        !may(entry.address, entry.id)
      )
        continue;
      chosen.set(entry.address.text, { address: entry.address, nodeid: entry.id, age: ageS(ctx.now, entry.seenAt) });
    }
  }
  return sample(ctx, [...chosen.values()], most);
}

/** A random choice of at most `most`, in random order. */
export function sample<Item>(ctx: Context, items: Item[], most: number): Item[] {
  const kept = Math.min(most, items.length);
  for (let i = 0; i < kept; i += 1) {
    const j = i + Math.floor(ctx.random() * (items.length - i));
    const other = items[j] as Item;
    items[j] = items[i] as Item;
    items[i] = other;
  }
  items.length = kept;
  return items;
}

/** Rules 34-36: at most `addr.take` at random, within the peer's allowance, each checked by itself. */
export function takeAddr(node: NodeState, ctx: Context, session: Session, addr: Addr): void {
  if (addr.listed > ADDR_LISTED_MAX) strike(node, ctx, session, 'an addr with too many entries');
  session.addrTokens = Math.min(
    ADDR_TOKENS_MAX,
    session.addrTokens + ((ctx.now - session.addrTokensAt) / SECOND_US) * node.settings['addr.rate'],
  );
  session.addrTokensAt = ctx.now;
  const only = addr.listed === 1 ? addr.peers[0] : undefined;
  const own = only !== undefined && namesSender(session, only);
  const entries =
    addr.peers.length > node.settings['addr.take']
      ? sample(ctx, [...addr.peers], node.settings['addr.take'])
      : addr.peers;
  const fresh: Learnt[] = [];
  const known: Learnt[] = [];
  let ignored = addr.listed - entries.length;
  for (const entry of entries) {
    if (namesSender(session, entry)) {
      hearOwn(node, ctx, session, entry.address.port);
      continue;
    }
    const learnt = takeEntry(node, ctx, session, entry);
    if (learnt === null) ignored += 1;
    else {
      (learnt.fresh ? fresh : known).push({ address: entry.address.text, id: entry.nodeid });
      if (learnt.fresh) session.addresses += 1;
    }
  }
  if (fresh.length > 0) node.dialDue = true;
  ctx.emit({ kind: 'addr', ...aboutOf(session), listed: addr.listed, own, fresh, known, ignored });
}

/** A peer's own pair names its id and lies at the IP we see it at. */
const namesSender = (session: Session, entry: AddrEntry) =>
  entry.nodeid !== null && entry.nodeid === session.id && entry.address.ip === session.remote.ip;

/** A peer whose hello had no `listen` tells its port this way. */
function hearOwn(node: NodeState, ctx: Context, session: Session, port: number): void {
  if (session.dir === 'inbound' && session.listen === null) {
    claimListen(session, port);
    meetListen(node, ctx, session);
  }
}

function takeEntry(
  node: NodeState,
  ctx: Context,
  session: Session,
  entry: AddrEntry,
): { entry: BookEntry; fresh: boolean } | null {
  const { address } = entry;
  if (
    entry.nodeid === node.id ||
    node.selves.has(address.text) ||
    node.listening.some((own) => own.text === address.text)
  )
    return null;
  if (!mayGossip(address, session.remote.class) || isBadPort(address.port)) return null;
  if (!node.book.entries.has(address.text)) {
    if (session.addrTokens < 1) return null;
    session.addrTokens -= 1;
  }
  const seenAt = entry.age === null ? null : ctx.now - entry.age * SECOND_US;
  return learnAddress(
    node.book,
    node.settings,
    ctx.now,
    address,
    entry.nodeid,
    session.listen?.text ?? session.remote.text,
    session.remote.group,
    'gossip',
    seenAt,
  );
}
