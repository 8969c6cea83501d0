/** `export`: what was recorded as a file that another program reads. */

import { WORDS } from '../../query/parse.ts';
import { EXPORTERS } from '../../trace/exporters/index.ts';
import { RECORD_KINDS } from '../../trace/kinds.ts';
import { nearest } from '../../util/nearest.ts';
import type { Command } from '../command.ts';
import { UsageError } from '../errors.ts';
import { exportFile } from '../export-file.ts';
import { asTypedExpression, expressionWords } from '../expressions.ts';
import { splitWords } from '../line.ts';
import { quoted } from '../render.ts';

const KINDS = EXPORTERS.map(({ name }) => name);

export const exportCommand: Command = {
  name: 'export',
  aliases: [],
  group: 'record',
  raw: true,
  takesExpression: true,
  usage: 'export KIND [EXPR] FILE',
  summary: 'write a file for a tool',
  details: [
    ...EXPORTERS.map(({ name, ending, meaning }) => `${name} (.${ending}): ${meaning}.`),
    'With EXPR only events for which it holds, such as export mermaid type=ping|type=pong pings.mmd. FILE is written anew.',
  ],
  candidates(shell, before, word) {
    if (before.length === 0) return KINDS;
    return [...shell.pathsFrom(word), '', ...expressionWords(shell, before.slice(1), word, RECORD_KINDS)];
  },
  async run(shell, { rest, signal }) {
    const { kind, expression, file } = read(rest, this.usage);
    const exporter = EXPORTERS.find(({ name }) => name === kind);
    if (exporter === undefined) {
      const near = nearest(kind, KINDS);
      const hint = near.length > 0 ? `did you mean ${near.join(' or ')}?` : `there are ${KINDS.join(', ')}`;
      throw new UsageError(`${quoted(kind)} is no kind of file; ${hint}`, near);
    }
    const recording = await shell.recording(signal);
    const events = expression === '' ? recording.events() : asTypedExpression(() => recording.match(expression));
    return exportFile(exporter, recording, events, shell.pathOf(file), signal);
  },
};

/** Signs of an expression; a name of a file with one of them has to be quoted, as one that is an expression alone. */
const EXPRESSION_SIGN = /[=<>~!()|&]/;

/** The expression stays as it was typed, quotes and all. */
function read(
  rest: string,
  usage: string,
): { readonly kind: string; readonly expression: string; readonly file: string } {
  const [, kind = '', between = '', last = ''] =
    /^\s*(\S+)\s+(.*?)("(?:\\.|[^"\\])*"|'[^']*'|[^\s"']+)\s*$/s.exec(rest) ?? [];
  const [file = ''] = splitWords(last);
  if (file === '') throw new UsageError(`usage: ${usage}; KIND is ${KINDS.join(', ')}`);
  const isExpression = EXPRESSION_SIGN.test(file) || (between.trim() === '' && WORDS.includes(file));
  if (last === file && isExpression) throw new UsageError(`the file is missing after ${quoted(file)}; usage: ${usage}`);
  return { kind, expression: between.trim(), file };
}
