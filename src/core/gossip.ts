/**
 * What peers tell each other of addresses: an addr goes into the book, a getaddr is answered from peers and book, our own address is
 * told where that is allowed. It dials nothing. Rules 17, 31-40 and Sharing.
 */
import { type Address, addressOf, isBadPort, isLocal, isSamePlace, mayGossip, parseAddress } from '../wire/address.ts';
import { type Addr, type AddrEntry, splitAddr } from '../wire/messages.ts';
import { banOn } from './bans.ts';
import { addAddress, hearAgain, learnAddress } from './book.ts';
import { bookSize, findAddress, type Source } from './book-columns.ts';
import type { Context } from './context.ts';
import type { Refused } from './events.ts';
import {
  ADDR_LISTED_MAX,
  ADDR_TOKENS_MAX,
  ANSWER_KEPT_US,
  ANSWERS_KEPT_MAX,
  DIALBACKS_MAX,
  GETADDR_BURST_LOOPBACK,
  GETADDR_EVERY_LOOPBACK_US,
  SECOND_US,
} from './limits.ts';
import { isOwn } from './obstacles.ts';
import { forgetOldest } from './oldest.ts';
import { mayUseTo, usedOnceMore } from './pace.ts';
import type { ReasonCode } from './reasons.ts';
import { aboutOf, addrEachUs, countReason, sendGetaddr, sendMessage, setListen, strike } from './session.ts';
import type { KeptAnswer, NodeState, Session } from './state.ts';

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

/** What both sides say once they are ready: their own address, and a question for more. */
export function greet(node: NodeState, ctx: Context, session: Session): void {
  const own = advertisedTo(node, session);
  if (own !== null)
    sendMessage(ctx, session, {
      type: 'addr',
      peers: [{ address: own, nodeid: node.id, age: null }],
      skipped: 0,
      listed: 1,
    });
  sendGetaddr(node, ctx, session);
}

/** An inbound peer's port: rule 17, its IP as we see it with the port it claims. Confirmed when we reached that id there before. */
export function claimListen(node: NodeState, session: Session, port: number): void {
  const listen = addressOf(session.remote.ip, port);
  setListen(node, session, listen);
  if (listen === null) return;
  const slot = findAddress(node.book, listen);
  const isProven = slot >= 0 && node.book.outcomes[slot]?.succeededAt != null && node.book.ids[slot] === session.id;
  session.confirmed = isProven || (isLocal(session.remote) && !isBadPort(port));
}

/**
 * An inbound peer told where it listens: worth knowing, and worth a dial-back while it is not confirmed (rule 20). A claim is hearsay, so
 * a port of another service is neither learnt nor dialled (rule 33).
 */
export function meetListen(node: NodeState, ctx: Context, session: Session): void {
  const { listen } = session;
  if (listen === null || listen.class === 'special' || isBadPort(listen.port) || node.selves.has(listen.text)) return;
  if (!session.confirmed && node.dialbacks.length < DIALBACKS_MAX) {
    node.dialbacks.push(listen);
    node.dialDue = true;
  }
  // Told by the address itself, where such a claim counts at once: see `boundId`.
  const name = isLocal(listen) ? listen.text : session.remote.text;
  const source: Source = { name, group: session.remote.group, via: 'gossip' };
  const seenAt = session.confirmed ? ctx.now : -Infinity;
  learnAddress(node.book, node.settings, ctx, listen, session.id, source, seenAt);
}

/** Seconds since a time, for `ages`. */
const ageS = (now: number, at: number) => Math.max(0, Math.floor((now - at) / SECOND_US));

export function answerGetaddr(node: NodeState, ctx: Context, session: Session): void {
  const loopback = session.remote.class === 'loopback';
  const burst = loopback ? GETADDR_BURST_LOOPBACK : node.settings['getaddr.burst'];
  const everyUs = loopback ? GETADDR_EVERY_LOOPBACK_US : node.settings['getaddr.every'];
  const usedTo = usedOnceMore(session.getaddrUsedTo, ctx.now, everyUs, burst);
  if (!mayUseTo(usedTo, ctx.now)) return;
  session.getaddrUsedTo = usedTo;
  for (const message of splitAddr(answerTo(node, ctx, session))) sendMessage(ctx, session, message);
}

