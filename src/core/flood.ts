/**
 * How fast a peer may talk: token buckets for messages and bytes. What came goes in; over the limit the connection is not read for a
 * while, and one that is held back nearly all the time is closed. Rule 54.
 */
import { discourage } from './bans.ts';
import type { Context } from './context.ts';
import { FLOOD_PAUSE_MAX_US, FLOOD_PAUSE_MIN_US, FLOOD_PAUSED_SHARE, MINUTE_US, SECOND_US } from './limits.ts';
import { aboutOf, closeSession } from './session.ts';
import type { HoldBack, NodeState, Session } from './state.ts';

/** One message came. Both buckets are only refilled when one of them is empty, so this costs a subtraction. */
export function spendMessage(node: NodeState, ctx: Context, session: Session): void {
  session.messageTokens -= 1;
  if (session.messageTokens < 0) refill(node, ctx, session);
}

export function spendBytes(node: NodeState, ctx: Context, session: Session, bytes: number): void {
  session.byteTokens -= bytes;
  if (session.byteTokens < 0) refill(node, ctx, session);
}

function refill(node: NodeState, ctx: Context, session: Session): void {
  const { settings } = node;
  session.holdBack ??= { tokensAt: session.openedAt, until: -Infinity, totalUs: 0, since: -Infinity };
  const elapsedS = (ctx.now - session.holdBack.tokensAt) / SECOND_US;
  const { 'flood.messages': messageRate, 'flood.bytes': byteRate } = settings;
  session.holdBack.tokensAt = ctx.now;
  session.messageTokens = earned(session.messageTokens, elapsedS * messageRate, settings['flood.messages.burst']);
  session.byteTokens = earned(session.byteTokens, elapsedS * byteRate, settings['flood.bytes.burst']);
  const missingS = Math.max(-session.messageTokens / messageRate, -session.byteTokens / byteRate);
  if (missingS > 0 && session.stage !== 'closing') hold(node, ctx, session, session.holdBack, missingS * SECOND_US);
}

const earned = (tokens: number, more: number, burst: number) => Math.min(burst, tokens + more);

function hold(node: NodeState, ctx: Context, session: Session, holdBack: HoldBack, waitUs: number): void {
  const until = ctx.now + Math.floor(Math.min(FLOOD_PAUSE_MAX_US, Math.max(FLOOD_PAUSE_MIN_US, waitUs)));
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
