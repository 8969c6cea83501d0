/**
 * Ready peers by id: who is let in, who is ourselves, which of two connections of one peer survives. A hello goes in, a stage comes
 * out. Rules 14-22, 47, 49, 52.
 */
import { isLocal } from '../wire/address.ts';
import type { Hello } from '../wire/messages.ts';
import { hasRoomForGuest, isFull } from './admission.ts';
import { dueBy } from './agenda.ts';
import { banOn } from './bans.ts';
import { learnAddress, vouchAddress } from './book.ts';
import type { Source } from './book-columns.ts';
import type { Context } from './context.ts';
import { dialWorked } from './dial.ts';
import { chooseEvicted } from './eviction.ts';
import { advertisedTo, answerGetaddr, claimListen, greet, meetListen } from './gossip.ts';
import { LEAVE_WAIT_US, SELF_MAX, SELF_SAY_US } from './limits.ts';
import { isHearsay } from './obstacles.ts';
import { forgetOldest } from './oldest.ts';
import { aboutOf, becomeReady, closeSession, emitHello, sendMessage, sendPing, setListen } from './session.ts';
import type { NodeState, Session } from './state.ts';

const OUR_EXTENSIONS: readonly string[] = ['nonce', 'v6'];
/** Marks the hello of a connection that only asks whether an address works: it is answered, and never counts as a peer. */
const VISIT = 'visit';
const VISIT_EXTENSIONS: readonly string[] = [...OUR_EXTENSIONS, VISIT];

/** Most peers say what we say: one list for all of them. */
const shared = (ext: readonly string[]): readonly string[] =>
  ext.length === OUR_EXTENSIONS.length && ext.every((one, at) => one === OUR_EXTENSIONS[at]) ? OUR_EXTENSIONS : ext;

export function sendHello(node: NodeState, ctx: Context, session: Session): void {
  const own = advertisedTo(node, session);
  sendMessage(ctx, session, {
    type: 'hello',
    nodeid: node.id,
    listen: own === null ? null : own.port,
    agent: node.agent,
    observed: session.remote,
    ext: isVisit(session) ? VISIT_EXTENSIONS : OUR_EXTENSIONS,
  });
  emitHello(ctx, session, 'hello-sent');
}

/** A dial-back (rule 20) or a feeler (rule 47). */
export const isVisit = ({ via }: Session) => via === 'dialback' || via === 'feeler';

/** A first hello on this connection. */
export function admit(node: NodeState, ctx: Context, session: Session, hello: Hello): void {
  const answer = session.dir === 'inbound';
  if (hello.nodeid === node.id)
    return answer && !hasRoomForGuest(node) ? turnAway(node, ctx, session) : meetSelf(node, ctx, session, answer);
  session.id = hello.nodeid;
  session.agent = hello.agent;
  session.observed = hello.observed;
  session.ext = shared(hello.ext);
  if (answer && hello.listen !== null) claimListen(node, session, hello.listen);
  emitHello(ctx, session, 'hello-received');
  // Whatever becomes of the connection: an id that is kept away is not dialled there again (rules 23, 59).
  if (!answer) provenByDial(node, ctx, session);
  if (isVisit(session)) return endVisit(node, ctx, session);
  if (answer && session.ext.includes(VISIT)) return receiveVisit(node, ctx, session);
  if (banOn(node, ctx.now, session.remote, session.id)?.by === 'hand')
    return closeSession(node, ctx, session, 'banned', null, true);
  if (isHeld(node, ctx, session))
    return answer && !hasRoomForGuest(node)
      ? turnAway(node, ctx, session)
      : closeSession(node, ctx, session, 'held', 'dropped');
  const old = node.peers.get(session.id);
  if (old !== undefined) return meetDuplicate(node, ctx, session, old);
  if (answer) {
    if (isFull(node) && !evictFor(node, ctx, session)) return serveVisitor(node, ctx, session);
    sendHello(node, ctx, session);
  }
  settle(node, ctx, session);
}

/** Enters the table and starts talking; one that was a hello-less peer before has done so and goes on. */
function settle(node: NodeState, ctx: Context, session: Session): void {
  const id = session.id ?? '';
  node.peers.set(id, session);
  if (session.dir === 'inbound' && session.listen !== null) meetListen(node, ctx, session);
  if (session.readyAt !== null) session.stage = 'ready';
  else {
    becomeReady(node, ctx, session);
    greet(node, ctx, session);
  }
}

