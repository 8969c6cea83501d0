/**
 * What must hold in every node after every fact, whatever a network does to it: a state goes in, sentences about what is broken come
 * out, none when all is well. It changes nothing.
 */
import { bookSize, findAddress } from '../core/book-columns.ts';
import {
  ACCEPT_PACES_MAX,
  ANSWERS_KEPT_MAX,
  BANS_MAX,
  COLLISIONS_MAX,
  DIALBACKS_MAX,
  DIALLED_IPS_MAX,
  GONE_MAX,
  HELD_MAX,
  SELF_MAX,
} from '../core/limits.ts';
import { sessionDeadline } from '../core/session.ts';
import { recountSlots } from '../core/slots.ts';
import type { NodeState, Session } from '../core/state.ts';
import { type Address, ipKey, isLocal } from '../wire/address.ts';

export function brokenInvariants(node: NodeState): string[] {
  return [
    ...brokenPeers(node),
    ...brokenTables(node),
    ...brokenDeadlines(node),
    ...brokenBook(node),
    ...brokenBounds(node),
    ...brokenShares(node),
    ...brokenPlaces(node),
  ];
}

function brokenPeers(node: NodeState): string[] {
  const broken: string[] = [];
  for (const [id, peer] of node.peers) {
    if (peer.id !== id) broken.push(`peer ${id} stands for a session of ${peer.id}`);
    if (id === node.id) broken.push('a node is its own peer');
    if (peer.stage !== 'ready') broken.push(`peer #${peer.n} is in stage ${peer.stage}`);
    if (node.sessions.get(peer.n) !== peer) broken.push(`peer #${peer.n} is no session`);
  }
  for (const session of node.sessions.values())
    if (session.stage === 'ready' && (session.id === null || node.peers.get(session.id) !== session))
      broken.push(`ready session #${session.n} is no peer`);
  return broken;
}

function brokenTables(node: NodeState): string[] {
  const broken: string[] = [];
  const slots = recountSlots(node);
  if (node.slots !== null && (node.slots.local !== slots.local || node.slots.public !== slots.public))
    broken.push('the slots are miscounted');
  for (const [place, n] of node.places) {
    const session = node.sessions.get(n);
    if (session === undefined || session.stage === 'closing') broken.push(`${place} belongs to #${n}, which is gone`);
    else if (session.listen?.text !== place) broken.push(`${place} belongs to #${n}, which listens elsewhere`);
  }
  for (const session of node.sessions.values()) {
    if (session.stage !== 'closing' && session.listen !== null && !node.places.has(session.listen.text))
      broken.push(`nobody has the place of #${session.n}`);
    if (node.agenda.sessions[session.row] !== session) broken.push(`#${session.n} has a wrong row`);
    if (countsOf(session).some((count) => !Number.isSafeInteger(count) || count < 0))
      broken.push(`#${session.n} has a broken count`);
  }
  if (node.agenda.sessions.length !== node.sessions.size) broken.push('the agenda and the sessions differ');
  return broken;
}

const countsOf = (session: Session) => [
  ...session.counts,
  session.bytesSent,
  session.bytesReceived,
  session.addresses,
  session.userPings,
  session.pongs,
];

/** One deadline: no session is due before the wake-up that the node asked for. */
function brokenDeadlines(node: NodeState): string[] {
  const broken: string[] = [];
  for (const session of node.sessions.values()) {
    const at = sessionDeadline(node, session);
    if (at < (node.agenda.dueAt[session.row] as number)) broken.push(`#${session.n} is due before its row says so`);
    if (!node.stopping && at < node.wakeAt) broken.push(`#${session.n} is due before the wake-up`);
  }
  return broken;
}

