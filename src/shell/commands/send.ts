/** `send`: a message made by hand, checked to be one line of JSON, or any text with --raw. */
import { parseMessage } from '../../wire/messages.ts';
import { liveIdsOnly } from '../candidates.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { pickHere, refusal, wantsPeer } from '../pick.ts';
import { safe } from '../render.ts';

const LINE_LENGTH_MAX = 65_536;

export const send: Command = {
  name: 'send',
  aliases: ['sendmsgtopeer'],
  group: 'peers',
  usage: 'send ID JSON   or   send ID --raw TEXT',
  summary: 'send a hand-made message',
  raw: true,
  candidates: liveIdsOnly,
  details: [`For example: send a1 {"msgtype":"ping"}. --raw sends the text as it is, whatever the peer makes of it.`],
  run(shell, { rest }) {
    const [, word, raw, text = ''] = /^\s*(\S+)\s*(--raw(?:\s|$))?\s*(.*)$/s.exec(rest) ?? [];
    if (word === undefined || text === '') throw wantsPeer(shell, this.usage);
    const peer = pickHere(shell, word, this.usage);
    if (text.length > LINE_LENGTH_MAX || /[\r\n]/.test(text))
      throw new UsageError('a message is one line of at most 65536 characters');
    if (raw === undefined) {
      try {
        JSON.parse(text);
      } catch (error) {
        throw new UsageError(`not JSON: ${safe((error as Error).message)}; --raw sends text as it is`);
      }
    }
    const message = parseMessage(text);
    const order = shell.node.order({ kind: 'send-line', n: peer.n, line: text });
    if (!order.ok) throw refusal(order);
    const bytes = Buffer.byteLength(text) + 1;
    const type = message.type === 'unknown' ? message.msgtype : message.type;
    return {
      value: { id: peer.id, bytes, type },
      text: `sent ${bytes} bytes (${safe(type)}) to ${shell.who(peer.id)} (#${peer.n})`,
    };
  },
};
