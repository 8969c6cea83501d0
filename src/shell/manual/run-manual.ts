/** `peersh completion` and `peersh man`: words of the command line go in; a text on stdout and an exit code come out. No node is started. */
import { EXIT } from '../errors.ts';
import type { Output } from '../output.ts';
import { quoted } from '../render.ts';
import { USAGE } from '../startup.ts';
import { bashCompletion } from './bash-completion.ts';
import { manPage } from './man-page.ts';
import { readUsage } from './usage-table.ts';
import { zshCompletion } from './zsh-completion.ts';

const SCRIPTS: Readonly<Record<string, typeof bashCompletion>> = { bash: bashCompletion, zsh: zshCompletion };

export async function runManual(
  what: 'completion' | 'man',
  words: readonly string[],
  out: Output,
  err: Output,
): Promise<number> {
  const [shell, ...more] = words;
  const print = what === 'man' ? manPage : Object.hasOwn(SCRIPTS, shell ?? '') ? SCRIPTS[shell ?? ''] : undefined;
  const tooMany = what === 'man' ? shell : more[0];
  if (print === undefined || tooMany !== undefined) {
    const wrong = tooMany ?? shell;
    const usage = what === 'man' ? 'peersh man' : 'peersh completion bash|zsh';
    err.notice(`peersh: ${wrong === undefined ? '' : `${quoted(wrong)} does not fit here; `}usage: ${usage}`);
    return EXIT.usage;
  }
  await out.answer(print(readUsage(USAGE)));
  return EXIT.ok;
}
