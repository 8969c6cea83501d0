/** `seq`: what was recorded, as a sequence diagram in the terminal. */
import type { TraceEvent } from '../../trace/event.ts';
import { html } from '../../trace/exporters/html.ts';
import { svg } from '../../trace/exporters/sequence-svg.ts';
import { RECORD_KINDS } from '../../trace/kinds.ts';
import type { Lanes } from '../../trace/lanes.ts';
import { isOfLine, verdictText } from '../../trace/passages.ts';
import { layOut, type SequenceRow } from '../../trace/sequence.ts';
import { drawSequence, legendOf } from '../../trace/sequence-picture.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { exportFile } from '../export-file.ts';
import { asTypedExpression, expressionWords, refuseOptions, takeOption } from '../expressions.ts';
import { paced } from '../paced.ts';
import { count, round3, safe, shortId } from '../render.ts';
import { readAmount } from './log.ts';

/** Where there is no terminal. */
const COLUMNS = 80;
const ID = /\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/gi;
/** What a person sees of a long one. */
const ROWS_SHOWN = 40;
/** And with --all: so much text is a second's work. */
const ROWS_MAX = 20_000;

export const seq: Command = {
  name: 'seq',
  looks: (words) => !words.some((word) => word === '--svg' || word === '--html'),
  aliases: ['sequence'],
  group: 'record',
  raw: true,
  takesExpression: true,
  usage: 'seq [EXPR] [-n N] [--all] [--svg|--html FILE]',
  summary: 'draw messages and times',
  details: [
    `A column for each node, time downwards; the last ${ROWS_SHOWN} rows, -n N messages, or --all.`,
    'seq type=ping|type=pong shows those only.',
    'A message that took time slants, or leaves and comes in two rows: ─ plain, ╌ a reply, ~ edited, ═ a copy, + injected, · delayed, : late, so that others overtake it. It begins with ‖ when it was held. It ends with x where it was dropped, ‖ where it is held, ? where it is under way; * is an event, such as a release.',
    '--svg FILE and --html FILE write all of it for a browser, as export does.',
  ],
  options: {
    all: { type: 'boolean' },
    n: { type: 'string', short: 'n' },
    svg: { type: 'string' },
    html: { type: 'string' },
  },
  candidates: (shell, before, word) => expressionWords(shell, before, word, RECORD_KINDS),
  async run(shell, { rest, signal }) {
    const { text: withFiles, value: all } = takeOption(rest, '--all', false);
    const { text: withPage, value: picture } = takeOption(withFiles, '--svg', true);
    const { text: withCount, value: page } = takeOption(withPage, '--html', true);
    const { text: expression, value: typed } = takeOption(withCount, '-n', true);
    refuseOptions(expression, ['--all', '-n', '--svg', '--html'], this.usage);
    if (picture !== null && page !== null) throw new UsageError(`usage: ${this.usage}`);
    const most = readAmount(typed, this.usage);
    if (most !== null && all !== null) throw new UsageError(`-n and --all exclude each other; usage: ${this.usage}`);
    const recording = await shell.recording(signal);
    const found = expression === '' ? recording.events() : asTypedExpression(() => recording.match(expression));
    const { events, left } = most === null ? { events: found, left: 0 } : lastMessages(found, most);
    if (picture !== null) return exportFile(svg, recording, events, shell.pathOf(picture), signal);
    if (page !== null) return exportFile(html, recording, events, shell.pathOf(page), signal);
    const sequence = await paced(layOut({ header: recording.header(), events }), signal);
    const { rows, lanes } = sequence;
    const first = Math.max(0, rows.length - (all === null && most === null ? ROWS_SHOWN : ROWS_MAX));
    return {
      value: { earlier: most === null ? first : left, rows: rows.slice(first).map((row) => rowValue(row, lanes)) },
      text: async () => {
        if (rows.length === 0) return 'nothing was recorded that it could draw';
        const { strong, dim, bad } = shell.paint;
        const look = { columns: shell.columns() ?? COLUMNS, safe: withShortIds, strong, dim, bad };
        const legend = legendOf(rows.slice(first));
        const drawn = await paced(drawSequence(sequence, first, look), signal);
        const lines = legend === '' ? drawn : [...drawn, dim(legend)];
        if (first === 0 && left === 0) return lines.join('\n');
        const how = all === null ? `: seq${expression === '' ? '' : ` ${safe(expression)}`} --all` : '';
        const what = most === null ? `${first.toLocaleString('en')} earlier rows` : count(left, 'earlier message');
        return [`… ${what}${how}`, ...lines].join('\n');
      },
    };
  },
};

/** A column has no room for the rest of an id, and `log` does not show it either. */
const withShortIds = (text: string) => safe(text.replaceAll(ID, shortId));

/** The messages that began last, each with all of its events, and what happened between them; how many are left out. */
function lastMessages(events: readonly TraceEvent[], most: number): { events: readonly TraceEvent[]; left: number } {
  const begun = new Map<string, number>();
  for (const event of events) if (isOfLine(event) && !begun.has(event.m)) begun.set(event.m, event.i);
  const chosen = new Map([...begun].slice(-most));
  const first = chosen.values().next().value ?? 0;
  return {
    events: events.filter((event) => (isOfLine(event) ? chosen.has(event.m) : event.i >= first)),
    left: begun.size - chosen.size,
  };
}

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
