/** `watch`: a line goes in, its answer is drawn in place again and again until the user has seen enough; the last one stays. */
import { alwaysLooks, type Command } from '../command.ts';
import { completeLine } from '../complete.ts';
import { CommandError, UsageError } from '../errors.ts';
import { safe } from '../render.ts';

const EVERY_S = 2;
const EVERY_S_MIN = 0.1;
const EVERY_S_MAX = 3_600;
/** How soon it is seen that the user wants no more. */
const PIECE_MS = 50;

export const watch: Command = {
  name: 'watch',
  looks: alwaysLooks,
  aliases: [],
  group: 'watch',
  usage: 'watch COMMAND [-n SECONDS]',
  summary: 'draw it again and again',
  details: ['Every 2 s, or as often as told, until q or Ctrl-C. On a terminal, or as lines of peersh exec.'],
  raw: true,
  candidates: (shell, before, word) => completeLine(shell, [...before, word].join(' ')).candidates,
  async run(shell, { rest, signal }) {
    const [, line = '', word] = /^\s*(.*?)(?:\s+-n\s*(\S+))?\s*$/s.exec(rest) ?? [];
    if (line === '' || line.startsWith('-')) throw new UsageError(`usage: ${this.usage}`);
    const everyS = word === undefined ? EVERY_S : Number(word);
    if (!(everyS >= EVERY_S_MIN && everyS <= EVERY_S_MAX))
      throw new UsageError(
        `-n takes seconds from ${EVERY_S_MIN} to ${EVERY_S_MAX}, not ${JSON.stringify(safe(word ?? ''))}`,
      );
    if (/^watch\b/.test(line)) throw new UsageError('watch cannot watch itself');
    const { labs, interactive } = shell.options;
    if ((!interactive && shell.stream === null) || labs === null)
      throw new CommandError('no-terminal', 'watch draws on a terminal, and here is none; type the line itself');
    let isEnough = false;
    shell.finish = () => {
      isEnough = true;
    };
    try {
      for (let isFirst = true; ; isFirst = false) {
        const result = await shell.runNested(line, signal);
        if (result.kind === 'more') throw new CommandError('javascript', 'the JavaScript is not finished');
        if (result.kind === 'error' && isFirst) throw new CommandError(result.code, result.message, result.near);
        const value = result.kind === 'ok' ? result.value : null;
        const last = { value, text: result.text };
        if (signal.aborted || isEnough) return last;
        if (shell.stream !== null) shell.stream(value, result.text);
        else shell.showProgress(`every ${everyS}s: ${safe(line)}  (q ends it)\n${result.text}`, true);
        const until = labs.wallMs() + everyS * 1_000;
        for (let left = everyS * 1_000; left > 0 && !isEnough && !signal.aborted; left = until - labs.wallMs())
          await labs.turn(Math.min(PIECE_MS, left));
        if (signal.aborted || isEnough) return last;
      }
    } finally {
      shell.finish = () => undefined;
      shell.showProgress('');
    }
  },
};