function brokenBook({ book, settings }: NodeState): string[] {
  const broken: string[] = [];
  const size = bookSize(book);
  const columns = [book.ids, book.sources, book.outcomes, book.heardAt, book.seenAt];
  if (columns.some((column) => column.length !== size) || book.index.used !== size)
    broken.push('the book has ragged columns');
  let tried = 0;
  let local = 0;
  for (let slot = 0; slot < size; slot += 1) {
    const address = book.addresses[slot];
    if (address === undefined || findAddress(book, address) !== slot) broken.push(`slot ${slot} is not found`);
    if (book.outcomes[slot]?.tried === true) tried += 1;
    if (address?.class === 'loopback' || address?.class === 'private') local += 1;
  }
  const sum = (counts: Map<string, number>) => [...counts.values()].reduce((a, b) => a + b, 0);
  if (sum(book.perSource) !== size - tried) broken.push('the book miscounts its sources');
  if (book.newByGroup.reduce((a, b) => a + b, 0) > size - tried) broken.push('the book miscounts its networks');
  if (tried !== book.tried || local !== book.local) broken.push('the book miscounts');
  if (size - tried > settings['book.new'] || tried > settings['book.tried']) broken.push('the book is too large');
  return broken;
}

function brokenBounds(node: NodeState): string[] {
  const bounds: readonly (readonly [string, number, number])[] = [
    ['gone', node.gone.length, GONE_MAX],
    ['held', node.held.size, HELD_MAX],
    ['selves', node.selves.size, SELF_MAX],
    ['bans', node.bans.size, BANS_MAX],
    ['accepts', node.accepts.size, ACCEPT_PACES_MAX],
    ['kept answers', node.keptAnswers.size, ANSWERS_KEPT_MAX],
    ['dialled IPs', node.dialledIps.size, DIALLED_IPS_MAX],
    ['dial-backs', node.dialbacks.length, DIALBACKS_MAX],
    ['collisions', node.book.collisions.length, COLLISIONS_MAX],
  ];
  return bounds.filter(([, size, max]) => size > max).map(([name, size]) => `${size} ${name} are too many`);
}

/**
 * Rules 41, 49, 51, 52. They hold for a node whose settings were not lowered: who is there may stay. Commands are subject to none.
 */
function brokenShares({ peers, sessions, dials, settings }: NodeState): string[] {
  const all = [...sessions.values()];
  const inbound = all.filter(({ dir }) => dir === 'inbound');
  const dialled: readonly Address[] = [
    ...all.filter(({ via, stage }) => via === 'gossip' && stage !== 'closing').map(({ remote }) => remote),
    ...[...dials.values()].filter(({ via }) => via === 'gossip').map(({ address }) => address),
  ];
  const placed = [...peers.values()].filter(({ via }) => via !== 'manual' && via !== 'keep').length;
  const guests = inbound.filter(isGuest).length;
  const shares: readonly (readonly [what: string, size: number, key: 'peers.max' | 'visitors.max' | ShareKey])[] = [
    ['peers', placed, 'peers.max'],
    ['visitors', guests, 'visitors.max'],
    ...sharesOf(
      inbound.filter(({ remote }) => !isLocal(remote)).map(({ remote }) => ipKey(remote)),
      'connections of',
      'ip.public',
    ),
    ...sharesOf(
      inbound.filter(({ remote }) => remote.class === 'private').map(({ remote }) => ipKey(remote)),
      'connections of',
      'ip.private',
    ),
    ...sharesOf(
      dialled.filter((address) => !isLocal(address)).map(({ group }) => group),
      'dialled in',
      'peers.outbound.group',
    ),
  ];
  return shares
    .filter(([, size, key]) => size > settings[key])
    .map(([what, size, key]) => `${size} ${what} are more than ${key}`);
}

type ShareKey = 'ip.public' | 'ip.private' | 'peers.outbound.group';

function sharesOf(names: readonly string[], what: string, key: ShareKey): (readonly [string, number, ShareKey])[] {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return [...counts].map(([name, count]) => [`${what} ${name}`, count, key]);
}

/** Who said hello and stays for a moment; not who was cut off at that hello. */
const isGuest = ({ id, readyAt, stage, closeReason }: Session): boolean =>
  id !== null && readyAt === null && stage !== 'hello' && closeReason !== 'visitors-full' && closeReason !== 'banned';

/** Rule 32: special ranges never. */
function brokenPlaces({ book, dials }: NodeState): string[] {
  const isSpecial = (address: Address) => address.class === 'special';
  return [
    ...book.addresses.filter(isSpecial).map(({ text }) => `${text} is in the book`),
    ...[...dials.values()]
      .filter(({ address }) => isSpecial(address))
      .map(({ address }) => `${address.text} is dialled`),
  ];
}
