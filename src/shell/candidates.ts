/** Words that Tab can offer for an argument: a shell and what is typed of the word go in, candidates come out. They ask nobody on the network. */
import { readDirectory } from '../wire/directory.ts';
import { type Command, isOnFirstScreen } from './command.ts';
import type { Shell } from './shell.ts';

export function liveIdsOnly(shell: Shell, before: readonly string[], word: string): readonly string[] {
  if (before.length > 0) return [];
  return peerWords(shell, word);
}

export function liveIdsOrAll(shell: Shell, before: readonly string[], word: string): readonly string[] {
  if (before.length > 0) return [];
  return [...peerWords(shell, word), 'all'];
}

/** `#n` after a `#`, host:port once that is what is typed, else ids and then numbers; the id alone of an only peer, so that Tab types it. */
export function peerWords(shell: Shell, word: string): readonly string[] {
  const peers = shell.node.views.peers();
  if (word.startsWith('#')) return peers.map((peer) => `#${peer.n}`);
  if (/[.:[]/.test(word)) return peers.map((peer) => peer.listen ?? peer.address);
  const names = peers.map((peer) => shell.labHere?.nameOf(peer.id) ?? null).filter((name) => name !== null);
  if (names.length > 0) return [...new Set(names)];
  const ids = peers.map((peer) => peer.id).filter((id) => id !== null);
  const numbers = peers.map((peer) => `#${peer.n}`);
  return peers.length === 1 && ids.length === 1 ? ids : [...ids, '', ...numbers];
}

/** Addresses that could be dialled: known, not connected, not ours, not banned. */
export function addressesToDial(shell: Shell, before: readonly string[]): readonly string[] {
  if (before.length > 0) return [];
  const { views } = shell.node;
  const own = shell.node.state.id;
  const connected = new Set(views.peers().map((peer) => peer.id));
  const names = (shell.labHere?.world.nodes() ?? [])
    .filter((node) => node.state.id !== own && !connected.has(node.state.id))
    .map((node) => node.name);
  const listed = views
    .bootstrap()
    .filter((row) => row.state !== 'connected' && row.state !== 'banned' && !row.self && !readDirectory(row.address));
  const known = views
    .addrs()
    .filter((row) => row.state !== 'connected' && row.state !== 'self' && row.reason !== 'banned');
  return [...names, '', ...new Set([...listed, ...known].map((row) => row.address))];
}

/** Where nothing is typed yet: so many words are not all shown, and nobody begins with the last ones of the alphabet missing. */
export function firstOnesFirst(commands: readonly Command[], words: readonly string[]): readonly string[] {
  const first = new Set(commands.filter(isOnFirstScreen).map(({ name }) => name));
  return [...words.filter((word) => first.has(word)), '', ...words.filter((word) => !first.has(word))];
}
