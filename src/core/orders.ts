/**
 * What a user tells a node: an order goes in, it is obeyed at once or refused with a reason. Answers of the network are events; they
 * never come back from here.
 */
import { type Address, addressOf } from '../wire/address.ts';
import { placeText, readDirectory } from '../wire/directory.ts';
import { addBan, banKey, banOn, isOwnKey } from './bans.ts';
import { readBanTarget } from './bans-saved.ts';
import type { Context } from './context.ts';
import { forgetDial, nextAttempt, startDial } from './dial.ts';
import { addDirectory, removeDirectory } from './directories.ts';
import { BOOTSTRAP_MAX, DIRECTORIES_MAX, HELD_MAX, USER_PINGS_MAX } from './limits.ts';
import { idAt, sessionAt, whyNotDial } from './obstacles.ts';
import { forgetOldest } from './oldest.ts';
import { isVisit } from './peers.ts';
import type { ReasonCode } from './reasons.ts';
import { reschedule } from './reschedule.ts';
import { closeSession, isReady, sendGetaddr, sendMessage, userPing } from './session.ts';
import { takesSlot } from './slots.ts';
import type { NodeState, Session } from './state.ts';
import { addTarget } from './targets.ts';
import type { Order, OrderAnswer } from './world.ts';

const LIST_IS_FULL = `the bootstrap list and the kept peers are at most ${BOOTSTRAP_MAX} together`;

const notDialable = ({ text }: Address) => `${text} is not an address that can be dialled`;

const done = (n: number | null = null, attempt: number | null = null): OrderAnswer => ({ ok: true, attempt, n });

const LIST_FULL: OrderAnswer = { ok: false, reason: 'over-limit', message: LIST_IS_FULL };

const DIRECTORIES_FULL: OrderAnswer = {
  ok: false,
  reason: 'over-limit',
  message: `the bootstrap list has at most ${DIRECTORIES_MAX} dns: and dnssrv: names`,
};

export function obey(node: NodeState, ctx: Context, order: Order): OrderAnswer {
  if (node.stopping) return { ok: false, reason: 'stopping', message: 'this node is stopping' };
  switch (order.kind) {
    case 'connect':
      if (order.keep && node.targets.length >= BOOTSTRAP_MAX) return LIST_FULL;
      return connectByHand(node, ctx, order.host, order.port, order.keep);
    case 'bootstrap-add': {
      if (readDirectory(order.host) !== null) {
        if (!addDirectory(node, order.host, order.port, ctx.now)) return DIRECTORIES_FULL;
        node.dialDue = true;
        return done();
      }
      if (node.targets.length >= BOOTSTRAP_MAX) return LIST_FULL;
      const address = addressOf(order.host, order.port);
      if (address?.class === 'special') return { ok: false, reason: 'bad-address', message: notDialable(address) };
      addTarget(node, order.host, order.port, 'boot', ctx.now);
      node.dialDue = true;
      return done();
    }
    case 'bootstrap-remove': {
      if (removeDirectory(node, order.host, order.port)) return done();
      const at = node.targets.findIndex(
        (target) =>
          target.port === order.port &&
          (target.host === order.host || target.resolved.some((address) => address.ip === order.host)),
      );
      const text = placeText(order.host, order.port);
      if (at < 0) return { ok: false, reason: 'not-listed', message: `${text} is not in the bootstrap list` };
      const from = node.targets[at]?.from ?? null;
      if (from !== null)
        return { ok: false, reason: 'not-listed', message: `${text} is there because ${from} lists it; remove that` };
      node.targets.splice(at, 1);
      return done();
    }
    case 'ban':
      return ban(node, ctx, order.target, order.forUs);
    case 'unban':
      if (!node.bans.delete(readBanTarget(order.target) ?? order.target))
        return { ok: false, reason: 'not-listed', message: `${order.target} is not banned` };
      node.dialDue = true;
      return done();
    case 'set':
      node.settings = { ...node.settings, [order.key]: order.value };
      reschedule(node, ctx, order.key);
      return done();
    case 'ping':
    case 'getaddr':
    case 'drop':
    case 'send':
    case 'send-line':
      return obeyOn(node, ctx, order);
    default:
      return order satisfies never;
  }
}

/** A number is a connection's; a text an IP or a node id. Whoever it names is closed, and kept away for a while. */
function ban(node: NodeState, ctx: Context, target: number | string, forUs: number | null): OrderAnswer {
  const session = typeof target === 'number' ? node.sessions.get(target) : undefined;
  if (typeof target === 'number' && session === undefined)
    return { ok: false, reason: 'no-such-connection', message: `connection #${target} is gone` };
  const key = session === undefined ? (readBanTarget(String(target)) ?? String(target)) : banKey(node, session);
  if (isOwnKey(node, key)) return { ok: false, reason: 'is-self', message: `${key} is this node itself` };
  addBan(node, key, { until: ctx.now + (forUs ?? node.settings['ban.time']), by: 'hand' });
  for (const one of [...node.sessions.values()])
    if (one === session || banOn(node, ctx.now, one.remote, one.id)?.by === 'hand')
      closeSession(node, ctx, one, 'banned', one.readyAt === null ? null : 'banned');
  for (const { attempt, address, via } of [...node.dials.values()]) {
    if (banOn(node, ctx.now, address, null)?.by !== 'hand') continue;
    ctx.cancel(attempt);
    forgetDial(node, attempt);
    ctx.emit({ kind: 'dial-failed', attempt, address: address.text, via, reason: 'banned', detail: '' });
  }
  node.dialDue = true;
  return done(session?.n ?? null);
}

