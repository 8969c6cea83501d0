/** `wtf`: the last failure with the lines of the wire around it, before and after. */
import type { RingLine } from '../../trace/ring.ts';
import { alwaysLooks, type Command } from '../command.ts';
import { errorValue } from '../errors.ts';
import { age, cut, folded, round3, safe } from '../render.ts';

/** Lines of the wire that are kept of what came after. */
const LINES_AFTER = 8;
/** Rows that a person sees at once: a screen of 24 less the typed line and the next prompt. */
const ROWS_MAX = 22;

export const wtf: Command = {
  name: 'wtf',
  looks: alwaysLooks,
  aliases: [],
  group: 'shell',
  usage: 'wtf',
  summary: 'what went wrong last',
  details: ['The last line that failed and what passed on the wire just before and after.'],
  run(shell) {
    const { failure } = shell;
    if (failure === null)
      return { value: { command: null, error: null, lines: [], after: [] }, text: 'nothing has gone wrong' };
    const now = shell.world.now();
    const rows = (wire: readonly RingLine[]) =>
      wire.map(({ at, n, direction, line }) => ({ agoMs: round3((now - at) / 1_000), n, dir: direction, line }));
    const lines = rows(failure.wire);
    const after = rows(failure.ring.after(failure.lines, LINES_AFTER));
    const { error } = failure;
    const columns = shell.columns();
    const room = columns === null ? null : columns - 1;
    const head = [
      cut(`${safe(failure.line, 300)}  (${age((now - failure.at) / 1_000)} ago)`, room),
      ...folded(`  ${error.message} [${error.code}]`, columns, 2).split('\n'),
    ];
    // Half of what is left for each side, headings apart; those nearest to the failure.
    const each = columns === null ? LINES_AFTER : Math.max(1, Math.floor((ROWS_MAX - head.length - 2) / 2));
    const shown = (some: typeof lines) =>
      some.map((line) =>
        cut(`${line.dir === 'sent' ? '>' : '<'} #${line.n} ${age(line.agoMs)} ago  ${safe(line.line, 300)}`, room),
      );
    return {
      value: { command: failure.line, ...errorValue(error), lines, after },
      text: [
        ...head,
        ...(lines.length === 0 ? [] : ['on the wire just before:', ...shown(lines.slice(-each))]),
        ...(after.length === 0 ? [] : ['and just after:', ...shown(after.slice(0, each))]),
      ].join('\n'),
    };
  },
};
