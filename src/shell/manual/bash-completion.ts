/** A completion script for bash, 4 or later: the table of the usage goes in, its text comes out. */
import { type Offer, offerOf, offersAfter } from './completion-words.ts';
import type { FormRow, OptionRow, UsageTable } from './usage-table.ts';

const INDENT = ' '.repeat(6);

function offering(offer: Offer): string {
  switch (offer.kind) {
    case 'files':
      return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -f -- "$word")`;
    case 'folders':
      return `compopt -o filenames; mapfile -t COMPREPLY < <(compgen -d -- "$word")`;
    case 'keys':
      return `compopt -o nospace; ${matching([offer])}`;
    case 'words':
    case 'nodes':
      return matching([offer]);
    case 'none':
      return ':';
    default:
      return offer satisfies never;
  }
}

/** Words that are known, and nodes as they are then. */
function matching(offers: readonly Offer[]): string {
  const words = offers.flatMap((offer) => ('words' in offer ? offer.words : [])).join(' ');
  const live = offers.some(({ kind }) => kind === 'nodes')
    ? `"$("\${1-peersh}" ls --targets 2>/dev/null | sed "$target") "`
    : '';
  return `mapfile -t COMPREPLY < <(compgen -W ${live}'${words}' -- "$word")`;
}

const flagsOf = (rows: readonly OptionRow[]) => rows.flatMap(({ flags }) => flags.map(({ name }) => name));

function following(form: FormRow): string[] {
  const { options, first, rest } = offersAfter(form);
  return [
    `    ${form.word})`,
    `${INDENT}if [[ $word == -* ]]; then ${matching([{ kind: 'words', words: flagsOf(options) }])}`,
    `${INDENT}elif ((stood == 0)); then ${matching(first)}`,
    `${INDENT}else ${matching(rest)}; fi`,
    `${INDENT}return ;;`,
  ];
}

const branch = (patterns: readonly string[], offer: Offer) =>
  `    ${patterns.join('|')})\n${INDENT}${offering(offer)}\n${INDENT}return ;;`;

export function bashCompletion({ forms, options }: UsageTable): string {
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
  const started = forms.flatMap((form) => (form.word === null ? [] : following(form)));
  const words = forms.flatMap(({ word }) => word ?? []);
  return [
    '# What completes the words after peersh in bash; for ~/.bashrc: source <(peersh completion bash)',
    '_peersh() {',
    "  local word=${COMP_WORDS[COMP_CWORD]} typed=${COMP_LINE-} head= target=$'s/\\t.*//'",
    '  local -i here=COMP_CWORD',
    '  # A colon ends a word for bash: what stands before it is put back, and what is offered is only what follows it.',
    '  typed=${typed:0:${COMP_POINT-0}}; typed=${typed##*[[:space:]]}',
    '  while [[ $typed == *:* ]] && ((here > 1)) && [[ $word != "$typed" && $typed == *"${COMP_WORDS[here - 1]}$word" ]]; do',
    '    here+=-1; word=${COMP_WORDS[here]}$word',
    '  done',
    '  [[ $word != *:* ]] || { head=${word%"${word##*:}"}; target=\'s/.* at \\(.*\\) (pid.*/\\1/\'; }',
    '  COMPREPLY=()',
    '  _peersh_offer "${1-peersh}"',
    '  [[ $head == "" ]] || ((${#COMPREPLY[@]} == 0)) || COMPREPLY=("${COMPREPLY[@]#"$head"}")',
    '}',
    '_peersh_offer() {',
    '  local before=${COMP_WORDS[here - 1]} first=${COMP_WORDS[1]}',
    '  local -i at stood=0',
    '  for ((at = 2; at < here; at++)); do [[ ${COMP_WORDS[at]} == -* ]] || stood+=1; done',
    '  ((here > 1)) && case $first in',
    ...started,
    '  esac',
    '  case $before in',
    ...taking,
    '  esac',
    '  if [[ $word == -* ]]; then',
    `    ${matching([{ kind: 'words', words: flagsOf(options) }])}`,
    '  elif ((here == 1)); then',
    `    ${matching([{ kind: 'words', words }])}`,
    '  fi',
    '}',
    'complete -F _peersh peersh',
  ].join('\n');
}
