/**
 * What waits in hand: stopped lines go in with their verdict, and go on through the carrier when they may, in the order of each direction
 * of each connection. No rule is asked here.
 */
import type { LineDirection } from '../core/events.ts';
import type { MessageInHand, TapChange } from '../core/tap.ts';
import type { VerdictKind } from '../core/witness.ts';
import { parseMessage } from '../wire/messages.ts';
import type { Carrier } from './carrier.ts';
import { HELD_MAX, LANE_BYTES_MAX, LANE_MESSAGES_MAX, PAST_MAX } from './limits.ts';
import { patchLine } from './patch.ts';
import type { Verdict } from './rule.ts';
import type { Held, TapState } from './state.ts';

type Lane = Pick<Held, 'node' | 'n' | 'direction'>;

export const BY_USER = 'user';

/** A line that was stopped. */
export interface Stopped extends Lane {
  readonly line: string;
  /** Of the line in its world. */
  readonly number: number;
  readonly peer: string | null;
  /** The rule; null: it only stands behind another line. */
  readonly by: string | null;
  readonly verdict: Verdict;
}

export interface Hand {
  isBlocked(node: string, n: number, direction: LineDirection): boolean;
  take(stopped: Stopped): void;
  /** It goes at a time from now on, as soon as nothing stands before it. */
  release(some: readonly Held[], inUs: number): void;
  discard(one: Held): void;
  /** Its line is another one. */
  change(one: Held, line: string): void;
  /** Its line goes once more, past all that waits. */
  again(one: Held): void;
  /** Whoever deals with a message has not forgotten it. */
  touch(one: Held): void;
  due(): void;
  closed(node: string, n: number): void;
  view(one: Held): MessageInHand;
}

/** Why a line goes nowhere. */
const GONE = 'its connection is gone';

const isOf = (one: Held, { node, n, direction }: Lane) =>
  one.n === n && one.node === node && one.direction === direction;

