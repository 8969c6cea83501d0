/**
 * How fast a peer may talk: token buckets for messages and bytes. What came goes in; over the limit the connection is not read for a
 * while, and one that is held back nearly all the time is closed. Rule 54.
 */
import { discourage } from './bans.ts';
import { earn, waitUs } from './bucket.ts';
import type { Context } from './context.ts';
import { FLOOD_PAUSE_MAX_US, FLOOD_PAUSE_MIN_US, FLOOD_PAUSED_SHARE, MINUTE_US, SECOND_US } from './limits.ts';
import { aboutOf, closeSession } from './session.ts';
import type { NodeState, Session } from './state.ts';

/** One message came. This runs for every one of them: those of one moment cost a subtraction, the first of a moment a few sums. */
export function spendMessage(node: NodeState, ctx: Context, session: Session): void {
  if (session.messageBucket.at !== ctx.now) earnMessages(node, ctx, session);
  session.messageBucket.level -= SECOND_US;
  if (session.messageBucket.level < 0) hold(node, ctx, session);
}

export function spendBytes(node: NodeState, ctx: Context, session: Session, bytes: number): void {
  earnBytes(node, ctx, session);
  session.byteBucket.level -= bytes * SECOND_US;
  if (session.byteBucket.level < 0) hold(node, ctx, session);
}

function earnMessages({ settings }: NodeState, ctx: Context, { messageBucket }: Session): void {
  earn(messageBucket, ctx.now, settings['flood.messages'], settings['flood.messages.burst'] * SECOND_US);
}

function earnBytes({ settings }: NodeState, ctx: Context, { byteBucket }: Session): void {
  earn(byteBucket, ctx.now, settings['flood.bytes'], settings['flood.bytes.burst'] * SECOND_US);
}

/** Until neither bucket owes anything. */
function hold(node: NodeState, ctx: Context, session: Session): void {
  if (session.stage === 'closing') return;
  earnMessages(node, ctx, session);
  earnBytes(node, ctx, session);
  const owedUs = Math.max(
    waitUs(session.messageBucket, node.settings['flood.messages'], 0),
    waitUs(session.byteBucket, node.settings['flood.bytes'], 0),
  );
  session.holdBack ??= { until: -Infinity, totalUs: 0, since: -Infinity };
  const { holdBack } = session;
  const until = ctx.now + Math.min(FLOOD_PAUSE_MAX_US, Math.max(FLOOD_PAUSE_MIN_US, owedUs));
  if (ctx.now - holdBack.since >= MINUTE_US) {
    holdBack.since = ctx.now;
    holdBack.totalUs = 0;
    ctx.emit({ kind: 'flood', ...aboutOf(session) });
  }
  holdBack.totalUs += until - Math.max(ctx.now, holdBack.until);
  holdBack.until = until;
  if (holdBack.totalUs > FLOOD_PAUSED_SHARE * MINUTE_US) {
    discourage(node, ctx.now, session);
    return closeSession(node, ctx, session, 'flood', null, true);
  }
  ctx.pause(session.n, until);
}
