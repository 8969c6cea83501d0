/** `seq`: what was recorded, as a sequence diagram in the terminal. */
import { FACT_KINDS } from '../../trace/kinds.ts';
import type { Lanes } from '../../trace/lanes.ts';
import { verdictText } from '../../trace/passages.ts';
import { layOut, type SequenceRow } from '../../trace/sequence.ts';
import { drawSequence } from '../../trace/sequence-picture.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { asTypedExpression, expressionWords, refuseOptions, takeOption } from '../expressions.ts';
import { paced } from '../paced.ts';
import { round3, safe } from '../render.ts';

/** Where there is no terminal. */
const COLUMNS = 80;
/** What a person sees of a long one. */
const ROWS_SHOWN = 40;
/** And with --all: so much text is a second's work. */
const ROWS_MAX = 20_000;

export const seq: Command = {
  name: 'seq',
  looks: alwaysLooks,
  aliases: ['sequence'],
  group: 'record',
  raw: true,
  takesExpression: true,
  usage: 'seq [EXPR] [--all]',
  summary: 'draw messages and times',
  details: [
    `A column for each node, time downwards; the last ${ROWS_SHOWN} rows, or --all. seq type=ping|type=pong shows those only.`,
    'A message that took time slants, or leaves and comes in two rows: ─ plain, ╌ a reply, ~ edited, ═ a copy, + injected,',
    '· delayed or late. It ends with x where it was dropped, ‖ where it is held, ? where it is under way; * is an event.',
    'export svg FILE and export html FILE draw the same for a browser.',
  ],
  options: { all: { type: 'boolean' } },
  candidates: (shell, before, word) => expressionWords(shell, before, word, FACT_KINDS),
  async run(shell, { rest, signal }) {
    const { text: expression, value: all } = takeOption(rest, '--all', false);
    refuseOptions(expression, ['--all'], this.usage);
    const recording = await shell.recording(signal);
    const events = expression === '' ? recording.events() : asTypedExpression(() => recording.match(expression));
    const sequence = await paced(layOut({ header: recording.header(), events }), signal);
    const { rows, lanes } = sequence;
    const first = Math.max(0, rows.length - (all === null ? ROWS_SHOWN : ROWS_MAX));
    return {
      value: { earlier: first, rows: rows.slice(first).map((row) => rowValue(row, lanes)) },
      text: async () => {
        if (rows.length === 0) return 'nothing was recorded that it could draw';
        const { strong, dim, bad } = shell.paint;
        const look = { columns: shell.columns() ?? COLUMNS, safe, strong, dim, bad };
        const lines = await paced(drawSequence(sequence, first, look), signal);
        if (first === 0) return lines.join('\n');
        const how = all === null ? `: seq${expression === '' ? '' : ` ${safe(expression)}`} --all` : '';
        return [`… ${first.toLocaleString('en')} earlier rows${how}`, ...lines].join('\n');
      },
    };
  },
};

function rowValue(row: SequenceRow, { nodes }: Lanes) {
  const nameOf = (lane: number) => nodes[lane]?.name ?? '';
  if (row.kind === 'note') return { kind: row.kind, ms: round3(row.t), node: nameOf(row.lane), text: row.text };
  const { passage, outcome, from, to } = row.arrow;
  return {
    kind: row.kind,
    ms: round3(row.t),
    message: passage.id,
    type: passage.type,
    from: nameOf(from),
    to: nameOf(to),
    outcome,
    verdict: verdictText(passage),
  };
}
