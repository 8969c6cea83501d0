/** `drop`: says bye to a peer and keeps it away for a while. */
import type { PeerView } from '../../core/view-rows.ts';
import { printSetting } from '../../settings.ts';
import { liveIdsOrAll } from '../candidates.ts';
import type { Command } from '../command.ts';
import { heldIds, isMessageId } from '../hand/in-hand.ts';
import { matchPeers, pickPeer, refusal, wantsPeer } from '../pick.ts';
import { folded } from '../render.ts';
import type { Shell } from '../shell.ts';
import { dropMessage } from './deal.ts';

export const drop: Command = {
  name: 'drop',
  aliases: ['disconnect'],
  group: 'peers',
  takesNodes: true,
  usage: 'drop ID|all',
  summary: 'say bye and keep away',
  details: [
    'A dropped peer stays away for drop.hold (see set drop.hold), or until connect.',
    'drop m17 loses a message in hand, which TCP never does: break.',
  ],
  exact: true,
  candidates: (shell, before, word) => [
    ...liveIdsOrAll(shell, before, word),
    ...(before.length > 0 ? [] : heldIds(shell)),
  ],
  run(shell, { words }) {
    const [word] = words;
    if (word === undefined || words.length > 1) throw wantsPeer(shell.node, this.usage);
    // An id may begin like a message's.
    const isMessage = isMessageId(word) && matchPeers(shell.node.views.peers(), word).length === 0;
    if (isMessage || heldIds(shell).includes(word)) return dropMessage(shell, word);
    const peers =
      word === 'all'
        ? shell.node.views.peers().filter((peer) => peer.state !== 'closing')
        : [pickPeer(shell.node, word, this.usage)];
    const rows = peers.map((peer) => dropOne(shell, peer));
    const held = printSetting('drop.hold', shell.settings['drop.hold']);
    const told = rows
      .map(
        (row) =>
          `dropped ${shell.who(row.id)} (#${row.n}) ${row.address}: ${row.sent === null ? 'nothing was sent, it was no peer yet' : 'sent bye'}; ${row.heldMs === 0 ? 'it may come back at once' : `stays away for ${held}, or until connect`}`,
      )
      .map((line) => folded(line, shell.columns(), 2));
    return { value: word === 'all' ? rows : rows[0], text: told.length === 0 ? 'no peers' : told.join('\n') };
  },
};

function dropOne(shell: Shell, peer: PeerView) {
  const order = shell.node.order({ kind: 'drop', n: peer.n });
  if (!order.ok) throw refusal(order);
  const heldMs = shell.settings['drop.hold'] / 1_000;
  return {
    id: peer.id,
    n: peer.n,
    address: peer.listen ?? peer.address,
    // Before the handshake is over there is nobody to say bye to.
    sent: peer.state === 'handshaking' ? null : 'bye',
    redial: heldMs === 0 ? { inMs: 0, because: 'drop.hold is 0' } : false,
    heldMs,
  };
}