/** The address works, which is all we wanted to know; where a live peer claimed it, that peer spoke the truth. */
function endVisit(node: NodeState, ctx: Context, session: Session): void {
  const peer = node.peers.get(session.id ?? '');
  if (peer !== undefined) confirmAlias(node, session, peer);
  closeSession(node, ctx, session, 'visit', 'visit');
}

/** We are the one who is visited: say who we are, then wait a moment for the visitor to leave. */
function receiveVisit(node: NodeState, ctx: Context, session: Session): void {
  if (!hasRoomForGuest(node)) return turnAway(node, ctx, session);
  sendHello(node, ctx, session);
  session.stage = 'leaving';
  session.closeReason = 'visit';
  session.deadlineAt = ctx.now + LEAVE_WAIT_US;
  dueBy(node.agenda, session, session.deadlineAt);
}

/** A hello on a connection that we dialled binds its id to the address (rule 23). */
function provenByDial(node: NodeState, ctx: Context, session: Session): void {
  if (session.listen === null) return;
  session.confirmed = true;
  const { via } = session;
  const name = via === 'boot' ? 'bootstrap' : isHearsay(via) ? via : 'manual';
  const source: Source = { name, group: name, via };
  const slot = learnAddress(node.book, node.settings, ctx, session.listen, session.id, source, ctx.now);
  if (slot >= 0) vouchAddress(node.book, node.settings, ctx, slot, session.id);
  dialWorked(node, session.listen);
}

/** Rule 18. The side that accepted answers first, so that the side that dialled learns whose address it was. */
function meetSelf(node: NodeState, ctx: Context, session: Session, answer: boolean): void {
  session.id = node.id;
  if (answer) sendHello(node, ctx, session);
  else if (session.listen !== null) {
    markSelf(node, session.listen.text, ctx.now);
    if (ctx.now - node.selfSaidAt >= SELF_SAY_US) {
      node.selfSaidAt = ctx.now;
      ctx.emit({ kind: 'self', ...aboutOf(session) });
    }
  }
  closeSession(node, ctx, session, 'self');
}

/** Rule 19: an address that we dialled and that answered with our own id. */
export function markSelf(node: NodeState, address: string, now: number): void {
  node.selves.set(address, now);
  forgetOldest(node.selves, SELF_MAX);
  for (const target of node.targets)
    if (target.resolved.length > 0 && target.resolved.every(({ text }) => node.selves.has(text))) target.self = true;
}

/** Rule 21 when two dials crossed, rule 22 otherwise. */
function meetDuplicate(node: NodeState, ctx: Context, session: Session, old: Session): void {
  if (session.dir === 'outbound') confirmAlias(node, session, old);
  else if (!hasRoomForGuest(node)) return turnAway(node, ctx, session);
  const crossed =
    old.dir !== session.dir &&
    ctx.now - old.openedAt < node.settings['collision.window'] &&
    (old.remote.ip === session.remote.ip || (isLocal(old.remote) && isLocal(session.remote)));
  if (crossed) {
    const keepOutbound = node.id.toLowerCase() > (session.id ?? '').toLowerCase();
    if (session.dir === 'inbound') sendHello(node, ctx, session);
    if ((session.dir === 'outbound') === keepOutbound) {
      node.peers.delete(old.id ?? '');
      settle(node, ctx, session);
      // The peer has just spoken: whoever waits for its silence waits in vain.
      rivalProved(node, ctx, old);
      loseTo(node, ctx, old, session);
    } else loseTo(node, ctx, session, old);
    return;
  }
  if (rivalOf(node, old) !== null) {
    if (session.dir === 'inbound') sendHello(node, ctx, session);
    return closeSession(node, ctx, session, 'id-pending', 'duplicate');
  }
  session.stage = 'rival';
  session.deadlineAt = Infinity;
  old.rival = session.n;
  old.probeUntil = ctx.now + node.settings['probe.timeout'];
  dueBy(node.agenda, old, old.probeUntil);
  if (old.pings.length === 0) sendPing(ctx, old, false);
}

