/** Whom a ban is about: what was typed goes in; a live peer, or what the ban is kept under, or one clear error comes out. It bans nobody. */
import { isOwnKey } from '../core/bans.ts';
import { readBanTarget } from '../core/bans-saved.ts';
import type { PeerView } from '../core/view-rows.ts';
import { ipKey, isLocal, parseAddress, readIpKey } from '../wire/address.ts';
import { CommandError } from './errors.ts';
import { ambiguous, type Circle, liveOnes, matchPeers } from './pick.ts';
import { safe } from './render.ts';

export interface Banned {
  readonly peer: PeerView | null;
  readonly target: string;
}

export function readBanned(circle: Circle, word: string): Banned {
  const { node } = circle;
  const live = matchPeers(
    node.views.peers().filter((row) => row.state !== 'closing'),
    word,
  );
  // Two connections of one peer are one peer.
  if (new Set(live.map((row) => row.id ?? row.n)).size > 1) throw ambiguous(circle, word, live);
  const [peer = null] = live;
  const ip = readIpKey(word.replace(/^\[(.*)\]$/, '$1'));
  if (peer !== null || ip !== null) return { peer, target: ip ?? word };
  const [gone] = matchPeers(node.views.gone(), word);
  if (gone !== undefined) return { peer: null, target: keyOf(gone) };
  const known = node.views.addrs().find((row) => row.id === word.toLowerCase() || row.id === word);
  const target = known?.id ?? (/^[0-9a-f]{8}-[0-9a-f-]{27}$/i.test(word) ? readBanTarget(word) : null);
  if (target !== null && target !== undefined) return { peer: null, target };
  const ofPlace = ipIn(word);
  if (ofPlace !== null && !isOwnKey(node.state, ofPlace))
    throw new CommandError('no-such-peer', `no peer ${JSON.stringify(safe(word))}; ban ${ofPlace} keeps its IP away`);
  throw new CommandError('no-such-peer', `no peer and no IP ${JSON.stringify(safe(word))}; ${liveOnes(circle)}`);
}

/** The IP of a place or of a network, neither of which can be banned. */
function ipIn(word: string): string | null {
  const ip = parseAddress(word)?.ip ?? word.replace(/\/\d+$/, '').replace(/^\[(.*)\]$/, '$1');
  return readIpKey(ip) === null ? null : ip;
}

/** The same choice as for a live one: its id where others share its IP. */
function keyOf(gone: PeerView): string {
  const remote = parseAddress(gone.address);
  return remote === null || isLocal(remote) ? (gone.id ?? gone.address) : ipKey(remote);
}
