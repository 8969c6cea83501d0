/** The rules in their order: a line goes in, the first rule that wants something of it comes out. Expressions are compiled once. */
import type { LineDirection } from '../core/events.ts';
import type { RuleInHand, TapPoint } from '../core/tap.ts';
import { checkNames, readExpression } from '../query/check.ts';
import { compile, type Matcher } from '../query/match.ts';
import type { Observation } from '../query/observation.ts';
import { knownIn } from '../query/scope.ts';
import type { Message } from '../wire/messages.ts';
import type { Carrier } from './carrier.ts';
import { RULES_MAX } from './limits.ts';
import { readRule } from './rule.ts';
import type { Rule, TapState } from './state.ts';

export interface Chain {
  /** The types of message of that direction that are to be shown to it, with every line that is none of a known type; null: all. */
  wanted(direction: LineDirection): ReadonlySet<string> | null;
  decide(node: string, n: number, direction: LineDirection, message: Message | null): Rule | null;
  /** What is wrong with a rule as it was typed; null: `add` takes it. */
  refusal(text: string): string | null;
  isFull(): boolean;
  add(text: string, node: string | null): RuleInHand;
  /** By id, or `all`. */
  remove(id: string): readonly RuleInHand[];
  views(): readonly RuleInHand[];
  /** The state has become another one. */
  loaded(): void;
}

export function createChain(carrier: Carrier, stateOf: () => TapState): Chain {
  /** One for each rule, in the same order. */
  let matchers: Matcher[] = [];
  const other = () => carrier.peerOf(seen.node, seen.n);
  /** Who is at the other end is looked up only when an expression asks. */
  const seen: Observation = {
    t: 0,
    kind: 'message',
    node: '',
    dir: null,
    get from() {
      return this.dir === 'out' ? this.node : (other()?.name ?? null);
    },
    get to() {
      return this.dir === 'out' ? (other()?.name ?? null) : this.node;
    },
    message: null,
    n: 0,
    get id() {
      return other()?.id ?? null;
    },
    sentAt: null,
    by: null,
    index: 0,
  };

  const matcherOf = (expression: string) =>
    compile(readExpression(expression, { nodes: carrier.scope.nodes() }), carrier.scope);

  function keep(isKept: (rule: Rule) => boolean): void {
    const state = stateOf();
    const kept = state.rules.map(isKept);
    matchers = matchers.filter((_, i) => kept[i]);
    state.rules = state.rules.filter((_, i) => kept[i]);
  }

  const view = ({ id, text, node, hits, isSpent, endsAt }: Rule): RuleInHand => ({
    id,
    text,
    node,
    hits,
    isSpent: isSpent || endsAt <= carrier.now(),
  });

  return {
    wanted(direction) {
      const types = new Set<string>();
      for (const [i, { at: own, isSpent }] of stateOf().rules.entries()) {
        const at = own ?? carrier.usualPoint;
        if (isSpent || (at !== null && at !== pointOf(direction))) continue;
        const { types: some } = matchers[i] as Matcher;
        if (some === null) return null;
        for (const type of some) types.add(type);
      }
      return types;
    },
    decide(node, n, direction, message) {
      const now = carrier.now();
      const point = pointOf(direction);
      seen.t = now;
      seen.node = node;
      seen.dir = point === 'send' ? 'out' : 'in';
      seen.message = message;
      seen.n = n;
      seen.index += 1;
      const { rules } = stateOf();
      for (let i = 0; i < rules.length; i += 1) {
        const rule = rules[i] as Rule;
        if (rule.isSpent || (rule.node !== null && rule.node !== node)) continue;
        const at = rule.at ?? carrier.usualPoint;
        if (at !== null && at !== point) continue;
        if (now >= rule.endsAt) rule.isSpent = true;
        else if ((matchers[i] as Matcher).test(seen) && wants(rule)) return rule;
      }
      return null;
    },
    refusal(text) {
      const reading = readRule(text);
      if (!reading.ok) return reading.message;
      try {
        const { expression } = reading.value;
        checkNames(readExpression(expression), knownIn(carrier.scope));
        const matcher = matcherOf(expression);
        return matcher.looksAtMessages || matcher.looksAtState ? null : 'no message ever makes that true';
      } catch (error) {
        return error instanceof Error ? error.message : String(error);
      }
    },
    isFull: () => stateOf().rules.filter((rule) => !rule.isSpent).length >= RULES_MAX,
    add(text, node) {
      const reading = readRule(text);
      if (!reading.ok) throw new Error(reading.message);
      const matcher = matcherOf(reading.value.expression);
      if (stateOf().rules.length >= RULES_MAX) keep((rule) => !rule.isSpent);
      const state = stateOf();
      state.rulesMade += 1;
      const rule: Rule = {
        ...reading.value,
        id: `k${state.rulesMade}`,
        text: text.trim(),
        node,
        endsAt: carrier.now() + reading.value.forUs,
        seen: 0,
        hits: 0,
        isSpent: false,
        memory: matcher.memory,
      };
      state.rules.push(rule);
      matchers.push(matcher);
      return view(rule);
    },
    remove(id) {
      const gone = stateOf().rules.filter((rule) => id === 'all' || rule.id === id);
      keep((rule) => !gone.includes(rule));
      return gone.map(view);
    },
    views: () => stateOf().rules.map(view),
    loaded() {
      matchers = stateOf().rules.map((rule) => {
        const matcher = matcherOf(rule.expression);
        matcher.memory.splice(0, matcher.memory.length, ...rule.memory);
        rule.memory = matcher.memory;
        return matcher;
      });
    },
  };
}

const pointOf = (direction: LineDirection): TapPoint => (direction === 'sent' ? 'send' : 'recv');

/** Counts that its expression held, and answers whether something is to be done now. */
function wants(rule: Rule): boolean {
  rule.seen += 1;
  if (rule.seen <= rule.after) return false;
  rule.hits += 1;
  rule.isSpent = rule.isOnce;
  return rule.verdict.kind !== 'pass';
}
