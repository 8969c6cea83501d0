/** `trace` and `untrace`: the messages of peers above the prompt, as they pass. */
import { MESSAGE_TYPES } from '../../wire/messages.ts';
import { liveIdsOrAll, peerWords } from '../candidates.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import type { Trace } from '../notices.ts';
import { pickPeer } from '../pick.ts';
import type { Shell } from '../shell.ts';

const TRACES_MAX = 32;

const shown = (trace: Trace) =>
  [
    trace.n === null ? 'all' : `#${trace.n}`,
    ...(trace.direction === null ? [] : [trace.direction === 'received' ? 'in' : 'out']),
    ...trace.types,
    ...(trace.lines ? ['--lines'] : []),
  ].join(' ');
const answer = (shell: Shell) => ({
  value: { on: shell.notices.traces.map(shown) },
  text:
    shell.notices.traces.length === 0
      ? 'tracing nothing'
      : `tracing ${shell.notices.traces.map(shown).join('; ')}; untrace ends it`,
});

export const trace: Command = {
  name: 'trace',
  aliases: ['monitor'],
  group: 'watch',
  takesNodes: true,
  usage: 'trace [ID|all] [in|out] [TYPES] [--lines]',
  summary: 'show messages that pass',
  candidates: (shell, before, word) =>
    [...(before.length === 0 ? peerWords(shell, word) : []), 'all', 'in', 'out', '', ...MESSAGE_TYPES].filter(
      (one) => one === '' || !before.includes(one),
    ),
  options: { lines: { type: 'boolean' } },
  details: [
    `TYPES are ${MESSAGE_TYPES.join(', ')}. --lines shows the exact lines. untrace ends it.`,
    'Without an ID it is every peer, with the handshakes of connections to come. For example: trace in pong.',
  ],
  run(shell, { words, options }) {
    let n: number | null = null;
    let direction: Trace['direction'] = null;
    const types: string[] = [];
    for (const word of words.flatMap((one) => one.split(','))) {
      if (word === 'in' || word === 'out') direction = word === 'in' ? 'received' : 'sent';
      else if (MESSAGE_TYPES.some((type) => type === word)) types.push(word);
      else if (word !== 'all') n = pickPeer(shell.node, word, this.usage).n;
    }
    if (shell.notices.traces.length >= TRACES_MAX) throw new UsageError('too many traces; untrace ends them');
    const wanted: Trace = { node: shell.node, n, direction, types, lines: options.lines === true };
    const others = shell.notices.traces.filter((one) => one.node !== wanted.node || shown(one) !== shown(wanted));
    shell.notices.traces = [...others, wanted];
    return answer(shell);
  },
};

export const untrace: Command = {
  name: 'untrace',
  aliases: [],
  group: 'watch',
  takesNodes: true,
  usage: 'untrace [ID]',
  summary: 'end trace',
  candidates: liveIdsOrAll,
  run(shell, { words }) {
    const [word] = words;
    if (words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    const n = word === undefined || word === 'all' ? null : pickPeer(shell.node, word, this.usage).n;
    shell.notices.traces =
      n === null ? [] : shell.notices.traces.filter((one) => one.n !== n || one.node !== shell.node);
    return answer(shell);
  },
};