export function createHand(carrier: Carrier, stateOf: () => TapState): Hand {
  function take(stopped: Stopped): void {
    const state = stateOf();
    const { verdict, by, line } = stopped;
    const now = carrier.now();
    const patched = verdict.kind === 'edit' ? patchLine(line, verdict.patch) : null;
    const changed = patched?.ok === true ? patched.line : line;
    const why = patched?.ok === false ? patched.message : carrier.refuses(changed);
    const isHeld = verdict.kind === 'hold' || why !== null;
    const copy = copyOf(stopped.number);
    const one: Held = {
      id: `m${stopped.number}${copy > 1 ? `.${copy}` : ''}`,
      number: stopped.number,
      copy,
      node: stopped.node,
      n: stopped.n,
      direction: stopped.direction,
      peer: stopped.peer,
      by,
      since: now,
      original: line,
      isOvertaken: verdict.kind === 'hold' && verdict.isOvertaken,
      why,
      line: why === null ? changed : line,
      dueAt: isHeld ? now + carrier.patienceUs : verdict.kind === 'deliver' ? now + verdict.inUs : now,
      isForgotten: isHeld,
      copies: verdict.kind === 'dup' ? 1 + verdict.copies : 1,
      copiedBy: by,
      went: 0,
      fate: 'held',
    };
    if (verdict.kind === 'drop') {
      record('drop', one, by, null);
      return end(one, 'dropped', 'dropped');
    }
    if (verdict.kind === 'reset') {
      record('drop', one, by, 'its connection is reset');
      end(one, 'gone', 'reset');
      return carrier.reset(one.node, one.n);
    }
    state.held.push(one);
    if (isHeld) record('hold', one, by, why);
    else if (verdict.kind === 'edit') record('edit', one, by, `was ${line}`);
    else if (verdict.kind === 'deliver' && verdict.inUs > 0) record('delay', one, by, timeText(verdict.inUs));
    const before = isHeld ? null : blockerOf(one);
    if (before !== null) record('hold', one, null, `behind ${before.id}`);
    if (isHeld) tell('held', one);
    else tell(verdict.kind === 'pass' ? 'blocked' : 'changed', one);
    relieve(one);
    settle(one);
  }

  /** Which one it is of those with its number: a copy of a line may be stopped again. */
  function copyOf(number: number): number {
    let copy = 1;
    for (const one of stateOf().held) if (one.number === number && one.copy >= copy) copy = one.copy + 1;
    return copy;
  }

  /** Twice as much as pauses the socket is too much: all that waits there goes on. */
  function relieve(last: Held): void {
    const { held } = stateOf();
    const lane = held.filter((one) => isOf(one, last));
    if (amountOf(lane) < 2 && held.length <= HELD_MAX) return;
    for (const one of lane) {
      one.dueAt = carrier.now();
      one.isForgotten = false;
      record('release', one, null, 'too much waited there');
    }
    tell('flooded', lane[0] as Held);
  }

  function settle(lane: Lane): void {
    for (let one = nextDue(lane); one !== null; one = nextDue(lane)) {
      if (one.isForgotten) {
        record('release', one, null, 'nobody dealt with it');
        tell('released', one);
      }
      forget(one);
      end(one, 'delivered', null);
      for (let copy = 0; copy < one.copies && goOn(one); copy += 1);
      if (one.went > 0) continue;
      one.fate = 'gone';
      tell('gone', one);
    }
    const both = stateOf().held.filter((one) => one.n === lane.n && one.node === lane.node);
    carrier.setFull(lane.node, lane.n, amountOf(both) >= 1);
    carrier.eased(lane.node, lane.n);
    wakeLater();
  }

  /** False: its turn has come, and its connection has ended meanwhile. */
  function goOn(one: Held): boolean {
    const copy = one.copy + one.went;
    if (one.went > 0) record('dup', { ...one, copy }, one.copiedBy, null);
    const isGone = !carrier.carry(one.node, one.n, one.direction, one.line, one.number);
    if (isGone) record('drop', { ...one, copy }, null, GONE);
    else one.went += 1;
    return !isGone;
  }

  /** The next of a lane that may go: nothing that keeps the order stands before it. */
  function nextDue(lane: Lane): Held | null {
    const now = carrier.now();
    for (const one of stateOf().held) {
      if (!isOf(one, lane)) continue;
      if (one.dueAt <= now) return one;
      if (!one.isOvertaken) return null;
    }
    return null;
  }

  function wakeLater(): void {
    const state = stateOf();
    const now = carrier.now();
    let at = Infinity;
    for (const { dueAt } of state.held) if (dueAt > now && dueAt < at) at = dueAt;
    if (at === state.wakeAt) return;
    state.wakeAt = at;
    carrier.wake(at);
  }

  function forget(one: Held): void {
    const state = stateOf();
    state.held = state.held.filter((other) => other !== one);
  }

  /** It is not in hand any more, and is remembered for a while. */
  function end(one: Held, fate: Held['fate'], kind: TapChange['kind'] | null): void {
    const { past } = stateOf();
    one.fate = fate;
    past.push(one);
    if (past.length > PAST_MAX) past.shift();
    if (kind !== null) tell(kind, one);
  }

  function tell(kind: TapChange['kind'], one: Held): void {
    carrier.tell({ kind, message: view(one) });
  }

  function record(kind: VerdictKind, one: Held, by: string | null, text: string | null): void {
    const { node, n, direction, number, copy, line } = one;
    carrier.record({ kind, node, n, direction, number, copy, line, by, text });
  }

  /** The first of its lane is what all others of it wait for. */
  function blockerOf(one: Held): Held | null {
    if (one.fate !== 'held') return null;
    const first = stateOf().held.find((other) => other === one || (!other.isOvertaken && isOf(other, one)));
    return first === undefined || first === one ? null : first;
  }

  function view(one: Held): MessageInHand {
    const before = blockerOf(one);
    const parsed = parseMessage(one.line);
    return {
      id: one.id,
      node: one.node,
      n: one.n,
      direction: one.direction,
      peer: carrier.peerOf(one.node, one.n)?.id ?? one.peer,
      type: parsed.type === 'unknown' ? parsed.msgtype : parsed.type,
      line: one.line,
      original: one.original,
      fate: before !== null && one.dueAt <= carrier.now() ? 'blocked' : one.fate,
      blockedBy: before?.id ?? null,
      by: one.by,
      sinceUs: one.since,
      dueUs: one.dueAt === Infinity || one.fate !== 'held' ? null : one.dueAt,
      copies: one.copies,
      isOvertaken: one.isOvertaken,
      why: one.why,
    };
  }

  return {
    isBlocked: (node, n, direction) =>
      stateOf().held.some((one) => !one.isOvertaken && isOf(one, { node, n, direction })),
    take,
    release(some, inUs) {
      for (const one of some) {
        one.dueAt = carrier.now() + inUs;
        one.isForgotten = false;
        if (inUs > 0) record('delay', one, BY_USER, timeText(inUs));
        else record('release', one, BY_USER, null);
      }
      for (const one of some) settle(one);
      for (const one of some) tell('settled', one);
    },
    discard(one) {
      forget(one);
      record('drop', one, BY_USER, null);
      end(one, 'dropped', 'settled');
      settle(one);
    },
    change(one, line) {
      const was = one.line;
      one.line = line;
      if (line !== was) record('edit', one, BY_USER, `was ${was}`);
    },
    again(one) {
      one.copiedBy = BY_USER;
      if (one.went === 0) record('release', one, BY_USER, 'said all the same');
      goOn(one);
    },
    touch(one) {
      if (one.isForgotten) one.dueAt = carrier.now() + carrier.patienceUs;
      wakeLater();
      tell('settled', one);
    },
    due() {
      const state = stateOf();
      state.wakeAt = Infinity;
      const now = carrier.now();
      for (const one of state.held.filter(({ dueAt }) => dueAt <= now)) settle(one);
      wakeLater();
    },
    closed(node, n) {
      const state = stateOf();
      const gone = state.held.filter((one) => one.n === n && one.node === node);
      state.held = state.held.filter((one) => !gone.includes(one));
      for (const one of gone) {
        record('drop', one, null, GONE);
        end(one, 'gone', 'gone');
      }
      if (gone.length > 0) wakeLater();
    },
    view,
  };
}

const timeText = (us: number) => `${us / 1_000} ms`;

/** In units of what pauses a socket. */
function amountOf(lane: readonly Held[]): number {
  const bytes = lane.reduce((sum, { line, copies }) => sum + line.length * copies, 0);
  return Math.max(lane.length / LANE_MESSAGES_MAX, bytes / LANE_BYTES_MAX);
}
