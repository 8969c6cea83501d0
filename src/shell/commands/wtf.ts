/** `wtf`: the last failure with the lines of the wire around it. */
import type { Command } from '../command.ts';
import { errorValue } from '../errors.ts';
import { age, round3, safe } from '../render.ts';

export const wtf: Command = {
  name: 'wtf',
  aliases: [],
  group: 'shell',
  usage: 'wtf',
  summary: 'what went wrong last',
  details: ['The last line that failed and what passed on the wire just before.'],
  run(shell) {
    const { failure } = shell;
    if (failure === null) return { value: { command: null, error: null, lines: [] }, text: 'nothing has gone wrong' };
    const now = shell.world.now();
    const lines = failure.wire.map(({ at, n, direction, line }) => ({
      agoMs: round3((now - at) / 1_000),
      n,
      dir: direction,
      line,
    }));
    const { error } = failure;
    const shown = lines.map(
      (line) => `${line.dir === 'sent' ? '>' : '<'} #${line.n} ${age(line.agoMs)} ago  ${safe(line.line, 300)}`,
    );
    return {
      value: { command: failure.line, ...errorValue(error), lines },
      text: [
        `${safe(failure.line, 300)}  (${age((now - failure.at) / 1_000)} ago)`,
        `  ${error.message} [${error.code}]`,
        ...(shown.length === 0 ? [] : ['on the wire just before:', ...shown]),
      ].join('\n'),
    };
  },
};
