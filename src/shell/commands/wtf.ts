/** `wtf`: the last failure with the lines of the wire around it. */
import type { Command } from '../command.ts';
import { age, round3, safe } from '../render.ts';

const LINES_SHOWN = 8;

export const wtf: Command = {
  name: 'wtf',
  aliases: [],
  group: 'shell',
  usage: 'wtf',
  summary: 'what went wrong last, with the lines around it',
  run(shell) {
    const { failure } = shell;
    if (failure === null) return { value: { command: null, error: null, lines: [] }, text: 'nothing has gone wrong' };
    const now = shell.world.now();
    const lines = shell.options.ring
      .last(LINES_SHOWN)
      .map(({ at, n, direction, line }) => ({ agoMs: round3((now - at) / 1_000), n, dir: direction, line }));
    const { error } = failure;
    const shown = lines.map(
      (line) => `${line.dir === 'sent' ? '>' : '<'} #${line.n} ${age(line.agoMs)} ago  ${safe(line.line, 300)}`,
    );
    return {
      value: { command: failure.line, error: { code: error.code, message: error.message, ...error.data }, lines },
      text: [
        `${safe(failure.line)}  (${age((now - failure.at) / 1_000)} ago)`,
        `  ${error.message} [${error.code}]`,
        ...(shown.length === 0 ? [] : ['the last lines on the wire:', ...shown]),
      ].join('\n'),
    };
  },
};
