/** `status`: nothing goes in, this node in a few lines comes out: id, addresses, peers, book, traffic. */
import { alwaysLooks, type Command } from '../command.ts';
import { age, count, foldedRows, round3, safe } from '../render.ts';

export const status: Command = {
  name: 'status',
  looks: alwaysLooks,
  aliases: ['info'],
  group: 'network',
  asksNode: true,
  usage: 'status',
  summary: 'this node',
  run(shell) {
    const view = shell.node.views.status();
    const value = { ...view, uptimeMs: round3(view.uptimeMs), nextPingMs: round3(view.nextPingMs) };
    const { peers, bans, book, messages, bytes } = view;
    const visitors = peers.visitors === 0 ? '' : `, ${count(peers.visitors, 'visitor')}`;
    const held = shell.node.views.peers().filter((peer) => peer.pausedMs !== null).length;
    const text = [
      `id         ${view.nodeId}  (${safe(view.agent, 64)})`,
      `listening  ${view.listening.length === 0 ? 'nowhere' : view.listening.join(', ')}`,
      `uptime     ${age(view.uptimeMs)}`,
      `peers      ${peers.inbound} in, ${peers.outbound} out, ${peers.handshaking} handshaking, ${peers.dialing} being dialled${visitors}`,
      ...(held === 0 ? [] : [`held back  ${count(held, 'peer')} that sent more than it may`]),
      ...(bans.hand + bans.strikes === 0
        ? []
        : [`kept away  ${bans.hand} banned by hand, ${bans.strikes} discouraged; bans lists them`]),
      `book       ${book.tried} tried, ${book.new} new`,
      `messages   ${messages.sent} sent, ${messages.received} received${countedBytes(bytes)}`,
      `next ping  ${view.nextPingMs === null ? '-' : `in ${age(view.nextPingMs)}`}`,
    ];
    return { value, text: foldedRows(text, shell.columns()) };
  },
};

/** A lab that does not encode what its nodes say counts no bytes. */
const countedBytes = ({ sent, received }: { readonly sent: number; readonly received: number }) =>
  sent + received === 0 ? '' : ` (${sent} and ${received} bytes)`;
