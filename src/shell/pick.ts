/** Which peer an argument means: `#n`, a unique prefix of an id, a whole id or host:port goes in, a row or one clear error comes out. */
import { REASONS } from '../core/reasons.ts';
import type { PeerDetailView, PeerView } from '../core/view-rows.ts';
import type { NodePort, OrderAnswer } from '../core/world.ts';
import { CommandError, UsageError } from './errors.ts';
import { reasonText } from './legend.ts';
import { age, quoted, safe } from './render.ts';
import type { Shell } from './shell.ts';

/** Peers named in one message. */
const NAMED_MAX = 10;

/** Whose peers are meant, and how a peer is called. */
export interface Circle {
  readonly node: NodePort;
  who(id: string | null): string;
}

const name = ({ id, n }: PeerView, circle: Circle) => (id === null ? `#${n}` : `${circle.who(id)} (#${n})`);

/** The live ones for messages, at most ten. */
export function liveOnes(circle: Circle): string {
  const names = circle.node.views.peers().map((peer) => name(peer, circle));
  if (names.length === 0) return 'no peers; try connect HOST:PORT';
  return `the live ones are ${names.slice(0, NAMED_MAX).join(', ')}${names.length > NAMED_MAX ? `, and ${names.length - NAMED_MAX} more` : ''}`;
}

export const wantsPeer = (circle: Circle, usage: string) => new UsageError(`usage: ${usage}; ${liveOnes(circle)}`);

export function pickPeer(circle: Circle, word: string | undefined, usage: string): PeerView {
  if (word === undefined) throw wantsPeer(circle, usage);
  const { node } = circle;
  const peers = node.views.peers();
  const found = matchPeers(peers, word);
  if (found.length > 1) throw ambiguous(circle, word, found);
  if (found[0] !== undefined) return found[0];
  const [gone] = matchPeers(node.views.gone(), word);
  if (gone?.closed != null) {
    const { reason, said, agoMs } = gone.closed;
    const why = `${REASONS[reason].sentence}${said ? ` ${quoted(said)}` : ''}, ${age(agoMs)} ago`;
    throw new CommandError('no-such-peer', `${name(gone, circle)} is gone (${why}); peer #${gone.n} tells more`);
  }
  throw new CommandError(
    'no-such-peer',
    `no peer ${JSON.stringify(safe(word))}; ${whyNot(node, word) ?? liveOnes(circle)}`,
  );
}

/** The same where a line is typed: in a lab the name of a node stands for its address. */
export const pickHere = (shell: Shell, word: string | undefined, usage: string): PeerView =>
  pickPeer(shell, word === undefined ? word : (shell.labHere?.addressOf(word) ?? word), usage);

/** Of an address in the book, why nobody is connected there. */
function whyNot(node: NodePort, word: string): string | null {
  if (!word.includes(':')) return null;
  const known = node.views.addrs().find(({ address }) => address === word || address === asLoopback(word));
  if (known === undefined || known.state === 'connected') return null;
  const code = known.reason ?? known.lastError;
  return code === null ? `${known.address} is known, and not dialled yet` : `${known.address}: ${reasonText(code)}`;
}

const asLoopback = (word: string) => word.replace(/^localhost:/, '127.0.0.1:');

export const ambiguous = (circle: Circle, word: string, found: readonly PeerView[]) =>
  new CommandError(
    'ambiguous',
    `${JSON.stringify(safe(word))} could be ${found
      .slice(0, NAMED_MAX)
      .map((peer) => name(peer, circle))
      .join(', ')}${found.length > NAMED_MAX ? ', …' : ''}: type more of the id, or #n`,
    found.map((peer) => peer.id ?? `#${peer.n}`),
  );

/** What an order that was refused means to whoever typed it. */
export const refusal = (answer: OrderAnswer & { readonly ok: false }) =>
  new CommandError(answer.reason === 'no-such-connection' ? 'no-such-peer' : answer.reason, answer.message);

/** Also among the connections that have just gone. */
export function pickAny(circle: Circle, word: string | undefined, usage: string): PeerDetailView {
  const { node } = circle;
  if (word !== undefined) {
    const live = matchPeers(node.views.peers(), word);
    const found = live.length > 0 ? live : matchPeers(node.views.gone(), word).slice(0, 1);
    const detail = found.length === 1 && found[0] !== undefined ? node.views.peer(found[0].n) : null;
    if (detail !== null) return detail;
  }
  const peer = pickPeer(circle, word, usage);
  const detail = node.views.peer(peer.n);
  if (detail === null) throw new CommandError('no-such-peer', `connection #${peer.n} is gone`);
  return detail;
}

/** `#n`, host:port, a whole id, or the beginning of one. */
export function matchPeers<Row extends PeerView>(peers: readonly Row[], word: string): Row[] {
  if (/^#[0-9]+$/.test(word)) return peers.filter((peer) => peer.n === Number(word.slice(1)));
  const place = peers.filter(
    (peer) => peer.address === word || peer.listen === word || peer.listen === asLoopback(word),
  );
  if (place.length > 0) return place;
  if (word === '') return [];
  const wanted = word.toLowerCase();
  const whole = peers.filter((peer) => peer.id?.toLowerCase() === wanted);
  return whole.length > 0 ? whole : peers.filter((peer) => peer.id?.toLowerCase().startsWith(wanted) === true);
}
