/** A decoded message in a few words for a person: a message goes in, one line without anything harmful of the peer's comes out. */
import type { Message } from '../wire/messages.ts';
import { count, quoted, safe, shortId } from './render.ts';

export function messageText(message: Message): string {
  switch (message.type) {
    case 'hello':
      return `hello nodeid=${message.nodeid}${message.listen === null ? '' : ` listen=${message.listen}`}${message.agent === null ? '' : ` agent=${quoted(message.agent, 64)}`}${message.ext.length === 0 ? '' : ` ext=${message.ext.map((one) => safe(one)).join(',')}`}`;
    case 'ping':
    case 'pong':
      return message.nonce === null ? message.type : `${message.type} nonce=${safe(String(message.nonce))}`;
    case 'getaddr':
      return 'getaddr';
    case 'addr':
      if (message.peers.length === 0) return `addr ${count(message.listed, 'entry', 'entries')}`;
      return `addr ${count(message.listed, 'entry', 'entries')}: ${message.peers
        .slice(0, 4)
        .map((entry) => `${entry.address.text} ${shortId(entry.nodeid)}`)
        .join(', ')}${message.peers.length > 4 ? ', …' : ''}`;
    case 'bye':
      return `bye${message.reason === null ? '' : ` reason=${quoted(message.reason)}`}`;
    case 'unknown':
      return `unknown msgtype ${quoted(message.msgtype)}`;
    default:
      return message satisfies never;
  }
}
