/** A completion script for bash, 4 or later: the table of the usage goes in, its text comes out. */
import { type Offer, offerAfter, offerOf } from './completion-words.ts';
import type { UsageTable } from './usage-table.ts';

const INDENT = ' '.repeat(6);

function offering(offer: Offer): string {
  switch (offer.kind) {
    case 'files':
      return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word")`;
    case 'folders':
      return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$word")`;
    case 'words':
      return matching(offer.words);
    case 'keys':
      return `compopt -o nospace; ${matching(offer.words)}`;
    case 'none':
      return ':';
    default:
      return offer satisfies never;
  }
}

const matching = (words: readonly string[]) => `mapfile -t COMPREPLY < <(compgen -W '${words.join(' ')}' -- "$word")`;

const branch = (patterns: readonly string[], offer: Offer) =>
  `    ${patterns.join('|')})\n${INDENT}${offering(offer)}\n${INDENT}return ;;`;

export function bashCompletion({ forms, options }: UsageTable): string {
  const flags = options.flatMap((row) => row.flags);
  const taking = options.flatMap((row) => {
    const names = row.flags.filter(({ value }) => value !== null);
    const value = names[0]?.value ?? null;
    return value === null
      ? []
      : [
          branch(
            names.map(({ name }) => name),
            offerOf(value),
          ),
        ];
  });
  const started = forms.flatMap((form) => (form.word === null ? [] : [branch([form.word], offerAfter(form))]));
  const words = forms.flatMap(({ word }) => word ?? []);
  return [
    '# What completes the words after peersh in bash; for ~/.bashrc: source <(peersh completion bash)',
    '_peersh() {',
    '  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD - 1]} first=${COMP_WORDS[1]}',
    '  COMPREPLY=()',
    '  ((COMP_CWORD > 1)) && case $first in',
    ...started,
    '  esac',
    '  case $before in',
    ...taking,
    '  esac',
    '  if [[ $word == -* ]]; then',
    `    ${matching(flags.map(({ name }) => name))}`,
    '  elif ((COMP_CWORD == 1)); then',
    `    ${matching(words)}`,
    '  fi',
    '}',
    'complete -F _peersh peersh',
  ].join('\n');
}
