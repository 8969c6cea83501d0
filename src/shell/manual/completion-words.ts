/** What may follow a word of the command line: what an option takes goes in; words, or that it is a file, come out. Scripts of all shells ask here. */
import { SETTINGS } from '../../settings.ts';
import { CLIENT_OPTIONS, CLIENT_ROWS, type ClientWord, isClientWord } from '../attach/client-usage.ts';
import type { Options } from '../command.ts';
import { COMMANDS } from '../commands/index.ts';
import { type FormRow, type OptionRow, readUsage } from './usage-table.ts';

/** `words` are offered as they are, `keys` are to be gone on with, `nodes` are those that live then; `none`: anything, which nobody can know. */
export type Offer =
  | { readonly kind: 'words' | 'keys'; readonly words: readonly string[] }
  | { readonly kind: 'files' | 'folders' | 'nodes' | 'none' };

/** What follows the word of a form: options, what stands first, and what stands after that. */
export interface Following {
  readonly options: readonly OptionRow[];
  readonly first: readonly Offer[];
  readonly rest: readonly Offer[];
}

const CLIENT_TABLE = readUsage(CLIENT_ROWS).options;

/** `value` as the usage prints it. */
export function offerOf(value: string): Offer {
  if (value.includes('|')) return { kind: 'words', words: value.split('|') };
  switch (value) {
    case 'FILE':
      return { kind: 'files' };
    case 'TARGET':
      return { kind: 'nodes' };
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

/** `[TARGET] LINE…`: first either, then lines only; `bash|zsh`: first one of two, then nothing. */
export function offersAfter({ word, usage }: FormRow): Following {
  const values = usage.split(' ').slice(1);
  const needed = values.findIndex((value) => !value.startsWith('['));
  const known = (some: readonly string[]) =>
    some.map((value) => offerOf(value.replace(/[[\]…]/g, ''))).filter(({ kind }) => kind !== 'none');
  return {
    options: word !== null && isClientWord(word) ? optionsOf(word) : [],
    first: known(needed < 0 ? values : values.slice(0, needed + 1)),
    rest: known(values.filter((value) => value.endsWith('…'))),
  };
}

/** The rows with those of their flags that the word takes. */
function optionsOf(word: ClientWord): OptionRow[] {
  const taken: Options = CLIENT_OPTIONS[word];
  const takes = (flag: string) =>
    Object.entries(taken).some(([name, { short }]) => flag === `--${name}` || flag === `-${short}`);
  return CLIENT_TABLE.map((row) => ({ ...row, flags: row.flags.filter(({ name }) => takes(name)) })).filter(
    ({ flags }) => flags.length > 0,
  );
}
