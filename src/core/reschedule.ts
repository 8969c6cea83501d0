/**
 * A setting that says how often or how late something is done was changed: its key goes in, and what waits by the old value is planned
 * anew from now on. It does nothing of what it plans.
 */
import type { SettingKey } from '../settings.ts';
import { isLocal } from '../wire/address.ts';
import { reviewAll } from './agenda.ts';
import type { Context } from './context.ts';
import { planRetry } from './dial.ts';
import { askAgain } from './directories.ts';
import type { NodeState } from './state.ts';
import { planLookUp } from './targets.ts';

export function reschedule(node: NodeState, ctx: Context, key: SettingKey): void {
  node.dialDue = true;
  // Deadlines that a setting moves are found at the next wake-up.
  reviewAll(node.agenda, ctx.now);
  switch (key) {
    case 'ping.interval':
      return hurryPings(node, ctx.now + node.settings[key]);
    case 'getaddr.ask':
      node.nextAskAt = ctx.now + node.settings[key];
      return;
    case 'dial.rotate':
      node.nextRotateAt = ctx.now + node.settings[key];
      return;
    case 'dial.feeler':
      node.nextFeelerAt = ctx.now + node.settings[key];
      return;
    case 'bootstrap.retry':
    case 'bootstrap.retry.max':
    case 'bootstrap.retry.max.public':
      return retryList(node, ctx);
    case 'bootstrap.refresh':
    case 'dns.server':
      return askAgain(node, ctx.now + (key === 'dns.server' ? 0 : node.settings[key]));
    case 'flood.messages':
    case 'flood.bytes':
      return forgiveFloods(node, ctx.now);
    default:
  }
}

/** A shorter interval counts from now on, not from the next ping of the longer one. */
function hurryPings(node: NodeState, at: number): void {
  for (const session of node.sessions.values())
    if (session.nextPingAt !== Infinity) session.nextPingAt = Math.min(session.nextPingAt, at);
}

/** What was too much at the old rate is none of the new one's. */
function forgiveFloods(node: NodeState, now: number): void {
  for (const session of node.sessions.values()) {
    session.messagesUsedTo = Math.min(session.messagesUsedTo, now);
    session.bytesUsedTo = Math.min(session.bytesUsedTo, now);
  }
}

/** Of the list, what failed and waits. */
function retryList(node: NodeState, ctx: Context): void {
  for (const target of node.targets) {
    if (target.failures === 0 || target.nextAt <= ctx.now) continue;
    if (target.resolved.length === 0) planLookUp(node, ctx.now, target);
    else planRetry(node, ctx, target, target.resolved.every(isLocal));
  }
}
