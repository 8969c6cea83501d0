/**
 * How fast a peer may talk: what came goes in; over the limit the connection is not read for a while, and one that is paused nearly all
 * the time is closed. Rule 54. So much is said that the rounding of pace.ts would not do: less than half of one is none too many.
 */
import { discourage } from './bans.ts';
import type { Context } from './context.ts';
import { FLOOD_PAUSE_MAX_US, FLOOD_PAUSE_MIN_US, FLOOD_PAUSED_SHARE, MINUTE_US, SECOND_US } from './limits.ts';
import { usedBy, usedOnceMore } from './pace.ts';
import { aboutOf, closeSession } from './session.ts';
import type { NodeState, Session } from './state.ts';

/** One message came. This runs for every one of them. */
export function spendMessage(node: NodeState, ctx: Context, session: Session): void {
  const eachUs = SECOND_US / node.settings['flood.messages'];
  session.messagesUsedTo = usedOnceMore(session.messagesUsedTo, ctx.now, eachUs, node.settings['flood.messages.burst']);
  if (session.messagesUsedTo > ctx.now + eachUs / 2) pause(node, ctx, session);
}

export function spendBytes(node: NodeState, ctx: Context, session: Session, bytes: number): void {
  const eachUs = SECOND_US / node.settings['flood.bytes'];
  session.bytesUsedTo = usedBy(bytes, session.bytesUsedTo, ctx.now, eachUs, node.settings['flood.bytes.burst']);
  if (session.bytesUsedTo > ctx.now + eachUs / 2) pause(node, ctx, session);
}

/** Until neither messages nor bytes are ahead of the clock. */
function pause(node: NodeState, ctx: Context, session: Session): void {
  if (session.stage === 'closing') return;
  const owedUs = -Math.floor(ctx.now - Math.max(session.messagesUsedTo, session.bytesUsedTo));
  session.pauses ??= { until: -Infinity, totalUs: 0, since: -Infinity };
  const { pauses } = session;
  const until = ctx.now + Math.min(FLOOD_PAUSE_MAX_US, Math.max(FLOOD_PAUSE_MIN_US, owedUs));
  if (ctx.now - pauses.since >= MINUTE_US) {
    pauses.since = ctx.now;
    pauses.totalUs = 0;
    ctx.emit({ kind: 'flood', ...aboutOf(session) });
  }
  pauses.totalUs += until - Math.max(ctx.now, pauses.until);
  pauses.until = until;
  if (pauses.totalUs > FLOOD_PAUSED_SHARE * MINUTE_US) {
    discourage(node, ctx.now, session);
    return closeSession(node, ctx, session, 'flood', null, true);
  }
  ctx.pause(session.n, until);
}
