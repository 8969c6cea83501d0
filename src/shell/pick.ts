/** Which peer an argument means: `#n`, a unique prefix of an id, a whole id or host:port goes in, a row or one clear error comes out. */
import type { PeerDetailView, PeerView } from '../core/views.ts';
import type { NodePort } from '../core/world.ts';
import { CommandError, UsageError } from './errors.ts';
import { safe, shortId } from './render.ts';

const PREFIX_LENGTH_MIN = 1;

const name = (peer: PeerView) => (peer.id === null ? `#${peer.n}` : `${shortId(peer.id)} (#${peer.n})`);

/** Live ids for messages, at most ten. */
export function liveIds(node: NodePort): string {
  const names = node.views.peers().map(name);
  if (names.length === 0) return 'no peers; try connect HOST:PORT';
  return `the live ones are ${names.slice(0, 10).join(', ')}${names.length > 10 ? `, and ${names.length - 10} more` : ''}`;
}

export function pickPeer(node: NodePort, word: string | undefined, usage: string): PeerView {
  if (word === undefined) throw new UsageError(`usage: ${usage}; ${liveIds(node)}`);
  const peers = node.views.peers();
  const found = match(peers, word);
  if (found.length === 1) return found[0] as PeerView;
  if (found.length > 1)
    throw new CommandError(
      'ambiguous',
      `${JSON.stringify(safe(word))} could be ${found.map(name).join(', ')}: type more of the id, or #n`,
      found.map((peer) => peer.id ?? `#${peer.n}`),
    );
  throw new CommandError('no-such-peer', `no peer ${JSON.stringify(safe(word))}; ${liveIds(node)}`);
}

/** Also among the connections that have just gone. */
export function pickAny(node: NodePort, word: string | undefined, usage: string): PeerDetailView {
  if (word !== undefined) {
    const live = match(node.views.peers(), word);
    const found = live.length > 0 ? live : match(node.views.gone(), word).slice(0, 1);
    const detail = found.length === 1 && found[0] !== undefined ? node.views.peer(found[0].n) : null;
    if (detail !== null) return detail;
  }
  const peer = pickPeer(node, word, usage);
  const detail = node.views.peer(peer.n);
  if (detail === null) throw new CommandError('no-such-peer', `connection #${peer.n} is gone`);
  return detail;
}

function match<Row extends PeerView>(peers: readonly Row[], word: string): Row[] {
  if (/^#[0-9]+$/.test(word)) return peers.filter((peer) => peer.n === Number(word.slice(1)));
  const place = peers.filter(
    (peer) =>
      peer.address === word || peer.listen === word || peer.listen === word.replace(/^localhost:/, '127.0.0.1:'),
  );
  if (place.length > 0) return place;
  if (word.length < PREFIX_LENGTH_MIN) return [];
  const wanted = word.toLowerCase();
  const whole = peers.filter((peer) => peer.id?.toLowerCase() === wanted);
  return whole.length > 0 ? whole : peers.filter((peer) => peer.id?.toLowerCase().startsWith(wanted) === true);
}
