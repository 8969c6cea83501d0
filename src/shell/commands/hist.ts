/** `hist`: what was typed in this shell and in earlier ones comes out, oldest first. */
import { alwaysLooks, type Command } from '../command.ts';
import { cut, harmless } from '../render.ts';

const SHOWN_MAX = 50;
/** Of each line. */
const SHOWN_LENGTH = 1_000;

export const hist: Command = {
  name: 'hist',
  looks: alwaysLooks,
  aliases: [],
  group: 'shell',
  usage: 'hist',
  summary: 'lines typed before',
  run(shell) {
    const lines = shell.history;
    return {
      value: [...lines],
      text: lines
        .slice(-SHOWN_MAX)
        .map((line) => harmless(cut(line, SHOWN_LENGTH)).replaceAll('\n', '\\u{a}'))
        .join('\n'),
    };
  },
};