/** Its dialler closes the loser at once; the other side gives it two seconds to do so. Who was a peer may be one visitor too many. */
function loseTo(node: NodeState, ctx: Context, loser: Session, winner: Session): void {
  if (winner.listen === null && loser.listen !== null) setListen(node, winner, loser.listen);
  winner.confirmed ||= loser.confirmed;
  // Two that might have been peers are one, so there may be a place for another.
  node.dialDue = true;
  // Whoever dialled, the user asked for this peer (rules 49, 52).
  if (loser.via === 'manual' || loser.via === 'keep') winner.via = loser.via;
  if (loser.dir === 'outbound' || (loser.readyAt !== null && !hasRoomForGuest(node)))
    return closeSession(node, ctx, loser, 'duplicate', 'duplicate');
  loser.stage = 'leaving';
  loser.closeReason = 'duplicate';
  loser.nextPingAt = Infinity;
  loser.userPings = 0;
  loser.userPingAt = null;
  loser.deadlineAt = ctx.now + LEAVE_WAIT_US;
  dueBy(node.agenda, loser, loser.deadlineAt);
}

/** Its dialler has not closed it. */
export function closeLeaving(node: NodeState, ctx: Context, session: Session): void {
  const why = session.closeReason ?? 'duplicate';
  closeSession(node, ctx, session, why, why);
}

/** We reached a live peer by an address we dialled: that address is its, and confirmed (the dial-back of rule 20). */
function confirmAlias(node: NodeState, session: Session, old: Session): void {
  if (old.listen === null || session.listen?.text === old.listen.text) {
    setListen(node, old, session.listen);
    old.confirmed = true;
  }
}

/** The connection that waits for this one's answer, as long as it does. */
function rivalOf(node: NodeState, old: Session): Session | null {
  const rival = old.rival === null ? undefined : node.sessions.get(old.rival);
  return rival?.stage === 'rival' ? rival : null;
}

/** Ends the probe; the connection that still waits for it. */
function endProbe(node: NodeState, old: Session): Session | null {
  const rival = rivalOf(node, old);
  old.rival = null;
  old.probeUntil = null;
  return rival;
}

/** The old connection answered: the rival goes. */
export function rivalProved(node: NodeState, ctx: Context, old: Session): void {
  const rival = endProbe(node, old);
  if (rival !== null) refuseRival(node, ctx, rival);
}

function refuseRival(node: NodeState, ctx: Context, rival: Session): void {
  if (rival.dir === 'inbound') sendHello(node, ctx, rival);
  closeSession(node, ctx, rival, 'duplicate', 'duplicate');
}

/** The old connection did not answer in time: it closes, and then its rival, if that still waits, is let in. */
export function promoteRival(node: NodeState, ctx: Context, old: Session): void {
  if (rivalOf(node, old) === null) endProbe(node, old);
  else closeSession(node, ctx, old, 'ping-timeout', null, true);
}

/** After a session closed: its rival, if one still waits, is let in, unless another connection has come before it. */
export function admitRival(node: NodeState, ctx: Context, old: Session): void {
  const rival = endProbe(node, old);
  if (rival === null) return;
  if (node.peers.has(rival.id ?? '')) return refuseRival(node, ctx, rival);
  if (isHeld(node, ctx, rival)) return closeSession(node, ctx, rival, 'held', 'dropped');
  if (rival.dir === 'inbound' && isFull(node)) return serveVisitor(node, ctx, rival);
  if (rival.dir === 'inbound') sendHello(node, ctx, rival);
  settle(node, ctx, rival);
}

/** Rule 52: whether somebody made room for this newcomer. */
function evictFor(node: NodeState, ctx: Context, newcomer: Session): boolean {
  const evicted = chooseEvicted(node, ctx.now, newcomer.remote);
  if (evicted !== null) closeSession(node, ctx, evicted, 'evicted', 'evicted');
  return evicted !== null;
}

/** Rule 52: a full node does not just refuse. It says hello, tells addresses, says bye. */
function serveVisitor(node: NodeState, ctx: Context, session: Session): void {
  if (!hasRoomForGuest(node)) return turnAway(node, ctx, session);
  sendHello(node, ctx, session);
  answerGetaddr(node, ctx, session);
  closeSession(node, ctx, session, 'full', 'full');
}

/** Even those who would not stay are too many. */
const turnAway = (node: NodeState, ctx: Context, session: Session) =>
  closeSession(node, ctx, session, 'visitors-full', null, true);

/** Dropped by hand a while ago, by id or by address. */
function isHeld(node: NodeState, ctx: Context, session: Session): boolean {
  if (session.via === 'manual' || session.via === 'keep') return false;
  for (const key of [session.id, session.listen?.text]) {
    const until = key === null || key === undefined ? undefined : node.held.get(key);
    if (until !== undefined && until > ctx.now) return true;
  }
  return false;
}
