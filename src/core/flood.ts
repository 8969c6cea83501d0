/**
 * How fast a peer may talk: token buckets for messages and bytes. What came goes in; over the limit the connection is not read for a
 * while, and one that is paused nearly all the time is closed. Rule 54.
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
  if (session.messageBucket.level < 0) pause(node, ctx, session);
}

export function spendBytes(node: NodeState, ctx: Context, session: Session, bytes: number): void {
  earnBytes(node, ctx, session);
  session.byteBucket.level -= bytes * SECOND_US;
  if (session.byteBucket.level < 0) pause(node, ctx, session);
}

function earnMessages({ settings }: NodeState, ctx: Context, { messageBucket }: Session): void {
  earn(messageBucket, ctx.now, settings['flood.messages'], settings['flood.messages.burst'] * SECOND_US);
}

function earnBytes({ settings }: NodeState, ctx: Context, { byteBucket }: Session): void {
  earn(byteBucket, ctx.now, settings['flood.bytes'], settings['flood.bytes.burst'] * SECOND_US);
}

/** Until neither bucket owes anything. */
function pause(node: NodeState, ctx: Context, session: Session): void {
  if (session.stage === 'closing') return;
  earnMessages(node, ctx, session);
  earnBytes(node, ctx, session);
  const owedUs = Math.max(
    waitUs(session.messageBucket, node.settings['flood.messages'], 0),
    waitUs(session.byteBucket, node.settings['flood.bytes'], 0),
  );
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
