/** `break`, `breaks` and `unbreak`: rules that stop messages on their way, or do something to them. */
import type { RuleInHand } from '../../core/tap.ts';
import { readExpression } from '../../query/check.ts';
import type { Known } from '../../query/observation.ts';
import { readRule, VERDICT_WORDS, VERDICTS } from '../../tap/rule.ts';
import { type Answer, alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { asTypedExpression, expressionWords, knownHere } from '../expressions.ts';
import { ALL, tell } from '../hand/in-hand.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';
import { table } from '../table.ts';

const shownRule = ({ id, text, node }: RuleInHand) =>
  `${id} ${node === null ? '' : `${node}: `}${safe(text === '' ? ALL : text, 400)}`;

/** What may follow the expression of a rule. */
const CLAUSES: readonly string[] = ['at', 'once', 'after', 'for', 'do'];

function checkRule(text: string, known: Known): void {
  const rule = readRule(text);
  if (!rule.ok) throw new UsageError(safe(rule.message, 300), rule.near);
  asTypedExpression(() => readExpression(rule.value.expression, known));
}

function remove(shell: Shell, id: string): Answer {
  const { rules } = tell(shell, { kind: 'unbreak', id });
  return { value: rules, text: rules.map((rule) => `ended ${shownRule(rule)}`).join('\n') || 'no rules' };
}

export const breaks: Command = {
  name: 'breaks',
  looks: alwaysLooks,
  aliases: [],
  group: 'hand',
  usage: 'breaks',
  summary: 'rules and their hits',
  run(shell) {
    const rules = shell.world.tap.rules();
    return {
      value: rules,
      text: () =>
        rules.length === 0
          ? 'no rules; break hello makes one'
          : table(
              [
                { head: 'id' },
                { head: 'hits', right: true },
                { head: 'node', dropOrder: 1 },
                { head: 'rule', shrinkTo: 20 },
              ],
              rules.map(({ id, hits, node, text, isSpent }) => [
                id,
                String(hits),
                node ?? '-',
                `${safe(text === '' ? ALL : text, 400)}${isSpent ? ' (over)' : ''}`,
              ]),
              shell.columns(),
            ),
    };
  },
};

export const unbreak: Command = {
  name: 'unbreak',
  aliases: [],
  group: 'hand',
  usage: 'unbreak [ID|all]',
  summary: 'end rules of break',
  details: ['What is held stays held: deliver all lets it go.'],
  candidates: (shell, before) => (before.length > 0 ? [] : [...shell.world.tap.rules().map(({ id }) => id), ALL]),
  run(shell, { words }) {
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    return remove(shell, words[0] ?? ALL);
  },
};

export const breakCommand: Command = {
  name: 'break',
  aliases: [],
  group: 'watch',
  usage: 'break EXPR [at send|recv] [once] [after N] [for T] [do VERDICT]',
  summary: 'stop messages',
  details: [
    'break hello at send once holds our next hello: held lists it, edit m1 body.nodeid=x, deliver m1.',
    `VERDICT: ${VERDICTS}.`,
    'Without one it is hold. Lines that are no messages are taken, too, by all or in. What has no end as a line (too long, no JSON before hello) is none and cannot be held: it ends its connection, after what is held before it.',
    'Rules are asked in order, the first that does not pass wins. break rm k1 ends one.',
    'Later lines of that direction wait behind a held one, and the end of the connection; hold! lets lines overtake.',
    'The clocks of real peers run on: what nobody deals with for 60s goes by itself. In a simulated lab the time stands still, and a rule that does not say where is at send. With it go:',
  ],
  raw: true,
  takesExpression: true,
  candidates(shell, before, word) {
    const last = before.at(-1) ?? '';
    if (before.includes('do')) return last === 'do' ? VERDICT_WORDS : [];
    if (last === 'at') return ['send', 'recv'];
    if (last === 'after' || last === 'for') return [];
    const words = before.some((one) => CLAUSES.includes(one)) ? [] : expressionWords(shell, before, word);
    return [...words, '', ...(before.length === 0 ? [] : CLAUSES.filter((one) => !before.includes(one)))];
  },
  check: ({ rest }, { names }) => checkRule(rest.trim(), { nodes: names }),
  run(shell, { rest }) {
    const text = rest.trim();
    if (text === '') throw new UsageError(`usage: ${this.usage}, such as break hello at send once`);
    const [, id] = /^rm\s+(\S+)$/.exec(text) ?? [];
    if (id !== undefined) return remove(shell, id);
    checkRule(text, knownHere(shell));
    const [rule] = tell(shell, { kind: 'break', text, node: shell.isNamed ? shell.node.name : null }).rules;
    return { value: rule, text: rule === undefined ? '' : shownRule(rule) };
  },
};
