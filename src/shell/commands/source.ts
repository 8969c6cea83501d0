/** `source`: a file's name goes in, its lines are run as if typed; the first that fails ends it and is named. */
import { alwaysLooks, type Command } from '../command.ts';
import { CommandError, UsageError } from '../errors.ts';
import { stripComment } from '../line.ts';
import { runAll } from '../script.ts';
import { readLines } from '../shell-file.ts';

const DEPTH_MAX = 8;

export const source: Command = {
  name: 'source',
  looks: alwaysLooks,
  aliases: [],
  group: 'shell',
  takesTime: true,
  usage: 'source FILE',
  summary: 'run the lines of a file',
  details: ['The first line that fails ends it and is named.'],
  candidates: (shell, before, word) => (before.length === 0 ? shell.pathsFrom(word) : []),
  async run(shell, { words, signal, say }) {
    const [path] = words;
    if (path === undefined || words.length > 1) throw new UsageError(`usage: ${this.usage}`);
    if (shell.sourceDepth >= DEPTH_MAX)
      throw new CommandError('usage', 'files that source each other go round in a circle');
    const lines = readLines(shell.pathOf(path));
    let ran = 0;
    shell.sourceDepth += 1;
    try {
      for await (const { result, line, input } of runAll(lines, (one) => shell.runNested(one, signal), shell)) {
        if (result.kind === 'error')
          throw new CommandError(result.code, `${path}:${line}: ${result.message}`, result.near);
        if (result.kind === 'ok' && result.text !== '') say(result.text);
        if (stripComment(input).trim() !== '') ran += 1;
        if (signal.aborted || shell.quitting) break;
      }
    } finally {
      shell.sourceDepth -= 1;
    }
    return { value: { lines: ran, failed: 0 }, text: '' };
  },
};
