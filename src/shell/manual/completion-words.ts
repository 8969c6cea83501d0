/** What may follow a word of the command line: what an option takes goes in; words, or that it is a file, come out. Scripts of all shells ask here. */
import { SETTINGS } from '../../settings.ts';
import { COMMANDS } from '../commands/index.ts';
import type { FormRow } from './usage-table.ts';

/** `words` are offered as they are, `keys` are to be gone on with; `none`: anything, which nobody can know. */
export type Offer =
  | { readonly kind: 'words' | 'keys'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'folders' | 'none' };

/** `value` as the usage prints it. */
export function offerOf(value: string): Offer {
  if (value.includes('|')) return { kind: 'words', words: value.split('|') };
  switch (value) {
    case 'FILE':
      return { kind: 'files' };
    case 'DIR':
      return { kind: 'folders' };
    case 'LINE':
      return { kind: 'words', words: COMMANDS.map(({ name }) => name) };
    case 'KEY=VALUE':
      return { kind: 'keys', words: Object.keys(SETTINGS).map((key) => `${key}=`) };
    default:
      return { kind: 'none' };
  }
}

/** What may follow the word of a form: `[TARGET] LINE…` takes lines, `bash|zsh` one of two. */
export function offerAfter({ usage }: FormRow): Offer {
  const values = usage
    .split(' ')
    .slice(1)
    .map((value) => value.replace(/[[\]…]|\.\.\.$/g, ''));
  return values.map(offerOf).find(({ kind }) => kind !== 'none') ?? { kind: 'none' };
}
