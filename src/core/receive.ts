/**
 * One message comes in: what each stage of a session does with it. Replies and changes of state come out, by way of the part whose
 * matter it is.
 *
 * | stage  | hello                 | ping                                | bye   | other messages |
 * | hello  | admit (peers.ts)      | strike, or rule 15 when we dialled  | as ping | as ping, never answered |
 * | quiet  | admit                 | pong                                | noted | handled |
 * | ready  | ignore, or id-changed | pong                                | noted | handled |
 * | rival  | ignore, or id-changed | ignored                             | noted | ignored, but for the pong of one that was quiet |
 * | leaving, closing | ignored     | ignored                             | ignored | ignored |
 */
import type { Hello, Message, Pong } from '../wire/messages.ts';
import { dueBy } from './agenda.ts';
import type { Context } from './context.ts';
import { countReceived } from './counts.ts';
import { answerGetaddr, takeAddr } from './gossip.ts';
import { admit, rivalProved } from './peers.ts';
import { closeSurplus } from './rotation.ts';
import { closeSession, sendMessage, sendWaitingUserPing, strike, takePong } from './session.ts';
import type { NodeState, Session } from './state.ts';

const PONG: Pong = { type: 'pong', nonce: null };

export function receiveMessage(node: NodeState, ctx: Context, session: Session, message: Message, bytes: number): void {
  if (session.stage === 'closing' || session.stage === 'leaving') return;
  countReceived(session, message.type, bytes);
  session.lastReceiveAt = ctx.now;
  if (message.type === 'hello') return receiveHello(node, ctx, session, message);
  if (session.stage === 'rival') {
    if (message.type === 'bye') session.said = message.reason ?? '';
    if (message.type === 'pong') takePong(session, ctx, message.nonce);
    return;
  }
  if (session.stage === 'hello') {
    if (session.dir === 'inbound') return strike(node, ctx, session, `${message.type} before hello`);
    noteSpeech(node, ctx, session);
    if (message.type !== 'ping') return;
  }
  switch (message.type) {
    case 'ping':
      return sendMessage(ctx, session, message.nonce === null ? PONG : { type: 'pong', nonce: message.nonce });
    case 'pong':
      if (takePong(session, ctx, message.nonce)) pongTaken(node, ctx, session);
      return;
    case 'getaddr':
      return answerGetaddr(node, ctx, session);
    case 'addr':
      return takeAddr(node, ctx, session, message);
    case 'bye':
      session.said = message.reason ?? '';
      return;
    case 'unknown':
      return;
    default:
      message satisfies never;
  }
}

function receiveHello(node: NodeState, ctx: Context, session: Session, hello: Hello): void {
  if (session.id === null) return admit(node, ctx, session, hello);
  if (hello.nodeid !== session.id) closeSession(node, ctx, session, 'id-changed');
}

/** Rule 15: a listener that speaks without a hello is waited for a little longer, then kept as it is. */
function noteSpeech(node: NodeState, ctx: Context, session: Session): void {
  if (session.spokeAt !== null) return;
  session.spokeAt = ctx.now;
  session.deadlineAt = Math.min(session.deadlineAt, ctx.now + node.settings['hello.quiet']);
  dueBy(node.agenda, session, session.deadlineAt);
}

/** The first pong shows that a connection is there to stay, which a visit to a full node is not: only now may it cost another one. */
function pongTaken(node: NodeState, ctx: Context, session: Session): void {
  if (session.rival !== null) rivalProved(node, ctx, session);
  if (session.userPings > 0 && session.pings.length === 0) sendWaitingUserPing(node, ctx, session);
  if (session.pongs === 1 && session.dir === 'outbound') closeSurplus(node, ctx, session);
}
