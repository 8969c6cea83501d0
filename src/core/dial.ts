/**
 * One dial and what came of it: an address goes in, an order to dial comes out; later its outcome goes in, and the time of the next try
 * is set. Whom to dial is decided in dialer.ts. Rules 42-46.
 */
import { type Address, isLocal } from '../wire/address.ts';
import { failAddress, learnAddress, noteDial } from './book.ts';
import { findAddress } from './book-columns.ts';
import type { Context } from './context.ts';
import type { Via } from './events.ts';
import {
  BACKOFF_SPREAD,
  DIALLED_IPS_MAX,
  HANDSHAKES_FAILED_MAX,
  LONG_BACKOFF_LOCAL_US,
  LONG_BACKOFF_PUBLIC_US,
  SAME_IP_US,
  SECOND_US,
} from './limits.ts';
import { isHearsay } from './obstacles.ts';
import { forgetOldest } from './oldest.ts';
import type { ReasonCode } from './reasons.ts';
import type { Dial, NodeState, Target } from './state.ts';

/** Starts one dial; the answer comes as a fact. */
export function startDial(
  node: NodeState,
  ctx: Context,
  address: Address,
  via: Via,
  attempt: number = nextAttempt(node),
): number {
  const dial: Dial = { attempt, address, via, startedAt: ctx.now };
  node.dials.set(attempt, dial);
  node.slots = null;
  const name = via === 'boot' ? 'bootstrap' : 'manual';
  let slot = findAddress(node.book, address);
  // What only strangers named enters the book as hearsay or not at all.
  if (slot < 0 && !isHearsay(via))
    slot = learnAddress(node.book, node.settings, ctx, address, null, { name, group: name, via }, -Infinity);
  if (slot >= 0) noteDial(node.book, slot, ctx.now);
  if (address.class === 'public' && isHearsay(via)) noteIp(node, address.ip, ctx.now);
  ctx.emit({ kind: 'dialing', attempt, address: address.text, via });
  ctx.dial(attempt, address, isLocal(address) ? node.settings['dial.timeout'] : node.settings['dial.timeout.public']);
  return attempt;
}

/** It has ended, however it did: its place among the dials and its slot are free. */
export function forgetDial(node: NodeState, attempt: number): void {
  node.dials.delete(attempt);
  node.slots = null;
}

export function nextAttempt(node: NodeState): number {
  node.attempts += 1;
  return node.attempts;
}

/** Rule 42: remembers when a public IP was dialled by hearsay. */
function noteIp(node: NodeState, ip: string, now: number): void {
  node.dialledIps.delete(ip);
  node.dialledIps.set(ip, now);
  forgetOldest(node.dialledIps, DIALLED_IPS_MAX, (at) => now - at >= SAME_IP_US);
}

/** Backoff of rule 44 after `failures` in a row, spread so that a network does not dial in step. */
function backoffUs(ctx: Context, baseUs: number, maxUs: number, failures: number, doubling: boolean): number {
  let wait = baseUs;
  if (doubling) for (let i = 1; i < failures && wait < maxUs; i += 1) wait *= 2;
  else wait += failures * failures * SECOND_US;
  const spread = 1 + BACKOFF_SPREAD * (2 * ctx.random() - 1);
  return Math.floor(Math.min(wait, maxUs) * spread);
}

/**
 * When a place of the list that failed is dialled again. A full node did not fail: the list asks it again as late as it asks anybody, or
 * all who know it would keep it busy with visits (rules 44, 52).
 */
export function planRetry(node: NodeState, ctx: Context, target: Target, local: boolean): void {
  const maxUs = node.settings[local ? 'bootstrap.retry.max' : 'bootstrap.retry.max.public'];
  const baseUs = target.lastError === 'full' ? maxUs : node.settings['bootstrap.retry'];
  target.nextAt = ctx.now + backoffUs(ctx, baseUs, maxUs, target.failures, true);
}

/** A dial or its connection failed, or ended too soon: when may this address be dialled again? */
export function dialLater(
  node: NodeState,
  ctx: Context,
  address: Address,
  reason: ReasonCode,
  handshake: boolean,
): void {
  const local = isLocal(address);
  for (const target of targetsOf(node, address)) {
    target.failures += 1;
    target.lastError = reason;
    planRetry(node, ctx, target, local);
  }
  const slot = findAddress(node.book, address);
  if (slot < 0) return;
  if (failAddress(node.book, slot, reason, ctx.now)) return ctx.emit({ kind: 'forgotten', address: address.text });
  const outcome = node.book.outcomes[slot];
  if (outcome === null || outcome === undefined) return;
  if (handshake) outcome.handshakesFailed += 1;
  const tooMany = outcome.handshakesFailed >= HANDSHAKES_FAILED_MAX;
  const longUs = tooMany ? (local ? LONG_BACKOFF_LOCAL_US : LONG_BACKOFF_PUBLIC_US) : 0;
  const { 'dial.retry': retryUs, 'dial.retry.max': retryMaxUs } = node.settings;
  outcome.nextDialAt = ctx.now + Math.max(longUs, backoffUs(ctx, retryUs, retryMaxUs, outcome.failures, false));
}

/** A handshake at this address ended well. */
export function dialWorked(node: NodeState, address: Address): void {
  for (const target of targetsOf(node, address)) target.lastError = null;
}

/** The connection lived long enough: failures before it no longer count (rule 44). */
export function livedWell(node: NodeState, address: Address, now: number): void {
  for (const target of targetsOf(node, address)) {
    target.failures = 0;
    target.nextAt = now;
  }
  const outcome = node.book.outcomes[findAddress(node.book, address)];
  if (outcome !== null && outcome !== undefined) outcome.failures = 0;
}

/** The dial was a success that left no connection: an entry of the list is not dialled again in the same moment. */
export function dialNoSooner(node: NodeState, address: Address, now: number): void {
  for (const target of targetsOf(node, address))
    target.nextAt = Math.max(target.nextAt, now + node.settings['bootstrap.retry']);
}

function targetsOf(node: NodeState, address: Address): Target[] {
  return node.targets.filter((target) => target.resolved.some((resolved) => resolved.text === address.text));
}
