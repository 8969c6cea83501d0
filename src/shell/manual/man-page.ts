/** The manual page: the tables of the program (usage, commands, settings, reasons, exit codes) go in, its text for man comes out. */
import { REASONS } from '../../core/reasons.ts';
import { SETTINGS } from '../../settings.ts';
import { VERSION } from '../../util/version.ts';
import { CLIENT_ROWS, TARGET_TEXT } from '../attach/client-usage.ts';
import type { Command } from '../command.ts';
import { COMMANDS } from '../commands/index.ts';
import { EXIT } from '../errors.ts';
import { type OptionRow, readUsage, type UsageTable } from './usage-table.ts';

const GROUPS = {
  peers: 'Peers',
  network: 'Network',
  watch: 'Watching',
  record: 'What was recorded',
  hand: 'Messages in hand',
  lab: 'The lab',
  shell: 'Shell',
} as const satisfies Record<Command['group'], string>;

const EXIT_TEXTS = {
  ok: 'all went well',
  failed: 'a command failed',
  usage: 'wrong usage or configuration',
  start: 'the node could not start, or there is none to attach to',
  timeout: 'something did not come in time',
  interrupted: 'a script was interrupted',
} as const satisfies Record<keyof typeof EXIT, string>;

const FILES = [
  ['.noderc', 'shell lines that are read at start, of the working directory or else of the home folder'],
  ['$XDG_DATA_HOME/peersh', 'the address book and bans by hand, in a folder for each port that is listened on'],
  [
    '$XDG_RUNTIME_DIR/peersh',
    'a socket for each node that runs, or else in peersh-UID of the folder for temporary files',
  ],
  ['$XDG_STATE_HOME/peersh/history', 'lines that were typed'],
] as const;

const ENVIRONMENT = [
  ['NO_COLOR', 'when it is not empty nothing is coloured'],
  ['FORCE_COLOR', 'when it is not empty answers are coloured without a terminal, too'],
  ['XDG_RUNTIME_DIR, XDG_DATA_HOME, XDG_STATE_HOME', 'where the files below are'],
  ['VISUAL, EDITOR', 'what edit opens a message in'],
] as const;

/** As text that no request, escape or hyphenation of roff changes. */
const plain = (text: string) =>
  text
    .replaceAll('\\', '\\e')
    .replaceAll('-', '\\-')
    .replace(/^[.']/gm, '\\&$&')
    .replace(
      /[^\x20-\x7e\n]/gu,
      (sign) => `\\[u${(sign.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}]`,
    );

const bold = (text: string) => `\\fB${plain(text)}\\fR`;

/** A row of a list: what it is about, and what is said of it. */
const item = (head: string, ...texts: readonly string[]) => ['.TP', head, ...texts.map(plain)];

const section = (title: string, lines: readonly string[]) => [`.SH ${title}`, ...lines];

export function manPage({ forms, options }: UsageTable): string {
  const [first, ...others] = forms;
  return [
    `.TH PEERSH 1 "" "peersh ${VERSION}" "User Commands"`,
    ...section('NAME', [plain('peersh - a peer-to-peer node with an interactive shell')]),
    ...section(
      'SYNOPSIS',
      forms.flatMap(({ usage }, index) => [...(index === 0 ? [] : ['.br']), `${bold('peersh')} ${plain(usage)}`]),
    ),
    ...section('DESCRIPTION', [
      plain(`${(first?.text ?? '').replace(/^./, (letter) => letter.toUpperCase())}.`),
      plain('A word that is no command is JavaScript on the live objects. help lists the commands, Tab completes.'),
      ...others.flatMap(({ usage, text }) => item(bold(usage), text)),
    ]),
    ...section('OPTIONS', options.flatMap(optionItem)),
    ...section('OPTIONS OF ATTACH, EXEC AND LS', [
      plain(TARGET_TEXT),
      ...readUsage(CLIENT_ROWS).options.flatMap(optionItem),
    ]),
    ...section(
      'COMMANDS',
      Object.entries(GROUPS).flatMap(([group, title]) => [
        `.SS ${title}`,
        ...COMMANDS.filter((command) => command.group === group).flatMap(commandItem),
      ]),
    ),
    ...section(
      'SETTINGS',
      Object.entries(SETTINGS).flatMap(([key, row]) =>
        item(bold(key) + (row.default === '' ? '' : plain(` (${row.default})`)), row.summary),
      ),
    ),
    ...section(
      'REASONS',
      Object.entries(REASONS).flatMap(([code, { sentence }]) => item(bold(code), sentence)),
    ),
    ...section(
      'EXIT STATUS',
      Object.entries(EXIT_TEXTS).flatMap(([name, text]) => item(bold(String(EXIT[name as keyof typeof EXIT])), text)),
    ),
    ...section(
      'ENVIRONMENT',
      ENVIRONMENT.flatMap(([name, text]) => item(bold(name), text)),
    ),
    ...section(
      'FILES',
      FILES.flatMap(([path, text]) => item(plain(path), text)),
    ),
  ].join('\n');
}

function optionItem({ flags, text }: OptionRow): string[] {
  const head = flags.map(({ name, value }) => (value === null ? bold(name) : `${bold(name)} ${plain(value)}`));
  return item(head.join(', '), ...(text === '' ? [] : [text]));
}

function commandItem({ usage, aliases, summary, details = [] }: Command): string[] {
  const also = aliases.length === 0 ? '' : ` (also ${aliases.join(', ')})`;
  const [name = '', ...rest] = usage.split(' ');
  return item(`${bold(name)} ${plain(rest.join(' '))}`.trimEnd(), `${summary}${also}.`, ...details);
}