function obeyOn(node: NodeState, ctx: Context, order: Extract<Order, { n: number }>): OrderAnswer {
  const session = node.sessions.get(order.n);
  if (session === undefined || session.stage === 'closing')
    return { ok: false, reason: 'no-such-connection', message: `connection #${order.n} is gone` };
  if (order.kind === 'drop') {
    keepAway(node, ctx, session);
    closeSession(node, ctx, session, 'dropped', session.readyAt === null ? null : 'dropped');
    node.dialDue = true;
    return done(session.n);
  }
  if (order.kind === 'send-line') {
    session.lastSendAt = ctx.now;
    ctx.sendLine(session.n, order.line);
    return done(session.n);
  }
  if (order.kind === 'send') {
    sendMessage(ctx, session, order.message);
    return done(session.n);
  }
  if (!isReady(session))
    return { ok: false, reason: 'not-ready', message: `connection #${order.n} has not finished its handshake` };
  if (order.kind === 'getaddr') sendGetaddr(node, ctx, session);
  else if (session.userPings >= USER_PINGS_MAX)
    return { ok: false, reason: 'over-limit', message: 'too many pings wait on this connection' };
  else userPing(node, ctx, session);
  return done(session.n);
}

/** A dropped peer stays away by id and by address until `drop.hold` has passed or `connect` says otherwise. */
function keepAway(node: NodeState, ctx: Context, session: Session): void {
  const until = ctx.now + node.settings['drop.hold'];
  if (until <= ctx.now) return;
  for (const key of [session.id, session.listen?.text])
    if (key !== null && key !== undefined) node.held.set(key, until);
  forgetOldest(node.held, HELD_MAX);
}

function connectByHand(node: NodeState, ctx: Context, host: string, port: number, keep: boolean): OrderAnswer {
  const address = addressOf(host, port);
  if (address === null) {
    const attempt = nextAttempt(node);
    node.names.set(attempt, { attempt, host, port, keep });
    ctx.emit({ kind: 'resolving', attempt, host });
    ctx.resolve(host);
    return done(null, attempt);
  }
  const session = sessionAt(node, address);
  if (session !== null && isReady(session)) return done(session.n);
  return dialByHand(node, ctx, address, keep, nextAttempt(node));
}

/** A command's dial: never subject to backoff, and it ends what `drop` holds (rule 44). */
export function dialByHand(
  node: NodeState,
  ctx: Context,
  address: Address,
  keep: boolean,
  attempt: number,
): OrderAnswer {
  const id = idAt(node, address);
  node.held.delete(address.text);
  if (id !== null) node.held.delete(id);
  if (keep && node.targets.length >= BOOTSTRAP_MAX)
    return refuseDial(ctx, attempt, address, 'over-limit', LIST_IS_FULL);
  const { text, ip } = address;
  if (address.class === 'special') return refuseDial(ctx, attempt, address, 'bad-address', notDialable(address));
  if (banOn(node, ctx.now, address, id)?.by === 'hand')
    return refuseDial(ctx, attempt, address, 'banned', `${text} is banned; type unban ${ip} first`);
  if (keep) addTarget(node, ip, address.port, 'keep', ctx.now);
  for (const target of node.targets) if (target.resolved.some((one) => one.text === text)) target.nextAt = ctx.now;
  endVisitsTo(node, ctx, address);
  for (const dial of node.dials.values()) if (dial.address.text === text) return done(null, dial.attempt);
  const why = whyNotDial(node, ctx.now, address, 'manual');
  if (why === 'connected') {
    const session = sessionAt(node, address);
    return done(session?.n ?? null);
  }
  return done(null, startDial(node, ctx, address, keep ? 'keep' : 'manual', attempt));
}

/** A visit is over as soon as it has said hello; a command wants a connection that stays, so it does not wait for one. */
function endVisitsTo(node: NodeState, ctx: Context, address: Address): void {
  for (const { attempt, address: dialled, via } of [...node.dials.values()]) {
    if (dialled.text !== address.text || takesSlot(via)) continue;
    ctx.cancel(attempt);
    forgetDial(node, attempt);
    ctx.emit({ kind: 'dial-failed', attempt, address: address.text, via, reason: 'visit', detail: '' });
    node.dialDue = true;
  }
  const session = sessionAt(node, address);
  if (session !== null && isVisit(session)) closeSession(node, ctx, session, 'visit');
}

/** A command's dial that is not tried: whoever waits for the attempt is told, too. */
function refuseDial(ctx: Context, attempt: number, address: Address, reason: ReasonCode, message: string): OrderAnswer {
  ctx.emit({ kind: 'dial-failed', attempt, address: address.text, via: 'manual', reason, detail: '' });
  return { ok: false, reason, message };
}
