/**
 * Messages in hand of one world: every line that passes and every order of a user go in; whether the line goes on now, and what came of
 * the order, comes out. What goes on later comes out through the carrier, which knows the world.
 */
import type { LineDirection } from '../core/events.ts';
import type { MessageInHand, RuleInHand, TapAnswer, TapOrder } from '../core/tap.ts';
import { encodeMessage, type Message } from '../wire/messages.ts';
import type { Carrier } from './carrier.ts';
import { createChain } from './chain.ts';
import { BY_USER, createHand } from './hand.ts';
import { COPIES_MAX, RULES_MAX } from './limits.ts';
import type { Verdict } from './rule.ts';
import { createTapState, type Held, type TapState } from './state.ts';

type Refusal = Extract<TapAnswer, { ok: false }>;

export interface Tap {
  /** Of each direction, whether no rule and nothing in hand is about it: lines need not be shown. */
  readonly isIdle: Record<LineDirection, boolean>;
  /** Plain data; `load` takes a copy of it back. */
  readonly state: TapState;
  load(state: TapState): void;
  /**
   * Whether a line goes on now; else the carrier gets it when it does. `text` null: it is the line of the message. `number` is that of the
   * line in its world.
   */
  passes(
    node: string,
    n: number,
    direction: LineDirection,
    message: Message | null,
    text: string | null,
    number: number,
  ): boolean;
  /** Whether something waits there, so that the end of the connection has to; null: in either direction. */
  isHolding(node: string, n: number, direction: LineDirection | null): boolean;
  /** What has waited for its time goes. */
  due(): void;
  /** A connection is gone. */
  closed(node: string, n: number): void;
  /** What is wrong with an order; null: `obey` does it. */
  refusal(order: TapOrder): Refusal | null;
  obey(order: TapOrder): TapAnswer;
  rules(): readonly RuleInHand[];
  held(): readonly MessageInHand[];
  message(id: string): MessageInHand | null;
}

const PASS: Verdict = { kind: 'pass' };
/** Ids named in one message. */
const NAMED_MAX = 10;

