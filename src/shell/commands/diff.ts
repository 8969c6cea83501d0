/** `diff`: what was changed of a message in hand; where two runs of the lab part, and what is different at the nodes in the end. */
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { isMessageId } from '../hand/in-hand.ts';
import { standingLab } from '../lab/lab.ts';
import { momentText, momentValue, readMoment } from '../lab/moments.ts';
import { withProgress } from '../lab/progress.ts';
import { count, cut } from '../render.ts';
import { changesOf } from './held.ts';
import { divergenceTexts, divergenceValue } from './lab-checks.ts';

/** Nodes that a person sees, the rest is counted; --json has all of them. */
const SHOWN_MAX = 20;

export const diff: Command = {
  name: 'diff',
  aliases: [],
  group: 'lab',
  usage: 'diff A B   or   diff MESSAGE',
  summary: 'compare two moments',
  details: [
    'diff m17 shows what was changed of a message in hand (break).',
    'A and B are branches, labels, events (b1#12) or times. First where they part, then each node that differs.',
  ],
  candidates: (shell, before) => (before.length < 2 ? (shell.lab?.momentNames() ?? []) : []),
  async run(shell, { words, signal }) {
    const [first, second] = words;
    if (first !== undefined && second === undefined && isMessageId(first)) return changesOf(shell, first);
    const { lab, simulation } = standingLab(shell, 'diff');
    if (first === undefined || second === undefined || words.length > 2) throw new UsageError(`usage: ${this.usage}`);
    return withProgress(
      shell,
      () => 'comparing …',
      async () => {
        const a = await lab.momentAt(readMoment(lab.calendar(), first), signal);
        const other = await lab.momentAt(readMoment(lab.calendar(), second), signal);
        const divergence = await simulation.compare(a, other, signal);
        const left = await simulation.portrait(a, signal);
        const right = await simulation.portrait(other, signal);
        const names = [...new Set([...left.keys(), ...right.keys()])].sort((one, two) =>
          one.localeCompare(two, 'en', { numeric: true }),
        );
        const nodes = names
          .map((node) => ({ node, a: left.get(node) ?? null, b: right.get(node) ?? null }))
          .filter((row) => row.a !== row.b);
        const value = {
          a: momentValue(a),
          b: momentValue(other),
          divergence: divergence === null ? null : divergenceValue(divergence),
          nodes,
        };
        const [hereText, thereText] = divergence === null ? ['', ''] : divergenceTexts(divergence);
        const shown = nodes
          .slice(0, SHOWN_MAX)
          .flatMap((row) => [
            `${row.node.padEnd(6)} A  ${row.a ?? 'not there'}`,
            `${''.padEnd(6)} B  ${row.b ?? 'not there'}`,
          ]);
        return {
          value,
          text: [
            `A is ${momentText(a)}, B is ${momentText(other)}`,
            ...(divergence === null
              ? ['the same events']
              : ['first different event:', `  A  ${hereText}`, `  B  ${thereText}`]),
            nodes.length === 0
              ? 'every node is the same'
              : `${count(nodes.length, 'node')} of ${names.length} ${nodes.length === 1 ? 'differs' : 'differ'}:`,
            ...shown.map((line) => cut(line, shell.columns())),
            ...(nodes.length > SHOWN_MAX ? [`… ${nodes.length - SHOWN_MAX} more`] : []),
          ].join('\n'),
        };
      },
    );
  },
};
