/** `trace` and `untrace`: the messages for which an expression holds above the prompt, as they pass. */
import { partsOf } from '../../query/expression.ts';
import { compile } from '../../query/match.ts';
import { VERDICT_KINDS } from '../../trace/kinds.ts';
import { MESSAGE_TYPES } from '../../wire/messages.ts';
import { liveIdsOrAll, peerWords } from '../candidates.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { asTypedExpression, expressionWords, readTyped, refuseOptions, scopeOf, takeOption } from '../expressions.ts';
import type { Trace } from '../notices.ts';
import { pickHere, pickPeer } from '../pick.ts';
import { safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const TRACES_MAX = 32;

const shown = (trace: Trace) => `${trace.text}${trace.lines ? ' --lines' : ''}`;
const answer = (shell: Shell) => ({
  value: { on: shell.notices.traces.map(shown) },
  text:
    shell.notices.traces.length === 0
      ? 'tracing nothing'
      : `tracing ${shell.notices.traces.map((one) => safe(shown(one), 300)).join('; ')}; untrace ends it`,
});

export const trace: Command = {
  name: 'trace',
  looks: alwaysLooks,
  aliases: ['monitor'],
  group: 'watch',
  raw: true,
  takesExpression: true,
  usage: 'trace [EXPR] [--lines]',
  summary: 'show messages that pass',
  candidates: (shell, before, word) => [
    ...(before.length === 0 ? peerWords(shell, word) : []),
    '',
    ...expressionWords(shell, before, word, VERDICT_KINDS),
  ],
  options: { lines: { type: 'boolean' } },
  details: [
    'Words alone are about the node you are at: a peer or all, in or out, types: trace #1 in pong.',
    'With fields it is an expression, in a lab about every node: trace from=n3 & type=addr, trace len>200 | kind=closed.',
    'What a fault does to a message is shown, too: trace kind=drop. Rules of break tell it themselves.',
    '--lines shows the exact lines. untrace ends it. match tries an expression.',
  ],
  run(shell, { rest }) {
    const { text, value: lines } = takeOption(rest, '--lines', false);
    refuseOptions(text, this.options ?? {}, this.usage);
    if (shell.notices.traces.length >= TRACES_MAX) throw new UsageError('too many traces; untrace ends them');
    const wanted = {
      ...(isPlain(text) ? ofWords(shell, text, this.usage) : ofExpression(shell, text)),
      lines: lines !== null,
    };
    const others = shell.notices.traces.filter((one) => one.node !== wanted.node || shown(one) !== shown(wanted));
    shell.notices.traces = [...others, wanted];
    return answer(shell);
  },
};

/** Words that no operator joins. */
const isPlain = (text: string) =>
  /^[\w#:.,[\]@-]*(?:\s+[\w#:.,[\]@-]+)*$/.test(text) && !/(?:^|\s)(?:and|or|not)(?:\s|$)/.test(text);

/** `#1 in pong`: a peer, a direction and types, in this order however they were typed. */
function ofWords(shell: Shell, typed: string, usage: string): Omit<Trace, 'lines'> {
  let n: number | null = null;
  let direction: string | null = null;
  const types: string[] = [];
  for (const word of typed.split(/[\s,]+/).filter((one) => one !== '')) {
    if (word === 'in' || word === 'out') direction = word;
    else if (MESSAGE_TYPES.some((type) => type === word)) types.push(word);
    else if (word !== 'all') n = pickHere(shell, word, usage).n;
  }
  const text = [n === null ? 'all' : `#${n}`, ...(direction === null ? [] : [direction]), ...types].join(' ');
  return { ...compiled(shell, text), node: shell.node, n };
}

function ofExpression(shell: Shell, text: string): Omit<Trace, 'lines'> {
  return { ...compiled(shell, text), node: shell.labHere === null ? shell.node : null, n: null };
}

function compiled(shell: Shell, text: string): Pick<Trace, 'text' | 'matcher' | 'scope' | 'hasEvents'> {
  const expression = readTyped(shell, text, VERDICT_KINDS);
  const scope = scopeOf(shell.world);
  return {
    text,
    scope,
    matcher: asTypedExpression(() => compile(expression, scope)),
    // Only who names a kind wants to see more than messages.
    hasEvents: partsOf(expression).some((part) => part.kind === 'field' && part.name === 'kind'),
  };
}

export const untrace: Command = {
  name: 'untrace',
  looks: alwaysLooks,
  aliases: [],
  group: 'watch',
  takesNodes: true,
  usage: 'untrace [ID]',
  summary: 'end trace',
  candidates: liveIdsOrAll,
  run(shell, { words }) {
    const [word] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const n = word === undefined || word === 'all' ? null : pickPeer(shell, word, this.usage).n;
    shell.notices.traces =
      n === null ? [] : shell.notices.traces.filter((one) => one.n !== n || one.node !== shell.node);
    return answer(shell);
  },
};
