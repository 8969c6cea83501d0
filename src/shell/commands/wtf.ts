/** `wtf`: the last failure with the lines of the wire around it, before and after. */
import type { RingLine } from '../../trace/ring.ts';
import type { Command } from '../command.ts';
import { errorValue } from '../errors.ts';
import { age, round3, safe } from '../render.ts';

/** Lines of the wire that are shown of what came after. */
const LINES_AFTER = 8;

export const wtf: Command = {
  name: 'wtf',
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
    const after = rows(shell.options.ring.after(failure.lines, LINES_AFTER));
    const { error } = failure;
    const shown = (some: typeof lines) =>
      some.map(
        (line) => `${line.dir === 'sent' ? '>' : '<'} #${line.n} ${age(line.agoMs)} ago  ${safe(line.line, 300)}`,
      );
    return {
      value: { command: failure.line, ...errorValue(error), lines, after },
      text: [
        `${safe(failure.line, 300)}  (${age((now - failure.at) / 1_000)} ago)`,
        `  ${error.message} [${error.code}]`,
        ...(lines.length === 0 ? [] : ['on the wire just before:', ...shown(lines)]),
        ...(after.length === 0 ? [] : ['and just after:', ...shown(after)]),
      ].join('\n'),
    };
  },
};
