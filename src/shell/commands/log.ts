/** `log` and `match`: what was recorded, all of it or where an expression holds. */

import type { TraceEvent } from '../../trace/event.ts';
import { RECORD_KINDS } from '../../trace/kinds.ts';
import type { Recording } from '../../trace/recording.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { eventRow, eventValue } from '../event-row.ts';
import { asTypedExpression, expressionWords, refuseOptions, takeOption } from '../expressions.ts';
import { count, cut, safe } from '../render.ts';
import type { Shell } from '../shell.ts';

const SHOWN = 20;
const SHOWN_MAX = 10_000;
/** `match` looks at so many messages, and shows the last few. */
const MATCHED_MAX = 1_000;
const MATCHES_SHOWN = 5;

export const log: Command = {
  name: 'log',
  looks: alwaysLooks,
  aliases: [],
  group: 'watch',
  raw: true,
  takesExpression: true,
  usage: 'log [EXPR] [-n N]',
  summary: 'what was recorded',
  details: [
    `The last ${SHOWN} events, or -n N of them: messages, what nodes report, timers and commands. log type=addr & from=n3.`,
    'A message has a number such as m17, the same at both ends; why m17 tells what led to it.',
    'A simulated lab runs its history once more when it is first asked, and is recorded from then on.',
    'Of what was recorded there are also:',
  ],
  options: { n: { type: 'string', short: 'n' } },
  candidates: (shell, before, word) => expressionWords(shell, before, word, RECORD_KINDS),
  async run(shell, { rest, signal }) {
    const { text, value: typed } = takeOption(rest, '-n', true);
    refuseOptions(text, this.options ?? {}, this.usage);
    const most = readAmount(typed, this.usage) ?? SHOWN;
    const recording = await shell.recording(signal);
    const found = text === '' ? recording.events() : asTypedExpression(() => recording.match(text));
    const rows = found.slice(-most);
    return {
      value: rows.map(eventValue),
      text: () =>
        [...rowsOf(shell, rows), summary(shell, recording, found.length, rows.length, text !== '')].join('\n'),
    };
  },
};

/** The value of -n; null without it. */
export function readAmount(typed: string | null, usage: string): number | null {
  if (typed === null) return null;
  const amount = Number(typed);
  if (!/^[0-9]+$/.test(typed) || amount < 1 || amount > SHOWN_MAX)
    throw new UsageError(`-n takes a whole number from 1 to ${SHOWN_MAX}; usage: ${usage}`);
  return amount;
}

export const rowsOf = (shell: Shell, events: readonly TraceEvent[]): string[] =>
  events.map((event) => rowOf(shell, event, 0));

/** As wide as the terminal, `indent` included. */
export function rowOf(shell: Shell, event: TraceEvent, indent: number): string {
  const columns = shell.columns();
  return `${' '.repeat(indent)}${cut(eventRow(event), columns === null ? null : columns - 1 - indent)}`;
}

function summary({ opened }: Shell, recording: Recording, found: number, shown: number, isChosen: boolean): string {
  const kept = recording.count;
  const older = olderText(recording);
  const of = isChosen ? `${count(found, 'event')} of ${kept}` : count(kept, 'event');
  const where = opened === null ? '' : ` in ${safe(opened.path, 300)}`;
  return `${of}${where}${shown < found ? `, the last ${shown} shown` : ''}${older === null ? '' : `; ${older}`}`;
}

/** Of what happened before the first event that is kept; null when nothing did. */
export function olderText({ forgotten, missing }: Pick<Recording, 'forgotten' | 'missing'>): string | null {
  const are = (amount: number) => `${count(amount, 'older event')} ${amount === 1 ? 'is' : 'are'}`;
  if (forgotten > 0) return `${are(forgotten)} forgotten`;
  return missing > 0 ? `${are(missing)} not in the file` : null;
}

export const match: Command = {
  name: 'match',
  looks: alwaysLooks,
  aliases: [],
  group: 'record',
  raw: true,
  takesExpression: true,
  usage: 'match EXPR',
  summary: 'try an expression',
  details: [`Which of the last ${MATCHED_MAX} messages an expression would have taken, before trace or wait use it.`],
  candidates: (shell, before, word) => expressionWords(shell, before, word, RECORD_KINDS),
  async run(shell, { rest, signal }) {
    const text = rest.trim();
    if (text === '') throw new UsageError(`usage: ${this.usage}, such as match type=addr & len>200`);
    const recording = await shell.recording(signal);
    const messages = asTypedExpression(() => recording.match('kind=message')).slice(-MATCHED_MAX);
    const looked = new Set(messages.map(({ i }) => i));
    // The text as it was typed: what is wrong with it is told with its own columns.
    const found = asTypedExpression(() => recording.match(text)).filter(({ i }) => looked.has(i));
    const last = found.slice(-MATCHES_SHOWN);
    return {
      value: { matched: found.length, of: messages.length, last: last.map(eventValue) },
      text: () =>
        [
          `${found.length} of the last ${count(messages.length, 'message')}${found.length > last.length ? `; the last ${last.length}:` : ''}`,
          ...rowsOf(shell, last),
        ].join('\n'),
    };
  },
};
