/** A completion script for zsh: the table of the usage goes in, its text comes out. */
import { type Offer, offerOf, offersAfter } from './completion-words.ts';
import type { FormRow, OptionRow, UsageTable } from './usage-table.ts';

/** Inside single quotes. */
const quoted = (text: string) => `'${text.replaceAll("'", "'\\''")}'`;
/** Inside the brackets and between the colons of a specification. */
const plain = (text: string) => text.replace(/[[\]:\\]/g, '\\$&');

function action(offer: Offer): string {
  switch (offer.kind) {
    case 'files':
      return '_files';
    case 'folders':
      return '_files -/';
    case 'words':
      return `(${offer.words.join(' ')})`;
    case 'keys':
      return `compadd -S "" -- ${offer.words.join(' ')}`;
    case 'nodes':
      return '_peersh_nodes';
    case 'none':
      return '';
    default:
      return offer satisfies never;
  }
}

/** Of options that say the same or the contrary, one is offered; one that may stand again, always. */
function optionSpecs({ flags, text }: OptionRow): string[] {
  const isRepeatable = /\brepeatable\b/.test(text);
  const others = flags.map(({ name }) => name).join(' ');
  return flags.map(({ name, value }) => {
    const before = isRepeatable ? '*' : `(${others})`;
    const takes = value === null ? '' : `:${plain(value)}:${action(offerOf(value))}`;
    return quoted(`${before}${name}[${plain(text)}]${takes}`);
  });
}

/** An action that offers each of them. */
const either = (offers: readonly Offer[]) =>
  `{${offers.map((offer) => ('words' in offer ? `compadd -- ${offer.words.join(' ')}` : action(offer))).join('; ')}}`;

function branch(form: FormRow & { readonly word: string }): string {
  const { options, first, rest } = offersAfter(form);
  const specs = [
    ...options.flatMap(optionSpecs),
    ...(first.length === 0 ? [] : [quoted(`1:${plain(form.usage)}:${either(first)}`)]),
    ...(rest.length === 0 ? [] : [quoted(`*:${plain(form.usage)}:${either(rest)}`)]),
  ];
  const ask = specs.length === 0 ? '' : `shift words; ((CURRENT -= 1)); _arguments ${specs.join(' ')}; `;
  return `      ${form.word}) ${ask}return ;;`;
}

export function zshCompletion({ forms, options }: UsageTable): string {
  const started = forms.flatMap(({ word, ...form }) => (word === null ? [] : [{ ...form, word }]));
  const words = started.map(({ word, text }) => quoted(`${word}:${text}`));
  return [
    '#compdef peersh',
    '# What completes the words after peersh in zsh: source <(peersh completion zsh) after compinit, or a file _peersh in $fpath.',
    '_peersh_nodes() {',
    '  local -a nodes=(${(f)"$(_call_program nodes $program ls --targets 2>/dev/null)"})',
    '  if [[ $PREFIX == *:* ]]; then',
    '    compadd -- ${${nodes##* at }%% \\(pid*}',
    '    return',
    '  fi',
    '  nodes=("${(@)nodes/$\'\\t\'/:}")',
    '  _describe node nodes',
    '}',
    '_peersh() {',
    '  local program=$words[1]',
    '  if ((CURRENT > 2)); then',
    '    case $words[2] in',
    ...started.map(branch),
    '    esac',
    '  elif [[ $words[2] != -* ]]; then',
    `    local -a forms=(${words.join(' ')})`,
    '    _describe form forms',
    '  fi',
    '  _arguments \\',
    options
      .flatMap(optionSpecs)
      .map((spec) => `    ${spec}`)
      .join(' \\\n'),
    '}',
    'if [[ $funcstack[1] == _peersh ]]; then _peersh "$@"; else compdef _peersh peersh; fi',
  ].join('\n');
}