/** Whether rule 32 and the peer's abilities let us tell it of an address that is neither its own nor ours. */
const mayTell = (node: NodeState, asker: Session, address: Address, id: string | null): boolean =>
  mayGossip(address, asker.remote.class) &&
  readable(address, asker) &&
  (asker.listen === null || !isSamePlace(address, asker.listen)) &&
  (id === null || id !== asker.id) &&
  (node.selves.size === 0 || !node.selves.has(address.text));

/**
 * Rule 38: public askers of one group are told the same for a while, so that asking again does not read the whole book out. An answer
 * that already tells all we know is not kept: a growing network would be told of its first minute for ten. Nor is one of which less
 * than half is fresh: its asker would be told of nobody, and a full node would strand whoever comes back.
 */
function answerTo(node: NodeState, ctx: Context, asker: Session): AddrEntry[] {
  const { group } = asker.remote;
  const most = node.settings['addr.answer'];
  const kept = isLocal(asker.remote) ? undefined : node.keptAnswers.get(group);
  if (kept !== undefined && ctx.now - kept.at < ANSWER_KEPT_US) {
    const fresh = entriesOf(node, kept, ageS(ctx.now, kept.at));
    if (fresh.length * 2 >= most) return fresh.filter(({ address, nodeid }) => mayTell(node, asker, address, nodeid));
  }
  const entries = shareable(node, ctx, asker);
  if (!isLocal(asker.remote) && entries.length >= most) keepAnswer(node, ctx, group, entries);
  return entries;
}

/** What was told then, older by `agedS`, as far as it is neither forgotten nor too old now. */
function entriesOf({ book, settings }: NodeState, { addresses, ages }: KeptAnswer, agedS: number): AddrEntry[] {
  const ageMaxS = Math.floor(settings['addr.fresh'] / SECOND_US);
  const entries: AddrEntry[] = [];
  for (let i = 0; i < addresses.length; i += 1) {
    const age = (ages[i] as number) + agedS;
    if (age > ageMaxS) continue;
    const address = addresses[i] as Address;
    const slot = findAddress(book, address);
    if (slot >= 0) entries.push({ address, nodeid: book.ids[slot] as string | null, age });
  }
  return entries;
}

function keepAnswer(node: NodeState, ctx: Context, group: string, entries: readonly AddrEntry[]): void {
  node.keptAnswers.delete(group);
  node.keptAnswers.set(group, {
    at: ctx.now,
    addresses: entries.map(({ address }) => address),
    ages: entries.map(({ age }) => age ?? 0),
  });
  forgetOldest(node.keptAnswers, ANSWERS_KEPT_MAX);
}

/** Peers seen alive lately at a confirmed address, then book entries whose carried age is young; never the asker. */
function shareable(node: NodeState, ctx: Context, asker: Session): AddrEntry[] {
  const { book, agenda } = node;
  const since = ctx.now - node.settings['addr.fresh'];
  const most = node.settings['addr.answer'];
  const chosen: AddrEntry[] = [];
  walk(ctx, agenda.sessions.length, (row) => {
    const peer = agenda.sessions[row] as Session;
    const { listen } = peer;
    if (peer === asker || peer.stage !== 'ready' || listen === null || !peer.confirmed) return true;
    const aliveAt = peer.lastPongAt ?? peer.readyAt ?? -Infinity;
    if (aliveAt >= since && mayTell(node, asker, listen, peer.id))
      chosen.push({ address: listen, nodeid: peer.id, age: ageS(ctx.now, aliveAt) });
    return chosen.length < most;
  });
  walk(ctx, chosen.length < most ? bookSize(book) : 0, (slot) => {
    const address = book.addresses[slot] as Address;
    const id = book.ids[slot] as string | null;
    const seenAt = book.seenAt[slot] as number;
    // A connected peer was judged above, by its connection.
    if (seenAt >= since && id !== null && !node.places.has(address.text) && mayTell(node, asker, address, id))
      chosen.push({ address, nodeid: id, age: ageS(ctx.now, seenAt) });
    return chosen.length < most;
  });
  return chosen;
}

