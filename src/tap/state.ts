/** All that is remembered of rules and messages in hand: plain data, so that a simulated world copies it with its snapshots. */
import type { LineDirection } from '../core/events.ts';
import type { Fate } from '../core/tap.ts';
import type { RuleText } from './rule.ts';

export interface Rule extends RuleText {
  readonly id: string;
  readonly text: string;
  /** The only node it is about; null: all. */
  readonly node: string | null;
  readonly endsAt: number;
  /** How often its expression held, and how often it did something. */
  seen: number;
  hits: number;
  isSpent: boolean;
  /** What the functions of its expression count (query/match.ts). */
  memory: readonly number[];
}

export interface Held {
  readonly id: string;
  /** Of the line in its world, and which of several with that number it is, from 1 on. */
  readonly number: number;
  readonly copy: number;
  readonly node: string;
  readonly n: number;
  readonly direction: LineDirection;
  readonly peer: string | null;
  readonly by: string | null;
  readonly since: number;
  readonly original: string;
  readonly isOvertaken: boolean;
  readonly why: string | null;
  line: string;
  /** From then on it goes when nothing stands before it; Infinity: when told. */
  dueAt: number;
  /** It is due because nobody said anything, not because somebody wanted it so. */
  isForgotten: boolean;
  copies: number;
  /** Who wanted more than one. */
  copiedBy: string | null;
  /** How often it went on. */
  went: number;
  fate: Fate;
}

export interface TapState {
  rulesMade: number;
  /** When the world was asked to call. */
  wakeAt: number;
  /** At most RULES_MAX. */
  rules: Rule[];
  /** In order of coming, at most HELD_MAX. */
  held: Held[];
  /** The last that went, at most PAST_MAX. */
  past: Held[];
}

export const createTapState = (): TapState => ({
  rulesMade: 0,
  wakeAt: Infinity,
  rules: [],
  held: [],
  past: [],
});

export const copyTapState = (state: TapState): TapState => ({
  ...state,
  rules: state.rules.map((rule) => ({ ...rule, memory: [...rule.memory] })),
  held: state.held.map((one) => ({ ...one })),
  past: state.past.map((one) => ({ ...one })),
});
