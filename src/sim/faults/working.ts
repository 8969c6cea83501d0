/**
 * The faults that are on, ready for use: what leaves passes through those that apply to it, in the order in which they were added, and
 * they say until when it may not arrive. What they do is in the files of their families.
 */
import type { Message } from '../../wire/messages.ts';
import type { End, Host, Network } from '../network.ts';
import { behaviourOf } from './behaviours.ts';
import { type Behaviour, callFaults, DIAL_RTO_US, type Passage, RTO_US } from './passage.ts';
import { compileSelector, type Test } from './selector.ts';
import type { FaultSpec } from './spec.ts';
import type { ActiveFault } from './state.ts';
import { tellDone } from './verdicts.ts';

export interface Working {
  readonly fault: ActiveFault;
  readonly behaviour: Behaviour<FaultSpec['values']>;
  readonly applies: Test;
}

export function work(network: Network, fault: ActiveFault): Working {
  const behaviour = behaviourOf(fault.spec);
  const selector = behaviour.reach?.(fault.spec.values) ?? fault.spec.on;
  return { fault, behaviour, applies: compileSelector(selector, network.faultHooks) };
}

/** The first time is told as an event of its own, after the one that is happening. */
export function strike(network: Network, fault: ActiveFault): void {
  fault.struck += 1;
  if (fault.struck === 1) callFaults(network, network.kernel.now, 'struck', fault.number);
}

export function passThrough(
  network: Network,
  working: readonly Working[],
  kind: Passage['kind'],
  from: Host,
  to: Host | null,
  rest: Partial<Passage>,
): Passage {
  const passage: Passage = {
    kind,
    from,
    to,
    dialled: null,
    end: null,
    lane: null,
    lots: 0,
    rtoUs: kind === 'dial' ? DIAL_RTO_US : RTO_US,
    message: null,
    number: 0,
    latencyUs: 0,
    waitUs: 0,
    busyUs: 0,
    lateUs: 0,
    copies: 1,
    fate: 'arrives',
    ...rest,
  };
  for (const { fault, behaviour, applies } of working) {
    if (behaviour.leaves === undefined || passage.fate !== 'arrives') continue;
    if (!applies(from, to, passage.end, passage.message)) continue;
    const before = network.witness === null || kind !== 'line' ? null : { ...passage };
    if (!behaviour.leaves(passage, fault.spec.values, fault, network)) continue;
    strike(network, fault);
    if (before !== null) tellDone(network, before, passage, fault.id);
  }
  return passage;
}

/** Until when what goes this way may not arrive: 0 when it may, Infinity when nobody knows. */
export function heldUntil(
  network: Network,
  working: readonly Working[],
  from: Host,
  to: Host | null,
  end: End | null,
  message: Message | null,
): number {
  let until = 0;
  for (const { fault, behaviour, applies } of working) {
    if (behaviour.holds === undefined || !applies(from, to, end, message)) continue;
    const at = behaviour.holds(fault.spec.values, fault);
    // What has no connection yet is held only where nothing passes at all.
    if (end === null && at !== Infinity) continue;
    until = Math.max(until, at);
    strike(network, fault);
  }
  return until;
}

/** The fault that holds what goes this way now; null: none does. It strikes nothing. */
export function holderOf(working: readonly Working[], from: End, to: Host, message: Message | null): string | null {
  const holder = working.find(
    ({ fault, behaviour, applies }) =>
      behaviour.holds !== undefined &&
      applies(from.host, to, from, message) &&
      behaviour.holds(fault.spec.values, fault) > 0,
  );
  return holder?.fault.id ?? null;
}