/** Visits 0 to size - 1 in strides from a random place until told to stop: as many as are wanted are found without a look at all. */
function walk(ctx: Context, size: number, visit: (index: number) => boolean): void {
  if (size === 0) return;
  const stride = strideOf(size, ctx.random());
  let index = Math.floor(ctx.random() * size);
  for (let visited = 0; visited < size; visited += 1) {
    if (!visit(index)) return;
    index += stride;
    if (index >= size) index -= size;
  }
}

/** A random step below `size` that has no divisor in common with it, so that steps from anywhere reach every slot once. */
function strideOf(size: number, random: number): number {
  for (let stride = 1 + Math.floor(random * (size - 1)); stride > 1; stride -= 1)
    if (greatestDivisor(stride, size) === 1) return stride;
  return 1;
}

function greatestDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestDivisor(b, a % b);
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
  // The strike may have been the last.
  if (session.stage === 'closing') return;
  const only = addr.listed === 1 ? addr.peers[0] : undefined;
  const own = only !== undefined && namesSender(session, only);
  const entries =
    addr.peers.length > node.settings['addr.take']
      ? sample(ctx, [...addr.peers], node.settings['addr.take'])
      : addr.peers;
  const source: Source = {
    name: session.listen?.text ?? session.remote.text,
    group: session.remote.group,
    via: 'gossip',
  };
  const fresh: AddrEntry[] = [];
  const known: AddrEntry[] = [];
  const refused: Refused[] = [];
  let ignored = addr.listed - entries.length;
  countReason(node, 'bad-address', addr.skipped);
  countReason(node, 'over-limit', addr.peers.length - entries.length);
  for (const entry of entries) {
    if (namesSender(session, entry)) {
      hearOwn(node, ctx, session, entry.address.port);
      continue;
    }
    const slot = findAddress(node.book, entry.address);
    const reason = takeEntry(node, ctx, session, entry, slot, source);
    if (reason !== null) {
      ignored += 1;
      countReason(node, reason);
      refused.push({ address: entry.address.text, reason });
    } else (slot < 0 ? fresh : known).push(entry);
  }
  if (fresh.length > 0) {
    session.addresses += fresh.length;
    session.usefulAt = ctx.now;
    node.dialDue = true;
  }
  ctx.emit({ kind: 'addr', ...aboutOf(session), listed: addr.listed, own, fresh, known, ignored, refused });
}

/** A peer's own pair names its id and lies at the IP we see it at. */
const namesSender = (session: Session, entry: AddrEntry) =>
  entry.nodeid !== null && entry.nodeid === session.id && entry.address.ip === session.remote.ip;

/** A peer whose hello had no `listen` tells its port this way. */
function hearOwn(node: NodeState, ctx: Context, session: Session, port: number): void {
  if (session.dir !== 'inbound' || session.listen !== null) return;
  claimListen(node, session, port);
  meetListen(node, ctx, session);
}

/** Why an entry was not taken; null when it was. `slot` is where the book has the address, -1 when it is new. */
function takeEntry(
  node: NodeState,
  ctx: Context,
  session: Session,
  entry: AddrEntry,
  slot: number,
  source: Source,
): ReasonCode | null {
  const { address, nodeid, age } = entry;
  if (nodeid === node.id || isOwn(node, address, 'gossip')) return 'is-self';
  if (!mayGossip(address, session.remote.class)) return 'not-for-us';
  if (isBadPort(address.port)) return 'bad-port';
  const ban = banOn(node, ctx.now, address, nodeid);
  if (ban !== null) return ban.by === 'hand' ? 'banned' : 'discouraged';
  const seenAt = age === null ? -Infinity : ctx.now - age * SECOND_US;
  if (slot >= 0) {
    hearAgain(node.book, slot, ctx.now, nodeid, seenAt);
    return null;
  }
  const usedTo = usedOnceMore(session.addrUsedTo, ctx.now, addrEachUs(node), ADDR_TOKENS_MAX);
  if (!mayUseTo(usedTo, ctx.now)) return 'over-limit';
  session.addrUsedTo = usedTo;
  return addAddress(node.book, node.settings, ctx, address, nodeid, source, seenAt) < 0 ? 'source-full' : null;
}