export function createTap(carrier: Carrier): Tap {
  let state = createTapState();
  const chain = createChain(carrier, () => state);
  const hand = createHand(carrier, () => state);

  /** Of each direction the types of message that a rule may want; null: all, as long as something is held there that they wait behind. */
  const wanted: Record<LineDirection, ReadonlySet<string> | null> = { sent: new Set(), received: new Set() };

  function noteIdle(): void {
    for (const direction of ['sent', 'received'] as const) {
      const types = state.held.some((one) => one.direction === direction) ? null : chain.wanted(direction);
      wanted[direction] = types;
      tap.isIdle[direction] = types?.size === 0;
    }
  }

  const isWanted = (direction: LineDirection, message: Message | null): boolean => {
    const types = wanted[direction];
    return types === null || message === null || message.type === 'unknown' || types.has(message.type);
  };

  const findHeld = (id: string) => state.held.find((one) => one.id === id);
  /** A line that was stopped at both of its ends was in hand twice. */
  const find = (id: string) => findHeld(id) ?? state.past.findLast((one) => one.id === id);

  function refusal(order: TapOrder): Refusal | null {
    switch (order.kind) {
      case 'break': {
        const message = chain.refusal(order.text);
        if (message !== null) return refuse('usage', message);
        return chain.isFull()
          ? refuse('too-many', `there are ${RULES_MAX} rules already; unbreak all ends them`)
          : null;
      }
      case 'unbreak': {
        if (order.id === 'all' || state.rules.some(({ id }) => id === order.id)) return null;
        return refuse('no-such-rule', `no rule ${order.id}; ${named('there is none', 'there are', state.rules)}`);
      }
      case 'inject':
        if (carrier.peerOf(order.node, order.n) === null)
          return refuse('no-such-message', `connection #${order.n} is gone`);
        return refusalOfLine(order.line);
      case 'edit':
        return refusalOfHeld(order.id) ?? refusalOfLine(order.line);
      case 'deliver':
        return order.id === 'all' ? null : refusalOfHeld(order.id);
      case 'resend': {
        const one = find(order.id);
        if (one === undefined) return refusalOfHeld(order.id);
        const isGone = carrier.peerOf(one.node, one.n) === null;
        return isGone ? refuse('no-such-message', `the connection of ${one.id} is gone`) : null;
      }
      case 'revert':
      case 'drop':
      case 'dup':
        return refusalOfHeld(order.id);
      default:
        return order satisfies never;
    }
  }

  function refusalOfLine(line: string): Refusal | null {
    const message = carrier.refuses(line);
    return message === null ? null : refuse('usage', message);
  }

  function refusalOfHeld(id: string): Refusal | null {
    if (findHeld(id) !== undefined) return null;
    const past = find(id);
    if (past !== undefined)
      return refuse('no-such-message', `${id} is ${past.fate} already; resend ${id} says it once more`);
    return refuse('no-such-message', `no message ${id}; ${named('nothing is held', 'held now:', state.held)}`);
  }

  function obey(order: TapOrder): TapAnswer {
    const refused = refusal(order);
    if (refused !== null) return refused;
    const answer = carryOut(order);
    noteIdle();
    return answer;
  }

  function carryOut(order: TapOrder): TapAnswer {
    switch (order.kind) {
      case 'break':
        return about([], [chain.add(order.text, order.node)]);
      case 'unbreak':
        return about([], chain.remove(order.id));
      case 'inject': {
        const { node, n, line } = order;
        const number = carrier.nextNumber();
        carrier.record({
          kind: 'inject',
          node,
          n,
          direction: 'received',
          number,
          copy: 1,
          line,
          by: BY_USER,
          text: null,
        });
        carrier.carry(node, n, 'received', line, number);
        return about([]);
      }
      case 'deliver': {
        const some = order.id === 'all' ? [...state.held] : [findHeld(order.id) as Held];
        hand.release(some, order.inUs);
        return about(some);
      }
      case 'resend': {
        const one = find(order.id) as Held;
        hand.again(one);
        return about([one]);
      }
      case 'drop': {
        const one = findHeld(order.id) as Held;
        hand.discard(one);
        return about([one]);
      }
      case 'edit':
      case 'revert':
      case 'dup': {
        const one = findHeld(order.id) as Held;
        if (order.kind === 'dup') {
          one.copies = Math.min(one.copies + order.copies, COPIES_MAX);
          one.copiedBy = BY_USER;
        } else hand.change(one, order.kind === 'edit' ? order.line : one.original);
        hand.touch(one);
        return about([one]);
      }
      default:
        return order satisfies never;
    }
  }

  const about = (messages: readonly Held[], rules: readonly RuleInHand[] = []): TapAnswer => ({
    ok: true,
    messages: messages.map((one) => hand.view(one)),
    rules,
  });

  const tap: Tap = {
    isIdle: { sent: true, received: true },
    get state() {
      return state;
    },
    load(saved) {
      state = saved;
      chain.loaded();
      noteIdle();
    },
    passes(node, n, direction, message, text, number) {
      if (tap.isIdle[direction] || !isWanted(direction, message)) return true;
      const rule = chain.decide(node, n, direction, message);
      const verdict = rule?.verdict ?? PASS;
      const isFree = verdict.kind === 'pass' || (verdict.kind === 'deliver' && verdict.inUs === 0);
      const goesOn = isFree && !hand.isBlocked(node, n, direction);
      if (rule === null && goesOn) return true;
      const peer = carrier.peerOf(node, n);
      if (!goesOn && peer !== null) {
        const line = text ?? (message === null ? '' : encodeMessage(message));
        const by = rule?.id ?? null;
        hand.take({ node, n, direction, line, number, peer: peer.id, by, verdict: isFree ? PASS : verdict });
      }
      noteIdle();
      return goesOn || peer === null;
    },
    isHolding: (node, n, direction) =>
      state.held.some((one) => one.n === n && one.node === node && (direction === null || one.direction === direction)),
    due() {
      hand.due();
      noteIdle();
    },
    closed(node, n) {
      if (state.held.length === 0) return;
      hand.closed(node, n);
      noteIdle();
    },
    refusal,
    obey,
    rules: () => chain.views(),
    held: () => state.held.map((one) => hand.view(one)),
    message(id) {
      const one = find(id);
      return one === undefined ? null : hand.view(one);
    },
  };
  return tap;
}

const refuse = (code: Refusal['code'], message: string): Refusal => ({ ok: false, code, message });

function named(none: string, some: string, all: readonly { readonly id: string }[]): string {
  const ids = all.slice(0, NAMED_MAX).map(({ id }) => id);
  return ids.length === 0 ? none : `${some} ${ids.join(', ')}${all.length > NAMED_MAX ? ', …' : ''}`;
}
